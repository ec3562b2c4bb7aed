"""Who did what, and who looked at whom: a deed is noted and a look disclosed in the transaction that it belongs to."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from api.core.database import Connection


async def note(
    connection: Connection,
    actor_id: UUID | None,
    request_id: str,
    action: str,
    subject_id: UUID | None,
    **detail: Any,
) -> None:
    """Record a deed: past tense, `noun.verb`. Details hold ids, states and counts, never personal values."""
    await connection.execute(
        "insert into audit_events (at, actor_id, action, subject_id, request_id, detail)"
        " values (clock_timestamp(), $1, $2, $3, $4, $5)",
        actor_id,
        action,
        subject_id,
        request_id,
        orjson.dumps(detail, default=str).decode(),
    )


async def note_all(
    connection: Connection, actor_id: UUID, request_id: str, deeds: Sequence[tuple[str, UUID, dict[str, Any]]]
) -> None:
    """Record many deeds of one request at once: action, subject and detail of each, in their order."""
    await connection.execute(
        "insert into audit_events (at, actor_id, action, subject_id, request_id, detail)"
        " select clock_timestamp(), $1, d.action, d.subject_id, $2, d.detail"
        " from unnest($3::text[], $4::uuid[], $5::jsonb[]) with ordinality as d (action, subject_id, detail, place)"
        " order by d.place",
        actor_id,
        request_id,
        [action for action, _, _ in deeds],
        [subject for _, subject, _ in deeds],
        [orjson.dumps(detail, default=str).decode() for _, _, detail in deeds],
    )


async def disclose(
    connection: Connection,
    actor_id: UUID,
    request_id: str,
    operation: str,
    household_ids: Sequence[UUID],
    fields: Sequence[str],
    purpose: str | None = None,
    session_id: UUID | None = None,
) -> None:
    """Record a look: one row for an answer, naming every household it showed and which kinds of field."""
    if household_ids:
        await connection.execute(
            "insert into disclosures (at, actor_id, operation, purpose, fields, household_ids, request_id,"
            " session_id) values (clock_timestamp(), $1, $2, $3, $4, $5, $6, $7)",
            actor_id,
            operation,
            purpose,
            list(fields),
            list(household_ids),
            request_id,
            session_id,
        )
