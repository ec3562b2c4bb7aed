"""`POST /v1/sync/push`: each item its own result, one effect however often it comes."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from tests.support.house import House
from tests.sync.parcels import count, doors, found_household, hand_on, push
from tests.visits.bodies import visit

EFFECTS = ("visits", "receipts", "verdict_revisions", "verdict_events", "assignment_events", "household_revisions")


async def test_only_enumerators_push(house: House) -> None:
    team, (assignment,) = await doors(house)
    body = {"device_id": "hp", "visits": [visit(assignment)]}

    assert (await (await house.as_(None)).post("/v1/sync/push", json=body)).status_code == 401
    for person in (team.ratna, await house.make.dewi(), await house.make.arif(), await house.make.observer()):
        assert (await (await house.as_(person)).post("/v1/sync/push", json=body)).status_code == 403, person.name
    assert await count(house, "receipts") == 0


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ("{", "", "json_invalid"),
        ("[]", "", "invalid"),
        ('{"visits": []}', "", "invalid"),
        ('{"device_id": 5}', "/device_id", "invalid"),
        ('{"device_id": ""}', "/device_id", "invalid"),
        ('{"device_id": "hp", "visits": {}}', "/visits", "invalid"),
        ('{"device_id": "hp", "photos": []}', "", "invalid"),
        ('{"device_id": "hp", "visits": [' + "{}," * 500 + "{}]}", "/visits", "invalid"),
        ('{"device_id": "hp", "households": [{}], "visits": [' + "{}," * 499 + "{}]}", "/visits", "too_long"),
    ],
)
async def test_what_is_no_parcel_is_422_and_leaves_nothing(house: House, body: str, pointer: str, code: str) -> None:
    team, _ = await doors(house)

    answer = await (await house.as_(team.siti)).post(
        "/v1/sync/push", content=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 422, answer.text
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert await count(house, "receipts") == 0


async def test_a_parcel_may_be_eight_mebibytes_and_no_more(house: House) -> None:
    team, (assignment,) = await doors(house)
    siti = await house.as_(team.siti)
    large = visit(assignment, outcome="partial", verdict=None, answers={"note": "x" * (3 * 1024 * 1024)})

    assert [found["status"] for found in await push(siti, large)] == ["accepted"]
    answer = await siti.post("/v1/sync/push", json={"device_id": "hp", "visits": [large] * 3})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_pushed_visit_does_what_a_posted_one_does(house: House) -> None:
    team, (first, second) = await doors(house, 2)
    siti = await house.as_(team.siti)

    results = await push(siti, visit(first), visit(second, outcome="partial", verdict=None))

    assert [(found["status"], found["problem"]) for found in results] == [("accepted", None)] * 2
    rows = await house.owner.fetch("select id, status, verdict_stage from assignments order by id")
    assert [tuple(row) for row in rows] == [(first, "submitted", "proposed"), (second, "open", None)]
    receipts = await house.owner.fetch("select id, device_id from receipts order by id")
    assert {str(row["id"]) for row in receipts} == {found["receipt"] for found in results}
    assert {row["device_id"] for row in receipts} == {"hp-siti"}


async def test_five_parallel_posts_of_one_push_have_one_effect_and_equal_answers(house: House) -> None:
    team, assignments = await doors(house, 8)
    siti = await house.as_(team.siti)
    newcomer = {"id": str(uuid7()), "whereabouts": "new", "name": "Tini"}
    visits = [visit(assignment) for assignment in assignments]
    visits[0]["members"] = [newcomer]
    home = found_household(team)

    answers = await asyncio.gather(
        *(push(siti, *(visits if turn % 2 else reversed(visits)), households=[home]) for turn in range(5))
    )

    told = [{one["id"]: one for one in answer} for answer in answers]
    assert sum(one["status"] == "accepted" for answer in answers for one in answer) == 9
    assert {one["status"] for answer in answers for one in answer} == {"accepted", "duplicate"}
    for one in told[0]:
        assert len({answer[one]["receipt"] for answer in told}) == 1
    assert {table: await count(house, table) for table in ("visits", "receipts", "verdict_revisions")} == {
        "visits": 8,
        "receipts": 9,
        "verdict_revisions": 8,
    }
    assert await house.owner.fetchval("select count(*) from members where name = 'Tini'") == 1


async def test_the_same_again_is_a_duplicate_with_the_first_receipt_however_it_is_spelled(house: House) -> None:
    team, (assignment,) = await doors(house)
    siti = await house.as_(team.siti)
    body = visit(assignment)

    (first,) = await push(siti, body)
    before = {table: await count(house, table) for table in EFFECTS}
    again = await push(siti, body, dict(reversed(body.items())), json.dumps(body, indent=2))
    posted = await siti.post("/v1/visits", json=body)

    assert [(found["status"], found["receipt"]) for found in again] == [("duplicate", first["receipt"])] * 3
    assert (posted.status_code, posted.json()["receipt"]) == (200, first["receipt"])
    assert {table: await count(house, table) for table in EFFECTS} == before


async def test_a_posted_visit_is_a_duplicate_when_it_is_pushed(house: House) -> None:
    team, (assignment,) = await doors(house)
    siti = await house.as_(team.siti)
    body = visit(assignment)
    posted = (await siti.post("/v1/visits", json=body)).json()

    (found,) = await push(siti, body)

    assert (found["status"], found["receipt"]) == ("duplicate", posted["receipt"])


async def test_twice_in_one_parcel_is_once(house: House) -> None:
    team, (assignment,) = await doors(house)
    body = visit(assignment)

    first, second, third = await push(await house.as_(team.siti), body, body, body | {"answers": {"floor": "tile"}})

    assert [first["status"], second["status"], third["status"]] == ["accepted", "duplicate", "conflict"]
    assert first["receipt"] == second["receipt"] != third["receipt"]
    assert (await count(house, "visits"), await count(house, "receipts")) == (1, 2)


async def test_other_content_under_an_id_is_a_conflict_and_both_are_kept(house: House) -> None:
    team, (assignment,) = await doors(house)
    siti = await house.as_(team.siti)
    body = visit(assignment)
    other = body | {"answers": {"floor": "tile"}}
    await push(siti, body)

    (found,) = await push(siti, other)
    (again,) = await push(siti, other)

    assert (found["status"], found["problem"]["code"]) == ("conflict", "visit_conflict")
    assert again == found
    assert (await count(house, "receipts"), await count(house, "quarantined_items")) == (2, 1)
    assert await count(house, "visits") == 1


async def test_an_id_of_somebody_else_is_a_conflict_and_nothing_more(house: House) -> None:
    team, (assignment,) = await doors(house)
    theirs = await house.make.assignment(team.campaign_id, await house.make.household(), team.budi)
    body = visit(assignment)
    await push(await house.as_(team.siti), body)

    (found,) = await push(await house.as_(team.budi), visit(theirs, id=body["id"]))

    assert (found["status"], found["problem"]["code"]) == ("conflict", "visit_conflict")
    assert await house.owner.fetchval("select status from assignments where id = $1", theirs) == "open"


async def test_a_former_holder_hears_duplicate_of_what_was_accepted_and_keeps_what_was_not(house: House) -> None:
    team, (assignment,) = await doors(house)
    siti = await house.as_(team.siti)
    accepted, late = (visit(assignment, outcome="partial", verdict=None) for _ in range(2))
    (first,) = await push(siti, accepted)
    await hand_on(house, assignment, team.budi)

    again, waits = await push(siti, accepted, late)
    still = (await push(siti, late))[0]

    assert (again["status"], again["receipt"]) == ("duplicate", first["receipt"])
    assert (waits["status"], waits["problem"]["code"]) == ("quarantined", "not_held")
    assert still == waits
    assert await count(house, "visits") == 1


async def test_a_foreign_and_an_absent_assignment_look_alike(house: House) -> None:
    team, _ = await doors(house)
    theirs = await house.make.assignment(team.campaign_id, await house.make.household(), team.budi)

    foreign, absent = await push(await house.as_(team.siti), visit(theirs), visit(uuid7()))

    assert foreign["problem"] == absent["problem"]
    assert (foreign["status"], absent["status"]) == ("quarantined", "quarantined")


@pytest.mark.parametrize("status", ["preparation", "review", "closed"])
async def test_a_campaign_that_is_not_in_the_field_puts_visits_in_quarantine(house: House, status: str) -> None:
    team, (assignment,) = await doors(house, status=status)

    (found,) = await push(await house.as_(team.siti), visit(assignment))

    assert (found["status"], found["problem"]["code"]) == ("quarantined", "campaign_not_open")


async def test_what_a_person_may_mend_waits_and_what_makes_no_sense_is_invalid(house: House) -> None:
    team, assignments = await doors(house, 7)
    submitted, *rest = assignments
    await house.owner.execute("update assignments set status = 'submitted' where id = $1", submitted)
    odd: list[dict[str, Any]] = [
        visit(submitted),
        visit(rest[0], questionnaire_version=9),
        visit(rest[1], based_on=7),
        visit(rest[2], corrects=str(uuid7())),
        visit(rest[3], verdict=None),
        visit(rest[4], outcome="gone"),
        visit(rest[5], colour="red"),
    ]

    results = await push(await house.as_(team.siti), *odd)

    told = [
        (one["status"], one["problem"]["code"], [error["pointer"] for error in one["problem"]["errors"] or []])
        for one in results
    ]
    assert told == [
        ("quarantined", "wrong_state", []),
        ("quarantined", "invalid", ["/questionnaire_version"]),
        ("quarantined", "invalid", ["/based_on"]),
        ("quarantined", "invalid", ["/corrects"]),
        ("invalid", "invalid", ["/verdict"]),
        ("invalid", "invalid", ["/outcome"]),
        ("invalid", "invalid", [""]),
    ]
    assert (await count(house, "receipts"), await count(house, "visits")) == (7, 0)


async def test_a_stale_visit_and_a_wrong_clock_are_accepted_and_flagged(house: House) -> None:
    team, (stale, skewed) = await doors(house, 2)
    await house.owner.execute("update assignments set revision = 5 where id = $1", stale)
    clock = {"id": "hp", "clock_at": (datetime.now(UTC) - timedelta(days=900)).isoformat()}

    results = await push(await house.as_(team.siti), visit(stale), visit(skewed, device=clock))

    assert [found["status"] for found in results] == ["accepted"] * 2
    flags = await house.owner.fetch("select flags from visits order by sequence")
    assert [row["flags"] for row in flags] == [["stale"], ["clock_skew"]]


async def test_items_that_nobody_can_read_are_kept_to_the_byte_and_take_no_other_along(house: House) -> None:
    team, (assignment,) = await doors(house)
    siti = await house.as_(team.siti)
    torn = json.dumps(visit(assignment, answers={"note": "@"})).replace("@", "\\ud83d")
    strange = [torn, '{"id":  1, "n": NaN}', "5", '"x"', "[]", "{}"]

    results = await push(siti, *strange[:3], visit(assignment), *strange[3:])
    again = await push(siti, *strange)

    assert [one["status"] for one in results] == ["invalid"] * 3 + ["accepted"] + ["invalid"] * 3
    assert [one["id"] is None for one in results] == [False, True, True, False, True, True, True]
    assert again == [one for one in results if one["status"] == "invalid"]
    kept = {
        house.make.vault.open_bytes("receipt.body", row["id"], row["body"])
        for row in await house.owner.fetch("select id, body from receipts")
    }
    assert kept >= {item.encode() for item in strange}


async def test_a_mended_item_may_come_under_the_id_of_the_broken_one(house: House) -> None:
    team, (assignment,) = await doors(house)
    siti = await house.as_(team.siti)
    body = visit(assignment)

    (broken,) = await push(siti, body | {"outcome": "gone"})
    (mended,) = await push(siti, body)

    assert (broken["status"], mended["status"]) == ("invalid", "accepted")


async def test_a_found_household_and_the_visit_to_it_come_in_one_push(house: House) -> None:
    team, _ = await doors(house)
    siti = await house.as_(team.siti)
    home = found_household(team)
    knock = visit(home["assignment_id"], members=[{"id": home["members"][0]["id"], "whereabouts": "present"}])

    results = await push(siti, knock, households=[home])
    again = await push(siti, knock, households=[home])

    assert [(one["id"], one["status"]) for one in results] == [(home["id"], "accepted"), (knock["id"], "accepted")]
    assert [(one["status"], one["receipt"]) for one in again] == [("duplicate", one["receipt"]) for one in results]
    row = await house.owner.fetchrow(
        "select status, household_id::text from assignments where id = $1", home["assignment_id"]
    )
    assert tuple(row) == ("submitted", home["id"])


async def test_a_household_that_cannot_be_taken_is_kept_with_its_visits(house: House) -> None:
    team, _ = await doors(house, status="review")
    home = found_household(team)
    nonsense = found_household(team, members=[])

    results = await push(await house.as_(team.siti), visit(home["assignment_id"]), households=[home, nonsense])

    assert [(one["status"], one["problem"]["code"]) for one in results] == [
        ("quarantined", "campaign_not_open"),
        ("invalid", "invalid"),
        ("quarantined", "not_held"),
    ]
    assert await house.owner.fetchval("select count(*) from households where id = $1", home["id"]) == 0


async def test_one_item_that_breaks_in_the_database_takes_no_other_along(house: House) -> None:
    team, assignments = await doors(house, 3)
    stranger = await house.make.household(head="Orang Lain")
    taken = await house.owner.fetchval("select id from members where household_id = $1 limit 1", stranger)
    bodies = [visit(assignment) for assignment in assignments]
    bodies[1]["members"] = [{"id": str(taken), "whereabouts": "new", "name": "Tini"}]

    results = await push(await house.as_(team.siti), *bodies)

    assert [one["status"] for one in results] == ["accepted", "conflict", "accepted"]
    assert results[1]["problem"]["code"] == "household_conflict"
    assert (await count(house, "visits"), await count(house, "receipts")) == (2, 3)
    rows = await house.owner.fetch("select status from assignments order by id")
    assert sorted(row["status"] for row in rows) == ["open", "submitted", "submitted"]


async def test_when_judging_breaks_the_receipts_stay_and_the_items_wait(house: House) -> None:
    team, (assignment, other) = await doors(house, 2)
    # the database itself fails in the midst of judging, whichever way an item comes
    await house.owner.execute("alter table visits add constraint broken check (app_version <> '1.0')")
    siti = await house.as_(team.siti)
    broken, sound = visit(assignment), visit(other, device={"id": "hp", "app_version": "2.0"})

    results = await push(siti, broken, sound)

    assert [one["status"] for one in results] == ["quarantined", "accepted"]
    assert results[0]["problem"]["code"] == "unexpected"
    assert (await push(siti, broken))[0] == results[0]
    assert (await count(house, "receipts"), await count(house, "visits")) == (2, 1)


async def test_what_a_later_try_may_mend_acknowledges_nothing(house: House) -> None:
    team, (assignment,) = await doors(house)
    siti = await house.as_(team.siti)
    body = visit(assignment)

    async with house.owner.transaction():
        await house.owner.execute("select from assignments where id = $1 for update", assignment)
        refused = await siti.post("/v1/sync/push", json={"device_id": "hp", "visits": [body]})

    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert "Retry-After" in refused.headers
    assert await count(house, "receipts") == 0
    assert (await push(siti, body))[0]["status"] == "accepted"


async def test_a_push_that_is_cut_off_leaves_nothing_and_comes_again(house: House) -> None:
    team, assignments = await doors(house, 4)
    siti = await house.as_(team.siti)
    bodies = [visit(assignment) for assignment in assignments]

    async with house.owner.transaction():
        await house.owner.execute("select from assignments where id = $1 for update", assignments[-1])
        sending = asyncio.create_task(push(siti, *bodies))
        await asyncio.sleep(0.5)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

    assert {table: await count(house, table) for table in ("visits", "receipts")} == {"visits": 0, "receipts": 0}
    assert [one["status"] for one in await push(siti, *bodies)] == ["accepted"] * 4
