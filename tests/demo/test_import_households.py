"""The demo's households come in by the import, whoever has used Bu Dewi's codes before."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import httpx
import pytest
from rich.console import Console

from api.core.embedded import EmbeddedPostgres
from api.core.settings import Settings
from api.demo.seed import import_households, seed_people
from api.worker import run_worker
from tests.access.test_two_processes import READY_S, ready, serve

HOUSEHOLDS = 40
CODE_S = 30
USED_UP = """
insert into call_buckets (subject, calls, at) select 'person:' || id, -3, clock_timestamp() from staff
where username = 'dewi'
"""
SIGNED_IN = "select count(*) from audit_events where action = 'session.started'"


@asynccontextmanager
async def running(wanted: Settings) -> AsyncIterator[str]:
    """A process of the API and a worker on this database; where it answers."""
    process, url = serve(wanted)
    stopping = asyncio.Event()
    worker = asyncio.create_task(run_worker(wanted, stopping=stopping))
    try:
        async with asyncio.timeout(READY_S), httpx.AsyncClient(base_url=url) as client:
            while not await ready(client):  # noqa: ASYNC110  # another process tells nobody
                await asyncio.sleep(0.1)
        yield url
    finally:
        stopping.set()
        await worker
        process.terminate()
        process.wait(20)


@pytest.fixture
def furnished(wanted: Settings, owner: asyncpg.Connection, cluster: EmbeddedPostgres) -> Settings:
    """The settings of a house that is furnished as its owner."""
    database = owner._params.database  # asyncpg names it nowhere else
    return wanted.model_copy(update={"database_owner_url": cluster.database_url(database)})


async def test_a_used_or_late_code_does_not_end_the_furnishing(furnished: Settings, owner: asyncpg.Connection) -> None:
    await seed_people(furnished)

    async with running(furnished) as url:
        # the code that furnishing sends first; used before the start it would be old by then
        used = int(time.time()) // CODE_S - 1
        await owner.execute("update second_factors set last_step = $1", used)
        await asyncio.to_thread(import_households, furnished, url, HOUSEHOLDS, Console(quiet=True))

    assert await owner.fetchval("select count(*) from households") == HOUSEHOLDS
    assert await owner.fetchval(SIGNED_IN) == 1


async def test_a_second_start_uses_no_code(furnished: Settings, owner: asyncpg.Connection) -> None:
    await seed_people(furnished)
    async with running(furnished) as url:
        for _ in range(2):
            await asyncio.to_thread(import_households, furnished, url, HOUSEHOLDS, Console(quiet=True))

    assert await owner.fetchval("select count(*) from imports") == await owner.fetchval(SIGNED_IN) == 1


async def test_furnishing_comes_again_when_it_is_told_to(
    furnished: Settings, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMBANG_CALLS_PERSON", "60")  # a minute
    await seed_people(furnished)

    async with running(furnished) as url:
        await owner.execute(USED_UP)
        await asyncio.to_thread(import_households, furnished, url, HOUSEHOLDS, Console(quiet=True))

    assert await owner.fetchval("select count(*) from households") == HOUSEHOLDS
