"""Receive, judge, store: one knock or five hundred in the same few statements.

What came in is kept first, as it came; then it is judged; then everything that it moves is moved. One transaction: a
visit is here with all that follows from it, or it is not here.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from api.access.actor import Actor
from api.core import clock
from api.core.conditions import Conditions
from api.core.database import Connection
from api.core.problems import Anonymised, NotFound, Problem
from api.core.types import mask
from api.core.vault import Vault
from api.households.restricting import hides_somebody, seen_version, struck_out, visible_people
from api.tables import ReceiptKind
from api.verdicts.service import Proposal, propose_verdicts
from api.visits import queries
from api.visits.checking import read_forms
from api.visits.judging import Door, judge, set_aside
from api.visits.problems import VisitConflict, WaitsInQuarantine
from api.visits.receipts import WAITING, Received, Standing, take_in
from api.visits.schemas import LocationOut, VisitContentOut, VisitFilter, VisitIn, VisitOut, VisitReceivedOut
from api.visits.storing import (
    Accepted,
    Arrival,
    lock_doors,
    move_households,
    store_visits,
)


async def record_visit(
    connection: Connection, actor: Actor, vault: Vault, visit: VisitIn, said: bytes | None = None
) -> tuple[VisitOut | VisitReceivedOut, bool]:
    """Record one visit, and say whether it is the first time; raises the refusal, and then nothing of it is stored.

    `said` are the exact bytes that came in, if they are not our own spelling of the visit. Of one that is out of the
    caller's sight by now, or was recorded by a person under another id, only the receipt is shown.
    """
    now, content = clock.now(), visit.canonical()
    received = Received(ReceiptKind.VISIT, visit.id, said or content, hashlib.sha256(content).digest())
    kept = (await take_in(connection, actor, vault, [received], now))[0]
    if kept.standing is Standing.NEW:
        arrival = Arrival(visit, content, kept.receipt_id)
        outcome = (await record_visits(connection, actor, vault, [arrival], now))[0]
        if isinstance(outcome, Problem):
            raise outcome
        return _shown(outcome), True
    if kept.standing is Standing.ACCEPTED:
        row = await connection.fetchrow(queries.VISIT, visit.id)
        if row is None or row["receipt"] != kept.receipt_id:
            return VisitReceivedOut(id=visit.id, status="duplicate", receipt=kept.receipt_id), False
        return _shown(row), False
    raise WaitsInQuarantine if kept.standing in WAITING else VisitConflict


async def record_visits(
    connection: Connection, actor: Actor, vault: Vault, arrivals: Sequence[Arrival], now: datetime
) -> list[asyncpg.Record | Problem]:
    """Record an enumerator's visits, each on its own merits; one outcome per visit, in their order.

    Each is here for the first time (`take_in` said so) and has its own id. An id that is somebody else's is a conflict.
    """
    doors = await lock_doors(connection, actor.id, [arrival.visit.assignment_id for arrival in arrivals])
    await _bring_forms(connection, doors.values())
    accepted: list[Accepted] = []
    refused: dict[UUID, Problem] = {}
    for arrival in arrivals:
        door = doors.get(arrival.visit.assignment_id)
        try:
            if door is None:
                raise NotFound  # not 403: a stranger's assignment must look absent
            accepted.append(Accepted(arrival, door, judge(arrival.visit, door, now)))
        except Problem as refusal:
            refused[arrival.visit.id] = refusal

    stored = await _store(connection, actor, vault, actor.id, accepted, now)
    return [refused.get(arrival.visit.id) or stored.get(arrival.visit.id) or VisitConflict() for arrival in arrivals]


async def adopt_visit(
    connection: Connection, actor: Actor, vault: Vault, arrival: Arrival, sender: UUID, *, beside: bool, now: datetime
) -> None:
    """Record a visit that waited in quarantine for a person, under the name of who paid it; raises the refusal.

    It is judged as if the holder had sent it now, on the present revision. `beside` keeps it without moving anything,
    whatever has become of the assignment. An adopted visit places no household on the map.
    """
    visit = arrival.visit
    door = (await lock_doors(connection, None, [visit.assignment_id])).get(visit.assignment_id)
    if door is None:
        raise NotFound
    await _bring_forms(connection, [door])
    current = visit.model_copy(update={"based_on": door.revision})
    judged = set_aside(visit, door, now) if beside else judge(current, door, now, decided=True)
    flags = [*judged.flags, "kept_beside" if beside else "adopted"]
    accepted = Accepted(arrival, door, replace(judged, flags=flags, places_household=False))
    if not await _store(connection, actor, vault, sender, [accepted], now):
        raise VisitConflict


async def _bring_forms(connection: Connection, doors: Collection[Door]) -> None:
    """Put the published forms of its campaign at each door, where visits are judged."""
    forms = await read_forms(connection, {one for door in doors for one in door.published.values()})
    for door in doors:
        door.forms = {version: forms[one] for version, one in door.published.items()}


async def _store(
    connection: Connection, actor: Actor, vault: Vault, sender: UUID, accepted: list[Accepted], now: datetime
) -> dict[UUID, asyncpg.Record]:
    """Store what was accepted, and move what it moves."""
    stored = await store_visits(connection, sender, vault, accepted, now)
    here = [one for one in accepted if one.arrival.visit.id in stored]
    await _move(connection, actor, vault, sender, [one for one in here if one.judged.moves], now)
    if here:
        await actor.note_all([_deed(one) for one in here])
    return stored


async def _move(
    connection: Connection, actor: Actor, vault: Vault, sender: UUID, accepted: list[Accepted], now: datetime
) -> None:
    """What the visits move: members and places of households, assignments and their verdicts."""
    await move_households(connection, actor, vault, accepted, now)
    proposals = [
        Proposal(
            one.door.assignment_id,
            one.arrival.visit.id,
            one.door.criteria_set,
            one.judged.verdict,
            one.arrival.visit.corrects,
            sender,
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


@dataclass(frozen=True, slots=True)
class OpenedVisit:
    """A visit as its caller may read it, and its ETag's text.

    `member_ids` are all that it was about, as they were said: a pointer counts those too whom the caller may not read.
    """

    row: asyncpg.Record
    said: VisitIn
    member_ids: list[UUID]
    version: str


async def open_visit(connection: Connection, actor: Actor, vault: Vault, visit_id: UUID) -> OpenedVisit:
    """A visit in sight, opened from its seal, as far as the caller may read it.

    People whom the caller may not read are left out, with whoever opened the door there: it may be one of them.
    Raises `NotFound` and `Anonymised`.
    """
    row = await connection.fetchrow(queries.VISIT, visit_id)
    if row is None:
        raise NotFound
    if not row["content"]:
        raise Anonymised
    said = VisitIn.model_validate_json(vault.open_bytes("visit.content", visit_id, row["content"]))
    whole = said.model_dump(exclude_unset=True)
    seen = await _as_seen(connection, actor, row["household_id"], whole)
    member_ids = [member.id for member in said.members]
    return OpenedVisit(row, VisitIn.model_validate(seen), member_ids, seen_version(1, whole, seen))


async def _as_seen(connection: Connection, actor: Actor, household_id: UUID, whole: dict[str, Any]) -> dict[str, Any]:
    seen, members = dict(whole), whole.get("members", [])
    if members:
        shown = await visible_people(connection, [member["id"] for member in members])
        seen["members"] = [member for member in members if member["id"] in shown]
    if seen.get("respondent") and await hides_somebody(connection, actor, household_id):
        seen["respondent"] = seen["respondent"] | {"name": None}
    (seen,) = await struck_out(connection, actor, [(household_id, seen)])
    return seen


async def read_visit(connection: Connection, actor: Actor, vault: Vault, visit_id: UUID) -> tuple[VisitContentOut, str]:
    """A visit whole, and its ETag's text; raises `NotFound` and `Anonymised`. A corrected NIK is shown masked."""
    opened = await open_visit(connection, actor, vault, visit_id)
    said = opened.said
    members = [member.model_dump() | {"nik": mask(member.nik)} for member in said.members]
    content = {
        name: getattr(said, name)
        for name in ("respondent", "notice_given", "answers", "attachments", "verdict", "device", "remarks")
    }
    told = _shown(opened.row).model_dump() | content | {"members": members}
    return VisitContentOut.model_validate(told), opened.version


def _shown(row: asyncpg.Record) -> VisitOut:
    location = None
    if row["latitude"] is not None:
        location = LocationOut(
            lat=row["latitude"], lon=row["longitude"], accuracy_m=row["accuracy_m"], mock=row["mock_location"]
        )
    return VisitOut.model_validate(dict(row) | {"location": location, "findings": orjson.loads(row["findings"])})
