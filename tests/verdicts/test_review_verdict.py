"""`POST /v1/verdicts/{id}/reviews`."""

from uuid import uuid4

import pytest

from api.access.roles import Role
from tests.support.house import House
from tests.verdicts.season import proposed


async def test_a_coordinator_of_another_team_finds_nothing(house: House) -> None:
    season = await proposed(house)
    other = await house.make.team(season.team.campaign_id, names=("Endah", "Tono", "Wati"))
    endah = await house.as_(other.ratna)

    stranger = await endah.post(f"/v1/verdicts/{season.verdict}/reviews", json={"decision": "approve"})
    nobody = await endah.post(f"/v1/verdicts/{uuid4()}/reviews", json={"decision": "approve"})

    assert (stranger.status_code, nobody.status_code) == (404, 404)
    assert {key: stranger.json()[key] for key in ("code", "title")} == {
        key: nobody.json()[key] for key in ("code", "title")
    }
    assert await season.state() == ("submitted", "proposed")


@pytest.mark.parametrize("decision", ["return", "revoke"])
async def test_a_return_and_a_revocation_need_a_reason(house: House, decision: str) -> None:
    season = await proposed(house)
    ratna = await house.as_(season.team.ratna)

    answer = await ratna.post(f"/v1/verdicts/{season.verdict}/reviews", json={"decision": decision})

    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [("/comment", "reason_required")]


@pytest.mark.parametrize(
    "body",
    [
        {"decision": "confirm"},
        {"decision": "approve", "colour": "red"},
        {"decision": "approve", "reason_code": "Two words"},
        {"decision": "approve", "comment": "nul\x00"},
        {"decision": "approve", "comment": "x" * 2001},
        {"decision": "return", "comment": "x", "remarks": [{"pointer": "answers", "comment": "x"}]},
        {"decision": "approve", "revision": 0},
        {"decision": "approve", "revision": 2**31},
        {},
        [],
    ],
)
async def test_a_body_that_makes_no_sense_is_422(house: House, body: object) -> None:
    season = await proposed(house)
    ratna = await house.as_(season.team.ratna)

    answer = await ratna.post(f"/v1/verdicts/{season.verdict}/reviews", json=body)

    assert answer.status_code == 422
    assert await season.state() == ("submitted", "proposed")


async def test_a_closed_campaign_moves_nothing(house: House) -> None:
    season = await proposed(house)
    ratna = await house.as_(season.team.ratna)
    await house.owner.execute("update campaigns set status = 'closed'")

    answer = await ratna.post(f"/v1/verdicts/{season.verdict}/reviews", json={"decision": "approve"})

    assert (answer.status_code, answer.json()["code"]) == (409, "campaign_closed")


async def test_an_old_revision_cannot_be_judged(house: House) -> None:
    season = await proposed(house)
    ratna = await house.as_(season.team.ratna)

    stale = await ratna.post(f"/v1/verdicts/{season.verdict}/reviews", json={"decision": "approve", "revision": 2})
    fresh = await ratna.post(f"/v1/verdicts/{season.verdict}/reviews", json={"decision": "approve", "revision": 1})

    assert (stale.status_code, stale.json()["code"]) == (409, "verdict_changed")
    assert fresh.status_code == 200


async def test_a_return_leaves_remarks_and_the_enumerator_reads_them(house: House) -> None:
    season = await proposed(house)
    ratna, siti = await house.as_(season.team.ratna), await house.as_(season.team.siti)
    remark = {"pointer": "/answers/floor", "comment": "Lantai apa?"}

    moved = await ratna.post(
        f"/v1/verdicts/{season.verdict}/reviews",
        json={"decision": "return", "reason_code": "unclear", "comment": "Mohon dilengkapi", "remarks": [remark]},
    )

    assert (moved.status_code, moved.headers["ETag"]) == (200, '"2"')
    assert (moved.json()["status"], moved.json()["stage"]) == ("returned", "proposed")
    history = (await siti.get(f"/v1/verdicts/{season.verdict}/history")).json()
    assert [event["move"] for event in history["events"]] == ["propose", "return"]
    assert history["events"][1]["remarks"] == [remark | {"number": 1, "resolution": None}]
    assert history["events"][1]["actor_id"] == str(season.team.ratna.id)
    step = await house.owner.fetchrow("select event, reason from assignment_events order by id desc limit 1")
    assert tuple(step) == ("returned", "unclear")
    deed = await house.owner.fetchrow("select action, subject_id from audit_events order by seq desc limit 1")
    assert tuple(deed) == ("verdict.returned", season.verdict)


async def test_the_same_key_and_body_give_the_first_answer_again(house: House) -> None:
    season = await proposed(house)
    ratna = await house.as_(season.team.ratna)
    body, key = {"decision": "approve"}, {"Idempotency-Key": "once"}

    first = await ratna.post(f"/v1/verdicts/{season.verdict}/reviews", json=body, headers=key)
    again = await ratna.post(f"/v1/verdicts/{season.verdict}/reviews", json=body, headers=key)

    assert (first.status_code, again.status_code) == (200, 200)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")


async def test_revisions_and_events_cannot_be_changed_by_any_role(house: House) -> None:
    await proposed(house)

    for role in Role:
        for table in ("verdict_revisions", "verdict_events", "assignment_events", "visits", "receipts"):
            for right in ("update", "delete", "truncate"):
                held = await house.owner.fetchval(
                    "select has_table_privilege($1, $2, $3)", f"sambang_{role.value}", table, right
                )
                assert not held, (role, table, right)
