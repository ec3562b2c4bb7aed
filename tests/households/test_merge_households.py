"""`POST /v1/households/{id}/merges`."""

from typing import Any
from uuid import uuid4

import pytest

from tests.households.lineage import REASON, a_door
from tests.support.house import House
from tests.visits.bodies import visit


async def test_only_bappeda_merges(house: House) -> None:
    door = await a_door(house)
    body = {"into_household_id": str(door.first), "reason": REASON}

    callers = (door.team.siti, door.team.ratna, await house.make.arif(), await house.make.observer())
    answers = [
        await (await house.as_(caller)).post(f"/v1/households/{door.second}/merges", json=body) for caller in callers
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert await house.owner.fetchval("select count(*) from households where status = 'merged'") == 0


async def test_what_is_not_there_or_itself_is_refused(house: House) -> None:
    door = await a_door(house)
    bodies: list[tuple[dict[str, Any], str, str]] = [
        ({"into_household_id": str(door.second)}, "/into_household_id", "same_household"),
        ({"into_household_id": str(uuid4())}, "/into_household_id", "unknown_household"),
        ({"verdict_id": str(uuid4())}, "/verdict_id", "verdict_of_another_household"),
        ({"reason": " "}, "/reason", "string_too_short"),
    ]

    for changes, pointer, code in bodies:
        answer = await door.merge(**changes)
        assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    unknown = await door.post(uuid4(), "merges", {"into_household_id": str(door.first), "reason": REASON})
    assert unknown.status_code == 404


@pytest.mark.parametrize("status", ["submitted", "approved", "returned"])
async def test_a_visit_under_review_is_settled_first(house: House, status: str) -> None:
    door = await a_door(house)
    await door.put(door.second, status)

    answer = await door.merge()

    assert (answer.status_code, answer.json()["code"]) == (409, "work_under_way")
    assert len(await door.people(door.first)) == 3


@pytest.mark.parametrize(("status", "answered"), [("submitted", 409), ("approved", 409), ("returned", 201)])
async def test_nobody_joins_a_household_while_its_visit_is_judged(house: House, status: str, answered: int) -> None:
    door = await a_door(house)
    await door.put(door.first, status)

    assert (await door.merge()).status_code == answered


async def test_one_side_lives_on_with_everybody_and_the_other_in_name(house: House) -> None:
    door = await a_door(house)
    people = [*await door.people(door.first), *await door.people(door.second)]

    answer = await door.merge()

    assert answer.status_code == 201
    assert answer.json() == {
        "household_id": str(door.second),
        "into_household_id": str(door.first),
        "families": 1,
        "members": 2,
        "sources": 2,
        "programmes": 1,
        "cancelled_assignment_ids": [str(door.assignments[door.second])],
    }
    dewi = await house.as_(door.dewi)
    whole = (await dewi.get(f"/v1/households/{door.first}")).json()
    gone = (await dewi.get(f"/v1/households/{door.second}")).json()
    assert [member["id"] for member in whole["members"]] == [str(person) for person in people]
    assert [(family["no"], family["head_member_id"]) for family in whole["families"]] == [
        (1, str(people[0])),
        (2, str(people[3])),
    ]
    assert all(family["no_kk"] == "3573************" for family in whole["families"])
    assert len(whole["sources"]) == 5
    assert sorted((programme["programme"], programme["source"]) for programme in whole["programmes"]) == [
        ("bpnt", "dtks"),
        ("pkh", "dtks"),
    ]
    assert (gone["status"], gone["merged_into"], gone["members"]) == ("merged", str(door.first), [])
    assert gone["assignment"]["status"] == "cancelled"
    assert (whole["status"], whole["merged_into"], whole["split_from"]) == ("active", None, None)


async def test_cancelled_work_leaves_its_holder_and_says_why(house: House) -> None:
    door = await a_door(house)
    siti, assignment = await house.as_(door.team.siti), door.assignments[door.second]

    await door.merge()

    assert await door.place(door.second) == ("cancelled", None)
    assert await door.place(door.first) == ("open", door.team.siti.id)
    assert (await siti.get(f"/v1/households/{door.second}")).status_code == 404
    assert (await siti.post("/v1/visits", json=visit(assignment))).status_code == 404
    event = await house.owner.fetchrow("select * from assignment_events where event = 'cancelled'")
    assert (event["assignment_id"], event["reason"], event["actor_id"]) == (assignment, REASON, door.dewi.id)


async def test_decided_work_and_closed_campaigns_stay_as_they_are(house: House) -> None:
    door = await a_door(house)
    await door.put(door.second, "completed")
    await house.make.assignment(await house.make.campaign(code="2021", status="closed"), door.second, door.team.siti)
    await house.owner.execute(
        "update assignments set status = 'submitted' where campaign_id <> $1", door.team.campaign_id
    )

    answer = await door.merge()

    assert (answer.status_code, answer.json()["cancelled_assignment_ids"]) == (201, [])
    rows = await house.owner.fetch("select status from assignments where household_id = $1 order by 1", door.second)
    assert [row["status"] for row in rows] == ["completed", "submitted"]


async def test_both_histories_tell_of_it(house: House) -> None:
    door = await a_door(house)
    dewi = await house.as_(door.dewi)
    moved = (await door.people(door.second))[0]

    await door.merge()

    left, came = [
        (await dewi.get(f"/v1/households/{household}/history")).json()["items"][0]
        for household in (door.second, door.first)
    ]
    assert (left["cause"], left["reason"], came["cause"], came["reason"]) == ("merge", REASON, "merge", REASON)
    told = {change["pointer"]: (change["from"], change["to"]) for change in left["changes"]}
    assert told["/merged_into"] == (None, str(door.first))
    assert told[f"/members/{moved}"] == ({"name": "Wagiman", "relation": "head", "family_no": 1}, None)
    told = {change["pointer"]: (change["from"], change["to"]) for change in came["changes"]}
    assert told["/merged_from"] == (None, str(door.second))
    assert told[f"/members/{moved}"] == (None, {"name": "Wagiman", "relation": "head", "family_no": 2})


async def test_what_was_merged_takes_no_correction_and_no_merge(house: House) -> None:
    door = await a_door(house)
    await door.merge()
    third = await house.make.household()
    dewi = await house.as_(door.dewi)

    again = await door.merge()
    onto = await door.post(third, "merges", {"into_household_id": str(door.second), "reason": REASON})
    patched = await dewi.patch(f"/v1/households/{door.second}", json={"rt": "001"}, headers={"If-Match": "*"})

    for answer in (again, onto, patched):
        assert (answer.status_code, answer.json()["code"]) == (409, "household_ended")


async def test_a_visit_to_the_merged_one_still_backs_a_correction(house: House) -> None:
    door = await a_door(house)
    knock = visit(door.assignments[door.second], outcome="partial", verdict=None)
    await (await house.as_(door.team.siti)).post("/v1/visits", json=knock)
    await door.merge()

    answer = await (await house.as_(door.dewi)).patch(
        f"/v1/households/{door.first}", json={"rt": "001", "visit_id": knock["id"]}, headers={"If-Match": "*"}
    )

    assert answer.status_code == 200


async def test_the_holder_is_shown_the_household_anew(house: House) -> None:
    door = await a_door(house)
    siti, assignment = await house.as_(door.team.siti), door.assignments[door.first]

    await door.merge()
    late = visit(assignment, based_on=1)
    kept = (await siti.post("/v1/visits", json=late)).json()

    assert (await siti.get(f"/v1/assignments/{assignment}")).json()["revision"] == 2
    assert kept["flags"] == ["stale"], "she answered for the household as it was"
    told = (await siti.get(f"/v1/assignments/{assignment}/history")).json()["items"]
    assert [(event["event"], event["status"], event["reason"]) for event in told] == [("merged", "open", REASON)]


async def test_work_that_nobody_holds_is_shown_to_nobody(house: House) -> None:
    door = await a_door(house)
    await house.owner.execute("update assignments set holder_id = null where id = $1", door.assignments[door.first])

    await door.merge()

    assert (
        await house.owner.fetchval("select revision from assignments where id = $1", door.assignments[door.first]) == 1
    )
