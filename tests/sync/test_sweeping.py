"""The worker forgets old changes by itself, and no more than it may."""

import asyncio

import asyncpg
import pytest

from api.core import feed
from api.core.settings import Settings
from api.worker import run_worker
from tests.support.house import House
from tests.sync.test_pull import season

OLD = "update sync_changes set at = now() - interval '91 days' where assignment_id = $1"


async def test_a_week_is_kept_whoever_sweeps(house: House) -> None:
    with pytest.raises(asyncpg.InvalidParameterValueError):
        await feed.sweep(house.owner, 6)


async def test_the_worker_sweeps_beside_its_jobs_again_and_again(house: House, wanted: Settings) -> None:
    _, held = await season(house, 3)
    quick, stopping = wanted.model_copy(update={"sweep_every_s": 0.1}), asyncio.Event()
    working = asyncio.create_task(run_worker(quick, stopping=stopping))
    for number, assignment in enumerate(held[:2], 1):
        await house.owner.execute(OLD, assignment)
        for _ in range(300):
            if await house.owner.fetchval("select count(distinct assignment_id) from sync_changes") == 3 - number:
                break
            await asyncio.sleep(0.1)
    stopping.set()
    await working

    left = await house.owner.fetch("select distinct assignment_id from sync_changes")
    assert [row["assignment_id"] for row in left] == [held[2]]


async def test_the_worker_has_no_right_to_the_feed_itself(wanted: Settings) -> None:
    worker = await asyncpg.connect(wanted.database_url, server_settings={"role": "sambang_worker"})
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await worker.execute("delete from sync_changes")
    finally:
        await worker.close()
