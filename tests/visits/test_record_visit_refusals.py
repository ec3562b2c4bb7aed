"""`POST /v1/visits`: what is refused, and that nothing of it stays behind."""

import json
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from tests.support.house import House
from tests.support.make import Team
from tests.visits.bodies import ELIGIBLE, REFUSED, visit

STORED = ("visits", "receipts", "verdicts", "verdict_revisions", "verdict_events", "assignment_events", "audit_events")


async def door(house: House, **campaign: Any) -> tuple[Team, UUID]:
    """An assignment of Siti's."""
    team = await house.make.team(await house.make.campaign(**campaign))
    return team, await house.make.assignment(team.campaign_id, await house.make.household(), team.siti)


async def nothing_stays(house: House) -> None:
    for table in STORED:
        assert await house.owner.fetchval(f"select count(*) from {table}") == 0, table
    assert await house.owner.fetchval("select count(*) from members where whereabouts is not null") == 0


async def test_nobody_else_records_visits(house: House) -> None:
    team, assignment = await door(house)

    assert (await (await house.as_(None)).post("/v1/visits", json=visit(assignment))).status_code == 401
    for person in (team.ratna, await house.make.dewi(), await house.make.arif(), await house.make.observer()):
        answer = await (await house.as_(person)).post("/v1/visits", json=visit(assignment))
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), person.name
    await nothing_stays(house)


async def test_a_colleagues_assignment_looks_like_none(house: House) -> None:
    team, assignment = await door(house)
    budi = await house.as_(team.budi)

    theirs = await budi.post("/v1/visits", json=visit(assignment))
    nobodys = await budi.post("/v1/visits", json=visit(uuid7()))

    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert {key: theirs.json()[key] for key in ("code", "title", "detail")} == {
        key: nobodys.json()[key] for key in ("code", "title", "detail")
    }
    await nothing_stays(house)


async def test_the_same_id_with_other_content_is_a_conflict(house: House) -> None:
    team, assignment = await door(house)
    siti = await house.as_(team.siti)
    body = visit(assignment)
    await siti.post("/v1/visits", json=body)

    answer = await siti.post("/v1/visits", json=body | {"answers": {"floor": "tile"}})

    assert (answer.status_code, answer.json()["code"]) == (409, "visit_conflict")
    assert await house.owner.fetchval("select count(*) from receipts") == 1


async def test_an_id_of_somebody_elses_visit_is_a_conflict_and_nothing_more(house: House) -> None:
    team, assignment = await door(house)
    other = await house.make.assignment(team.campaign_id, await house.make.household(), team.budi)
    body = visit(assignment)
    await (await house.as_(team.siti)).post("/v1/visits", json=body)

    answer = await (await house.as_(team.budi)).post("/v1/visits", json=visit(other, id=body["id"]))

    assert (answer.status_code, answer.json()["code"]) == (409, "visit_conflict")
    assert str(assignment) not in answer.text
    assert await house.owner.fetchval("select status from assignments where id = $1", other) == "open"
    assert await house.owner.fetchval("select count(*) from receipts") == 1


@pytest.mark.parametrize("status", ["submitted", "approved", "completed", "cancelled"])
async def test_finished_work_takes_no_visit(house: House, status: str) -> None:
    team, assignment = await door(house)
    await house.owner.execute("update assignments set status = $1", status)

    answer = await (await house.as_(team.siti)).post("/v1/visits", json=visit(assignment))

    assert (answer.status_code, answer.json()["code"], answer.json()["allowed"]) == (409, "wrong_state", [])
    await nothing_stays(house)


@pytest.mark.parametrize("status", ["preparation", "review", "closed"])
async def test_a_campaign_that_is_not_in_the_field_takes_no_visit(house: House, status: str) -> None:
    team, assignment = await door(house, status=status)

    answer = await (await house.as_(team.siti)).post("/v1/visits", json=visit(assignment))

    assert (answer.status_code, answer.json()["code"]) == (409, "campaign_not_open")
    await nothing_stays(house)


async def test_a_campaign_under_review_takes_visits_to_returned_work(house: House) -> None:
    team, assignment = await door(house, status="review")
    await house.owner.execute("update assignments set status = 'returned'")

    assert (await (await house.as_(team.siti)).post("/v1/visits", json=visit(assignment))).status_code == 201


