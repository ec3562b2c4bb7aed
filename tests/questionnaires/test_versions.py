"""`/v1/questionnaires` and its versions."""

from copy import deepcopy
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.questionnaires.service import version_exists
from tests.support.house import House

LABEL = {"id": "Lantai", "en": "Floor"}
FLOOR: dict[str, Any] = {
    "name": "floor",
    "type": "select_one",
    "label": LABEL,
    "list": "bdt_lantai",
    "data_class": "personal",
}
AREA: dict[str, Any] = {
    "name": "area",
    "type": "integer",
    "label": LABEL,
    "data_class": "personal",
    "minimum": 0,
    "maximum": 999,
    "relevant": {"question": "floor", "in": ["1", "2"]},
}
HOUSING: dict[str, Any] = {"name": "housing", "label": LABEL, "subject": "household", "questions": [FLOOR, AREA]}
MEMBERS: dict[str, Any] = {"name": "members", "label": LABEL, "subject": "member", "questions": [FLOOR | {"name": "x"}]}


async def make(client: httpx.AsyncClient, code: str = "malang-2023") -> str:
    made = await client.post("/v1/questionnaires", json={"code": code, "title": "Verval 2023"})
    assert made.status_code == 201
    return str(made.json()["id"])


async def add(client: httpx.AsyncClient, questionnaire: str, *sections: dict[str, Any]) -> httpx.Response:
    body = {"content": {"sections": sections}}
    return await client.post(f"/v1/questionnaires/{questionnaire}/versions", json=body)


async def test_only_bappeda_writes_questionnaires(house: House) -> None:
    team = await house.make.team(await house.make.campaign())

    for person in (team.ratna, team.siti, await house.make.arif()):
        client = await house.as_(person)
        made = await client.post("/v1/questionnaires", json={"code": "x", "title": "X"})
        added = await add(client, str(uuid4()), HOUSING)
        published = await client.patch(
            f"/v1/questionnaires/{uuid4()}/versions/1", json={"status": "published"}, headers={"If-Match": "*"}
        )
        assert [answer.status_code for answer in (made, added, published)] == [403] * 3, person.name


