"""Receipts: what came in is kept first, whole and sealed; only then does anybody judge it.

The same sender's same content under the same id is the same receipt, whoever asks and however often: a unique key of
the database makes a second call wait for the first and then read what became of it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from uuid_utils.compat import uuid7

from api.access.actor import Actor
from api.core.database import Connection
from api.core.vault import Vault
from api.tables import QuarantineAction, ReceiptKind
from api.visits import queries
from api.visits.announcing import announce

BODY = "receipt.body"
BYTES, CONTENT = "receipt.bytes", "receipt.content"


@dataclass(frozen=True, slots=True)
class Received:
    """An item as it came in: its exact bytes, and the sha256 of what they say, however it was spelled."""

    kind: ReceiptKind
    subject_id: UUID
    said: bytes
    content: bytes
    receipt_id: UUID = field(default_factory=uuid7)


class Standing(StrEnum):
    """What became of an item when it came in before; a new one has not been judged, or its id stands for another."""

    NEW = "new"
    OTHER_CONTENT = "other_content"
    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    CONFLICT = "conflict"
    INVALID = "invalid"
    DISCARDED = "discarded"


# an item that was broken or lost its id to another leaves the id free: a mended one may come under it
HOLDS_THE_ID = frozenset({Standing.ACCEPTED, Standing.QUARANTINED})
WAITING = frozenset({Standing.QUARANTINED, Standing.CONFLICT, Standing.INVALID})


@dataclass(frozen=True, slots=True)
class Kept:
    """The receipt of an item and where it stands; `problem` is what the first answer said of it.

    `twin` marks the second of two equal items in one call: it shares the receipt and the fate of the first.
    """

    receipt_id: UUID
    standing: Standing
    problem: dict[str, Any] | None = None
    twin: bool = False


def standing_of(row: asyncpg.Record) -> Standing:
    """Where a receipt stands: with no entry in quarantine it was accepted; what a person settled is settled."""
    if row["status"] is None or row["action"] in (QuarantineAction.ADOPT, QuarantineAction.KEEP_BOTH):
        return Standing.ACCEPTED
    return Standing.DISCARDED if row["action"] == QuarantineAction.DISCARD else Standing(row["status"])


async def receipts_of(connection: Connection, sender: UUID, subject_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """The sender's receipts of these things, oldest first, each with what became of it.

    Whether there are any the key of the table says by itself; the quarantine is asked about those that stand.
    """
    if not await connection.fetchval(queries.HAS_RECEIPTS, sender, subject_ids):
        return []
    found: list[asyncpg.Record] = await connection.fetch(queries.RECEIPTS_OF, sender, subject_ids)
    return found


async def taken_in(
    connection: Connection, sender: UUID, vault: Vault, items: Sequence[tuple[UUID, bytes]]
) -> list[UUID | None]:
    """The receipts of those of these items, by their id and exact bytes, that were taken in as they are; in order.

    Nothing of an item is read for it. One that waited for a person, or was spelled otherwise, is not among them.
    """
    wanted = [(subject, bytes_indexes(vault, hashlib.sha256(said).hexdigest())) for subject, said in items]
    subjects, indexes = [subject for subject, _ in wanted], [index for _, live in wanted for index in live]
    rows = await connection.fetch(queries.TAKEN_IN, sender, subjects, indexes)
    known = {(row["subject_id"], row["bytes_index"]): row["id"] for row in rows}
    return [next((known[subject, one] for one in live if (subject, one) in known), None) for subject, live in wanted]


async def take_in(
    connection: Connection,
    actor: Actor,
    vault: Vault,
    items: Sequence[Received],
    now: datetime,
    device_id: str | None = None,
) -> list[Kept]:
    """Keep what came in and say of each item whether it is new or where it stands; one answer an item, in order.

    Call it outside the savepoint in which the items are judged: whatever happens there, the receipts stay.
    """
    indexes = [vault.indexes(CONTENT, item.content.hex()) for item in items]
    subjects = [item.subject_id for item in items]
    earlier = await receipts_of(connection, actor.id, subjects)
    known = {(row["subject_id"], row["content_index"]): row for row in reversed(earlier)}
    new: dict[tuple[UUID, bytes], Received] = {}
    for item, live in zip(items, indexes, strict=True):
        if not any((item.subject_id, index) in known for index in live):
            new.setdefault((item.subject_id, live[0]), item)
    if len(await _keep(connection, actor, vault, new, now, device_id)) < len(new):
        earlier = await receipts_of(connection, actor.id, subjects)  # somebody sent the same at the same instant
        ours = {item.receipt_id for item in new.values()}
        known = {(row["subject_id"], row["content_index"]): row for row in earlier if row["id"] not in ours}
        new = {key: item for key, item in new.items() if key not in known}
    taken = {
        row["subject_id"] for row in known.values() if standing_of(row) in (Standing.ACCEPTED, Standing.QUARANTINED)
    }

    answers = []
    for item, live in zip(items, indexes, strict=True):
        found = next((known[item.subject_id, index] for index in live if (item.subject_id, index) in known), None)
        if found is not None:
            problem = orjson.loads(found["problem"]) if found["problem"] else None
            answers.append(Kept(found["id"], standing_of(found), problem))
            continue
        kept = new[item.subject_id, live[0]]
        if kept is not item:
            answers.append(Kept(kept.receipt_id, Standing.NEW, twin=True))
            continue
        answers.append(Kept(item.receipt_id, Standing.OTHER_CONTENT if item.subject_id in taken else Standing.NEW))
        taken.add(item.subject_id)
    return answers


async def _keep(
    connection: Connection,
    actor: Actor,
    vault: Vault,
    new: dict[tuple[UUID, bytes], Received],
    now: datetime,
    device_id: str | None,
) -> list[asyncpg.Record]:
    """Insert receipts in the order of their key, so that two calls with the same items never wait in a circle."""
    if not new:
        return []
    items = list(new.values())
    kept: list[asyncpg.Record] = await connection.fetch(
        queries.KEEP_RECEIPTS,
        [item.receipt_id for item in items],
        actor.id,
        device_id,
        now,
        [item.kind for item in items],
        [item.subject_id for item in items],
        [bytes_index(vault, hashlib.sha256(item.said).hexdigest()) for item in items],
        [content_index for _, content_index in new],
        [vault.seal_bytes(BODY, item.receipt_id, item.said) for item in items],
    )
    ours = {row["id"] for row in kept}
    visits = [
        (item.receipt_id, item.subject_id, item.said)
        for item in new.values()
        if item.kind is ReceiptKind.VISIT and item.receipt_id in ours
    ]
    await announce(connection, actor.id, visits, now)
    return kept


def bytes_index(vault: Vault, sha256: str) -> bytes:
    """The keyed digest under which a receipt is stored, of the sha256 (hex) that its sender computes."""
    return vault.index(BYTES, sha256)


def bytes_indexes(vault: Vault, sha256: str) -> list[bytes]:
    """The same under every live key, to look one up."""
    return vault.indexes(BYTES, sha256)


def open_body(vault: Vault, receipt_id: UUID, sealed: bytes) -> bytes:
    """The exact bytes that came in."""
    return vault.open_bytes(BODY, receipt_id, sealed)
