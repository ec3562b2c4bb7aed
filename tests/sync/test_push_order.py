"""The order of locks in a push: two calls about the same things wait in a line, never in a circle."""

import asyncio
from typing import Any

from uuid_utils.compat import uuid7

from tests.support.house import House
from tests.sync.parcels import doors, push
from tests.visits.bodies import visit

WAITING = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


async def until_waiting(house: House, calls: int) -> None:
    """Until so many calls wait for a lock."""
    for _ in range(500):
        await house.owner.execute("select pg_stat_clear_snapshot()")  # a transaction sees one picture of the others
        if await house.owner.fetchval(WAITING) >= calls:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("they do not wait")


def partial(assignment: Any, **changes: Any) -> dict[str, Any]:
    return visit(assignment, outcome="partial", verdict=None, location=None, **changes)


async def test_doors_are_locked_by_id_wherever_their_rows_lie(house: House) -> None:
    team, assignments = await doors(house, 3)
    siti = await house.as_(team.siti)
    # a change moves the row of the first door behind the others
    await house.owner.execute("update assignments set received_at = now() where id = $1", assignments[0])
    await house.owner.execute("analyze assignments")  # a table of one page is read as it lies

    async with house.owner.transaction():
        await house.owner.execute("select from assignments where id = $1 for update", assignments[0])
        sending = asyncio.create_task(push(siti, *map(partial, reversed(assignments))))
        await until_waiting(house, 1)
        free = await house.owner.fetch(
            "select id from assignments where id = any($1) for update skip locked", assignments[1:]
        )

    assert len(free) == 2, "whoever waits for the first door holds none behind it"
    assert [one["status"] for one in await sending] == ["accepted"] * 3


async def test_receipts_are_kept_by_id_in_whatever_order_a_parcel_names_them(house: House) -> None:
    team, (held, free) = await doors(house, 2)
    siti = await house.as_(team.siti)
    first, second = sorted(str(uuid7()) for _ in range(2))
    low, high = partial(held, id=first), partial(free, id=second)

    async with house.owner.transaction():
        await house.owner.execute("select from assignments where id = $1 for update", held)
        one = asyncio.create_task(push(siti, low))  # has the receipt of the first, waits for its door
        await until_waiting(house, 1)
        both = asyncio.create_task(push(siti, high, low))  # waits for that receipt, and holds nothing meanwhile
        await until_waiting(house, 2)
        (alone,) = await asyncio.wait_for(push(siti, high), 4)

    assert alone["status"] == "accepted"
    assert [found["status"] for found in await one] == ["accepted"]
    assert [found["status"] for found in await both] == ["duplicate"] * 2
