"""Cancelling: a household that nobody needs to visit in this campaign leaves the work, and its holder's sight."""

from typing import Any
from uuid import UUID

from api.access.actor import Actor
from api.access.roles import Role
from api.assignments import queries
from api.assignments.schemas import CancellationIn
from api.core import clock
from api.core.database import Connection
from api.core.problems import Forbidden, NotFound, Problem, WrongState
from api.tables import AssignmentStatus, CampaignStatus

# contract section 5: only work before a visit is cancelled
CANCELLABLE = (AssignmentStatus.UNASSIGNED, AssignmentStatus.OPEN, AssignmentStatus.DOWNLOADED)


async def cancel(
    connection: Connection, actor: Actor, body: CancellationIn
) -> list[tuple[UUID, str, Problem | None, bool]]:
    """Cancel assignments: each with its outcome, why it was refused, and whether a phone may still hold work.

    Work that a visit has begun stays (`wrong_state`); what is cancelled already is `unchanged` and keeps its reason.
    """
    if actor.role is not Role.BAPPEDA:
        raise Forbidden
    asked = list(dict.fromkeys(body.assignment_ids))
    await connection.execute(queries.LOCK_WORK, asked)
    found = {row["id"]: row for row in await connection.fetch(queries.WORK, asked)}
    outcomes: list[tuple[UUID, str, Problem | None, bool]] = []
    gone: list[UUID] = []
    for assignment_id in asked:
        row = found.get(assignment_id)
        problem = NotFound() if row is None else _refusal(row)
        if row is None or problem is not None:
            outcomes.append((assignment_id, "refused", problem, False))
        elif row["status"] == AssignmentStatus.CANCELLED:
            outcomes.append((assignment_id, "unchanged", None, False))
        else:
            outcomes.append((assignment_id, "cancelled", None, row["status"] == AssignmentStatus.DOWNLOADED))
            gone.append(assignment_id)
    if gone:
        await connection.execute(queries.CANCEL, gone, actor.id, body.reason, clock.now())
        await actor.note_all([("assignment.cancelled", one, {"status": found[one]["status"]}) for one in gone])
    return outcomes


def _refusal(row: Any) -> Problem | None:
    if row["campaign_status"] == CampaignStatus.CLOSED:
        return WrongState(allowed=[])
    if row["status"] not in (*CANCELLABLE, AssignmentStatus.CANCELLED):
        return WrongState(allowed=[status.value for status in CANCELLABLE])
    return None
