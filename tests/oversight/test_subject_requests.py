"""`/v1/subject-requests`: what people ask about their data, due in 3 x 24 hours, closed once, nothing ever changed."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.house import House


def asked(household: UUID, *, hours: float = 1, **changes: Any) -> dict[str, Any]:
    """A request to see what is held, received that many hours ago."""
    received = datetime.now(UTC) - timedelta(hours=hours)
    return {
        "kind": "access", "household_id": str(household), "received_at": received.isoformat(), "reference": "470/12"
    } | changes  # fmt: skip


async def test_requests_are_bappedas(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    household = await house.make.household()
    await house.make.assignment(team.campaign_id, household, team.siti)

    for person in (team.ratna, team.siti, await house.make.arif(), await house.make.observer()):
        caller = await house.as_(person)
        assert (await caller.post("/v1/subject-requests", json=asked(household))).status_code == 403, person.name
        assert (await caller.get("/v1/subject-requests")).status_code == 403, person.name
    assert await house.owner.fetchval("select count(*) from subject_requests") == 0


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"household_id": str(uuid4())}, "/household_id", "unknown_household"),
        ({"member_id": str(uuid4())}, "/member_id", "unknown_member"),
        ({"received_at": "2099-01-01T00:00:00+07:00"}, "/received_at", "in_the_future"),
        ({"received_at": "2022-11-02T08:00:00"}, "/received_at", "timezone_aware"),
        ({"kind": "wish"}, "/kind", "enum"),
        ({"reference": ""}, "/reference", "string_too_short"),
    ],
)
async def test_a_wrong_field_is_named(house: House, changes: dict[str, Any], pointer: str, code: str) -> None:
    dewi = await house.as_(await house.make.dewi())
    answer = await dewi.post("/v1/subject-requests", json=asked(await house.make.household(), **changes))

    assert answer.status_code == 422
    assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (pointer, code)


async def test_a_person_of_another_household_is_unknown_here(house: House) -> None:
    dewi, here, there = (
        await house.as_(await house.make.dewi()),
        await house.make.household(),
        await house.make.household(),
    )
    people = "select id from members where household_id = $1 limit 1"
    own, stranger = [await house.owner.fetchval(people, one) for one in (here, there)]

    for person, status in ((stranger, 422), (own, 201)):
        answer = await dewi.post("/v1/subject-requests", json=asked(here, member_id=str(person)))
        assert answer.status_code == status


async def test_the_clock_runs_from_when_it_reached_the_city(house: House) -> None:
    dewi, household = await house.as_(await house.make.dewi()), await house.make.household()
    made = {}
    for hours in (1, 71.9, 72.1):
        answer = await dewi.post("/v1/subject-requests", json=asked(household, hours=hours))
        assert answer.status_code == 201
        body = answer.json()
        received, due = (datetime.fromisoformat(body[name]) for name in ("received_at", "due_at"))
        assert due - received == timedelta(hours=72)
        made[hours] = (body["id"], body["overdue"])
        assert answer.headers["location"] == f"/v1/subject-requests/{body['id']}"

    assert [late for _, late in made.values()] == [False, False, True]
    late = (await dewi.get("/v1/subject-requests", params={"overdue": True})).json()["items"]
    assert [item["id"] for item in late] == [made[72.1][0]]
    for hours in (1, 72.1):
        closed = await dewi.post(
            f"/v1/subject-requests/{made[hours][0]}/moves", json={"move": "answer", "reason": "Salinan diserahkan."}
        )
        assert (closed.status_code, closed.json()["overdue"]) == (201, hours > 72), "what was late stays late"
    open_ones = (await dewi.get("/v1/subject-requests", params={"status": "received"})).json()["items"]
    assert [item["id"] for item in open_ones] == [made[71.9][0]]


async def test_it_is_taken_up_and_closed_once(house: House) -> None:
    dewi, household = await house.as_(await house.make.dewi()), await house.make.household()
    place = (await dewi.post("/v1/subject-requests", json=asked(household))).headers["location"]

    async def move(word: str) -> tuple[int, Any]:
        answer = await dewi.post(f"{place}/moves", json={"move": word, "reason": "Sesuai permohonan."})
        body = answer.json()
        return answer.status_code, body["status"] if answer.is_success else body["allowed"]

    assert (
        await dewi.post(f"/v1/subject-requests/{uuid4()}/moves", json={"move": "answer", "reason": "abc"})
    ).status_code == 404
    assert await move("take_up") == (201, "in_progress")
    assert await move("take_up") == (409, ["answer", "refuse"])
    assert sorted(await asyncio.gather(*(move("answer"), move("refuse")))) in (
        [(201, "answered"), (409, [])],
        [(201, "refused"), (409, [])],
    )
    read = (await dewi.get(place)).json()
    first, last = read["events"]
    assert (first["move"], last["status"]) == ("take_up", read["status"])
    deeds = await house.owner.fetch(
        "select action from audit_events where action like 'subject_request.%' order by seq"
    )
    assert [row["action"] for row in deeds][:2] == ["subject_request.recorded", "subject_request.in_progress"]


async def test_the_same_key_records_one(house: House) -> None:
    dewi, body = await house.as_(await house.make.dewi()), asked(await house.make.household())
    for _ in range(2):
        answer = await dewi.post("/v1/subject-requests", json=body, headers={"Idempotency-Key": "permohonan-1"})
        assert answer.status_code == 201
    assert await house.owner.fetchval("select count(*) from subject_requests") == 1
