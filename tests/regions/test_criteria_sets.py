"""`GET /v1/criteria-sets`: versioned by decree, nothing made up, and every answer named is one that can be given."""

import json
from typing import Any

from api.regions.service import codes_of
from tests.support.house import House


async def question(house: House, name: str) -> dict[str, Any]:
    """A question of the pilot's form by its name."""
    content = await house.owner.fetchval(
        "select v.content::text from questionnaire_versions v join questionnaires q on q.id = v.questionnaire_id"
        " where q.code = 'malang-2022' order by v.version desc"
    )
    found: list[dict[str, Any]] = []

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            if part.get("name") == name and "type" in part:
                found.append(part)
            part = list(part.values())
        if isinstance(part, list):
            for inner in part:
                walk(inner)

    walk(json.loads(content))
    assert len(found) == 1, name
    return found[0]


async def test_nobody_reads_criteria_sets_without_a_token(house: House) -> None:
    assert (await (await house.as_(None)).get("/v1/criteria-sets")).status_code == 401


async def test_an_unknown_set_is_not_found(house: House) -> None:
    siti = await house.as_((await house.make.team(await house.make.campaign())).siti)

    for name in ("nothing", "146%2FHUK%2F2013", "field_result"):
        assert (await siti.get(f"/v1/criteria-sets/{name}")).status_code == 404, name


async def test_the_decree_of_2022_has_nine_criteria_and_one_suffices_alone(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    found = (await dewi.get("/v1/criteria-sets/kriteria_fakir_miskin_262")).json()

    assert (found["decree"], found["valid_from"], found["verified"]) == ("Kepmensos 262/HUK/2022", "2022-12-31", True)
    assert [criterion["code"] for criterion in found["criteria"]] == [f"K{number}" for number in range(9)]
    assert [criterion["code"] for criterion in found["criteria"] if criterion["suffices_alone"]] == ["K0"]


async def test_no_criterion_of_the_decree_that_nobody_read_is_invented(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    found = (await dewi.get("/v1/criteria-sets/kriteria_146_huk_2013")).json()

    assert (found["verified"], found["criteria"], found["valid_from"]) == (False, [], None)
    assert found["note"]


async def test_every_answer_that_points_to_a_criterion_can_be_given_in_the_pilot_form(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    found = (await dewi.get("/v1/criteria-sets/kriteria_fakir_miskin_262")).json()

    for criterion in found["criteria"]:
        assert criterion["evidence"], criterion["code"]
        for evidence in criterion["evidence"]:
            asked = await question(house, evidence["question"])
            assert set(evidence["answers"]) <= codes_of(asked["list"]), evidence


async def test_sets_are_listed_page_by_page_and_kept_by_their_etag(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    first = await dewi.get("/v1/criteria-sets?limit=1")
    second = await dewi.get("/v1/criteria-sets", params={"limit": 1, "cursor": first.json()["next"]})
    names = [answer.json()["items"][0]["name"] for answer in (first, second)]

    assert (names, second.json()["next"]) == (["kriteria_146_huk_2013", "kriteria_fakir_miskin_262"], None)
    for path in ("", "/kriteria_146_huk_2013"):
        again = await dewi.get(f"/v1/criteria-sets{path}", headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304
