"""Take in what a phone sends: keep it first, judge it second, and say of each item what became of it.

The receipts stand outside the savepoint in which the items are judged. If judging a batch breaks, it is judged item by
item, each in a savepoint of its own; what breaks even then waits in quarantine, and the others are taken in. Only what
a later try may find mended (a lost connection, a full disk, a lock) ends the whole call, with nothing acknowledged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import orjson

from api.access.actor import Actor
from api.access.devices import device_refusal
from api.core import clock
from api.core.database import Connection, savepoint
from api.core.problems import Problem
from api.core.vault import Vault
from api.households.bodies import HouseholdIn
from api.households.problems import HouseholdConflict
from api.households.service import add_household
from api.sync import push_queries
from api.sync.fates import ACCEPTED, DUPLICATE, Fate, fate_before, fate_of, permanent
from api.sync.push_reading import Item, id_of, read_item
from api.sync.push_schemas import PushStatus
from api.tables import ReceiptKind
from api.visits.problems import VisitConflict
from api.visits.receipts import Kept, Standing, take_in, taken_in
from api.visits.service import record_visits
from api.visits.storing import Arrival


@dataclass(frozen=True, slots=True)
class Pushed:
    """The answer about one item."""

    id: UUID | None
    receipt_id: UUID
    fate: Fate


async def push(
    connection: Connection, actor: Actor, vault: Vault, device_id: str, told: Sequence[tuple[ReceiptKind, bytes]]
) -> list[Pushed]:
    """Take in a phone's items, each on its own merits; one answer an item, in their order.

    The same item again has its first receipt and no second effect. Households go first: visits may name them. What is
    new from a phone that is not enrolled as the caller's, or was cut off, waits for a person.
    """
    again = await _taken_in(connection, actor, vault, told)
    unknown = iter(
        await _take(connection, actor, vault, device_id, [one for n, one in enumerate(told) if n not in again])
    )
    return [again.get(n) or next(unknown) for n in range(len(told))]


async def _taken_in(
    connection: Connection, actor: Actor, vault: Vault, told: Sequence[tuple[ReceiptKind, bytes]]
) -> dict[int, Pushed]:
    """By their place those items that were taken in before, byte for byte: nothing of them is read but the id."""
    named = [(place, subject, said) for place, (_, said) in enumerate(told) if (subject := id_of(said)) is not None]
    receipts = await taken_in(connection, actor.id, vault, [(subject, said) for _, subject, said in named])
    return {
        place: Pushed(subject, receipt_id, DUPLICATE)
        for (place, subject, _), receipt_id in zip(named, receipts, strict=True)
        if receipt_id is not None
    }


async def _take(
    connection: Connection, actor: Actor, vault: Vault, device_id: str, told: Sequence[tuple[ReceiptKind, bytes]]
) -> list[Pushed]:
    """The same of items that are not known byte for byte."""
    if not told:
        return []
    now = clock.now()
    items = [read_item(kind, said) for kind, said in told]
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
            fates[receipt.receipt_id] = fate_of(conflict)
    sound = {receipt_id: item for receipt_id, item in fresh.items() if receipt_id not in fates}
    if sound and (refusal := await device_refusal(connection, actor, device_id)) is not None:
        fates |= dict.fromkeys(sound, fate_of(refusal))
        sound = {}
    arrivals = []
    for receipt_id, item in sound.items():
        if isinstance(item.body, HouseholdIn):
            fates[receipt_id] = await _take_household(connection, actor, vault, item.body)
        elif item.body is not None:
            arrivals.append(Arrival(item.body, item.canonical, receipt_id))
    fates |= await _take_visits(connection, actor, vault, arrivals, now)
    await _quarantine(connection, actor, fresh, fates, now)
    return [_answer(item, receipt, fates) for item, receipt in zip(items, kept, strict=True)]


def _answer(item: Item, kept: Kept, fates: dict[UUID, Fate]) -> Pushed:
    fate = fates.get(kept.receipt_id) or fate_before(kept)
    return Pushed(item.id, kept.receipt_id, DUPLICATE if kept.twin and fate.status is PushStatus.ACCEPTED else fate)


async def _take_household(connection: Connection, actor: Actor, vault: Vault, body: HouseholdIn) -> Fate:
    try:
        async with savepoint(connection):
            first = await add_household(connection, actor, vault, body)
    except Exception as failed:
        return fate_of(permanent(failed))
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
        permanent(failed)
        outcomes = [await _take_alone(connection, actor, vault, arrival, now) for arrival in arrivals]
    return {
        arrival.receipt_id: fate_of(outcome)
        if isinstance(outcome, Problem)
        else Fate(PushStatus.ACCEPTED, findings=outcome["findings"])
        for arrival, outcome in zip(arrivals, outcomes, strict=True)
    }


async def _take_alone(
    connection: Connection, actor: Actor, vault: Vault, arrival: Arrival, now: datetime
) -> asyncpg.Record | Problem:
    try:
        async with savepoint(connection):
            return (await record_visits(connection, actor, vault, [arrival], now))[0]
    except Exception as failed:
        return permanent(failed)


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
