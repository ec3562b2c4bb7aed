"""`POST /v1/verdicts/{id}/decisions` and `POST /v1/verdicts/decisions`."""

from uuid import uuid4

import pytest

from tests.support.house import House
from tests.verdicts.season import proposed, submit
from tests.visits.bodies import ELIGIBLE

AMENDED = ELIGIBLE | {"eligibility": "to_deliberation", "criteria": ["K1"], "comment": "Perlu musyawarah"}


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"decision": "amend"}, "/verdict", "missing"),
        ({"decision": "confirm", "verdict": AMENDED}, "/verdict", "must_be_null"),
        ({"decision": "return"}, "/comment", "reason_required"),
        ({"decision": "approve"}, "/decision", "enum"),
        (
            {"decision": "amend", "verdict": AMENDED | {"criteria": ["K77"]}},
            "/verdict/criteria/0",
            "unknown_criterion",
        ),
        (
            {"decision": "amend", "verdict": AMENDED | {"field_result": "refused", "registry_action": "deactivate"}},
            "/verdict/registry_action",
            "needs_deliberation",
        ),
    ],
)
async def test_a_decision_that_makes_no_sense_is_422_at_its_field(
    house: House, body: dict[str, object], pointer: str, code: str
) -> None:
    season = await proposed(house)
    await season.put("approved", "reviewed")

    answer = await (await house.as_(season.dewi)).post(f"/v1/verdicts/{season.verdict}/decisions", json=body)

    assert answer.status_code == 422
    assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (pointer, code)
    assert await season.state() == ("approved", "reviewed")


async def test_an_amendment_must_deactivate_when_everybody_is_deceased(house: House) -> None:
    season = await proposed(house)
    await season.put("approved", "reviewed")
    await house.owner.execute("update members set whereabouts = 'deceased'")
    dewi = await house.as_(season.dewi)

    answer = await dewi.post(f"/v1/verdicts/{season.verdict}/decisions", json={"decision": "amend", "verdict": AMENDED})

    assert answer.json()["errors"][0]["code"] == "all_members_deceased"


async def test_an_amendment_is_a_new_revision_by_bappeda_and_decides(house: House) -> None:
    season = await proposed(house)
    await season.put("approved", "reviewed")
    dewi = await house.as_(season.dewi)

    answer = await dewi.post(
        f"/v1/verdicts/{season.verdict}/decisions",
        json={"decision": "amend", "verdict": AMENDED, "reason_code": "corrected", "revision": 1},
    )

    assert answer.status_code == 200, answer.text
    assert (answer.json()["revision"], answer.json()["event"], answer.json()["stage"]) == (2, 2, "decided")
    verdict = (await dewi.get(f"/v1/verdicts/{season.verdict}")).json()
    assert (verdict["eligibility"], verdict["author_id"]) == ("to_deliberation", str(season.dewi.id))
    history = (await dewi.get(f"/v1/verdicts/{season.verdict}/history")).json()
    assert [(one["revision"], one["eligibility"]) for one in history["revisions"]] == [
        (1, "eligible"),
        (2, "to_deliberation"),
    ]
    row = await house.owner.fetchrow("select eligibility from assignments where id = $1", season.assignment)
    assert row["eligibility"] == "to_deliberation"


async def test_many_decisions_are_each_taken_on_their_own_merits(house: House) -> None:
    season = await proposed(house)
    others = [await submit(house, season.team) for _ in range(3)]
    await house.owner.execute("update assignments set status = 'approved', verdict_stage = 'reviewed'")
    await house.owner.execute(
        "update assignments set status = 'submitted', verdict_stage = 'proposed' where id = $1", others[2][0]
    )
    dewi = await house.as_(season.dewi)
    items: list[dict[str, object]] = [
        {"verdict_id": str(season.verdict), "decision": "confirm"},
        {"verdict_id": str(others[0][1]), "decision": "amend", "verdict": AMENDED},
        {"verdict_id": str(others[1][1]), "decision": "return"},
        {"verdict_id": str(others[2][1]), "decision": "confirm"},
        {"verdict_id": str(uuid4()), "decision": "confirm"},
    ]

    answer = await dewi.post("/v1/verdicts/decisions", json={"items": items})

    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert [result["verdict_id"] for result in results] == [item["verdict_id"] for item in items]
    assert [result["problem"] and result["problem"]["code"] for result in results] == [
        None,
        None,
        "invalid",
        "wrong_state",
        "not_found",
    ]
    assert results[2]["problem"]["errors"][0]["pointer"] == "/items/2/comment"
    assert [result["moved"] and result["moved"]["revision"] for result in results] == [1, 2, None, None, None]
    rows = await house.owner.fetch("select status, count(*) from assignments group by status order by status")
    assert [tuple(row) for row in rows] == [("approved", 1), ("completed", 2), ("submitted", 1)]
    deeds = await house.owner.fetch("select action from audit_events where action like 'verdict.%' order by seq")
    assert [deed["action"] for deed in deeds] == ["verdict.confirmed", "verdict.amended"]


async def test_the_same_verdict_twice_and_no_or_too_many_items_are_422(house: House) -> None:
    season = await proposed(house)
    dewi = await house.as_(season.dewi)
    item = {"verdict_id": str(season.verdict), "decision": "confirm"}

    twice = await dewi.post("/v1/verdicts/decisions", json={"items": [item, item]})
    none = await dewi.post("/v1/verdicts/decisions", json={"items": []})
    many = await dewi.post(
        "/v1/verdicts/decisions",
        json={"items": [{"verdict_id": str(uuid4()), "decision": "confirm"} for _ in range(501)]},
    )

    assert (twice.status_code, none.status_code, many.status_code) == (422, 422, 422)
    assert twice.json()["errors"][0]["pointer"] == "/items/1/verdict_id"
