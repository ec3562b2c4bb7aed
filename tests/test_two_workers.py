"""Whatever a worker does is done once, however many workers there are: two real ones on one database."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from api.core.settings import Settings
from api.core.supervisor import tied_to_parent
from api.demo.dtks import write_dtks_person_file
from tests.core.clusters import ROOT
from tests.imports.sending import count, send
from tests.releases.decided import pilot
from tests.support.house import House
from tests.sync.test_pull import season

AT_WORK = "select count(distinct pid) from pg_stat_activity where application_name = 'sambang worker' and datname = $1"
TAKEN = "select job_id from pgqueuer_log where entrypoint = $1 and status = 'picked'"
DONE_S = 90


@pytest.fixture
def workers(wanted: Settings, tmp_path: Path) -> Iterator[Path]:
    """Two processes `sambang worker` that sweep all the time; the file in which both write what went wrong."""
    environment = os.environ | {
        "SAMBANG_ENV": "test", "SAMBANG_DATABASE_URL": wanted.database_url, "SAMBANG_SWEEP_EVERY_S": "0.1",
        "SAMBANG_PRIVATE_FOLDER": str(wanted.private_folder), "SAMBANG_LOG_LEVEL": "warning",
    }  # fmt: skip
    written = tmp_path / "log"
    with written.open("wb") as log:
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "api", "worker"], cwd=ROOT, env=environment, stdout=log, stderr=log,
                preexec_fn=tied_to_parent(signal.SIGKILL),
            )
            for _ in range(2)
        ]  # fmt: skip
    try:
        yield written
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(DONE_S)


def said(log: Path) -> str:
    return log.read_text()


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(DONE_S):
        while not await true():  # noqa: ASYNC110  # another process tells nobody
            await asyncio.sleep(0.1)


async def both_at_work(house: House) -> None:
    """Each holds connections for its queue, its sealing and its sweeps."""
    database = await house.owner.fetchval("select current_database()")

    async def they_are() -> bool:
        return bool(await house.owner.fetchval(AT_WORK, database) >= 4)

    await until(they_are)


async def taken(house: House, job: str) -> list[int]:
    """How often each job of this kind was taken from the queue."""
    return list(Counter(row["job_id"] for row in await house.owner.fetch(TAKEN, job)).values())


async def deeds(house: House, action: str) -> int:
    told: int = await house.owner.fetchval("select count(*) from audit_events where action = $1", action)
    return told


async def test_of_one_file_sent_three_times_the_households_come_in_once(
    house: House, workers: Path, tmp_path: Path
) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    written = write_dtks_person_file(tmp_path / "dtks.csv", 60)
    await both_at_work(house)

    sent = [await send(house, dewi, campaign, written.path) for _ in range(3)]

    client = await house.as_(dewi)

    async def all_done() -> bool:
        found = [(await client.get(one.headers["Location"])).json()["status"] for one in sent]
        return set(found) <= {"done", "failed"}

    await until(all_done)
    told = [(await client.get(one.headers["Location"])).json() for one in sent]
    assert sorted((one["status"], one["households"]) for one in told) == [("done", 0), ("done", 0), ("done", 60)]
    assert await count(house, "households") == await count(house, "assignments") == 60
    assert await count(house, "assignment_events") == 60
    assert await taken(house, "import") == [1, 1, 1]
    assert await deeds(house, "import.finished") == 3
    assert "failed" not in said(workers)


async def test_a_release_is_hashed_once(house: House, workers: Path) -> None:
    here = await pilot(house)
    for _ in range(3):
        await here.household()
    await both_at_work(house)

    release = await here.release()

    client = await house.as_(here.dewi)

    async def is_ready() -> bool:
        return bool((await client.get(f"/v1/releases/{release}")).json()["manifest_status"] == "ready")

    await until(is_ready)
    assert await taken(house, "release") == [1]
    assert await deeds(house, "release.hashed") == 1
    assert "failed" not in said(workers)


async def test_both_sweep_at_once_and_what_is_young_stays(house: House, workers: Path) -> None:
    _, held = await season(house, 30)
    await both_at_work(house)
    old, young = held[:20], held[20:]

    for assignment in old:  # some at every turn of both
        await house.owner.execute(
            "update sync_changes set at = now() - interval '91 days' where assignment_id = $1", assignment
        )
        await asyncio.sleep(0.02)

    async def old_is_gone() -> bool:
        left = await house.owner.fetch("select distinct assignment_id from sync_changes")
        return {row["assignment_id"] for row in left} == set(young)

    await until(old_is_gone)
    assert "not swept" not in said(workers)
