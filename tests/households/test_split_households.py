"""`POST /v1/households/{id}/splits`."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.households.lineage import REASON, Door, a_door
from tests.support.house import House


def split(*parts: dict[str, Any]) -> dict[str, Any]:
    """A body with these parts."""
    return {"reason": REASON, "households": list(parts)}


def part(*people: UUID, **changes: Any) -> dict[str, Any]:
    """The first of these people heads the new household."""
    return {"member_ids": [str(person) for person in people], "head_member_id": str(people[0])} | changes


async def joined(house: House) -> tuple[Door, list[UUID]]:
    """One household with two family cards: Slamet's three and Wagiman's two."""
    door = await a_door(house)
    assert (await door.merge()).status_code == 201
    return door, await door.people(door.first)


async def test_only_bappeda_splits(house: House) -> None:
    door = await a_door(house)
    body = split(part((await door.people(door.first))[2]))

    callers = (door.team.siti, door.team.ratna, await house.make.arif(), await house.make.observer())
    answers = [
        await (await house.as_(caller)).post(f"/v1/households/{door.first}/splits", json=body) for caller in callers
    ]
    unknown = await door.post(uuid4(), "splits", body)

    assert [answer.status_code for answer in (*answers, unknown)] == [403, 403, 403, 403, 404]


async def test_parts_that_make_no_sense_are_refused_by_field(house: House) -> None:
    door, (head, second, third, wagiman, child) = await joined(house)
    stranger = uuid4()
    bodies = [
        (split(part(stranger)), "/households/0/member_ids/0", "unknown_member"),
        (split(part(second), part(third, second)), "/households/1/member_ids/1", "repeated"),
        (split(part(second) | {"head_member_id": str(third)}), "/households/0/head_member_id", "head_not_among"),
        (split(part(head)), "/households/0/member_ids", "head_leaves"),
        (split(part(wagiman)), "/households/0/member_ids", "head_leaves"),
        (split(part(second, child)), "/households/0/member_ids", "family_torn"),
        (split(part(head, second, third, wagiman, child)), "/households", "nobody_stays"),
        (split(), "/households", "too_short"),
        (split(part(third)) | {"verdict_id": str(stranger)}, "/verdict_id", "verdict_of_another_household"),
    ]

    for body, pointer, code in bodies:
        answer = await door.post(door.first, "splits", body)
        assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert await door.people(door.first) == [head, second, third, wagiman, child]


@pytest.mark.parametrize("status", ["submitted", "approved"])
async def test_a_visit_under_review_is_settled_first(house: House, status: str) -> None:
    door = await a_door(house)
    await door.put(door.first, status)

    answer = await door.post(door.first, "splits", split(part((await door.people(door.first))[2])))

    assert (answer.status_code, answer.json()["code"]) == (409, "work_under_way")


async def test_the_people_chosen_get_a_household_and_work_of_their_own(house: House) -> None:
    door = await a_door(house)
    _, second, third = await door.people(door.first)

    answer = await door.post(door.first, "splits", split(part(third, second, rt="009", address="JL. BARU 1")))

    assert answer.status_code == 201
    seen = answer.json()
    (made,) = seen["household_ids"]
    assert (seen["status"], seen["cancelled_assignment_ids"]) == ("active", [])
    siti = await house.as_(door.team.siti)
    new = (await siti.get(f"/v1/households/{made}")).json()
    old = (await siti.get(f"/v1/households/{door.first}")).json()
    assert (new["head_name"], new["split_from"], new["revision"]) == ("Slamet 3", str(door.first), 1)
    assert (new["region_code"], new["rw"], new["rt"], new["address"]) == ("35.73.04.1005", "005", "009", "JL. BARU 1")
    assert [(member["id"], member["relation"]) for member in new["members"]] == [
        (str(second), "child"),
        (str(third), "head"),
    ]
    assert [(family["no"], family["no_kk"]) for family in new["families"]] == [(1, None)], "the card stays"
    assert sorted(source["source"] for source in new["sources"]) == ["dtks", "dtks", "field"]
    assert (new["assignment"]["status"], new["assignment"]["enumerator_id"]) == ("open", str(door.team.siti.id))
    assert len(old["members"]) == len(old["sources"]) == 1
    assert old["assignment"]["status"] == "open"


async def test_a_family_that_leaves_takes_its_card_along(house: House) -> None:
    door, (_, _, _, wagiman, child) = await joined(house)

    answer = await door.post(door.first, "splits", split(part(wagiman, child)))

    dewi = await house.as_(door.dewi)
    new = (await dewi.get(f"/v1/households/{answer.json()['household_ids'][0]}")).json()
    old = (await dewi.get(f"/v1/households/{door.first}")).json()
    assert [(family["no"], family["no_kk"]) for family in new["families"]] == [(2, "3573************")]
    assert [family["no"] for family in old["families"]] == [1]
    assert new["head_name"] == "Wagiman"


async def test_when_nobody_stays_the_old_one_is_split_and_its_work_cancelled(house: House) -> None:
    door, (head, second, third, wagiman, child) = await joined(house)

    answer = await door.post(door.first, "splits", split(part(head, second, third), part(wagiman, child)))

    seen = answer.json()
    assert (seen["status"], len(seen["household_ids"])) == ("split", 2)
    assert seen["cancelled_assignment_ids"] == [str(door.assignments[door.first])]
    assert await door.place(door.first) == ("cancelled", None)
    for made in seen["household_ids"]:
        assert await door.place(UUID(made)) == ("open", door.team.siti.id)
    again = await door.post(door.first, "splits", split(part(head)))
    assert (again.status_code, again.json()["code"]) == (409, "household_ended")


async def test_returned_work_is_not_cancelled_away(house: House) -> None:
    door = await a_door(house)
    head, second, third = await door.people(door.first)
    await door.put(door.first, "returned")

    everybody = await door.post(door.first, "splits", split(part(head, second), part(third)))
    some = await door.post(door.first, "splits", split(part(third)))

    assert (everybody.status_code, some.status_code) == (409, 201)
    assert await door.place(door.first) == ("returned", door.team.siti.id)


async def test_after_a_decision_the_new_household_waits_for_allocation(house: House) -> None:
    door = await a_door(house)
    await door.put(door.first, "completed")

    answer = await door.post(door.first, "splits", split(part((await door.people(door.first))[2])))

    assert await door.place(UUID(answer.json()["household_ids"][0])) == ("unassigned", None)
    assert await door.place(door.first) == ("completed", door.team.siti.id)


async def test_the_histories_tell_where_people_went(house: House) -> None:
    door = await a_door(house)
    third = (await door.people(door.first))[2]
    dewi = await house.as_(door.dewi)

    made = (await door.post(door.first, "splits", split(part(third)))).json()["household_ids"][0]

    left = (await dewi.get(f"/v1/households/{door.first}/history")).json()["items"][0]
    came = (await dewi.get(f"/v1/households/{made}/history")).json()["items"]
    assert [revision["revision"] for revision in came] == [1]
    assert left["changes"] == [
        {"pointer": f"/members/{third}", "from": {"name": "Slamet 3", "relation": "child", "family_no": 1}, "to": None}
    ]
    told = {change["pointer"]: change["to"] for change in came[0]["changes"]}
    assert told["/split_from"] == str(door.first)
    assert told[f"/members/{third}"] == {"name": "Slamet 3", "relation": "head", "family_no": 1}


async def test_the_holder_of_who_stays_is_shown_the_household_anew(house: House) -> None:
    door = await a_door(house)
    siti, assignment = await house.as_(door.team.siti), door.assignments[door.first]

    made = (await door.post(door.first, "splits", split(part((await door.people(door.first))[2])))).json()

    new = (await siti.get(f"/v1/households/{made['household_ids'][0]}")).json()
    assert (await siti.get(f"/v1/assignments/{assignment}")).json()["revision"] == 2
    assert new["assignment"]["revision"] == 1
    told = (await siti.get(f"/v1/assignments/{assignment}/history")).json()["items"]
    assert [(event["event"], event["status"]) for event in told] == [("split", "open")]
