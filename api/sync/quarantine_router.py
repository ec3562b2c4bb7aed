"""`/v1/quarantine`."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response

from api.access.actor import Actor, ConnectionDep, VaultDep, may
from api.access.roles import Permission
from api.core.idempotency import Route
from api.core.paging import Page, page
from api.core.problems import Anonymised, WrongState, problems, told_problem
from api.households.problems import CampaignNotOpen, HouseholdConflict
from api.sync import quarantine
from api.sync.push_problems import AlreadyResolved
from api.sync.quarantine_schemas import (
    QuarantinedContentOut,
    QuarantinedOut,
    QuarantineFilter,
    QuarantineResolutionIn,
    QuarantineResolutionOut,
)
from api.verdicts.problems import OwnWork
from api.visits.problems import VisitConflict

router = APIRouter(prefix="/quarantine", tags=["sync"], route_class=Route)
Reader = Annotated[Actor, may(Permission.QUARANTINE_READ)]


@router.get("")
async def list_quarantine(
    connection: ConnectionDep,
    actor: Reader,
    wanted: Annotated[QuarantineFilter, Query()],
    request: Request,
    response: Response,
) -> Page[QuarantinedOut]:
    """List what phones sent and could not be taken as it was: of your people, or about your households.

    Bappeda sees all. Without `resolved=true` only what still waits. What an item says is read one by one.
    """
    found = await quarantine.list_quarantine(connection, wanted)
    shown, following = page(found, wanted, lambda row: (row["id"],), request, response)
    about = sorted({row["household_id"] for row in shown if row["household_id"] is not None})
    await actor.disclose("list_quarantine", about, ("quarantine",))
    return Page(items=[QuarantinedOut.model_validate(_shown(row, request)) for row in shown], next=following)


@router.get("/{quarantine_id}", responses=problems(Anonymised))
async def read_quarantined_item(
    connection: ConnectionDep, vault: VaultDep, actor: Reader, quarantine_id: UUID, request: Request
) -> QuarantinedContentOut:
    """Read one item with what it says, opened from its seal; personal numbers are masked, the look is on record."""
    row, content = await quarantine.read_quarantined(connection, actor, vault, quarantine_id)
    return QuarantinedContentOut.model_validate(_shown(row, request) | {"content": content})


@router.post(
    "/{quarantine_id}/resolutions",
    status_code=201,
    responses=problems(
        Anonymised, AlreadyResolved, OwnWork, CampaignNotOpen, WrongState, VisitConflict, HouseholdConflict
    ),
)
async def resolve_quarantined_item(
    connection: ConnectionDep,
    vault: VaultDep,
    actor: Annotated[Actor, may(Permission.QUARANTINE_WRITE)],
    quarantine_id: UUID,
    body: QuarantineResolutionIn,
    request: Request,
) -> QuarantinedOut:
    """Decide about an item in quarantine, once.

    `adopt`: a visit is judged again as if the holder had sent it now, and submits the assignment whoever holds it; it
    stays the work of who paid it. A household is adopted by Bappeda. `keep_both`: a visit is recorded beside and moves
    nothing, also in a closed campaign. `discard`: it is put aside, its bytes are kept. What cannot be read as a visit
    can only be discarded.
    """
    await quarantine.resolve(connection, actor, vault, quarantine_id, body)
    row, _ = await quarantine.open_item(connection, vault, quarantine_id)
    return QuarantinedOut.model_validate(_shown(row, request))


def _shown(row: Any, request: Request) -> dict[str, Any]:
    resolution = QuarantineResolutionOut.model_validate(dict(row)) if row["action"] else None
    return dict(row) | {
        "item_id": row["subject_id"],
        "sent_by": row["principal_id"],
        "problem": told_problem(orjson.loads(row["problem"]), request),
        "resolution": resolution,
    }
