"""`POST /v1/sync/push` when something breaks: one item, the judging, the database, the line."""

import asyncio

import pytest

from tests.support.house import House
from tests.sync.parcels import PHONE, count, doors, push
from tests.visits.bodies import visit


async def test_one_item_that_breaks_in_the_database_takes_no_other_along(house: House) -> None:
    team, assignments = await doors(house, 3)
    stranger = await house.make.household(head="Orang Lain")
    taken = await house.owner.fetchval("select id from members where household_id = $1 limit 1", stranger)
    bodies = [visit(assignment) for assignment in assignments]
    bodies[1]["members"] = [{"id": str(taken), "whereabouts": "new", "name": "Tini"}]

    results = await push(await house.as_(team.siti), *bodies)

    assert [one["status"] for one in results] == ["accepted", "conflict", "accepted"]
    assert results[1]["problem"]["code"] == "household_conflict"
    assert (await count(house, "visits"), await count(house, "receipts")) == (2, 3)
    rows = await house.owner.fetch("select status from assignments order by id")
    assert sorted(row["status"] for row in rows) == ["open", "submitted", "submitted"]


async def test_when_judging_breaks_the_receipts_stay_and_the_items_wait(house: House) -> None:
    team, (assignment, other) = await doors(house, 2)
    # the database itself fails in the midst of judging, whichever way an item comes
    await house.owner.execute("alter table visits add constraint broken check (app_version <> '1.0')")
    siti = await house.as_(team.siti)
    broken, sound = visit(assignment), visit(other, device={"id": "hp", "app_version": "2.0"})

    results = await push(siti, broken, sound)

    assert [one["status"] for one in results] == ["quarantined", "accepted"]
    assert results[0]["problem"]["code"] == "unexpected"
    assert (await push(siti, broken))[0] == results[0]
    assert (await count(house, "receipts"), await count(house, "visits")) == (2, 1)


async def test_what_a_later_try_may_mend_acknowledges_nothing(house: House) -> None:
    team, (assignment,) = await doors(house)
    siti = await house.as_(team.siti)
    body = visit(assignment)

    async with house.owner.transaction():
        await house.owner.execute("select from assignments where id = $1 for update", assignment)
        refused = await siti.post("/v1/sync/push", json={"device_id": PHONE, "visits": [body]})

    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert "Retry-After" in refused.headers
    assert await count(house, "receipts") == 0
    assert (await push(siti, body))[0]["status"] == "accepted"


async def test_a_push_that_is_cut_off_leaves_nothing_and_comes_again(house: House) -> None:
    team, assignments = await doors(house, 4)
    siti = await house.as_(team.siti)
    bodies = [visit(assignment) for assignment in assignments]

    async with house.owner.transaction():
        await house.owner.execute("select from assignments where id = $1 for update", assignments[-1])
        sending = asyncio.create_task(push(siti, *bodies))
        await asyncio.sleep(0.5)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

    assert {table: await count(house, table) for table in ("visits", "receipts")} == {"visits": 0, "receipts": 0}
    assert [one["status"] for one in await push(siti, *bodies)] == ["accepted"] * 4
