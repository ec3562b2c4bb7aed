"""`POST /v1/assignments/reassignments`."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.house import House
from tests.support.make import Person

URL = "/v1/assignments/reassignments"


def handing(target: Person, *assignment_ids: UUID) -> dict[str, Any]:
    """Hand these to this person."""
    ids = [str(assignment_id) for assignment_id in assignment_ids]
    return {"assignment_ids": ids, "enumerator_id": str(target.id), "reason": "Sakit"}


async def test_enumerators_and_others_may_not_reassign(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    assignment = await house.make.assignment(campaign, await house.make.household(), team.siti)

    for person in (team.siti, await house.make.arif(), await house.make.observer()):
        answer = await (await house.as_(person)).post(URL, json=handing(team.budi, assignment))
        assert answer.status_code == 403


async def test_bad_bodies_are_refused(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    dewi = await house.as_(await house.make.dewi())
    good = handing(team.budi, uuid4())
    bad: list[dict[str, Any]] = [
        {"assignment_ids": []},
        {"assignment_ids": [str(uuid4())] * 1001},
        {"assignment_ids": ["1"]},
        {"reason": " "},
        {"enumerator_id": None},
        {"reason": "x" * 501},
    ]

    for changed in bad:
        assert (await dewi.post(URL, json=good | changed)).status_code == 422, changed


async def test_a_target_outside_the_team_looks_like_nobody(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    other = await house.make.team(campaign, names=("Tono", "Wati", "Joko"))
    assignment = await house.make.assignment(campaign, await house.make.household(), team.siti)
    ratna = await house.as_(team.ratna)

    for target in (other.siti, team.ratna, Person(uuid4(), "Nobody", team.siti.role)):
        answer = await ratna.post(URL, json=handing(target, assignment))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_the_untrained_get_no_work(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    assignment = await house.make.assignment(campaign, await house.make.household(), team.siti)
    await house.owner.execute("update training_attendances set passed = false where staff_id = $1", team.budi.id)

    for person in (team.ratna, await house.make.dewi()):
        answer = await (await house.as_(person)).post(URL, json=handing(team.budi, assignment))
        assert (answer.status_code, answer.json()["code"]) == (409, "not_trained")
    assert await house.owner.fetchval("select holder_id from assignments") == team.siti.id


async def test_whoever_is_switched_off_gets_no_work(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    other = await house.make.team(campaign, names=("Tono", "Wati", "Joko"))
    assignment = await house.make.assignment(campaign, await house.make.household(), team.siti)
    gone = [team.budi.id, other.budi.id]
    await house.owner.execute("update principals set active = false where id = any($1)", gone)

    for person in (team.ratna, await house.make.dewi()):
        answer = await (await house.as_(person)).post(URL, json=handing(team.budi, assignment))
        error = answer.json()["errors"][0]
        assert (answer.status_code, error["pointer"], error["code"]) == (422, "/enumerator_id", "unknown_staff")
    stranger = await (await house.as_(team.ratna)).post(URL, json=handing(other.budi, assignment))
    assert stranger.status_code == 404, "another team's people look like nobody, switched off or not"
    assert await house.owner.fetchval("select holder_id from assignments") == team.siti.id
    assert await house.owner.fetchval("select count(*) from assignment_events") == 0


@pytest.mark.parametrize("status", ["submitted", "approved", "completed", "cancelled"])
async def test_work_that_was_handed_in_stays(house: House, status: str) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    assignment = await house.make.assignment(campaign, await house.make.household(), team.siti, status=status)

    answer = await (await house.as_(team.ratna)).post(URL, json=handing(team.budi, assignment))

    result = answer.json()["results"][0]
    assert (result["status"], result["problem"]["code"]) == ("refused", "wrong_state")
    assert result["problem"]["allowed"] == ["unassigned", "open", "downloaded", "returned"]
    assert await house.owner.fetchval("select count(*) from assignment_events") == 0


async def test_a_closed_campaign_moves_nothing(house: House) -> None:
    campaign = await house.make.campaign(status="closed")
    team = await house.make.team(campaign)
    assignment = await house.make.assignment(campaign, await house.make.household(), team.siti)

    answer = await (await house.as_(team.ratna)).post(URL, json=handing(team.budi, assignment))

    result = answer.json()["results"][0]
    assert (result["status"], result["problem"]["code"]) == ("refused", "wrong_state")


async def test_each_assignment_has_its_own_result(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    other = await house.make.team(campaign, names=("Tono", "Wati", "Joko"))
    make = house.make
    opened = await make.assignment(campaign, await make.household(), team.siti)
    loaded = await make.assignment(campaign, await make.household(), team.siti, status="downloaded")
    returned = await make.assignment(campaign, await make.household(), team.siti, status="returned")
    done = await make.assignment(campaign, await make.household(), team.siti, status="submitted")
    own = await make.assignment(campaign, await make.household(), team.budi)
    foreign = await make.assignment(campaign, await make.household(), other.siti)
    unassigned = await make.assignment(campaign, await make.household())
    asked = [opened, loaded, returned, done, own, foreign, unassigned, opened]

    answer = await (await house.as_(team.ratna)).post(URL, json=handing(team.budi, *asked))

    results = answer.json()["results"]
    assert [(result["id"], result["status"], result["warning"]) for result in results] == [
        (str(opened), "reassigned", None),
        (str(loaded), "reassigned", "device_holds_work"),
        (str(returned), "reassigned", None),
        (str(done), "refused", None),
        (str(own), "unchanged", None),
        (str(foreign), "refused", None),
        (str(unassigned), "refused", None),
    ]
    assert [results[place]["problem"]["code"] for place in (3, 5, 6)] == ["wrong_state", "not_found", "not_found"]


async def test_the_new_holder_sees_the_household_and_the_former_no_longer(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    household = await house.make.household()
    assignment = await house.make.assignment(campaign, household, team.siti)
    ratna = await house.as_(team.ratna)

    await ratna.post(URL, json=handing(team.budi, assignment))

    for path in (f"/v1/households/{household}", f"/v1/assignments/{assignment}"):
        assert (await (await house.as_(team.siti)).get(path)).status_code == 404
        assert (await (await house.as_(team.budi)).get(path)).status_code == 200
    seen = (await ratna.get(f"/v1/assignments/{assignment}")).json()
    assert (seen["status"], seen["enumerator_id"], seen["revision"]) == ("open", str(team.budi.id), 2)
    history = (await ratna.get(f"/v1/assignments/{assignment}/history")).json()["items"]
    assert [(event["event"], event["actor_id"], event["reason"]) for event in history] == [
        ("reassigned", str(team.ratna.id), "Sakit")
    ]
    noted = await house.owner.fetchrow("select * from audit_events")
    assert (noted["action"], noted["subject_id"]) == ("assignments.reassigned", team.budi.id)


async def test_bappeda_moves_work_between_teams_but_not_between_campaigns(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    other = await house.make.team(campaign, names=("Tono", "Wati", "Joko"))
    later = await house.make.campaign(code="malang-2023")
    household = await house.make.household()
    held = await house.make.assignment(campaign, household, team.siti)
    free = await house.make.assignment(campaign, await house.make.household())
    elsewhere = await house.make.assignment(later, await house.make.household())
    dewi = await house.as_(await house.make.dewi())

    results = (await dewi.post(URL, json=handing(other.siti, held, free, elsewhere))).json()["results"]

    assert [result["status"] for result in results] == ["reassigned", "reassigned", "refused"]
    assert results[2]["problem"]["code"] == "not_in_campaign"
    assert (await (await house.as_(team.ratna)).get(f"/v1/households/{household}")).status_code == 404
    assert (await (await house.as_(other.ratna)).get(f"/v1/households/{household}")).status_code == 200
    assert (await (await house.as_(other.siti)).get(f"/v1/assignments/{held}")).json()["team_id"] == str(other.id)
