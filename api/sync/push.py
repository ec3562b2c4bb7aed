"""Take in what a phone sends: keep it first, judge it second, and say of each item what became of it.

The receipts stand outside the savepoint in which the items are judged. If judging a batch breaks, it is judged item by
item, each in a savepoint of its own; what breaks even then waits in quarantine, and the others are taken in. Only what
a later try may find mended (a lost connection, a full disk, a lock) ends the whole call, with nothing acknowledged.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from api.access.actor import Actor
from api.core import clock
from api.core.database import BROKEN, Connection, savepoint
from api.core.problems import TRANSIENT, Invalid, NotFound, Problem, Unexpected, noted_problem, problem_of
from api.core.vault import Vault
from api.households.bodies import HouseholdIn
from api.households.problems import HouseholdConflict
from api.households.service import add_household
from api.sync import push_queries
from api.sync.push_problems import NotHeld, PutAside
from api.sync.push_reading import Item, read_item
from api.sync.push_schemas import PushStatus
from api.tables import ReceiptKind
from api.visits.problems import VisitConflict
from api.visits.receipts import Kept, Standing, take_in
from api.visits.service import record_visits
from api.visits.storing import Arrival

log = logging.getLogger("sambang")

# Fields that are right in themselves and do not fit what we know today: a person can mend that, a phone cannot.
A_PERSON_MAY_MEND = frozenset({"unknown_revision", "unknown_version", "unknown_visit", "unknown_member"})
AGAIN = {
    Standing.ACCEPTED: PushStatus.DUPLICATE,
    Standing.QUARANTINED: PushStatus.QUARANTINED,
    Standing.CONFLICT: PushStatus.CONFLICT,
    Standing.INVALID: PushStatus.INVALID,
    Standing.DISCARDED: PushStatus.QUARANTINED,
}


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of an item, and the refusal that says why, without texts."""

    status: PushStatus
    problem: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Pushed:
    """The answer about one item."""

    id: UUID | None
    receipt_id: UUID
    fate: Fate


ACCEPTED, DUPLICATE = Fate(PushStatus.ACCEPTED), Fate(PushStatus.DUPLICATE)


async def push(
    connection: Connection, actor: Actor, vault: Vault, device_id: str, told: Sequence[tuple[ReceiptKind, bytes]]
) -> list[Pushed]:
    """Take in a phone's items, each on its own merits; one answer an item, in their order.

    The same item again has its first receipt and no second effect. Households go first: visits may name them.
    """
    now = clock.now()
    items = [read_item(kind, said, vault) for kind, said in told]
    kept = await take_in(connection, actor, vault, [item.received for item in items], now, device_id)
    fates: dict[UUID, Fate] = {}
    fresh: dict[UUID, Item] = {}
    for item, receipt in zip(items, kept, strict=True):
        if receipt.standing not in (Standing.NEW, Standing.OTHER_CONTENT) or receipt.twin:
            continue
        fresh[receipt.receipt_id] = item
        if item.refusal is not None:
            fates[receipt.receipt_id] = Fate(PushStatus.INVALID, item.refusal)
        elif receipt.standing is Standing.OTHER_CONTENT:
            conflict = HouseholdConflict() if item.received.kind is ReceiptKind.HOUSEHOLD else VisitConflict()
            fates[receipt.receipt_id] = _fate(conflict)
    arrivals = []
    for receipt_id, item in fresh.items():
        if receipt_id in fates:
            continue
        if isinstance(item.body, HouseholdIn):
            fates[receipt_id] = await _take_household(connection, actor, vault, item.body)
        elif item.body is not None:
            arrivals.append(Arrival(item.body, item.body.canonical(), receipt_id))
    fates |= await _take_visits(connection, actor, vault, arrivals, now)
    await _quarantine(connection, actor, fresh, fates, now)
    return [_answer(item, receipt, fates) for item, receipt in zip(items, kept, strict=True)]


