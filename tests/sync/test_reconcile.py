"""`POST /v1/sync/reconcile`: which of my items do you hold?"""

import json

from uuid_utils.compat import uuid7

from tests.support.house import House
from tests.sync.parcels import doors, hand_on, push, sha256
from tests.visits.bodies import visit


async def test_only_enumerators_ask(house: House) -> None:
    team, _ = await doors(house)

    for person in (team.ratna, await house.make.dewi(), await house.make.arif()):
        answer = await (await house.as_(person)).post("/v1/sync/reconcile", json={"items": []})
        assert answer.status_code == 403


async def test_each_item_is_held_missing_other_or_in_quarantine_and_those_of_others_look_missing(house: House) -> None:
    team, (assignment,) = await doors(house)
    siti = await house.as_(team.siti)
    held = json.dumps(visit(assignment), indent=1)
    waits, unsent = visit(uuid7()), visit(assignment)
    await push(siti, held, waits)
    asked = [
        {"id": json.loads(held)["id"], "sha256": sha256(held)},
        {"id": waits["id"], "sha256": sha256(waits)},
        {"id": waits["id"], "sha256": "0" * 64},
        {"id": unsent["id"], "sha256": sha256(unsent)},
    ]

    mine = (await siti.post("/v1/sync/reconcile", json={"items": asked})).json()["results"]
    theirs = (await (await house.as_(team.budi)).post("/v1/sync/reconcile", json={"items": asked})).json()["results"]

    assert [one["id"] for one in mine] == [one["id"] for one in asked]
    assert [one["status"] for one in mine] == ["held", "quarantined", "differs", "missing"]
    assert {one["status"] for one in theirs} == {"missing"}


async def test_what_a_person_decided_is_held_whichever_way_it_went(house: House) -> None:
    team, (first, second, third) = await doors(house, 3)
    siti, ratna = await house.as_(team.siti), await house.as_(team.ratna)
    for assignment in (first, second, third):
        await hand_on(house, assignment, team.budi)
    bodies = [visit(first), visit(second), visit(third)]
    results = await push(siti, *bodies)
    for one, action in zip(results, ("adopt", "discard", "keep_both"), strict=True):
        path = f"/v1/quarantine/{one['receipt']}/resolutions"
        assert (await ratna.post(path, json={"action": action, "reason": "Sudah dilihat"})).status_code == 201
    asked = [{"id": body["id"], "sha256": sha256(body)} for body in bodies]

    told = (await siti.post("/v1/sync/reconcile", json={"items": asked})).json()["results"]

    assert [one["status"] for one in told] == ["held"] * 3, "a person has seen it: nothing is left to do on the phone"
