"""`/v1/visits`."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.access.actor import Actor, ConnectionDep, VaultDep, may
from api.access.roles import Permission
from api.core.idempotency import Route
from api.core.paging import Page, page
from api.core.problems import Anonymised, WrongState, problems
from api.core.revisions import not_modified
from api.households.problems import CampaignNotOpen
from api.visits import service
from api.visits.problems import VisitConflict, WaitsInQuarantine
from api.visits.schemas import VisitContentOut, VisitFilter, VisitIn, VisitOut, VisitReceivedOut

router = APIRouter(prefix="/visits", tags=["visits"], route_class=Route)
KNOWN: dict[int | str, dict[str, Any]] = {
    200: {
        "model": VisitOut | VisitReceivedOut,
        "description": "This visit was here already; only its receipt where the work is somebody else's by now.",
    }
}
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "You have this visit already."}}


@router.post(
    "",
    status_code=201,
    response_model=VisitOut,
    responses=KNOWN | problems(VisitConflict, WaitsInQuarantine, CampaignNotOpen, WrongState),
)
async def record_visit(
    connection: ConnectionDep,
    vault: VaultDep,
    actor: Annotated[Actor, may(Permission.VISITS_WRITE)],
    visit: VisitIn,
    request: Request,
    response: Response,
) -> VisitOut | Response:
    """Record one knock on the door of one of your assignments.

    The id is yours: the same visit again is 200 with the first answer (its first receipt alone, `duplicate`, once the
    work has gone to somebody else), its id with other content 409. `completed, refused, moved, part_of_other` and
    `duplicate` submit the assignment and need a `verdict` whose `field_result` is the outcome; `partial` and
    `appointment` never submit; `not_found` and `no_respondent` submit on the third different day in Malang (your
    verdict, else `undetermined` and `keep`). A visit that rests on an older revision of the assignment is kept, flagged
    `stale`, and moves nothing. Whereabouts of members act at once; corrections of them stay in the visit until Bappeda
    applies them. In a campaign under review only returned work takes visits.
    """
    recorded, first = await service.record_visit(connection, actor, vault, visit, await request.body())
    if isinstance(recorded, VisitReceivedOut):
        return Response(recorded.model_dump_json(), media_type="application/json")
    response.status_code = 201 if first else 200
    return recorded


@router.get("")
async def list_visits(
    connection: ConnectionDep,
    actor: Annotated[Actor, may(Permission.VISITS_READ)],
    wanted: Annotated[VisitFilter, Query()],
    request: Request,
    response: Response,
) -> Page[VisitOut]:
    """List visits without their content, in the order in which they came in."""
    found = await service.list_visits(connection, wanted)
    shown, following = page(found, wanted, lambda visit: (visit.sequence,), request, response)
    await actor.disclose("list_visits", [visit.household_id for visit in shown], ("location",))
    return Page(items=shown, next=following)


@router.get("/{visit_id}", responses=NOT_MODIFIED | problems(Anonymised), response_model=VisitContentOut)
async def read_visit(
    connection: ConnectionDep,
    vault: VaultDep,
    actor: Annotated[Actor, may(Permission.VISITS_READ)],
    visit_id: UUID,
    request: Request,
    response: Response,
) -> VisitContentOut | Response:
    """Read a visit whole, opened from its seal. It never changes; its ETag does when a person in it is restricted."""
    visit, version = await service.read_visit(connection, actor, vault, visit_id)
    if not_modified(request, response, version):
        return Response(status_code=304, headers={"ETag": response.headers["ETag"]})
    await actor.disclose("read_visit", [visit.household_id], ("names", "answers"))
    return visit
