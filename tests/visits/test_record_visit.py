"""`POST /v1/visits`: what is recorded, once, and sealed."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from uuid_utils.compat import uuid7

from tests.support.house import House
from tests.support.make import Team
from tests.visits.bodies import ELIGIBLE, visit


async def door(house: House) -> tuple[Team, UUID, httpx.AsyncClient]:
    """Siti's assignment to a household, and Siti's client."""
    team = await house.make.team(await house.make.campaign())
    assignment = await house.make.assignment(team.campaign_id, await house.make.household(), team.siti)
    return team, assignment, await house.as_(team.siti)


async def test_a_completed_visit_submits_its_assignment_with_a_proposed_verdict(house: House) -> None:
    team, assignment, siti = await door(house)
    body = visit(assignment)

    answer = await siti.post("/v1/visits", json=body)

    assert answer.status_code == 201, answer.text
    recorded = answer.json()
    assert (recorded["id"], recorded["submits"], recorded["flags"]) == (body["id"], True, [])
    row = await house.owner.fetchrow("select * from assignments where id = $1", assignment)
    assert (row["status"], row["verdict_stage"], row["revision"]) == ("submitted", "proposed", 2)
    assert (row["field_result"], row["eligibility"]) == ("completed", "eligible")
    verdict = await house.owner.fetchrow("select * from verdict_revisions")
    assert (verdict["revision"], verdict["author_id"], verdict["criteria"]) == (1, team.siti.id, ["K0"])
    assert (str(verdict["visit_id"]), verdict["criteria_set"]) == (body["id"], "kriteria_fakir_miskin_262")
    step = await house.owner.fetchrow("select event, actor_id, status from assignment_events")
    assert tuple(step) == ("submitted", team.siti.id, "submitted")
    deed = await house.owner.fetchrow("select action, subject_id, detail::text from audit_events")
    assert tuple(deed)[:2] == ("visit.recorded", UUID(body["id"]))
    assert "earth" not in deed["detail"]


async def test_a_partial_visit_and_an_appointment_are_kept_and_submit_nothing(house: House) -> None:
    _, assignment, siti = await door(house)

    for outcome in ("partial", "appointment"):
        answer = await siti.post("/v1/visits", json=visit(assignment, outcome=outcome, verdict=None))
        assert (answer.status_code, answer.json()["submits"]) == (201, False)

    row = await house.owner.fetchrow("select status, revision from assignments where id = $1", assignment)
    assert tuple(row) == ("open", 1)
    assert await house.owner.fetchval("select count(*) from verdicts") == 0


async def test_the_same_visit_again_is_200_with_the_first_answer(house: House) -> None:
    _, assignment, siti = await door(house)
    body = visit(assignment)

    first = await siti.post("/v1/visits", json=body)
    again = await siti.post("/v1/visits", json=dict(reversed(body.items())))

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.content == first.content
    for table in ("visits", "receipts", "verdict_revisions", "audit_events"):
        assert await house.owner.fetchval(f"select count(*) from {table}") == 1, table


async def test_five_parallel_posts_of_one_visit_have_one_effect_and_equal_answers(house: House) -> None:
    _, assignment, siti = await door(house)
    body = visit(assignment)

    answers = await asyncio.gather(*(siti.post("/v1/visits", json=body) for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.content for answer in answers}) == 1
    for table in ("visits", "receipts", "verdict_revisions", "verdict_events", "assignment_events"):
        assert await house.owner.fetchval(f"select count(*) from {table}") == 1, table


async def test_two_phones_at_once_submit_one_assignment_once(house: House) -> None:
    _, assignment, siti = await door(house)

    answers = await asyncio.gather(*(siti.post("/v1/visits", json=visit(assignment)) for _ in range(4)))

    assert [answer.status_code for answer in answers] == [201] * 4
    assert sorted(answer.json()["submits"] for answer in answers) == [False, False, False, True]
    assert sorted(answer.json()["flags"] for answer in answers) == [[], ["stale"], ["stale"], ["stale"]]
    assert await house.owner.fetchval("select count(*) from verdict_revisions") == 1
    assert await house.owner.fetchval("select count(*) from visits") == 4


async def test_a_returned_assignment_takes_a_correction_as_the_next_revision(house: House) -> None:
    _, assignment, siti = await door(house)
    first = (await siti.post("/v1/visits", json=visit(assignment))).json()
    await house.owner.execute("update assignments set status = 'returned', revision = 3")
    changed = ELIGIBLE | {"eligibility": "not_eligible", "criteria": [], "reasons": ["well_off"]}

    answer = await siti.post("/v1/visits", json=visit(assignment, based_on=3, corrects=first["id"], verdict=changed))

    assert (answer.status_code, answer.json()["submits"], answer.json()["corrects"]) == (201, True, first["id"])
    assert answer.json()["sequence"] > first["sequence"]
    revisions = await house.owner.fetch("select revision, eligibility from verdict_revisions order by revision")
    assert [tuple(row) for row in revisions] == [(1, "eligible"), (2, "not_eligible")]
    numbers = await house.owner.fetch("select number, move, revision from verdict_events order by number")
    assert [tuple(row) for row in numbers] == [(1, "propose", 1), (2, "propose", 2)]


async def test_a_visit_on_an_older_revision_is_kept_flagged_and_moves_nothing(house: House) -> None:
    _, assignment, siti = await door(house)
    member = await house.owner.fetchval("select id from members order by line limit 1")
    await house.owner.execute("update assignments set revision = 5")
    members = [{"id": str(member), "whereabouts": "deceased"}]

    answer = await siti.post("/v1/visits", json=visit(assignment, based_on=4, members=members))

    assert (answer.status_code, answer.json()["flags"], answer.json()["submits"]) == (201, ["stale"], False)
    row = await house.owner.fetchrow("select status, revision from assignments")
    assert tuple(row) == ("open", 5)
    assert await house.owner.fetchval("select count(*) from members where whereabouts is not null") == 0
    assert await house.owner.fetchval("select latitude from households") is None


async def test_odd_clocks_places_and_missing_notice_are_flagged_not_refused(house: House) -> None:
    _, assignment, siti = await door(house)
    now = datetime.now(UTC)
    odd: dict[str, dict[str, Any]] = {
        "clock_skew": {"device": {"id": "x", "clock_at": (now + timedelta(seconds=400)).isoformat()}},
        "future": {"at": now + timedelta(days=2)},
        "before_campaign": {"at": datetime(2022, 11, 1, 16, 59, 59, tzinfo=UTC)},
        "mock_location": {"location": {"lat": -7.9, "lon": 112.6, "mock": True}},
        "no_notice": {"notice_given": False},
    }

    for flag, changes in odd.items():
        answer = await siti.post("/v1/visits", json=visit(assignment, outcome="partial", verdict=None, **changes))
        assert (answer.status_code, answer.json()["flags"]) == (201, [flag])
    first_minute = visit(assignment, outcome="partial", verdict=None, at=datetime(2022, 11, 1, 17, 0, tzinfo=UTC))
    assert (await siti.post("/v1/visits", json=first_minute)).json()["flags"] == []
    ahead = await siti.post("/v1/visits", json=visit(assignment, outcome="partial", verdict=None, **odd["clock_skew"]))
    assert 380 < ahead.json()["clock_skew_s"] <= 400


async def test_a_household_gets_its_place_once_and_later_visits_their_distance_from_it(house: House) -> None:
    _, assignment, siti = await door(house)
    near = {"lat": -7.99, "lon": 112.62, "accuracy_m": 5}

    first = await siti.post("/v1/visits", json=visit(assignment, outcome="partial", verdict=None, location=near))
    second = await siti.post(
        "/v1/visits",
        json=visit(assignment, outcome="partial", verdict=None, location=near | {"lat": -7.98}),
    )

    assert first.json()["distance_m"] is None
    assert 1111 < second.json()["distance_m"] < 1113  # a hundredth of a degree of latitude
    row = await house.owner.fetchrow("select latitude, longitude, accuracy_m, revision from households")
    assert tuple(row) == (-7.99, 112.62, 5, 2)


async def test_whereabouts_act_at_once_and_new_members_come_in_with_a_sealed_nik(house: House) -> None:
    team, assignment, siti = await door(house)
    members = await house.owner.fetch("select id, name from members order by line")
    newcomer = {
        "id": str(uuid7()),
        "whereabouts": "new",
        "name": "Tini",
        "nik": "3573045203120003",
        "relation": "child",
    }
    listed = [{"id": str(row["id"]), "whereabouts": "present", "name": "Nama Lain"} for row in members]
    listed[1]["whereabouts"] = "moved"
    body = visit(assignment, members=[*listed, newcomer])

    answer = await siti.post("/v1/visits", json=body)

    assert answer.status_code == 201, answer.text
    rows = await house.owner.fetch("select name, whereabouts, line, nik, nik_index from members order by line")
    assert [tuple(row)[:3] for row in rows] == [
        (members[0]["name"], "present", 1),
        (members[1]["name"], "moved", 2),
        ("Tini", "new", 3),
    ]
    assert b"3573045203120003" not in rows[2]["nik"]
    assert rows[2]["nik_index"] == house.make.vault.index("nik", "3573045203120003")
    seen = (await (await house.as_(team.ratna)).get(f"/v1/visits/{body['id']}")).json()
    assert [member["nik"] for member in seen["members"]] == [None, None, "3573************"]
    assert seen["members"][0]["name"] == "Nama Lain"


async def test_what_was_said_at_the_door_lies_sealed(house: House) -> None:
    _, assignment, siti = await door(house)
    planted = "zamrud-khatulistiwa"
    body = visit(assignment, answers={"note": planted}, respondent={"name": planted, "relation": "head"})

    assert (await siti.post("/v1/visits", json=body)).status_code == 201

    tables = await house.owner.fetch("select tablename from pg_tables where schemaname = 'public'")
    for table in tables:
        rows = await house.owner.fetch(f'select t::text as whole from "{table["tablename"]}" t')
        for row in rows:
            assert planted not in row["whole"], table["tablename"]
            assert planted.encode().hex() not in row["whole"], table["tablename"]
    row = await house.owner.fetchrow("select id, content, receipt_id from visits")
    assert planted in house.make.vault.open("visit.content", row["id"], row["content"])
    receipt = await house.owner.fetchval("select body from receipts where id = $1", row["receipt_id"])
    assert planted in house.make.vault.open("receipt.body", row["receipt_id"], receipt)


async def test_two_visits_at_once_that_bring_the_same_newcomer_are_both_recorded(house: House) -> None:
    _, assignment, siti = await door(house)
    newcomer = {"id": str(uuid7()), "whereabouts": "new", "name": "Tini", "relation": "child"}
    bodies = [visit(assignment, outcome="partial", verdict=None, members=[newcomer]) for _ in range(4)]

    answers = await asyncio.gather(*(siti.post("/v1/visits", json=body) for body in bodies))

    assert [answer.status_code for answer in answers] == [201] * 4
    assert await house.owner.fetchval("select count(*) from members where name = 'Tini'") == 1
