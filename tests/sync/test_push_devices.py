"""`POST /v1/sync/push` from a phone that is not the caller's, or not any more: nothing is lost, a person decides."""

import pytest

from tests.support.house import House
from tests.sync.parcels import PHONE, count, doors, found_household, push
from tests.visits.bodies import visit


@pytest.mark.parametrize("whose", ["nobody", "budi"])
async def test_work_from_a_phone_that_is_not_enrolled_as_ones_own_waits_whole(house: House, whose: str) -> None:
    team, (assignment,) = await doors(house)
    siti = await house.as_(team.siti)
    if whose == "budi":
        await house.make.phone(team.budi, "hp-other")
    home, body = found_household(team), visit(assignment)

    results = await push(siti, body, visit(assignment, outcome="gone"), households=[home], device_id="hp-other")
    again = await push(siti, body, device_id="hp-other")

    told = [(one["status"], one["problem"]["code"]) for one in results]
    assert told == [("quarantined", "device_not_enrolled")] * 2 + [("invalid", "invalid")]
    assert again == results[1:2]
    assert (await count(house, "receipts"), await count(house, "visits")) == (3, 0)
    assert await house.owner.fetchval("select count(*) from households where id::text = $1", home["id"]) == 0
    adopted = await (await house.as_(team.ratna)).post(
        f"/v1/quarantine/{results[1]['receipt']}/resolutions", json={"action": "adopt", "reason": "Ponsel pinjaman"}
    )
    assert adopted.status_code == 201, adopted.text
    assert await count(house, "visits") == 1


async def test_work_from_a_phone_that_was_cut_off_waits_and_what_came_before_is_a_duplicate(house: House) -> None:
    team, (first, second) = await doors(house, 2)
    siti, ratna = await house.as_(team.siti), await house.as_(team.ratna)
    before, after = visit(first), visit(second)
    (accepted,) = await push(siti, before)
    lost = await house.owner.fetchval("select id from devices where staff_id = $1", team.siti.id)
    await ratna.post(f"/v1/devices/{lost}/revocations", json={"reason": "Hilang di angkot"})

    again, waits = await push(siti, before, after)
    await house.make.phone(team.siti, "hp-new")
    (new,) = await push(siti, visit(second), device_id="hp-new")
    (budi,) = await push(await house.as_(team.budi), visit(second), device_id=PHONE)

    assert (again["status"], again["receipt"]) == ("duplicate", accepted["receipt"])
    assert (waits["status"], waits["problem"]["code"]) == ("quarantined", "device_revoked")
    assert new["status"] == "accepted"
    assert budi["problem"]["code"] == "not_held", "his own enrolment on the same phone works on"
