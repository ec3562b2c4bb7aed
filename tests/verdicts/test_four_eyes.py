"""Four eyes by every path (trust.md P5, T18): who knocked at the door moves the verdict on by none of them."""

from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from api.access.roles import Role
from tests.access.two_teams import acting
from tests.support.house import House
from tests.support.make import Person
from tests.sync.parcels import PHONE, push
from tests.verdicts.official import letter, meeting, release
from tests.verdicts.season import Season, proposed
from tests.verdicts.test_own_work import promoted
from tests.visits.bodies import ELIGIBLE, visit

OTHER = ELIGIBLE | {"eligibility": "to_deliberation", "criteria": []}
REVIEWED, DECIDED = ("approved", "reviewed"), ("completed", "decided")

# name, role now, where the work stands, what is sent to which path ({} is the verdict)
PATHS: tuple[tuple[str, Role, tuple[str, str], str, dict[str, Any]], ...] = (
    ("approve", Role.COORDINATOR, ("submitted", "proposed"), "/v1/verdicts/{}/reviews", {"decision": "approve"}),
    ("return", Role.COORDINATOR, ("submitted", "proposed"), "/v1/verdicts/{}/reviews", {"decision": "return", "comment": "x"}),  # noqa: E501
    ("revoke", Role.COORDINATOR, REVIEWED, "/v1/verdicts/{}/reviews", {"decision": "revoke", "comment": "x"}),
    ("confirm", Role.BAPPEDA, REVIEWED, "/v1/verdicts/{}/decisions", {"decision": "confirm"}),
    ("amend", Role.BAPPEDA, REVIEWED, "/v1/verdicts/{}/decisions", {"decision": "amend", "verdict": OTHER}),
    ("send back", Role.BAPPEDA, DECIDED, "/v1/verdicts/{}/decisions", {"decision": "return", "comment": "x"}),
    ("object", Role.BAPPEDA, DECIDED, "/v1/objections", {"verdict_id": "{}", "by": "family", "reason": "x"}),
)  # fmt: skip


def about(verdict: UUID, body: dict[str, Any]) -> dict[str, Any]:
    return {name: str(verdict) if value == "{}" else value for name, value in body.items()}


async def moves(house: House, verdict: UUID) -> int:
    """How often this verdict was moved, its content changed or its work moved."""
    found: int = await house.owner.fetchval(
        "select (select count(*) from verdict_events where verdict_id = $1)"
        " + (select count(*) from verdict_revisions where verdict_id = $1)",
        verdict,
    )
    return found


async def now_as(season: Season, role: Role) -> httpx.AsyncClient:
    """Siti, who visited, in another role."""
    siti = season.team.siti
    return await promoted(season.house, siti, role, season.team.id if role is Role.COORDINATOR else None)


@pytest.mark.parametrize(("role", "state", "path", "body"), [row[1:] for row in PATHS], ids=[row[0] for row in PATHS])
@pytest.mark.parametrize("then", ["at once", "after handing the work to Budi", "after Budi's own visit"])
async def test_who_visited_judges_by_no_path(
    house: House, role: Role, state: tuple[str, str], path: str, body: dict[str, Any], then: str
) -> None:
    season = await proposed(house)
    if then != "at once":
        await season.put("returned", "proposed")
        handed = await (await house.as_(season.team.ratna)).post(
            "/v1/assignments/reassignments",
            json={
                "assignment_ids": [str(season.assignment)],
                "enumerator_id": str(season.team.budi.id),
                "reason": "Siti naik jabatan",
            },
        )
        assert handed.status_code == 200
    if then == "after Budi's own visit":
        revision = await house.owner.fetchval("select revision from assignments where id = $1", season.assignment)
        again = await (await house.as_(season.team.budi)).post(
            "/v1/visits", json=visit(season.assignment, based_on=revision)
        )
        assert again.status_code == 201
    await season.put(*state)
    siti, before = await now_as(season, role), await moves(house, season.verdict)

    answer = await siti.post(path.format(season.verdict), json=about(season.verdict, body))

    assert (answer.status_code, answer.json()["code"]) == (409, "own_work")
    assert (await season.state(), await moves(house, season.verdict)) == (state, before)


