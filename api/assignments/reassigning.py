"""Work handed on: named assignments, or all that somebody who is ill or leaves still has to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import asyncpg

from api.access.actor import Actor
from api.access.roles import Role
from api.assignments import queries
from api.assignments.allocation import allocate
from api.assignments.ground import atlas_of, people_of
from api.assignments.problems import NobodyLeft, NotInCampaign
from api.assignments.schemas import ReassignmentIn
from api.assignments.walking import Atlas
from api.assignments.work import Enumerator, Group
from api.campaigns.problems import NotTrained
from api.campaigns.service import keep_in_team, trained
from api.core import clock
from api.core.database import Connection
from api.core.problems import Invalid, NotFound, Problem, WrongState
from api.tables import AssignmentStatus, CampaignStatus

MOVABLE = (
    AssignmentStatus.UNASSIGNED,
    AssignmentStatus.OPEN,
    AssignmentStatus.DOWNLOADED,
    AssignmentStatus.RETURNED,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one assignment: who has it now, or why it was refused; whether a phone may still hold work."""

    assignment_id: UUID
    status: Literal["reassigned", "refused", "unchanged"]
    enumerator_id: UUID | None = None
    problem: Problem | None = None
    device_holds_work: bool = False


async def reassign(connection: Connection, actor: Actor, body: ReassignmentIn) -> list[Outcome]:
    """Hand assignments on, each with its own outcome; raises `NotFound` for people who are none of the caller's.

    Of a person's open work nothing is handed on when a part of it would be left with nobody: 409 `nobody_left`.
    """
    if body.from_enumerator_id is None:
        asked = list(dict.fromkeys(body.assignment_ids or ()))
    else:
        asked = await _open_work(connection, body.from_enumerator_id)
    if body.enumerator_id is None:
        return await _spread(connection, actor, body, asked)
    return await _hand_to(connection, actor, body, body.enumerator_id, asked)


async def _open_work(connection: Connection, enumerator_id: UUID) -> list[UUID]:
    """All that this person still has to do, held until it is handed on."""
    if not await connection.fetchval(queries.KNOWN_ENUMERATOR, enumerator_id):
        raise NotFound
    return [row["id"] for row in await connection.fetch(queries.LOCK_OPEN_WORK, enumerator_id)]


async def _hand_to(
    connection: Connection, actor: Actor, body: ReassignmentIn, target: UUID, asked: Sequence[UUID]
) -> list[Outcome]:
    await keep_in_team(connection, [target])
    memberships = await connection.fetch(queries.MEMBERSHIPS, target)
    teams = {row["campaign_id"]: row["team_id"] for row in memberships}
    if actor.role is Role.COORDINATOR:
        teams = {campaign: team for campaign, team in teams.items() if team == actor.team_id}
    if not teams:
        raise NotFound  # not 403: to a coordinator, another team's people look like nobody
    if not memberships[0]["active"]:
        raise Invalid("/enumerator_id", "unknown_staff")
    await connection.execute(queries.LOCK_WORK, asked)
    found = {row["id"]: row for row in await connection.fetch(queries.WORK, asked)}
    for campaign_id in sorted({row["campaign_id"] for row in found.values()} & set(teams)):
        if not await trained(connection, campaign_id, [target]):
            raise NotTrained
    outcomes: list[Outcome] = []
    moves: dict[UUID, tuple[UUID, UUID]] = {}
    for assignment_id in asked:
        row = found.get(assignment_id)
        problem = NotFound() if row is None else _refusal(row, teams)
        if row is None or problem is not None:
            outcomes.append(Outcome(assignment_id, "refused", problem=problem))
        elif row["enumerator_id"] == row["holder_id"] == target:
            outcomes.append(Outcome(assignment_id, "unchanged", target))
        else:
            moves[assignment_id] = (teams[row["campaign_id"]], target)
            outcomes.append(_moved(row, target))
    await _move(connection, actor, body, moves)
    return outcomes


