"""`POST /v1/sync/push`: what waits for a person, what makes no sense, what is taken and flagged."""

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from tests.support.house import House
from tests.sync.parcels import count, doors, found_household, push
from tests.visits.bodies import visit


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


async def test_a_number_that_is_none_is_refused_however_deep_and_a_null_is_not(house: House) -> None:
    team, (assignment,) = await doors(house)
    body = visit(assignment, outcome="partial", verdict=None)
    torn = [json.dumps(body | {"answers": {"rooms": [None, {"of": value}]}}) for value in (math.nan, -math.inf)]

    *refused, taken = await push(
        await house.as_(team.siti), *torn, body | {"id": str(uuid7()), "answers": {"rooms": None}}
    )

    assert [(one["status"], one["problem"]["errors"][0]["code"]) for one in refused] == [("invalid", "unstorable")] * 2
    assert taken["status"] == "accepted"