def _answer(item: Item, kept: Kept, fates: dict[UUID, Fate]) -> Pushed:
    fate = fates.get(kept.receipt_id)
    if fate is None:  # it came in before
        problem = noted_problem(PutAside()) if kept.standing is Standing.DISCARDED else kept.problem
        fate = DUPLICATE if kept.standing is Standing.ACCEPTED else Fate(AGAIN[kept.standing], problem)
    elif kept.twin and fate is ACCEPTED:
        fate = DUPLICATE
    return Pushed(item.id, kept.receipt_id, fate)


async def _take_household(connection: Connection, actor: Actor, vault: Vault, body: HouseholdIn) -> Fate:
    try:
        async with savepoint(connection):
            first = await add_household(connection, actor, vault, body)
    except Exception as failed:
        return _fate(_permanent(failed))
    return ACCEPTED if first else DUPLICATE


async def _take_visits(
    connection: Connection, actor: Actor, vault: Vault, arrivals: list[Arrival], now: datetime
) -> dict[UUID, Fate]:
    if not arrivals:
        return {}
    try:
        async with savepoint(connection):
            outcomes = await record_visits(connection, actor, vault, arrivals, now)
    except Exception as failed:
        _permanent(failed)
        outcomes = [await _take_alone(connection, actor, vault, arrival, now) for arrival in arrivals]
    return {
        arrival.receipt_id: _fate(outcome) if isinstance(outcome, Problem) else ACCEPTED
        for arrival, outcome in zip(arrivals, outcomes, strict=True)
    }


async def _take_alone(
    connection: Connection, actor: Actor, vault: Vault, arrival: Arrival, now: datetime
) -> asyncpg.Record | Problem:
    try:
        async with savepoint(connection):
            return (await record_visits(connection, actor, vault, [arrival], now))[0]
    except Exception as failed:
        return _permanent(failed)


def _permanent(failed: Exception) -> Problem:
    """The refusal behind a failure; raises it again when a later try may find it mended.

    A client-side DataError is an InterfaceError too, but no lost connection: it would come back every time.
    """
    if isinstance(failed, Problem):
        return failed
    if isinstance(failed, (*BROKEN, *TRANSIENT)) and not isinstance(failed, ValueError):
        raise failed
    known = problem_of(failed) if isinstance(failed, asyncpg.PostgresError) else None
    if known is None:
        log.error("judging failed", exc_info=failed)
    return known or Unexpected()


def _fate(problem: Problem) -> Fate:
    if isinstance(problem, VisitConflict | HouseholdConflict):
        return Fate(PushStatus.CONFLICT, noted_problem(problem))
    if isinstance(problem, Invalid) and problem.field_code not in A_PERSON_MAY_MEND:
        return Fate(PushStatus.INVALID, noted_problem(problem))
    return Fate(PushStatus.QUARANTINED, noted_problem(NotHeld() if isinstance(problem, NotFound) else problem))


async def _quarantine(
    connection: Connection, actor: Actor, fresh: dict[UUID, Item], fates: dict[UUID, Fate], now: datetime
) -> None:
    """Put what could not be taken as it was where a person sees it."""
    waiting = [
        (receipt_id, item, fates[receipt_id].status, problem)
        for receipt_id, item in fresh.items()
        if (problem := fates[receipt_id].problem) is not None
    ]
    if not waiting:
        return
    rows = [
        {
            "id": receipt_id,
            "kind": item.received.kind,
            "subject_id": item.received.subject_id,
            "assignment_id": item.assignment_id,
            "status": status,
            "problem": problem,
        }
        for receipt_id, item, status, problem in waiting
    ]
    told = orjson.dumps(rows, default=str).decode()
    await connection.execute(push_queries.QUARANTINE, told, actor.id, actor.team_id, now)
    await actor.note_all(
        [
            (f"{item.received.kind.value}.quarantined", receipt_id, {"status": status, "code": problem["code"]})
            for receipt_id, item, status, problem in waiting
        ]
    )