@pytest.mark.parametrize("result", ["approve", "reject", "change"])
async def test_who_visited_writes_no_result_of_a_meeting(house: House, result: str) -> None:
    season = await proposed(house)
    await season.put(*DECIDED)
    siti, before = await now_as(season, Role.BAPPEDA), await moves(house, season.verdict)
    said = {"verdict_id": str(season.verdict), "result": result} | ({"verdict": ELIGIBLE} if result == "change" else {})

    answer = await siti.post("/v1/deliberations", json=meeting(season, said))

    assert answer.json()["results"][0]["problem"]["code"] == "own_work", answer.text
    assert (await season.state(), await moves(house, season.verdict)) == (DECIDED, before)


async def test_who_visited_endorses_nothing_of_it_nor_in_a_lump(house: House) -> None:
    season = await proposed(house)
    await season.put(*REVIEWED)
    confirm = {"decision": "confirm"}
    await (await house.as_(season.dewi)).post(f"/v1/verdicts/{season.verdict}/decisions", json=confirm)
    made = await release(season)
    siti, before = await now_as(season, Role.BAPPEDA), await moves(house, season.verdict)

    endorsed = await siti.post("/v1/endorsements", json=letter(made))
    many = await siti.post(
        "/v1/verdicts/decisions",
        json={"items": [{"verdict_id": str(season.verdict), "decision": "return", "comment": "x"}]},
    )

    assert (endorsed.status_code, endorsed.json()["code"]) == (409, "nothing_to_endorse"), endorsed.text
    assert many.json()["results"][0]["problem"]["code"] == "own_work"
    assert (await season.state(), await moves(house, season.verdict)) == (DECIDED, before)


@pytest.mark.parametrize("action", ["adopt", "keep_both", "discard"])
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.BAPPEDA])
@pytest.mark.parametrize("whose", ["own", "of a colleague at a door knocked at before"])
async def test_who_sent_it_takes_nothing_out_of_quarantine(house: House, role: Role, action: str, whose: str) -> None:
    season = await proposed(house)
    sender, holder = season.team.siti, season.team.budi
    if whose != "own":
        sender, holder = holder, sender
    await house.make.phone(sender, PHONE)
    await season.put("open", None)
    await house.owner.execute(
        "update assignments set holder_id = $1, enumerator_id = $1 where id = $2", holder.id, season.assignment
    )
    (item,) = await push(await house.as_(sender), visit(season.assignment))
    assert item["status"] == "quarantined"
    siti, path = await now_as(season, role), f"/v1/quarantine/{item['receipt']}/resolutions"

    answer = await siti.post(path, json={"action": action, "reason": "Milik saya"})

    assert (answer.status_code, answer.json()["code"]) == (409, "own_work")
    assert await house.owner.fetchval("select count(*) from quarantine_resolutions") == 0
    ratna = await house.as_(season.team.ratna)
    assert (await ratna.post(path, json={"action": action, "reason": "Diperiksa"})).status_code == 201


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.BAPPEDA])
async def test_the_database_refuses_too(house: House, login: asyncpg.Connection, role: Role) -> None:
    """The second wall: in raw SQL, under the role that Siti has now, what she visited is not hers to move."""
    season = await proposed(house)
    await now_as(season, role)
    siti = Person(season.team.siti.id, "Siti", role, season.team.id)
    event = (
        "insert into verdict_events (verdict_id, number, revision, move, stage, actor_id, remarks, at)"
        " values ($1, 9, 1, 'approve', 'reviewed', $2, '[]', now())"
    )
    revision = (
        "insert into verdict_revisions (verdict_id, revision, author_id, field_result, eligibility, reasons, criteria,"
        " registry_action, at) values ($1, 9, $2, 'completed', 'eligible', '{}', '{}', 'keep', now())"
    )

    for statement in (event, revision):
        async with acting(login, siti):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await login.execute(statement, season.verdict, siti.id)
    judge = season.team.ratna if role is Role.COORDINATOR else season.dewi
    async with acting(login, judge):
        assert await login.execute(event, season.verdict, judge.id) == "INSERT 0 1", "the statement itself is good"