async def test_a_code_names_one_questionnaire(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    taken = await dewi.post("/v1/questionnaires", json={"code": "malang-2022", "title": "Lagi"})
    wrong = await dewi.post("/v1/questionnaires", json={"code": "Malang 2022", "title": ""})

    assert (taken.status_code, taken.json()["code"]) == (409, "questionnaire_code_taken")
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["/code", "/title"]


async def test_an_unknown_questionnaire_or_version_is_not_found(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    questionnaire = await make(dewi)

    assert (await dewi.get(f"/v1/questionnaires/{uuid4()}/versions")).status_code == 404
    assert (await dewi.get(f"/v1/questionnaires/{questionnaire}/versions/1")).status_code == 404
    assert (await add(dewi, str(uuid4()), HOUSING)).status_code == 404
    for number in ("0", "one", str(2**31)):
        assert (await dewi.get(f"/v1/questionnaires/{questionnaire}/versions/{number}")).status_code == 422


FIRST, SECOND = "/content/sections/0/questions/0", "/content/sections/0/questions/1"


@pytest.mark.parametrize(
    ("floor", "area", "pointer"),
    [
        ({"list": "no_such_list"}, {}, f"{FIRST}/list"),
        ({"list": None}, {}, f"{FIRST}/list"),
        ({"minimum": 1}, {}, f"{FIRST}/minimum"),
        ({"label": {"id": "Lantai"}}, {}, f"{FIRST}/label/en"),
        ({"label": {"id": "Lan\x00tai", "en": "Floor"}}, {}, f"{FIRST}/label"),
        ({"type": "geopoint"}, {}, f"{FIRST}/type"),
        ({"data_class": "secret"}, {}, f"{FIRST}/data_class"),
        ({"name": "Lantai!"}, {}, f"{FIRST}/name"),
        ({"calculate": "1+1"}, {}, FIRST),
        ({"relevant": {"question": "area", "in": ["1"]}}, {}, f"{FIRST}/relevant/question"),
        ({"relevant": {"question": "floor", "in": ["1"]}}, {}, f"{FIRST}/relevant/question"),
        ({}, {"name": "floor"}, f"{SECOND}/name"),
        ({}, {"list": "bdt_lantai"}, f"{SECOND}/list"),
        ({}, {"maximum": -1}, f"{SECOND}/maximum"),
        ({}, {"relevant": {"question": "floor", "in": ["99"]}}, f"{SECOND}/relevant/in/0"),
        ({}, {"relevant": {"question": "floor", "in": ["\x00"]}}, f"{SECOND}/relevant/in/0"),
        ({}, {"relevant": {"question": "floor", "in": []}}, f"{SECOND}/relevant/in"),
    ],
)
async def test_a_form_that_does_not_hang_together_is_refused_by_place(
    house: House, floor: dict[str, Any], area: dict[str, Any], pointer: str
) -> None:
    dewi = await house.as_(await house.make.dewi())
    questionnaire = await make(dewi)

    answer = await add(dewi, questionnaire, HOUSING | {"questions": [FLOOR | floor, AREA | area]})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await dewi.get(f"/v1/questionnaires/{questionnaire}/versions")).json()["items"] == []


async def test_a_household_question_does_not_hang_on_one_member_nor_on_a_number(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    questionnaire = await make(dewi)
    on_member, on_number, twice = deepcopy(HOUSING), deepcopy(HOUSING), deepcopy(HOUSING) | {"questions": [AREA]}
    on_member["questions"][0]["relevant"] = {"question": "x", "in": ["1"]}
    on_number["questions"].append(AREA | {"name": "more", "relevant": {"question": "area", "in": ["1"]}})

    answers = [
        await add(dewi, questionnaire, MEMBERS, on_member),
        await add(dewi, questionnaire, on_number),
        await add(dewi, questionnaire, HOUSING, twice),
    ]

    assert [answer.json()["errors"][0]["pointer"] for answer in answers] == [
        "/content/sections/1/questions/0/relevant/question",
        "/content/sections/0/questions/2/relevant/question",
        "/content/sections/1/name",
    ]


async def test_a_draft_is_published_once_and_then_counts(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    questionnaire = await make(dewi)

    drafts = [await add(dewi, questionnaire, HOUSING, MEMBERS) for _ in range(2)]
    url, seen = drafts[0].headers["Location"], drafts[0].headers["ETag"]
    assert [draft.json()["version"] for draft in drafts] == [1, 2]
    assert not await version_exists(house.owner, UUID(questionnaire), 1), "a draft does not count yet"
    change = {"status": "published"}
    answers = [
        await dewi.patch(url, json=change),
        await dewi.patch(url, json={"status": "draft"}, headers={"If-Match": seen}),
        await dewi.patch(url, json=change, headers={"If-Match": seen}),
        await dewi.patch(url, json=change, headers={"If-Match": seen}),
        await dewi.patch(url, json=change, headers={"If-Match": "*"}),
    ]

    assert [answer.status_code for answer in answers] == [428, 422, 200, 412, 409]
    assert (answers[2].json()["status"], answers[4].json()["code"]) == ("published", "wrong_state")
    assert await version_exists(house.owner, UUID(questionnaire), 1)
    found = (await dewi.get("/v1/questionnaires")).json()["items"]
    assert {one["code"]: one["latest_version"] for one in found}["malang-2023"] == 1


async def test_an_enumerator_reads_a_version_once_and_keeps_it(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    dewi, siti = await house.as_(await house.make.dewi()), await house.as_(team.siti)
    url = (await add(dewi, await make(dewi), HOUSING)).headers["Location"]

    first = await siti.get(url)
    again = await siti.get(url, headers={"If-None-Match": first.headers["ETag"]})

    assert first.json()["content"]["sections"][0]["questions"][1]["relevant"] == AREA["relevant"]
    assert (again.status_code, again.headers["ETag"]) == (304, first.headers["ETag"])


async def test_versions_come_in_pages_and_by_status(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    questionnaire = await make(dewi)
    for _ in range(3):
        await add(dewi, questionnaire, HOUSING)
    url = f"/v1/questionnaires/{questionnaire}/versions?limit=2"

    first = (await dewi.get(url)).json()
    second = (await dewi.get(f"{url}&cursor={first['next']}")).json()

    assert [version["version"] for version in first["items"] + second["items"]] == [1, 2, 3]
    assert (await dewi.get(f"{url}&status=published")).json()["items"] == []
    too_far = "Wzk5OTk5OTk5OTk5XQ=="  # [99999999999]
    assert (await dewi.get(f"{url}&cursor={too_far}")).status_code == 422
