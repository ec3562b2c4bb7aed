"""The moves of verdicts: lock them, demand that a move may be made, and make many at once.

Every move locks the assignment first, so of two people who act at the same instant one wins and the other reads 409.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from api.access.actor import Actor
from api.access.roles import Role
from api.core.database import Connection
from api.core.problems import NotFound
from api.tables import AssignmentStatus, CampaignStatus, VerdictStage
from api.verdicts import lifecycle, queries
from api.verdicts.lifecycle import Event
from api.verdicts.problems import CampaignClosed, OwnWork, VerdictChanged
from api.verdicts.rules import Circumstances, demand_agreement
from api.verdicts.schemas import VerdictIn

PAST = {
    Event.APPROVE: "approved",
    Event.RETURN: "returned",
    Event.REVOKE: "revoked",
    Event.CONFIRM: "confirmed",
    Event.AMEND: "amended",
    Event.OBJECT: "objected",
    Event.DELIBERATE: "deliberated",
}
Standing = dict[str, Any]
Step = dict[str, Any]


async def lock_verdicts(
    connection: Connection, actor: Actor, verdict_ids: Collection[UUID], amends: bool
) -> dict[UUID, Standing]:
    """These verdicts as they stand, locked until the transaction ends; those that the caller does not see are absent.

    `amends` asks too whether everybody of the household is deceased, which only new content is weighed against.
    """
    locked = {row["id"]: dict(row) for row in await connection.fetch(queries.LOCK, list(verdict_ids))}
    for row in await connection.fetch(queries.STANDING, list(locked), actor.id, amends):
        locked[row["id"]] |= dict(row)
    return locked


def step(
    actor: Actor,
    event: Event,
    found: Standing | None,
    *,
    seen: int | None = None,
    content: VerdictIn | None = None,
    pointer: str = "/verdict",
    **words: Any,
) -> Step:
    """The move that this event makes of a verdict as it stands; raises the refusal.

    `seen` is the revision that was judged, `content` a new one, `pointer` where that stands in the body; `words` are
    reason code, comment and remarks. A meeting lifts the need for a meeting.
    """
    if found is None:
        raise NotFound
    if found["campaign_status"] == CampaignStatus.CLOSED:
        raise CampaignClosed
    if found["own"] or (actor.role is Role.BAPPEDA and found["approved"]):
        raise OwnWork
    if seen is not None and seen != found["revision"]:
        raise VerdictChanged
    stage = VerdictStage(found["stage"]) if found["stage"] else None
    move = lifecycle.demand(event, actor.role, AssignmentStatus(found["status"]), stage)
    if content is not None:
        deliberated = event is Event.DELIBERATE
        demand_agreement(content, Circumstances(found["criteria_set"], found["all_deceased"], deliberated), pointer)
    return {
        "verdict_id": found["id"],
        "assignment_id": found["assignment_id"],
        "event": event,
        "deed": PAST[event],
        "number": found["event"] + 1,
        "revision": found["revision"] + (content is not None),
        "status": move.to or found["status"],
        "stage": move.stage or found["stage"],
        "field_result": content.field_result if content else found["field_result"],
        "eligibility": content.eligibility if content else found["eligibility"],
        "criteria_set": found["criteria_set"],
        "reason_code": words.get("reason_code"),
        "comment": words.get("comment"),
        "remarks": words.get("remarks", []),
        "content": content and content.model_dump(),
    }


async def take_steps(connection: Connection, actor: Actor, steps: Sequence[Step], now: datetime) -> None:
    """Make these moves: new revisions, events of verdicts and assignments, the deeds on record."""
    if not steps:
        return
    revisions = [made | made["content"] for made in steps if made["content"] is not None]
    if revisions:
        await connection.execute(queries.ADD_REVISIONS, rows_of(revisions), actor.id, now)
    await connection.execute(queries.MOVE, rows_of(steps), actor.id, now)
    await actor.note_all(
        [
            (
                f"verdict.{made['deed']}",
                made["verdict_id"],
                {"revision": made["revision"], "status": made["status"], "reason_code": made["reason_code"]},
            )
            for made in steps
        ]
    )


def rows_of(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as the one JSON text that the room's statements take."""
    return orjson.dumps(rows, default=str).decode()  # asyncpg has a UUID of its own
