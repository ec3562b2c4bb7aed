"""`POST /v1/assignments/cancellations`."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.house import House
from tests.visits.bodies import visit

URL = "/v1/assignments/cancellations"
REASON = "Alamat di luar Kota Malang"


def dropping(*assignment_ids: UUID) -> dict[str, Any]:
    """Cancel these."""
    return {"assignment_ids": [str(assignment_id) for assignment_id in assignment_ids], "reason": REASON}


async def test_only_bappeda_cancels(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    assignment = await house.make.assignment(campaign, await house.make.household(), team.siti)

    for person in (team.ratna, team.siti, await house.make.arif(), await house.make.observer()):
        answer = await (await house.as_(person)).post(URL, json=dropping(assignment))
        assert answer.status_code == 403
    assert await house.owner.fetchval("select status from assignments") == "open"


async def test_bad_bodies_are_refused(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    bad: list[dict[str, Any]] = [
        {"assignment_ids": []},
        {"assignment_ids": [str(uuid4())] * 1001},
        {"assignment_ids": ["1"]},
        {"reason": " "},
        {"reason": "x" * 501},
        {"enumerator_id": str(uuid4())},
    ]

    for changed in bad:
        assert (await dewi.post(URL, json=dropping(uuid4()) | changed)).status_code == 422, changed


@pytest.mark.parametrize("status", ["submitted", "returned", "approved", "completed"])
async def test_what_a_visit_has_begun_stays(house: House, status: str) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    assignment = await house.make.assignment(campaign, await house.make.household(), team.siti, status=status)

    answer = await (await house.as_(await house.make.dewi())).post(URL, json=dropping(assignment))

    result = answer.json()["results"][0]
    assert (answer.status_code, result["status"], result["problem"]["code"]) == (200, "refused", "wrong_state")
    assert result["problem"]["allowed"] == ["unassigned", "open", "downloaded"]
    row = await house.owner.fetchrow("select status, holder_id, revision from assignments")
    assert tuple(row) == (status, team.siti.id, 1)
    for table in ("assignment_events", "audit_events"):
        assert await house.owner.fetchval(f"select count(*) from {table}") == 0


async def test_a_closed_campaign_cancels_nothing(house: House) -> None:
    campaign = await house.make.campaign(status="closed")
    assignment = await house.make.assignment(campaign, await house.make.household())

    answer = await (await house.as_(await house.make.dewi())).post(URL, json=dropping(assignment))

    problem = answer.json()["results"][0]["problem"]
    assert (problem["code"], problem["allowed"]) == ("wrong_state", [])


async def test_each_assignment_has_its_own_result(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    make = house.make
    waiting = await make.assignment(campaign, await make.household())
    held = await make.assignment(campaign, await make.household(), team.siti)
    loaded = await make.assignment(campaign, await make.household(), team.siti, status="downloaded")
    done = await make.assignment(campaign, await make.household(), team.siti, status="submitted")
    unknown = uuid4()
    dewi = await house.as_(await make.dewi())

    first = await dewi.post(URL, json=dropping(waiting, held, loaded, done, unknown, held))
    again = await dewi.post(URL, json=dropping(waiting) | {"reason": "Lain lagi"})

    results = first.json()["results"]
    assert [(result["id"], result["status"], result["warning"]) for result in results] == [
        (str(waiting), "cancelled", None),
        (str(held), "cancelled", None),
        (str(loaded), "cancelled", "device_holds_work"),
        (str(done), "refused", None),
        (str(unknown), "refused", None),
    ]
    assert [results[place]["problem"]["code"] for place in (3, 4)] == ["wrong_state", "not_found"]
    assert [result["status"] for result in again.json()["results"]] == ["unchanged"]
    told = await house.owner.fetch("select action, subject_id, detail->>'status' from audit_events order by seq")
    assert [tuple(deed) for deed in told] == [
        ("assignment.cancelled", waiting, "unassigned"),
        ("assignment.cancelled", held, "open"),
        ("assignment.cancelled", loaded, "downloaded"),
    ]


async def test_the_household_leaves_its_holders_sight_and_says_why(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    household = await house.make.household()
    assignment = await house.make.assignment(campaign, household, team.siti)
    person = await house.make.dewi()
    dewi, siti, ratna = await house.as_(person), await house.as_(team.siti), await house.as_(team.ratna)

    await dewi.post(URL, json=dropping(assignment))

    for path in (f"/v1/households/{household}", f"/v1/assignments/{assignment}"):
        assert (await siti.get(path)).status_code == 404
        assert (await ratna.get(path)).status_code == 200, "the team may still read what became of it"
    assert (await siti.post("/v1/visits", json=visit(assignment))).status_code == 404
    seen = (await dewi.get(f"/v1/assignments/{assignment}")).json()
    assert (seen["status"], seen["enumerator_id"], seen["revision"]) == ("cancelled", str(team.siti.id), 2)
    history = (await ratna.get(f"/v1/assignments/{assignment}/history")).json()["items"]
    assert [(event["event"], event["status"], event["actor_id"], event["reason"]) for event in history] == [
        ("cancelled", "cancelled", str(person.id), REASON)
    ]
    counted = (await dewi.get("/v1/households", params={"assignment_status": "cancelled"})).json()["items"]
    assert [item["id"] for item in counted] == [str(household)]


async def test_what_is_cancelled_is_neither_shared_out_nor_handed_on(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    assignment = await house.make.assignment(campaign, await house.make.household())
    dewi = await house.as_(await house.make.dewi())
    await dewi.post(URL, json=dropping(assignment))

    shared = (await dewi.post(f"/v1/campaigns/{campaign}/allocations", json={})).json()
    handed = {"assignment_ids": [str(assignment)], "enumerator_id": str(team.budi.id), "reason": "Coba lagi"}
    refused = (await dewi.post("/v1/assignments/reassignments", json=handed)).json()["results"][0]

    assert (shared["households"], shared["unallocated"]) == (0, 0)
    assert refused["problem"]["code"] == "wrong_state"


async def test_a_household_that_the_holder_has_in_another_open_campaign_stays_in_sight(house: House) -> None:
    campaign, other = await house.make.campaign(), await house.make.campaign(code="malang-2023")
    team = await house.make.team(campaign)
    household = await house.make.household()
    assignment = await house.make.assignment(campaign, household, team.siti)
    await house.make.assignment(other, household, team.siti)

    await (await house.as_(await house.make.dewi())).post(URL, json=dropping(assignment))

    assert (await (await house.as_(team.siti)).get(f"/v1/households/{household}")).status_code == 200


async def test_a_visit_and_a_cancellation_at_once_leave_one_truth(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    assignment = await house.make.assignment(campaign, await house.make.household(), team.siti)
    siti, dewi = await house.as_(team.siti), await house.as_(await house.make.dewi())

    came, dropped = await asyncio.gather(
        siti.post("/v1/visits", json=visit(assignment)), dewi.post(URL, json=dropping(assignment))
    )

    result = dropped.json()["results"][0]["status"]
    status = await house.owner.fetchval("select status from assignments")
    assert (came.status_code, result, status) in [(201, "refused", "submitted"), (404, "cancelled", "cancelled")]
