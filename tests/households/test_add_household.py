"""`POST /v1/households`: a family found in the field."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.house import House

NIK, NO_KK = "3573041203850001", "3573040101150002"
URL = "/v1/households"


def found(campaign: UUID, **changed: Any) -> dict[str, Any]:
    """A mother and her infant, found in Sukun."""
    mother = {"name": "Siti Aminah", "relation": "head", "sex": "female", "born_on": "1985-03-12", "nik": NIK}
    infant = {"name": "Bayu", "relation": "child", "sex": "male", "nik_missing_reason": "infant"}
    return {
        "id": str(uuid4()),
        "campaign_id": str(campaign),
        "region_code": "35.73.04.1005",
        "rw": "005",
        "rt": "003",
        "address": "Gang Buntu 3",
        "location": {"lat": -7.99, "lon": 112.61, "accuracy_m": 8},
        "families": [{"no": 1, "no_kk": NO_KK}],
        "members": [mother, infant],
    } | changed


def person(**changed: Any) -> dict[str, Any]:
    """A head of family without a NIK."""
    return {"name": "Wagiman", "relation": "head", "sex": "male", "nik_missing_reason": "no_document"} | changed


@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        ({"members": []}, "/members", "too_short"),
        ({"members": [person(nik_missing_reason=None)]}, "/members/0/nik_missing_reason", "nik_or_reason"),
        ({"members": [person(nik=NIK)]}, "/members/0/nik_missing_reason", "nik_or_reason"),
        ({"members": [person(family_no=2)]}, "/members/0/family_no", "unknown_family"),
        ({"members": [person(), person()]}, "/members", "one_head_a_family"),
        ({"members": [person(relation="child")]}, "/members", "one_head_a_family"),
        ({"members": [person(born_on="2999-01-01")]}, "/members/0/born_on", "in_the_future"),
        ({"members": [person(nik="3573", nik_missing_reason=None)]}, "/members/0/nik", "nik_not_16_digits"),
        ({"members": [person(nik=NO_KK, nik_missing_reason=None)]}, "/members/0/nik", "number_twice"),
        ({"families": [{"no": 1}, {"no": 1}]}, "/families", "family_twice"),
        ({"region_code": "35.73.04"}, "/region_code", "string_pattern_mismatch"),
        ({"region_code": "35.73.04.9999"}, "/region_code", "unknown_region"),
        ({"region_code": "35.73.01.1001"}, "/region_code", "outside_campaign"),
        ({"campaign_id": str(uuid4())}, "/campaign_id", "unknown_campaign"),
        ({"id": "1"}, "/id", "uuid_parsing"),
        ({"location": {"lat": 91, "lon": 0}}, "/location/lat", "less_than_equal"),
    ],
)
async def test_bad_fields_are_named_and_nothing_is_stored(
    house: House, changed: dict[str, Any], pointer: str, code: str
) -> None:
    campaign = await house.make.campaign()
    dewi = await house.as_(await house.make.dewi())

    answer = await dewi.post(URL, json=found(campaign, **changed))

    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert NIK not in answer.text
    assert await house.owner.fetchval("select count(*) from households") == 0


async def test_a_campaign_that_is_not_in_the_field_takes_no_finds(house: House) -> None:
    closed = await house.make.campaign(status="review")
    team = await house.make.team(closed)
    elsewhere = await house.make.campaign(code="malang-2023")

    for campaign in (closed, elsewhere):
        answer = await (await house.as_(team.siti)).post(URL, json=found(campaign))
        assert (answer.status_code, answer.json()["code"]) == (409, "campaign_not_open")
    coordinator = await (await house.as_(team.ratna)).post(URL, json=found(elsewhere))
    assert coordinator.status_code == 403


async def test_an_untrained_enumerator_finds_nothing_to_hold(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    other = await house.make.campaign(code="malang-2023")
    siti, body = await house.as_(team.siti), found(campaign)

    await house.owner.execute("update training_attendances set passed = false where staff_id = $1", team.siti.id)
    failed = await siti.post(URL, json=body)
    await house.owner.execute("update training_attendances set passed = true")
    await house.owner.execute("update trainings set campaign_id = $1", other)
    elsewhere = await siti.post(URL, json=body)
    await house.owner.execute("delete from training_attendances where staff_id = $1", team.siti.id)
    absent = await siti.post(URL, json=body)

    for answer in (failed, elsewhere, absent):
        assert (answer.status_code, answer.json()["code"]) == (409, "not_trained")
    assert await house.owner.fetchval("select count(*) from households") == 0
    dewi = await house.as_(await house.make.dewi())
    assert (await dewi.post(URL, json=body)).status_code == 201, "Bappeda holds no assignment"


async def test_the_finder_holds_the_open_assignment_and_sees_the_numbers(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    siti = await house.as_(team.siti)
    body = found(campaign)

    answer = await siti.post(URL, json=body)

    seen = answer.json()
    assert (answer.status_code, seen["id"], seen["head_name"]) == (201, body["id"], "Siti Aminah")
    assert (seen["assignment"]["status"], seen["assignment"]["enumerator_id"]) == ("open", str(team.siti.id))
    assert [member["nik"] for member in seen["members"]] == [NIK, None]
    assert [source["source"] for source in seen["sources"]] == ["field"]
    assert seen["location"] == {"lat": -7.99, "lon": 112.61, "accuracy_m": 8}
    assert (await siti.get(answer.headers["Location"])).json() == seen
    assert (await (await house.as_(team.ratna)).get(answer.headers["Location"])).status_code == 200
    assert (await (await house.as_(team.budi)).get(answer.headers["Location"])).status_code == 404
    kept = await house.owner.fetchrow("select nik, nik_index from members where line = 1")
    assert NIK.encode() not in kept["nik"]
    assert await house.owner.fetchval("select event from assignment_events") == "added"
    assert await house.owner.fetchval("select action from audit_events") == "household.added"


async def test_bappedas_find_is_held_by_nobody(house: House) -> None:
    campaign = await house.make.campaign()
    dewi = await house.as_(await house.make.dewi())

    seen = (await dewi.post(URL, json=found(campaign))).json()

    assert (seen["assignment"]["status"], seen["assignment"]["team_id"]) == ("unassigned", None)
    assert seen["members"][0]["nik"] == "3573************"


async def test_the_same_call_again_is_the_same_household(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    siti = await house.as_(team.siti)
    body = found(campaign)

    answers = await asyncio.gather(*(siti.post(URL, json=body) for _ in range(4)))
    await house.owner.execute("update campaigns set status = 'review'")
    late = await siti.post(URL, json=body)
    other = await siti.post(URL, json=body | {"address": "Gang Buntu 4"})

    assert {answer.status_code for answer in (*answers, late)} == {201}
    assert all(answer.json() == answers[0].json() for answer in (*answers, late))
    assert (other.status_code, other.json()["code"]) == (409, "household_conflict")
    assert await house.owner.fetchval("select count(*) from households") == 1
    assert await house.owner.fetchval("select count(*) from assignments") == 1


async def test_an_id_of_somebody_else_is_a_conflict_and_nothing_more(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    listed = await house.make.household()
    member = await house.owner.fetchval("select id from members limit 1")
    siti = await house.as_(team.siti)

    taken = await siti.post(URL, json=found(campaign, id=str(listed)))
    person_taken = await siti.post(URL, json=found(campaign, members=[person(id=str(member))]))

    for answer in (taken, person_taken):
        assert (answer.status_code, answer.json()["code"]) == (409, "household_conflict")
    assert await house.owner.fetchval("select count(*) from households") == 1


@pytest.mark.parametrize("bad", [b'"\\ud800"', b'"a\\u0000"', b"1e999", b"[]", b"{"])
async def test_text_that_postgresql_cannot_hold_is_refused(house: House, bad: bytes) -> None:
    campaign = await house.make.campaign()
    dewi = await house.as_(await house.make.dewi())
    body = json.dumps(found(campaign, address="HERE")).encode().replace(b'"HERE"', bad)

    answer = await dewi.post(URL, content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 422


async def test_its_history_begins_with_who_found_it_and_what_was_there(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    siti = await house.as_(team.siti)
    body = found(team.campaign_id)

    assert (await siti.post(URL, json=body)).status_code == 201
    assert (await siti.post(URL, json=body)).status_code == 201

    (first,) = (await siti.get(f"{URL}/{body['id']}/history")).json()["items"]
    assert (first["revision"], first["cause"], first["author_id"]) == (1, "added", str(team.siti.id))
    told = {change["pointer"]: change["to"] for change in first["changes"]}
    people = {row["name"]: str(row["id"]) for row in await house.owner.fetch("select id, name from members")}
    assert (told["/address"], told["/head_name"], told["/families/1"]) == ("Gang Buntu 3", "Siti Aminah", {"no": 1})
    assert told[f"/members/{people['Bayu']}"] == {"name": "Bayu", "relation": "child", "family_no": 1}
    assert all(change["from"] is None for change in first["changes"])
    assert await house.owner.fetchval("select revision from households") == 1
    stored = await house.owner.fetchval("select changes from household_revisions")
    assert b"Bayu" not in stored
    assert NIK.encode() not in stored
