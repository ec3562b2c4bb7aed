"""A statement that takes too long ends as a problem, and the connection that it ran on serves the next request."""

import asyncio
import time

import pytest

from api.core.settings import Settings
from tests.support.house import House

SLOW = "create policy slow on households as restrictive for select using (pg_sleep(60) is null)"
OPEN = """
select count(*) from pg_stat_activity
where usename = 'sambang_login' and datname = current_database() and state <> 'idle'
"""


@pytest.fixture
def wanted(wanted: Settings) -> Settings:
    """As the house runs, with less patience than its fifteen seconds."""
    return wanted.model_copy(update={"statement_timeout_ms": 300})


async def test_a_slow_statement_is_unavailable_and_its_connection_goes_on(house: House) -> None:
    dewi, household = await house.as_(await house.make.dewi()), await house.make.household()
    for path in ("/v1/households", f"/v1/households/{household}"):
        await house.owner.execute(SLOW)
        began = time.monotonic()

        answers = await asyncio.gather(*(dewi.get(path) for _ in range(10)))  # every connection of the pool

        assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(503, "unavailable")] * 10
        assert {answer.headers["Retry-After"] for answer in answers} == {"2"}
        assert time.monotonic() - began < 5
        assert await house.owner.fetchval(OPEN) == 0, "nothing goes on behind the answer"
        await house.owner.execute("drop policy slow on households")
        again = await asyncio.gather(*(dewi.get(path) for _ in range(20)))
        assert {answer.status_code for answer in again} == {200}


async def test_the_patience_is_fifteen_seconds_for_every_connection(house: House) -> None:
    assert Settings.model_fields["statement_timeout_ms"].default == 15_000
    async with house.state["database"].engine.connect() as connection:
        wire = (await connection.get_raw_connection()).driver_connection
        assert await wire.fetchval("show statement_timeout") == "300ms"
        assert await wire.fetchval("show lock_timeout") == "5s"
