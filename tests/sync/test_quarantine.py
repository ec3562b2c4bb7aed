"""`/v1/quarantine`: what a person sees, and the three ways out, each once."""

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from tests.support.house import House
from tests.support.make import Team
from tests.sync.parcels import count, doors, found_household, hand_on, push
from tests.visits.bodies import ELIGIBLE, visit

NIK, MASKED = "3573041203859901", "3573************"
ADOPT = {"action": "adopt", "reason": "Selesai sebelum dialihkan"}
BESIDE = {"action": "keep_both", "reason": "Simpan sebagai catatan"}
DISCARD = {"action": "discard", "reason": "Salah kirim"}


async def late(house: House, **changes: Any) -> tuple[Team, UUID, dict[str, Any], str]:
    """Siti's finished visit to what went to Budi meanwhile: team, assignment, visit, its place in quarantine."""
    team, (assignment,) = await doors(house)
    await hand_on(house, assignment, team.budi)
    body = visit(assignment, **changes)
    (found,) = await push(await house.as_(team.siti), body)
    assert found["status"] == "quarantined"
    return team, assignment, body, found["receipt"]


async def test_who_has_no_part_in_it_sees_nothing_and_decides_nothing(house: House) -> None:
    team, _, _, item = await late(house)
    other = await house.make.team(team.campaign_id, names=("Agus", "Lina", "Joko"))

    for person in (team.siti, team.budi, await house.make.arif(), await house.make.observer()):
        caller = await house.as_(person)
        assert (await caller.get("/v1/quarantine")).status_code == 403
        assert (await caller.post(f"/v1/quarantine/{item}/resolutions", json=ADOPT)).status_code == 403
    agus = await house.as_(other.ratna)
    assert (await agus.get("/v1/quarantine")).json()["items"] == []
    for stranger in (item, uuid7()):
        assert (await agus.get(f"/v1/quarantine/{stranger}")).status_code == 404
        assert (await agus.post(f"/v1/quarantine/{stranger}/resolutions", json=DISCARD)).status_code == 404
    assert await count(house, "quarantine_resolutions") == 0


async def test_the_inbox_names_why_and_opens_one_with_its_numbers_masked(house: House) -> None:
    newcomer = {"id": str(uuid7()), "whereabouts": "new", "name": "Slamet", "nik": NIK}
    team, assignment, body, item = await late(house, members=[newcomer], answers={"note": f"kartu {NIK}"})

    for person in (team.ratna, await house.make.dewi()):
        caller = await house.as_(person)
        (listed,) = (await caller.get("/v1/quarantine")).json()["items"]
        opened = await caller.get(f"/v1/quarantine/{item}")
        assert (listed["id"], listed["item_id"], listed["problem"]["code"]) == (item, body["id"], "not_held")
        assert (listed["assignment_id"], listed["sent_by"]) == (str(assignment), str(team.siti.id))
        assert NIK not in opened.text
        assert opened.json()["content"]["members"][0]["nik"] == "3573************"
        assert opened.json()["content"]["answers"] == {"note": "kartu 3573************"}
    looks = "select count(*) from disclosures where operation = 'read_quarantined_item'"
    assert await house.owner.fetchval(looks) == 2


async def test_no_personal_number_leaves_however_it_was_written(house: House) -> None:
    team, (assignment,) = await doors(house)
    spaced, whole, place = "3573 0412 0385 9901", int(NIK), 112.61831234567
    odd = {
        "nik": whole,
        "members": [{"no_kk": whole}, {"no_kk": "kartu hilang"}],
        "answers": {"a": whole, "b": [-whole], "c": float(whole), "d": f"no. {spaced}.", "e": place, "f": True, NIK: 1},
    }
    (found,) = await push(await house.as_(team.siti), visit(assignment) | odd)

    opened = await (await house.as_(team.ratna)).get(f"/v1/quarantine/{found['receipt']}")

    said = opened.json()["content"]
    assert all(number not in opened.text for number in (NIK, spaced, NIK[4:]))
    assert (said["nik"], said["members"]) == (MASKED, [{"no_kk": MASKED}, {"no_kk": "kart************"}])
    told = {"a": MASKED, "b": [MASKED], "c": MASKED, "d": f"no. {MASKED}.", "e": place, "f": True, MASKED: 1}
    assert said["answers"] == told


