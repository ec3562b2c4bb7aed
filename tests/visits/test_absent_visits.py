"""Nobody met: the third different day in Malang submits (contract section 5; days of trust.md T40)."""

from datetime import UTC, datetime

import pytest

from tests.support.house import House
from tests.visits.bodies import absent

DAY_1 = datetime(2022, 11, 3, 2, 0, tzinfo=UTC)
DAY_2 = datetime(2022, 11, 4, 2, 0, tzinfo=UTC)
LAST_OF_DAY_2 = datetime(2022, 11, 4, 16, 59, 59, tzinfo=UTC)
FIRST_OF_DAY_3 = datetime(2022, 11, 4, 17, 0, 0, tzinfo=UTC)


async def test_the_third_day_begins_at_midnight_in_malang(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    assignment = await house.make.assignment(team.campaign_id, await house.make.household(), team.siti)
    siti = await house.as_(team.siti)

    for at in (DAY_1, DAY_1, DAY_2, LAST_OF_DAY_2):
        answer = await siti.post("/v1/visits", json=absent(assignment, at=at))
        assert (answer.status_code, answer.json()["submits"], answer.json()["flags"]) == (201, False, []), at
    third = await siti.post("/v1/visits", json=absent(assignment, "not_found", at=FIRST_OF_DAY_3))

    assert (third.status_code, third.json()["submits"]) == (201, True)
    row = await house.owner.fetchrow("select status, field_result, eligibility, revision from assignments")
    assert tuple(row) == ("submitted", "not_found", "undetermined", 2)
    made = await house.owner.fetchrow("select registry_action, comment, author_id from verdict_revisions")
    assert (made["registry_action"], made["author_id"]) == ("keep", team.siti.id)
    assert "ketiga" in made["comment"]


@pytest.mark.parametrize("outcome", ["not_found", "no_respondent"])
async def test_the_verdict_of_the_third_visit_is_taken_when_it_brings_one(house: House, outcome: str) -> None:
    team = await house.make.team(await house.make.campaign())
    assignment = await house.make.assignment(team.campaign_id, await house.make.household(), team.siti)
    siti = await house.as_(team.siti)
    verdict = {"field_result": outcome, "eligibility": "to_deliberation", "registry_action": "keep"}

    told = []
    for at in (DAY_1, DAY_2, FIRST_OF_DAY_3):
        answer = await siti.post("/v1/visits", json=absent(assignment, outcome, at=at) | {"verdict": verdict})
        told.append(answer.json()["submits"])

    assert told == [False, False, True]
    assert await house.owner.fetchval("select eligibility from assignments") == "to_deliberation"


async def test_a_corrected_absence_does_not_count(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    assignment = await house.make.assignment(team.campaign_id, await house.make.household(), team.siti)
    siti = await house.as_(team.siti)
    first = absent(assignment, at=DAY_1)
    await siti.post("/v1/visits", json=first)
    appointment = absent(assignment, "appointment", at=DAY_1, corrects=first["id"])
    await siti.post("/v1/visits", json=appointment)
    await siti.post("/v1/visits", json=absent(assignment, at=DAY_2))

    answer = await siti.post("/v1/visits", json=absent(assignment, at=FIRST_OF_DAY_3))

    assert answer.json()["submits"] is False
    assert await house.owner.fetchval("select status from assignments") == "open"