NEWCOMER = {"id": str(uuid7()), "whereabouts": "new"}
STRANGER = {"id": str(uuid7()), "whereabouts": "present"}


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"verdict": None}, "/verdict", "missing"),
        ({"outcome": "refused", "verdict": None}, "/verdict", "missing"),
        ({"outcome": "partial"}, "/verdict", "must_be_null"),
        ({"outcome": "appointment"}, "/verdict", "must_be_null"),
        ({"outcome": "refused"}, "/verdict/field_result", "differs_from_outcome"),
        ({"outcome": "no_respondent", "verdict": REFUSED}, "/verdict/field_result", "differs_from_outcome"),
        (
            {"outcome": "refused", "verdict": REFUSED | {"registry_action": "deactivate"}},
            "/verdict/registry_action",
            "needs_deliberation",
        ),
        ({"verdict": ELIGIBLE | {"eligibility": "not_eligible"}}, "/verdict/eligibility", "criterion_suffices"),
        ({"verdict": ELIGIBLE | {"criteria": ["K77"]}}, "/verdict/criteria/0", "unknown_criterion"),
        ({"verdict": ELIGIBLE | {"registry_action": "erase"}}, "/verdict/registry_action", "enum"),
        ({"ended_at": "2022-11-03T01:59:59Z"}, "/ended_at", "before_start"),
        ({"started_at": "2022-11-03T02:00:00"}, "/started_at", "timezone_aware"),
        ({"started_at": "9999-12-31T23:59:59-12:00"}, "/started_at", "less_than"),
        ({"started_at": "0001-01-01T00:00:00+14:00"}, "/started_at", "greater_than_equal"),
        ({"based_on": 2}, "/based_on", "unknown_revision"),
        ({"based_on": 0}, "/based_on", "greater_than_equal"),
        ({"based_on": 2**31}, "/based_on", "less_than"),
        ({"questionnaire_version": 9}, "/questionnaire_version", "unknown_version"),
        ({"corrects": str(uuid7())}, "/corrects", "unknown_visit"),
        ({"members": [STRANGER]}, "/members/0/id", "unknown_member"),
        ({"members": [NEWCOMER]}, "/members/0/name", "missing"),
        ({"members": [NEWCOMER | {"name": "Tini"}] * 2}, "/members/1/id", "repeated"),
        ({"members": [NEWCOMER | {"name": "Tini", "nik": "3573"}]}, "/members/0/nik", "nik_not_16_digits"),
        ({"location": {"lat": 91, "lon": 0}}, "/location/lat", "less_than_equal"),
        ({"attachments": [{"name": "../a.jpg", "sha256": "0" * 64, "bytes": 1}]}, "/attachments/0/name", None),
        ({"answers": {"big": 2**70}}, "/answers", "unstorable"),
        ({"answers": {"torn": "\ud800"}}, "/answers", "unstorable"),
        ({"colour": "red"}, "", "extra_forbidden"),
        ({"id": "1"}, "/id", "uuid_parsing"),
        ({"respondent": {"name": "nul\x00"}}, "/respondent", "nul_character"),
    ],
)
async def test_a_visit_that_makes_no_sense_is_422_at_its_field_and_leaves_nothing(
    house: House, changes: dict[str, Any], pointer: str, code: str | None
) -> None:
    team, assignment = await door(house)
    body = json.dumps(visit(assignment, **changes))

    answer = await (await house.as_(team.siti)).post(
        "/v1/visits", content=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 422, answer.text
    error = answer.json()["errors"][0]
    assert error["pointer"] == pointer
    assert code is None or error["code"] == code
    assert "Tini" not in answer.text
    await nothing_stays(house)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
async def test_numbers_that_are_none_are_422(house: House, number: str) -> None:
    team, assignment = await door(house)
    siti = await house.as_(team.siti)
    for body in (visit(assignment, answers={"n": "@"}), visit(assignment, location={"lat": "@", "lon": 1})):
        text = json.dumps(body).replace('"@"', number)

        answer = await siti.post("/v1/visits", content=text, headers={"Content-Type": "application/json"})

        assert answer.status_code == 422, answer.text
    await nothing_stays(house)


async def test_when_all_members_are_deceased_the_verdict_must_deactivate(house: House) -> None:
    team, assignment = await door(house)
    siti = await house.as_(team.siti)
    rows = await house.owner.fetch("select id from members order by line")
    await house.owner.execute("update members set whereabouts = 'deceased' where id = $1", rows[0]["id"])
    members = [{"id": str(rows[1]["id"]), "whereabouts": "deceased"}]
    gone = ELIGIBLE | {"eligibility": "not_eligible", "criteria": []}

    kept = await siti.post("/v1/visits", json=visit(assignment, members=members, verdict=gone))
    right = await siti.post(
        "/v1/visits", json=visit(assignment, members=members, verdict=gone | {"registry_action": "deactivate"})
    )

    assert (kept.status_code, kept.json()["errors"][0]["code"]) == (422, "all_members_deceased")
    assert right.status_code == 201
