"""The checks of a form on every visit: what comes back by pointer, what is kept with it, what keeps it out."""

from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.questionnaires.forms import FORM
from tests.support.house import House
from tests.support.make import Team
from tests.visits.bodies import visit

GOOD = {"light": "1", "power": "2", "fridge": "yes", "rooms": 3, "sleeping": 2}


def person(relation: str = "head", **more: Any) -> dict[str, Any]:
    """Somebody new at the table: Sri, born in 1990 unless told otherwise."""
    facts = {"name": "Sri", "sex": "female", "born_on": "1990-05-01", "relation": relation}
    told = {"id": str(uuid4()), "whereabouts": "new", "answers": {"works": "yes", "pregnant": "no"}}
    return facts | told | more


async def asked(house: House, members: int = 0) -> tuple[Team, httpx.AsyncClient, UUID]:
    """Siti with one assignment of a campaign that asks Bu Dewi's form."""
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    dewi = await house.as_(await house.make.dewi())
    made = await dewi.post("/v1/questionnaires", json={"code": "coba", "title": "Coba"})
    draft = await dewi.post(f"/v1/questionnaires/{made.json()['id']}/versions", json={"content": FORM})
    assert draft.status_code == 201, draft.text
    url, seen = draft.headers["Location"], draft.headers["ETag"]
    assert (await dewi.patch(url, json={"status": "published"}, headers={"If-Match": seen})).status_code == 200
    await house.owner.execute(
        "update campaigns set questionnaire_id = $1 where id = $2", UUID(made.json()["id"]), campaign
    )
    household = await house.make.household(members=members)
    return team, await house.as_(team.siti), await house.make.assignment(campaign, household, team.siti)


def answered(assignment: UUID, answers: dict[str, Any], *members: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A visit that names version 1 and brings these."""
    return visit(assignment, questionnaire_version=1, answers=answers, members=list(members), **more)


async def test_a_finished_visit_that_breaks_a_blocking_check_is_refused_by_every_place(house: House) -> None:
    _, siti, assignment = await asked(house)
    body = answered(assignment, GOOD | {"light": "4", "power": None}, person(), person())

    answer = await siti.post("/v1/visits", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    errors = [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
    assert errors == [("/answers/fridge", "fridge_needs_power"), ("/members", "one_head")]
    assert (await siti.get("/v1/visits")).json()["items"] == []


async def test_pushed_work_that_breaks_one_is_kept_whole_and_counts_when_a_person_says_so(house: House) -> None:
    team, siti, assignment = await asked(house)
    await house.make.phone(team.siti, "phone-1")
    body = answered(assignment, GOOD | {"light": "4", "power": None}, person())

    pushed = await siti.post("/v1/sync/push", json={"device_id": "phone-1", "visits": [body]})

    (result,) = pushed.json()["results"]
    assert (result["status"], result["findings"]) == ("invalid", [])
    assert [error["pointer"] for error in result["problem"]["errors"]] == ["/answers/fridge"]
    ratna = await house.as_(team.ratna)
    (waiting,) = (await ratna.get("/v1/quarantine")).json()["items"]
    adopted = await ratna.post(
        f"/v1/quarantine/{waiting['id']}/resolutions", json={"action": "adopt", "reason": "Memakai genset tetangga"}
    )
    assert adopted.status_code in (200, 201), adopted.text
    kept = (await ratna.get(f"/v1/visits/{body['id']}")).json()
    assert {"adopted", "answers_to_check"} <= set(kept["flags"])
    assert [(one["pointer"], one["level"]) for one in kept["findings"]] == [("/answers/fridge", "blocking")]


async def test_what_is_doubtful_is_taken_in_and_shown_by_place(house: House) -> None:
    team, siti, assignment = await asked(house)
    await house.make.phone(team.siti, "phone-1")
    child = person("child", born_on="2011-01-01", sex="male", answers={"works": "yes", "pregnant": "no"})
    answers = {"light": "2", "power": "1", "fridge": "maybe", "rooms": 99, "sleeping": 100, "x/y": 1}
    body = answered(assignment, answers, person(), child)

    (result,) = (await siti.post("/v1/sync/push", json={"device_id": "phone-1", "visits": [body]})).json()["results"]

    assert result["status"] == "accepted"
    assert [(one["pointer"], one["code"]) for one in result["findings"]] == [
        ("/answers/power", "not_asked"),
        ("/answers/fridge", "not_an_answer"),
        ("/answers/rooms", "less_than_equal"),
        ("/answers/x~1y", "unknown_question"),
        ("/members/1/answers/pregnant", "not_asked"),
        ("/answers/sleeping", "sleeps_in_rooms"),
        ("/members/1/answers/works", "child_works"),
    ]
    kept = (await siti.get(f"/v1/visits/{body['id']}")).json()
    assert (kept["findings"], kept["flags"]) == (result["findings"], ["answers_to_check"])
    assert kept["members"][1]["answers"] == child["answers"]
    assert "maybe" not in str(result), "a finding never repeats an answer"


async def test_a_clean_visit_an_unfinished_one_and_one_without_a_version_have_no_findings(house: House) -> None:
    _, siti, assignment = await asked(house)
    unfinished = answered(assignment, {"light": "4", "fridge": "yes"}, outcome="partial", verdict=None)
    unnamed = visit(assignment, outcome="partial", verdict=None, answers={})
    clean = answered(assignment, GOOD, person())

    told = [await siti.post("/v1/visits", json=body) for body in (unfinished, unnamed, clean)]

    assert [(one.status_code, one.json()["findings"], one.json()["flags"]) for one in told] == [(201, [], [])] * 3


async def test_members_of_the_list_count_and_only_who_lives_there_is_asked(house: House) -> None:
    _, siti, assignment = await asked(house, members=1)
    listed = await house.owner.fetchval(
        "select m.id from members m join assignments a using (household_id) where a.id = $1", assignment
    )
    gone = {"id": str(listed), "whereabouts": "moved"}

    second = await siti.post("/v1/visits", json=answered(assignment, GOOD, gone, person("head")))
    alone = await siti.post("/v1/visits", json=answered(assignment, GOOD, gone, person("spouse")))

    assert (second.status_code, second.json()["errors"][0]["code"]) == (422, "one_head"), "the list's head counts"
    assert (alone.status_code, alone.json()["findings"]) == (201, [])