async def test_a_team_that_has_the_work_now_sees_what_a_stranger_sent_about_it(house: House) -> None:
    team, (assignment,) = await doors(house)
    other = await house.make.team(team.campaign_id, names=("Agus", "Lina", "Joko"))
    await house.owner.execute(
        "update assignments set holder_id = $1, enumerator_id = $1, team_id = $2", other.siti.id, other.id
    )
    await house.owner.execute("update households set enumerator_id = $1, team_id = $2", other.siti.id, other.id)
    (found,) = await push(await house.as_(team.siti), visit(assignment))

    assert (await (await house.as_(team.ratna)).get("/v1/quarantine")).json()["items"][0]["household_id"] is None
    agus = await house.as_(other.ratna)
    assert (await agus.get("/v1/quarantine")).json()["items"][0]["household_id"] is not None
    assert (await agus.post(f"/v1/quarantine/{found['receipt']}/resolutions", json=ADOPT)).status_code == 201


@pytest.mark.parametrize("by", ["ratna", "dewi"])
async def test_adopted_work_submits_the_assignment_in_the_name_of_who_did_it(house: House, by: str) -> None:
    newcomer = {"id": str(uuid7()), "whereabouts": "new", "name": "Tini"}
    team, _, body, item = await late(house, members=[newcomer])
    person = team.ratna if by == "ratna" else await house.make.dewi()

    answer = await (await house.as_(person)).post(f"/v1/quarantine/{item}/resolutions", json=ADOPT)

    assert answer.status_code == 201, answer.text
    assert answer.json()["resolution"]["recorded_id"] == body["id"]
    row = await house.owner.fetchrow("select status, verdict_stage, holder_id from assignments")
    assert tuple(row) == ("submitted", "proposed", team.budi.id)
    kept = await house.owner.fetchrow("select enumerator_id, flags, submits, receipt_id::text from visits")
    assert tuple(kept) == (team.siti.id, ["adopted"], True, item)
    assert await house.owner.fetchval("select author_id from verdict_revisions") == team.siti.id
    assert await house.owner.fetchval("select count(*) from members where name = 'Tini'") == 1
    deed = await house.owner.fetchval("select count(*) from audit_events where action = 'quarantine.resolved'")
    assert deed == 1
    assert (await push(await house.as_(team.siti), body))[0]["status"] == "duplicate"
    verdict = await house.owner.fetchval("select id from verdicts")
    review = await (await house.as_(team.ratna)).post(f"/v1/verdicts/{verdict}/reviews", json={"decision": "approve"})
    assert review.status_code == 200, "who adopted it did not do it"


async def test_keep_both_records_a_conflict_beside_and_moves_nothing(house: House) -> None:
    team, (assignment,) = await doors(house)
    siti, body = await house.as_(team.siti), visit(assignment)
    await push(siti, body)
    (found,) = await push(siti, body | {"answers": {"floor": "tile"}, "verdict": ELIGIBLE | {"criteria": ["K5"]}})
    await house.owner.execute("update campaigns set status = 'closed'")

    answer = await (await house.as_(team.ratna)).post(f"/v1/quarantine/{found['receipt']}/resolutions", json=BESIDE)

    assert answer.status_code == 201, answer.text
    assert answer.json()["resolution"]["recorded_id"] not in (None, body["id"])
    rows = await house.owner.fetch("select flags, submits from visits order by sequence")
    assert [tuple(row) for row in rows] == [([], True), (["stale", "kept_beside"], False)]
    assert await count(house, "verdict_revisions") == 1


async def test_discarded_work_keeps_its_bytes_and_the_phone_is_told(house: House) -> None:
    team, _, body, item = await late(house)

    answer = await (await house.as_(team.ratna)).post(f"/v1/quarantine/{item}/resolutions", json=DISCARD)
    (again,) = await push(await house.as_(team.siti), body)

    assert (answer.status_code, answer.json()["resolution"]["recorded_id"]) == (201, None)
    assert (again["status"], again["receipt"], again["problem"]["code"]) == ("quarantined", item, "put_aside")
    sealed = await house.owner.fetchval("select body from receipts")
    assert json.loads(house.make.vault.open_bytes("receipt.body", UUID(item), sealed)) == body
    assert (await (await house.as_(team.ratna)).get("/v1/quarantine")).json()["items"] == []


