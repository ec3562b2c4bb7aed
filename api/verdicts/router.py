"""`/v1/verdicts`."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from api.access.actor import Actor, ConnectionDep, may
from api.access.roles import Permission
from api.core.idempotency import Route
from api.core.paging import Page, page
from api.core.problems import Problem, WrongState, item_problem, problems
from api.core.revisions import etag, not_modified
from api.households.restricting import seen_version, struck_out
from api.verdicts import resolving, service
from api.verdicts.problems import AlreadyResolved, CampaignClosed, OwnWork, VerdictChanged
from api.verdicts.schemas import (
    DecisionIn,
    DecisionResult,
    DecisionResultsOut,
    DecisionsIn,
    EventOut,
    MovedOut,
    ResolutionIn,
    ResolvedOut,
    ReviewIn,
    RevisionOut,
    VerdictFilter,
    VerdictHistoryOut,
    VerdictOut,
)
from api.verdicts.service import Judgement

router = APIRouter(prefix="/verdicts", tags=["verdicts"], route_class=Route)
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "You have this verdict already."}}
REFUSALS = problems(WrongState, OwnWork, VerdictChanged, CampaignClosed)


@router.get("")
async def list_verdicts(
    connection: ConnectionDep,
    actor: Annotated[Actor, may(Permission.VERDICTS_READ)],
    wanted: Annotated[VerdictFilter, Query()],
    request: Request,
    response: Response,
) -> Page[VerdictOut]:
    """List verdicts in their present revision: an enumerator's own, a coordinator's team's, all for Bappeda."""
    found = await service.list_verdicts(connection, wanted)
    shown, following = page(found, wanted, lambda verdict: (verdict["id"],), request, response)
    await actor.disclose("list_verdicts", [verdict["household_id"] for verdict in shown], ("verdict",))
    told = await struck_out(connection, actor, [(verdict["household_id"], dict(verdict)) for verdict in shown])
    return Page(items=[VerdictOut.model_validate(verdict) for verdict in told], next=following)


@router.get("/{verdict_id}", responses=NOT_MODIFIED, response_model=VerdictOut)
async def read_verdict(
    connection: ConnectionDep,
    actor: Annotated[Actor, may(Permission.VERDICTS_READ)],
    verdict_id: UUID,
    request: Request,
    response: Response,
) -> VerdictOut | Response:
    """Read a verdict in its present revision.

    The ETag is the number of its last event, the ministry's answer, and what of it is withheld for a restricted person.
    """
    found = dict(await service.read_verdict(connection, verdict_id))
    (seen,) = await struck_out(connection, actor, [(found["household_id"], found)])
    answered = "" if found["registry_status"] == "none" else f"-{found['registry_status']}"
    if not_modified(request, response, seen_version(f"{found['event']}{answered}", found, seen)):
        return Response(status_code=304, headers={"ETag": response.headers["ETag"]})
    await actor.disclose("read_verdict", [found["household_id"]], ("verdict",))
    return VerdictOut.model_validate(seen)


@router.get("/{verdict_id}/history")
async def read_verdict_history(
    connection: ConnectionDep, actor: Annotated[Actor, may(Permission.VERDICTS_READ)], verdict_id: UUID
) -> VerdictHistoryOut:
    """Read every revision and every move of a verdict, oldest first. Nothing of it was ever changed."""
    found = await service.read_verdict(connection, verdict_id)
    revisions, events = await service.read_verdict_history(connection, actor, found["household_id"], verdict_id)
    await actor.disclose("read_verdict_history", [found["household_id"]], ("verdict",))
    return VerdictHistoryOut(
        verdict_id=verdict_id,
        revisions=[RevisionOut.model_validate(revision) for revision in revisions],
        events=[EventOut.model_validate(event) for event in events],
    )


@router.post("/{verdict_id}/reviews", responses=REFUSALS)
async def review_verdict(
    connection: ConnectionDep,
    actor: Annotated[Actor, may(Permission.VERDICTS_REVIEW)],
    verdict_id: UUID,
    body: ReviewIn,
    response: Response,
) -> MovedOut:
    """Review a verdict of your team: approve it, return it to its enumerator, or revoke your team's approval.

    `return` and `revoke` need a comment or a reason code. Nobody reviews a household that they visited themselves.
    """
    moved = await service.judge_verdict(connection, actor, verdict_id, body)
    response.headers["ETag"] = etag(moved.event)
    return moved


@router.post("/{verdict_id}/decisions", responses=REFUSALS)
async def decide_verdict(
    connection: ConnectionDep,
    actor: Annotated[Actor, may(Permission.VERDICTS_DECIDE)],
    verdict_id: UUID,
    body: DecisionIn,
    response: Response,
) -> MovedOut:
    """Decide a reviewed verdict for the city: confirm it, amend it (a new revision), or return it until endorsed.

    Nobody decides what they visited, wrote or approved themselves, whatever their role is now.
    """
    moved = await service.judge_verdict(connection, actor, verdict_id, body)
    response.headers["ETag"] = etag(moved.event)
    return moved


@router.post("/{verdict_id}/remarks/{number}/resolutions", status_code=201, responses=problems(AlreadyResolved))
async def resolve_remark(
    connection: ConnectionDep,
    actor: Annotated[Actor, may(Permission.VISITS_WRITE)],
    verdict_id: UUID,
    number: Annotated[int, Path(ge=1, lt=2**31, description="Of the remark, as the verdict's history numbers it.")],
    body: ResolutionIn,
) -> ResolvedOut:
    """Answer a remark on work that you hold: say what you did about it. Once a remark.

    A visit that corrects an earlier one and submits the work answers every open remark by itself.
    """
    return await resolving.resolve_remark(connection, actor, verdict_id, number, body)


@router.post("/decisions")
async def decide_verdicts(
    connection: ConnectionDep,
    actor: Annotated[Actor, may(Permission.VERDICTS_DECIDE)],
    body: DecisionsIn,
    request: Request,
) -> DecisionResultsOut:
    """Decide up to 500 verdicts, each on its own merits: one result per item, in their order.

    A refused item leaves the others alone. The same verdict twice is 422.
    """
    judgements = [Judgement(item.verdict_id, item, f"/items/{place}") for place, item in enumerate(body.items)]
    outcomes = await service.judge_verdicts(connection, actor, judgements)
    results = []
    for item, outcome in zip(body.items, outcomes, strict=True):
        refused = item_problem(outcome, request) if isinstance(outcome, Problem) else None
        moved = None if isinstance(outcome, Problem) else outcome
        results.append(DecisionResult(verdict_id=item.verdict_id, moved=moved, problem=refused))
    return DecisionResultsOut(results=results)
