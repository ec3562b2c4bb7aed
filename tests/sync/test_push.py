"""`POST /v1/sync/push`: each item its own result, one effect however often it comes."""

import pytest

from tests.support.house import House
from tests.sync.parcels import count, doors, push
from tests.visits.bodies import visit


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