async def _spread(connection: Connection, actor: Actor, body: ReassignmentIn, asked: Sequence[UUID]) -> list[Outcome]:
    """Each team's part over the team's other trained members, by the rule that shares out a campaign.

    Work of a campaign that was closed a moment ago is refused, as everywhere; its team is not asked.
    """
    found = await connection.fetch(queries.WORK, asked)
    parts: dict[tuple[UUID, UUID], list[asyncpg.Record]] = {}
    for row in found:
        if row["campaign_status"] != CampaignStatus.CLOSED:
            parts.setdefault((row["campaign_id"], row["team_id"]), []).append(row)
    moves: dict[UUID, tuple[UUID, UUID]] = {}
    for (campaign_id, team_id), rows in sorted(parts.items()):
        people = await _others(connection, campaign_id, team_id, body.from_enumerator_id)
        doors = _doors(rows)
        given = _shares(doors, people, await atlas_of(connection, list(doors)))
        moves |= {row: (team_id, person) for row, person in given.items()}
    await _move(connection, actor, body, moves)
    return [
        _moved(row, moves[row["id"]][1])
        if row["id"] in moves
        else Outcome(row["id"], "refused", problem=WrongState(allowed=[]))
        for row in found
    ]


async def _others(connection: Connection, campaign_id: UUID, team_id: UUID, leaving: UUID | None) -> list[Enumerator]:
    """The trained members of a team but for the one whose work it is; they stay members until the work is theirs."""
    members = await connection.fetch(queries.TEAM, team_id)
    await keep_in_team(connection, [row["staff_id"] for row in members])
    people = [
        person
        for person in await people_of(connection, campaign_id)
        if person.team_id == team_id and person.id != leaving
    ]
    ready = await trained(connection, campaign_id, [person.id for person in people])
    if not ready:
        raise NobodyLeft
    return [person for person in people if person.id in ready]


def _doors(rows: Sequence[asyncpg.Record]) -> dict[Group, list[UUID]]:
    """The assignments RT by RT, in the order of their ids."""
    doors: dict[tuple[str, str | None, str | None], list[UUID]] = {}
    for row in rows:
        doors.setdefault((row["region_code"], row["rw"], row["rt"]), []).append(row["id"])
    return {Group(*rt, len(ids)): ids for rt, ids in doors.items()}


def _shares(doors: Mapping[Group, list[UUID]], people: Sequence[Enumerator], atlas: Atlas) -> dict[UUID, UUID]:
    """Who gets which assignment; an RT that is divided goes in runs."""
    return {
        assignment_id: share.enumerator.id
        for share in allocate(list(doors), people, atlas)
        for assignment_id in doors[share.group][share.first - 1 : share.last]
    }


async def _move(
    connection: Connection, actor: Actor, body: ReassignmentIn, moves: Mapping[UUID, tuple[UUID, UUID]]
) -> None:
    """Write the new holders; each assignment goes to a team and a person of it."""
    if not moves:
        return
    statement = queries.REASSIGN_ANYWHERE if actor.role is Role.BAPPEDA else queries.REASSIGN_IN_TEAM
    teams, people = zip(*moves.values(), strict=True)
    await connection.execute(statement, list(moves), list(teams), list(people), actor.id, body.reason, clock.now())
    detail: dict[str, Any] = {"assignment_ids": list(moves)}
    if body.from_enumerator_id is not None:
        detail["from_enumerator_id"] = body.from_enumerator_id
    await actor.note("assignments.reassigned", body.enumerator_id or body.from_enumerator_id, **detail)


def _moved(row: asyncpg.Record, target: UUID) -> Outcome:
    holds = row["status"] == AssignmentStatus.DOWNLOADED
    return Outcome(row["id"], "reassigned", target, device_holds_work=holds)


def _refusal(row: asyncpg.Record, teams: Mapping[UUID, UUID]) -> Problem | None:
    if row["campaign_status"] == CampaignStatus.CLOSED:
        return WrongState(allowed=[])
    if row["status"] not in MOVABLE:
        return WrongState(allowed=[status.value for status in MOVABLE])
    return None if row["campaign_id"] in teams else NotInCampaign()
