"""`/v1/assignments` and `/v1/campaigns/{id}/allocations`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from api.access.actor import Actor, ConnectionDep, may
from api.access.roles import Permission
from api.assignments import cancelling, reassigning, service
from api.assignments.problems import NobodyLeft
from api.assignments.schemas import (
    AllocationIn,
    AllocationOut,
    AssignmentEventOut,
    AssignmentFilter,
    AssignmentOut,
    CancellationIn,
    CancellationOut,
    CancellationResult,
    ReassignmentIn,
    ReassignmentOut,
    ReassignmentResult,
)
from api.campaigns.problems import NotTrained
from api.core.idempotency import Route
from api.core.paging import Page, Paging, page
from api.core.problems import WrongState, item_problem, problems
from api.core.revisions import not_modified
from api.core.written import written_page
from api.households.restricting import struck_out

router = APIRouter(prefix="/assignments", tags=["assignments"], route_class=Route)
allocations = APIRouter(prefix="/campaigns", tags=["assignments"], route_class=Route)
# a household's result and eligibility: no name, but a look all the same
SHOWN = ("verdict",)
Reader = Annotated[Actor, may(Permission.ASSIGNMENTS_READ)]
Writer = Annotated[Actor, may(Permission.ASSIGNMENTS_WRITE)]


@router.get("", response_model=Page[AssignmentOut])
async def list_assignments(
    connection: ConnectionDep,
    actor: Reader,
    wanted: Annotated[AssignmentFilter, Query()],
    request: Request,
    response: Response,
) -> Response:
    """List the caller's assignments: an enumerator's own, a coordinator's team's, all for Bappeda."""
    found = await service.list_assignments(connection, wanted)
    shown, following = page(found, wanted, lambda assignment: (assignment["id"],), request, response)
    await actor.disclose("list_assignments", [assignment["household_id"] for assignment in shown], SHOWN)
    return written_page(shown, following, response.headers)


@router.get("/{assignment_id}", response_model=AssignmentOut, responses={304: {"description": "Not modified."}})
async def read_assignment(
    connection: ConnectionDep, actor: Reader, assignment_id: UUID, request: Request, response: Response
) -> AssignmentOut | Response:
    """Read one assignment; its `revision` is what a visit is based on. The ETag changes with its status too."""
    found = await service.read_assignment(connection, assignment_id)
    if not_modified(request, response, f"{found.revision}.{found.status}"):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers={"ETag": response.headers["ETag"]})
    await actor.disclose("read_assignment", [found.household_id], SHOWN)
    return found


@router.get("/{assignment_id}/history")
async def list_assignment_events(
    connection: ConnectionDep,
    actor: Reader,
    assignment_id: UUID,
    wanted: Annotated[Paging, Query()],
    request: Request,
    response: Response,
) -> Page[AssignmentEventOut]:
    """List the steps of an assignment, oldest first."""
    after = wanted.after(int)
    household_id, found = await service.list_events(connection, assignment_id, after[0] if after else 0, wanted.limit)
    await actor.disclose("list_assignment_events", [household_id], SHOWN)
    shown, following = page(found, wanted, lambda event: (event["id"],), request, response)
    told = await struck_out(connection, actor, [(household_id, dict(event)) for event in shown])
    return Page(items=[AssignmentEventOut.model_validate(event) for event in told], next=following)


@router.post("/reassignments", responses=problems(NotTrained, NobodyLeft))
async def reassign_assignments(
    connection: ConnectionDep, actor: Writer, body: ReassignmentIn, request: Request
) -> ReassignmentOut:
    """Hand work on to another enumerator: a coordinator inside the own team, Bappeda anywhere.

    Name `assignment_ids`, or with `from_enumerator_id` all open work of somebody who is ill or leaves; without an
    `enumerator_id` that is spread over the team's other trained members by the rule of the allocation: loads even,
    whole RTs where that can be. 409 `nobody_left` when there are none, and then nothing moves.

    Each has its own result. `unassigned`, `open`, `downloaded` and `returned` become `open` with the new holder; work
    that was handed in stays (`wrong_state`). Warning `device_holds_work`: the former holder had downloaded it.
    """
    outcomes = await reassigning.reassign(connection, actor, body)
    return ReassignmentOut(
        results=[
            ReassignmentResult.model_validate(
                {
                    "id": outcome.assignment_id,
                    "status": outcome.status,
                    "enumerator_id": outcome.enumerator_id,
                    "problem": item_problem(outcome.problem, request) if outcome.problem else None,
                    "warning": "device_holds_work" if outcome.device_holds_work else None,
                }
            )
            for outcome in outcomes
        ]
    )


@router.post("/cancellations")
async def cancel_assignments(
    connection: ConnectionDep, actor: Writer, body: CancellationIn, request: Request
) -> CancellationOut:
    """Take households out of the campaign's work that nobody needs to visit any more; Bappeda only.

    Each has its own result. `unassigned`, `open` and `downloaded` become `cancelled`, for good, and leave their
    holder's sight; where a visit has begun the work stays (`wrong_state`). Warning `device_holds_work`: the holder had
    downloaded it.
    """
    outcomes = await cancelling.cancel(connection, actor, body)
    return CancellationOut(
        results=[
            CancellationResult.model_validate(
                {
                    "id": assignment_id,
                    "status": outcome,
                    "problem": item_problem(problem, request) if problem else None,
                    "warning": "device_holds_work" if holds else None,
                }
            )
            for assignment_id, outcome, problem, holds in outcomes
        ]
    )


@allocations.post("/{campaign_id}/allocations", responses=problems(NotTrained, WrongState))
async def allocate_campaign(
    connection: ConnectionDep, actor: Writer, campaign_id: UUID, body: AllocationIn
) -> AllocationOut:
    """Share all unassigned households out among the campaign's trained enumerators; Bappeda only.

    Whole RTs, an enumerator's near each other, a team in villages that border on each other (as far as borders are
    known); the heaviest load is at most 1.10 of the lightest where that can be, counting what each holds already.
    Households that came later go to their RT's enumerator where the load allows. Nothing that somebody holds is moved.
    """
    return await service.allocate_campaign(connection, actor, campaign_id, body.dry_run)
