"""`POST /v1/campaigns`, `GET /v1/campaigns`, `GET /v1/campaigns/{id}`."""

from typing import Any
from uuid import uuid4

import pytest

from tests.support.house import House

PILOT: dict[str, Any] = {
    "code": "malang-2022",
    "name": "Verifikasi dan validasi DTKS 2022",
    "starts_on": "2022-11-02",
    "ends_on": "2022-12-26",
    "region_codes": ["35.73.03", "35.73.04"],
    "sources": ["dtks", "field"],
}


async def test_only_bappeda_begins_a_campaign(house: House) -> None:
    team = await house.make.team(await house.make.campaign(code="other"))

    for person in (team.ratna, team.siti, await house.make.arif(), await house.make.observer()):
        answer = await (await house.as_(person)).post("/v1/campaigns", json=PILOT)
        assert answer.status_code == 403, person.name


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"ends_on": "2022-11-01"}, "/ends_on", "ends_before_start"),
        ({"region_codes": []}, "/region_codes", "too_short"),
        ({"region_codes": ["35.73.04", "35.99.01"]}, "/region_codes/1", "unknown_region"),
        ({"region_codes": ["3573020"]}, "/region_codes/0", "string_pattern_mismatch"),
        ({"region_codes": ["35.73.04", "35.73.04"]}, "/region_codes/1", "repeated"),
        ({"sources": ["dukcapil"]}, "/sources/0", "enum"),
        ({"sources": ["dtks", "dtks"]}, "/sources/1", "repeated"),
        ({"span": 0}, "/span", "greater_than_equal"),
        ({"span": 51}, "/span", "less_than_equal"),
        ({"name": "a\x00b"}, "", "nul_character"),
        ({"code": "Malang 2022"}, "/code", "string_pattern_mismatch"),
        ({"questionnaire_id": str(uuid4())}, "/questionnaire_id", "unknown_questionnaire"),
        ({"criteria_set": "field_result"}, "/criteria_set", "unknown_criteria_set"),
        ({"colour": "red"}, "", "extra_forbidden"),
        ({"status": "fieldwork"}, "", "extra_forbidden"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_stored(
    house: House, changes: dict[str, Any], pointer: str, code: str
) -> None:
    dewi = await house.as_(await house.make.dewi())

    answer = await dewi.post("/v1/campaigns", json=PILOT | changes)

    assert answer.status_code == 422
    assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (pointer, code)
    assert (await dewi.get("/v1/campaigns")).json()["items"] == []


async def test_a_code_names_one_campaign(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    await dewi.post("/v1/campaigns", json=PILOT)
    second = await dewi.post("/v1/campaigns", json=PILOT)

    assert (second.status_code, second.json()["code"]) == (409, "campaign_code_taken")


async def test_the_pilot_is_planned_and_read_by_everybody(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    made = await dewi.post("/v1/campaigns", json=PILOT | {"criteria_set": "kriteria_fakir_miskin_262"})

    assert made.status_code == 201
    campaign = made.json()
    assert (campaign["status"], campaign["span"], campaign["impact_assessment_ref"]) == ("preparation", 7, None)
    assert made.headers["Location"] == f"/v1/campaigns/{campaign['id']}"
    wayan = await house.as_(await house.make.observer())
    assert (await wayan.get(made.headers["Location"])).json() == campaign
    known = await wayan.get(made.headers["Location"], headers={"If-None-Match": made.headers["ETag"]})
    assert known.status_code == 304
    assert (await wayan.get(f"/v1/campaigns/{uuid4()}")).status_code == 404


async def test_the_same_key_gives_the_first_answer_again(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    answers = [await dewi.post("/v1/campaigns", json=PILOT, headers={"Idempotency-Key": "k1"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201], answers[0].text
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert answers[0].json() == answers[1].json()


async def test_campaigns_come_in_pages_and_by_status(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    for number in range(3):
        await dewi.post("/v1/campaigns", json=PILOT | {"code": f"season-{number}"})
    await house.make.campaign(status="review", code="earlier")

    first = (await dewi.get("/v1/campaigns?limit=2&status=preparation")).json()
    second = (await dewi.get(f"/v1/campaigns?limit=2&status=preparation&cursor={first['next']}")).json()

    assert [campaign["code"] for campaign in first["items"] + second["items"]] == ["season-0", "season-1", "season-2"]
    assert second["next"] is None
    assert (await dewi.get("/v1/campaigns?cursor=nonsense")).status_code == 422
