"""Receive, judge, store: one knock or five hundred in the same few statements.

What came in is kept first, as it came; then it is judged; then everything that it moves is moved. One transaction: a
visit is here with all that follows from it, or it is not here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from api.access.actor import Actor
from api.core import clock
from api.core.conditions import Conditions
from api.core.database import Connection
from api.core.problems import NotFound, Problem
from api.core.types import mask
from api.core.vault import Vault
from api.verdicts.service import Proposal, propose_verdicts
from api.visits import queries
from api.visits.judging import judge
from api.visits.problems import VisitConflict
from api.visits.schemas import LocationOut, VisitContentOut, VisitFilter, VisitIn, VisitOut
from api.visits.storing import (
    Accepted,
    Arrival,
    earlier_visits,
    keep_receipts,
    lock_doors,
    move_households,
    store_visits,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one visit: recorded (`first`, unless it was here already), or refused."""

    visit_id: UUID
    result: VisitOut | Problem
    first: bool = False


async def record_visit(connection: Connection, actor: Actor, vault: Vault, visit: VisitIn) -> tuple[VisitOut, bool]:
    """Record one visit, and say whether it is the first time; raises the refusal, and then nothing of it is stored."""
    outcome = (await record_visits(connection, actor, vault, [visit]))[0]
    if isinstance(outcome.result, Problem):
        raise outcome.result
    return outcome.result, outcome.first


async def record_visits(connection: Connection, actor: Actor, vault: Vault, visits: Sequence[VisitIn]) -> list[Outcome]:
    """Record an enumerator's visits, each on its own merits; one outcome per visit, in their order.

    The same visit again is answered as it was the first time; its id with other content is a conflict.
    """
    now = clock.now()
    arrivals = [Arrival.of(visit) for visit in visits]
    doors = await lock_doors(connection, actor, visits)
    earlier = await earlier_visits(connection, visits, doors)
    fresh: dict[UUID, Arrival] = {}
    for arrival in arrivals:
        if arrival.visit.id not in earlier:
            fresh.setdefault(arrival.visit.id, arrival)
    await keep_receipts(connection, actor, vault, fresh.values(), now)

    accepted: list[Accepted] = []
    refused: dict[UUID, Problem] = {}
    for visit_id, arrival in fresh.items():
        door = doors.get(arrival.visit.assignment_id)
        try:
            if door is None:
                raise NotFound  # not 403: a stranger's assignment must look absent
            accepted.append(Accepted(arrival, door, judge(arrival.visit, door, now)))
        except Problem as refusal:
            refused[visit_id] = refusal

    stored = await store_visits(connection, actor, vault, accepted, now)
    here = [one for one in accepted if one.arrival.visit.id in stored]
    await _move(connection, actor, vault, [one for one in here if one.judged.moves], now)
    if here:
        await actor.note_all([_deed(one) for one in here])

    def outcome(arrival: Arrival) -> Outcome:
        visit_id = arrival.visit.id
        row = earlier.get(visit_id) or stored.get(visit_id)
        if row is None:
            return Outcome(visit_id, refused.get(visit_id) or VisitConflict())
        if row["enumerator_id"] != actor.id or row["sha256"] != arrival.sha256:
            return Outcome(visit_id, VisitConflict())
        return Outcome(visit_id, _shown(row), first=fresh.get(visit_id) is arrival)

    return [outcome(arrival) for arrival in arrivals]


async def _move(connection: Connection, actor: Actor, vault: Vault, accepted: list[Accepted], now: datetime) -> None:
    """What the visits move: members and places of households, assignments and their verdicts."""
    await move_households(connection, actor, vault, accepted, now)
    proposals = [
        Proposal(
            one.door.assignment_id,
            one.arrival.visit.id,
            one.door.criteria_set,
            one.judged.verdict,
            one.arrival.visit.corrects,
        )
        for one in accepted
        if one.judged.verdict is not None
    ]
    await propose_verdicts(connection, actor, proposals, now)


def _deed(accepted: Accepted) -> tuple[str, UUID, dict[str, object]]:
    visit, judged = accepted.arrival.visit, accepted.judged
    return (
        "visit.recorded",
        visit.id,
        {
            "assignment_id": visit.assignment_id,
            "outcome": visit.outcome,
            "submits": judged.verdict is not None,
            "flags": judged.flags,
        },
    )


async def list_visits(connection: Connection, wanted: VisitFilter) -> list[VisitOut]:
    """One more visit than a page holds, in the order in which they came in."""
    chosen = Conditions()
    chosen.add("assignment_id = ?", wanted.assignment_id)
    chosen.add("household_id = ?", wanted.household_id)
    chosen.add("enumerator_id = ?", wanted.enumerator_id)
    chosen.add("outcome = ?", wanted.outcome)
    chosen.add("(started_at at time zone 'Asia/Jakarta')::date >= ?", wanted.first_day)
    chosen.add("(started_at at time zone 'Asia/Jakarta')::date <= ?", wanted.last_day)
    after = wanted.after(int)
    chosen.add("sequence > ?", after[0] if after else None)
    rows = await connection.fetch(
        f"{queries.VISITS} {chosen.where()} order by sequence limit {wanted.limit + 1}", *chosen.values
    )
    return [_shown(row) for row in rows]


async def read_visit(connection: Connection, vault: Vault, visit_id: UUID) -> VisitContentOut:
    """A visit whole, opened from its seal; raises `NotFound`. A corrected NIK is shown masked."""
    row = await connection.fetchrow(queries.VISIT, visit_id)
    if row is None:
        raise NotFound
    said = VisitIn.model_validate_json(vault.open_bytes("visit.content", visit_id, row["content"]))
    members = [member.model_dump() | {"nik": mask(member.nik)} for member in said.members]
    content = {
        name: getattr(said, name)
        for name in ("respondent", "notice_given", "answers", "attachments", "verdict", "device")
    }
    return VisitContentOut.model_validate(_shown(row).model_dump() | content | {"members": members})


def _shown(row: asyncpg.Record) -> VisitOut:
    location = None
    if row["latitude"] is not None:
        location = LocationOut(
            lat=row["latitude"], lon=row["longitude"], accuracy_m=row["accuracy_m"], mock=row["mock_location"]
        )
    return VisitOut.model_validate(dict(row) | {"location": location})
