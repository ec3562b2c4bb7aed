"""Which files an item announces: written down with its receipt, so that they may come whatever becomes of the item."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from pydantic import ValidationError

from api.core.database import Connection
from api.visits import queries
from api.visits.schemas import MOST_ATTACHMENTS, AttachmentIn


def announced(said: bytes) -> list[AttachmentIn]:
    """The files that an item names soundly, each name once; of an item that is broken elsewhere too."""
    if b'"attachments"' not in said:
        return []
    try:
        item = orjson.loads(said)
    except orjson.JSONDecodeError:
        return []
    told = item.get("attachments") if isinstance(item, dict) else None
    found: dict[str, AttachmentIn] = {}
    for one in told[:MOST_ATTACHMENTS] if isinstance(told, list) else []:
        try:
            attachment = AttachmentIn.model_validate(one)
        except ValidationError:
            continue
        found.setdefault(attachment.name, attachment)
    return list(found.values())


def assignment_in(said: bytes) -> UUID | None:
    """The assignment that an item says it belongs to."""
    try:
        return UUID(orjson.loads(said)["assignment_id"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


async def announce(
    connection: Connection, sender: UUID, items: Sequence[tuple[UUID, UUID, bytes]], now: datetime
) -> None:
    """Write down what these visits announce: receipt, id and bytes of each, of receipts that stand already."""
    rows: list[dict[str, Any]] = [
        {
            "receipt_id": receipt_id,
            "visit_id": visit_id,
            "assignment_id": assignment_in(said),
            "name": one.name,
            "sha256": one.sha256,
            "size": one.bytes,
        }
        for receipt_id, visit_id, said in items
        for one in announced(said)
    ]
    if rows:
        told = orjson.dumps(rows, default=str).decode()
        await connection.execute(queries.ANNOUNCE, told, sender, now)
