"""`POST /v1/sync/push` again: the same item has one effect and its first receipt, however often it comes."""

import asyncio
import json

from uuid_utils.compat import uuid7

from tests.support.house import House
from tests.sync.parcels import count, doors, found_household, hand_on, push
from tests.visits.bodies import visit

EFFECTS = ("visits", "receipts", "verdict_revisions", "verdict_events", "assignment_events", "household_revisions")


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


async def test_a_former_holder_who_posts_it_again_hears_what_push_says(house: House) -> None:
    team, (assignment,) = await doors(house)
    siti = await house.as_(team.siti)
    body, other = (visit(assignment, outcome="partial", verdict=None) for _ in range(2))
    first = (await siti.post("/v1/visits", json=body)).json()
    await hand_on(house, assignment, team.budi)

    again = await siti.post("/v1/visits", json=body)
    late = await siti.post("/v1/visits", json=other)

    told = {"id": body["id"], "status": "duplicate", "receipt": first["receipt"]}
    assert (again.status_code, again.json()) == (200, told)
    assert late.status_code == 404, "what was never taken in is refused as ever"
    assert (await count(house, "visits"), await count(house, "receipts")) == (1, 1)


async def test_a_visit_that_was_recorded_under_another_id_is_not_mistaken_for_its_rival(house: House) -> None:
    team, (assignment,) = await doors(house)
    siti, body = await house.as_(team.siti), visit(assignment, outcome="partial", verdict=None)
    rival = body | {"answers": {"floor": "tile"}}
    await push(siti, body)
    (found,) = await push(siti, rival)
    decided = {"action": "keep_both", "reason": "Dua kunjungan"}
    await (await house.as_(team.ratna)).post(f"/v1/quarantine/{found['receipt']}/resolutions", json=decided)

    answer = await siti.post("/v1/visits", json=rival)

    told = {"id": body["id"], "status": "duplicate", "receipt": found["receipt"]}
    assert (answer.status_code, answer.json()) == (200, told)


async def test_a_mended_item_may_come_under_the_id_of_the_broken_one(house: House) -> None:
    team, (assignment,) = await doors(house)
    siti = await house.as_(team.siti)
    body = visit(assignment)

    (broken,) = await push(siti, body | {"outcome": "gone"})
    (mended,) = await push(siti, body)

    assert (broken["status"], mended["status"]) == ("invalid", "accepted")


async def test_known_items_among_new_ones_are_answered_in_the_order_of_the_parcel(house: House) -> None:
    team, assignments = await doors(house, 3)
    siti = await house.as_(team.siti)
    known, *new = (visit(assignment) for assignment in assignments)
    (first,) = await push(siti, known)

    answers = await push(siti, new[0], known, new[1], json.dumps(known, indent=2), known)

    assert [(one["id"], one["status"]) for one in answers] == [
        (new[0]["id"], "accepted"),
        (known["id"], "duplicate"),
        (new[1]["id"], "accepted"),
        (known["id"], "duplicate"),
        (known["id"], "duplicate"),
    ]
    assert {one["receipt"] for one in answers if one["id"] == known["id"]} == {first["receipt"]}
