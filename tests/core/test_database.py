"""A request's transaction ends with the request, whatever ends the request; a server that comes back is used again."""

import asyncio

import asyncpg
import pytest

from api.core.database import raw, take_role, transaction
from api.core.problems import Unavailable
from tests.support.house import House

END_ALL = (
    "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'sambang_login' and datname = $1"
)


async def test_a_cancelled_request_leaves_no_role_on_a_pooled_connection(house: House) -> None:
    database = house.state["database"]
    begun = asyncio.Event()

    async def work() -> None:
        async with transaction(database) as connection:
            await take_role(await raw(connection), database, "bappeda")
            begun.set()
            await (await raw(connection)).execute("select pg_sleep(30)")

    task = asyncio.create_task(work())
    await begun.wait()
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    for _ in range(12):  # more than the pool holds
        async with transaction(database) as connection:
            assert await (await raw(connection)).fetchval("select current_user") == "sambang_login"


async def test_connections_that_died_in_the_pool_are_replaced_unseen(house: House, owner: asyncpg.Connection) -> None:
    dewi = await house.as_(await house.make.dewi())
    await asyncio.gather(*(dewi.get("/v1/regions/35.73") for _ in range(8)))

    assert await owner.fetchval(END_ALL, await owner.fetchval("select current_database()")) > 1
    answers = await asyncio.gather(*(dewi.get("/v1/regions/35.73") for _ in range(8)))

    assert [answer.status_code for answer in answers] == [200] * 8


async def test_a_server_that_goes_away_in_a_request_is_unavailable_not_an_error(
    house: House, owner: asyncpg.Connection
) -> None:
    name = await owner.fetchval("select current_database()")

    async def work() -> None:
        async with transaction(house.state["database"]) as connection:
            await owner.fetchval(END_ALL, name)
            await (await raw(connection)).execute("select 1")

    with pytest.raises(Unavailable):
        await work()


async def test_a_full_pool_is_unavailable_after_two_seconds(house: House) -> None:
    database = house.state["database"]
    held = [transaction(database) for _ in range(10)]
    for one in held:
        await one.__aenter__()
    try:
        with pytest.raises(Unavailable):
            async with transaction(database):
                pass
    finally:
        for one in held:
            await one.__aexit__(None, None, None)