async def test_of_two_people_at_once_one_decides(house: House) -> None:
    team, _, _, item = await late(house)
    ratna, dewi = await house.as_(team.ratna), await house.as_(await house.make.dewi())

    answers = await asyncio.gather(
        *(caller.post(f"/v1/quarantine/{item}/resolutions", json=ADOPT) for caller in (ratna, dewi, ratna))
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "already_resolved"}
    assert await count(house, "visits") == 1


async def test_what_cannot_be_adopted_is_refused_and_still_waits(house: House) -> None:
    team, _, _, item = await late(house)
    (broken,) = await push(await house.as_(team.siti), visit(uuid7(), outcome="gone"))
    ratna = await house.as_(team.ratna)
    await house.owner.execute("update assignments set status = 'submitted'")

    wrong = await ratna.post(f"/v1/quarantine/{item}/resolutions", json=ADOPT)
    unreadable = await ratna.post(f"/v1/quarantine/{broken['receipt']}/resolutions", json=ADOPT)

    assert (wrong.status_code, wrong.json()["code"]) == (409, "wrong_state")
    assert (unreadable.status_code, unreadable.json()["errors"][0]["code"]) == (422, "unreadable")
    assert (await count(house, "quarantine_resolutions"), await count(house, "visits")) == (0, 0)
    assert (await ratna.post(f"/v1/quarantine/{broken['receipt']}/resolutions", json=DISCARD)).status_code == 201


async def test_a_found_household_is_adopted_by_bappeda_alone(house: House) -> None:
    team, _ = await doors(house, status="review")
    home = found_household(team)
    (found,) = await push(await house.as_(team.siti), households=[home])
    await house.owner.execute("update campaigns set status = 'fieldwork'")
    path = f"/v1/quarantine/{found['receipt']}/resolutions"

    assert (await (await house.as_(team.ratna)).post(path, json=ADOPT)).status_code == 403
    assert (await (await house.as_(await house.make.dewi())).post(path, json=ADOPT)).status_code == 201
    assert await house.owner.fetchval("select count(*) from households where id = $1", UUID(home["id"])) == 1


async def test_an_adopted_household_is_its_finders_and_so_are_the_visits_to_it(house: House) -> None:
    """As if the finder had sent it now (contract 5): Siti holds it, her phone learns of it, her visit is taken in."""
    team, _ = await doors(house, status="review")
    home, siti = found_household(team) | {"assignment_id": str(uuid7())}, await house.as_(team.siti)
    (found,) = await push(siti, households=[home])
    await house.owner.execute("update campaigns set status = 'fieldwork'")
    cursor = (await siti.get("/v1/sync/pull")).json()["cursor"]
    dewi = await house.as_(await house.make.dewi())

    assert (await dewi.post(f"/v1/quarantine/{found['receipt']}/resolutions", json=ADOPT)).status_code == 201

    held = (await siti.get(f"/v1/assignments/{home['assignment_id']}")).json()
    assert (held["status"], held["enumerator_id"], held["team_id"]) == ("open", str(team.siti.id), str(team.id))
    pulled = (await siti.get("/v1/sync/pull", params={"cursor": cursor})).json()
    assert [one["id"] for one in pulled["households"]] == [home["id"]]
    (told,) = await push(siti, visit(UUID(home["assignment_id"])))
    assert told["status"] == "accepted"
    assert (await (await house.as_(team.ratna)).get(f"/v1/visits/{told['id']}")).status_code == 200


async def test_what_somebody_found_who_has_left_is_for_bappeda_to_hand_out(house: House) -> None:
    team, _ = await doors(house, status="review")
    homes = [found_household(team) | {"assignment_id": str(uuid7())} for _ in range(2)]
    results = await push(await house.as_(team.siti), households=homes)
    await house.owner.execute("update campaigns set status = 'fieldwork'")
    dewi = await house.as_(await house.make.dewi())
    leaves = (
        "update training_attendances set passed = false where staff_id = $1",
        "update principals set active = false where id = $1",
    )
    for home, found, left in zip(homes, results, leaves, strict=True):
        await house.owner.execute(left, team.siti.id)
        await house.owner.execute(
            "update training_attendances set passed = true where staff_id = $1 and $2", team.siti.id, "active" in left
        )
        assert (await dewi.post(f"/v1/quarantine/{found['receipt']}/resolutions", json=ADOPT)).status_code == 201
        held = (await dewi.get(f"/v1/assignments/{home['assignment_id']}")).json()
        assert (held["status"], held["enumerator_id"], held["team_id"]) == ("unassigned", None, None)
