"""Revisions: every change of a household or its people leaves one, with its author, its cause, and what it changed.

A change names its field by a pointer in which people stand by id and family cards by number
(`/members/<id>/whereabouts`). Names and addresses are in it, so it lies sealed; personal numbers are masked even there.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from uuid_utils.compat import uuid7

from api.core.database import Connection
from api.core.vault import Vault
from api.households import queries
from api.tables import RevisionCause

SEALED_AS = "household_revision.changes"


@dataclass(frozen=True, slots=True)
class Change:
    """One field: what stood there and what stands there now (`None`: nothing)."""

    pointer: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where a visit found a household that had no place on the map."""

    latitude: float
    longitude: float
    accuracy_m: float | None


@dataclass(frozen=True, slots=True)
class Revision:
    """What one deed changed about one household."""

    household_id: UUID
    cause: RevisionCause
    changes: Sequence[Change]
    cause_id: UUID | None = None
    reason: str | None = None
    place: Place | None = None
    id: UUID = field(default_factory=uuid7)


def changed(prefix: str, before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """The fields of `after` that differ from `before`."""
    return [
        Change(f"{prefix}/{name}", before[name], value) for name, value in after.items() if before.get(name) != value
    ]


async def revise_households(
    connection: Connection, author_id: UUID, vault: Vault, revisions: Sequence[Revision], now: datetime
) -> None:
    """Raise the revision of these households and keep what changed: one statement, whatever their number.

    Call it before their members are written: it locks the households, and everybody locks in that order.
    """
    rows = [_row(revision, number, vault) for number, revision in enumerate(revisions) if revision.changes]
    if not rows:
        return
    places = any(revision.place for revision in revisions)
    statement = queries.REVISE_AND_PLACE if places else queries.REVISE_ONLY
    await connection.execute(statement, orjson.dumps(rows, default=str).decode(), author_id, now)


def open_changes(vault: Vault, revision_id: UUID, sealed: bytes) -> list[dict[str, Any]]:
    """What a revision changed: `pointer`, `from`, `to` of each field. A household that a list brought begins with none.

    Nothing stood there before, and each later change tells what it found: 52,881 seals would say what can be read.
    """
    if not sealed:
        return []
    opened: list[dict[str, Any]] = orjson.loads(vault.open_bytes(SEALED_AS, revision_id, sealed))
    return opened


def _row(revision: Revision, number: int, vault: Vault) -> dict[str, Any]:
    said = [{"pointer": one.pointer, "from": one.before, "to": one.after} for one in revision.changes]
    return {
        "id": revision.id,
        "household_id": revision.household_id,
        "place": number,
        "cause": revision.cause,
        "cause_id": revision.cause_id,
        "reason": revision.reason,
        "changes": vault.seal_bytes(SEALED_AS, revision.id, orjson.dumps(said, default=str)).decode(),
    } | (asdict(revision.place) if revision.place else {})
