"""`POST /v1/questionnaires/{id}/versions/{n}/trials`: a draft is tried at the desk, unseen by the field."""

from typing import Any
from uuid import uuid4

import httpx

from tests.questionnaires.forms import FORM
from tests.questionnaires.test_versions import make
from tests.support.house import House

GOOD = {"light": "1", "power": "2", "fridge": "yes", "rooms": 3, "sleeping": 2}


def person(**more: Any) -> dict[str, Any]:
    """The head of the family, born in 1990."""
    told = {"sex": "female", "born_on": "1990-05-01", "relation": "head", "answers": {"works": "yes", "pregnant": "no"}}
    return told | more


async def draft(dewi: httpx.AsyncClient) -> str:
    """A draft of Bu Dewi's form."""
    made = await dewi.post(f"/v1/questionnaires/{await make(dewi)}/versions", json={"content": FORM})
    assert made.status_code == 201, made.text
    return str(made.headers["Location"])


async def test_only_who_writes_forms_tries_them(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    url = await draft(await house.as_(await house.make.dewi()))

    for caller in (team.ratna, team.siti, await house.make.arif(), await house.make.observer()):
        assert (await (await house.as_(caller)).post(f"{url}/trials", json={})).status_code == 403, caller.name
    assert (await (await house.as_(None)).post(f"{url}/trials", json={})).status_code == 401


async def test_a_trial_of_no_version_or_of_nonsense_is_refused(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    url = await draft(dewi)

    for absent in (f"/v1/questionnaires/{uuid4()}/versions/1/trials", url.replace("/1", "/2") + "/trials"):
        assert (await dewi.post(absent, json={})).status_code == 404
    bad = {"on": "kemarin", "answers": [], "members": [{"sex": "x", "name": "Sri"}]}
    answer = await dewi.post(f"{url}/trials", json=bad)
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        "/on",
        "/answers",
        "/members/0/sex",
        "/members/0",
    ]


async def test_good_answers_to_a_draft_find_nothing_and_leave_nothing(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    url = await draft(dewi)
    before = await house.owner.fetchval("select count(*) from audit_events")

    answer = await dewi.post(f"{url}/trials", json={"answers": GOOD, "members": [person()]})

    assert (answer.status_code, answer.json()) == (200, {"findings": [], "blocked": False})
    assert (await dewi.get(url)).json()["status"] == "draft"
    assert await house.owner.fetchval("select count(*) from visits") == 0
    assert await house.owner.fetchval("select count(*) from audit_events") == before


async def test_a_trial_finds_by_place_what_a_visit_would_and_says_it_in_both_languages(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    url = await draft(dewi)
    gone = person(whereabouts="deceased", answers={})
    child = person(relation="child", sex="male", born_on="2011-06-01")
    answers = GOOD | {"light": "4", "power": None, "rooms": "three"}

    told = (
        await dewi.post(f"{url}/trials", json={"on": "2022-11-02", "answers": answers, "members": [gone, child]})
    ).json()

    assert [(one["pointer"], one["code"], one["level"]) for one in told["findings"]] == [
        ("/answers/rooms", "int_type", "warning"),
        ("/members/1/answers/pregnant", "not_asked", "warning"),
        ("/answers/fridge", "fridge_needs_power", "blocking"),
        ("/members/1/answers/works", "child_works", "warning"),
    ]
    assert [one["message"] for one in told["findings"]] == [None, None, *[{"id": "Tanya", "en": "Ask"}] * 2]
    assert told["blocked"] is True
    grown = await dewi.post(f"{url}/trials", json={"on": "2026-06-01", "answers": GOOD, "members": [child, person()]})
    assert "child_works" not in [one["code"] for one in grown.json()["findings"]], "fifteen on that very day"


async def test_what_is_not_known_of_a_member_is_no_finding(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    url = await draft(dewi)

    async def codes(*members: dict[str, Any]) -> list[str]:
        told = await dewi.post(f"{url}/trials", json={"answers": GOOD, "members": members})
        return [one["code"] for one in told.json()["findings"]]

    assert await codes(person(relation=None)) == [], "perhaps the head"
    assert await codes(person(relation="child")) == ["one_head"]
    assert await codes(person(), person(relation=None)) == [], "perhaps not a second one"
    assert await codes(person(), person()) == ["one_head"]
    assert await codes(person(born_on=None)) == [], "perhaps old enough to be asked"
