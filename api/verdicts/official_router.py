"""`/v1/deliberations`, `/v1/endorsements` and `/v1/objections`: what follows Bappeda's decision."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.access.actor import Actor, ConnectionDep, may
from api.access.roles import Permission
from api.core.idempotency import Route
from api.core.paging import Page, page
from api.core.problems import Problem, WrongState, item_problem, problems
from api.verdicts import deliberating, endorsing, objecting
from api.verdicts.official_schemas import (
    DeliberatedOut,
    DeliberatedResultOut,
    DeliberationDetailOut,
    DeliberationFilter,
    DeliberationIn,
    DeliberationOut,
    DeliberationResultsOut,
    EndorsementFilter,
    EndorsementIn,
    EndorsementOut,
    ObjectionFilter,
    ObjectionIn,
    ObjectionOut,
)
from api.verdicts.problems import CampaignClosed, LetterConflict, MinutesConflict, NothingToEndorse, OwnWork

deliberations = APIRouter(prefix="/deliberations", tags=["verdicts"], route_class=Route)
endorsements = APIRouter(prefix="/endorsements", tags=["verdicts"], route_class=Route)
objections = APIRouter(prefix="/objections", tags=["verdicts"], route_class=Route)
MayRead, MayWrite = may(Permission.DELIBERATIONS_READ), may(Permission.DELIBERATIONS_WRITE)


@deliberations.post("", status_code=201, responses=problems(MinutesConflict, CampaignClosed))
async def record_deliberation(
    connection: ConnectionDep,
    actor: Annotated[Actor, MayWrite],
    body: DeliberationIn,
    request: Request,
    response: Response,
) -> DeliberationResultsOut:
    """Record a musyawarah kelurahan: what it said about up to 500 decided verdicts, each on its own merits.

    Every result makes the verdict `deliberated`. `approve` leaves its content; `change` brings new content, under the
    same rules as an amendment, except that the need for a deliberation is met; `reject` keeps it from being endorsed
    until Bappeda returns it. A verdict `to_deliberation` is changed or rejected: approving it would answer nothing.
    The same minutes (campaign, kelurahan, number, date) again add results to the same meeting.
    """
    made, outcomes = await deliberating.record_deliberation(connection, actor, body)
    response.headers["Location"] = f"/v1/deliberations/{made}"
    results = []
    for item, (row, outcome) in zip(body.results, outcomes, strict=True):
        refused = item_problem(outcome, request) if isinstance(outcome, Problem) else None
        results.append(
            DeliberatedResultOut(
                verdict_id=row["id"] if row else item.verdict_id,
                household_id=row["household_id"] if row else item.household_id,
                moved=None if isinstance(outcome, Problem) else outcome,
                problem=refused,
            )
        )
    return DeliberationResultsOut(id=made, results=results)


@deliberations.get("")
async def list_deliberations(
    connection: ConnectionDep,
    actor: Annotated[Actor, MayRead],
    wanted: Annotated[DeliberationFilter, Query()],
    request: Request,
    response: Response,
) -> Page[DeliberationOut]:
    """List meetings with the number of verdicts that each approved, rejected and changed."""
    found = await deliberating.list_deliberations(connection, wanted)
    shown, following = page(found, wanted, lambda meeting: (meeting["id"],), request, response)
    return Page(items=[DeliberationOut.model_validate(dict(meeting)) for meeting in shown], next=following)


@deliberations.get("/{deliberation_id}")
async def read_deliberation(
    connection: ConnectionDep, actor: Annotated[Actor, MayRead], deliberation_id: UUID
) -> DeliberationDetailOut:
    """Read a meeting whole: who attended, and what it said about which verdict."""
    meeting, said = await deliberating.read_deliberation(connection, deliberation_id)
    results = [DeliberatedOut.model_validate(dict(row)) for row in said]
    await actor.disclose("read_deliberation", [result.household_id for result in results], ("verdict",))
    return DeliberationDetailOut.model_validate(meeting | {"results": results})


@endorsements.post("", status_code=201, responses=problems(NothingToEndorse, LetterConflict, CampaignClosed))
async def record_endorsement(
    connection: ConnectionDep, actor: Annotated[Actor, MayWrite], body: EndorsementIn, response: Response
) -> EndorsementOut:
    """Record the mayor's letter: the verdicts of the release are `endorsed`, and `registry_status` is `submitted`.

    A verdict may be endorsed from `decided` or `deliberated`; one that is `to_deliberation` needs the meeting first.
    Only what the release says is endorsed: what has changed since, what a meeting rejected, and the caller's own work
    stay where they are, counted in `left_out`. A colleague records the same letter again for the last of them.
    """
    made = await endorsing.record_endorsement(connection, actor, body)
    response.headers["Location"] = f"/v1/endorsements/{made.id}"
    return made


@endorsements.get("")
async def list_endorsements(
    connection: ConnectionDep,
    actor: Annotated[Actor, MayRead],
    wanted: Annotated[EndorsementFilter, Query()],
    request: Request,
    response: Response,
) -> Page[EndorsementOut]:
    """List the mayor's letters as they were recorded."""
    found = await endorsing.list_endorsements(connection, wanted)
    shown, following = page(found, wanted, lambda letter: (letter.id,), request, response)
    return Page(items=shown, next=following)


@endorsements.get("/{endorsement_id}")
async def read_endorsement(
    connection: ConnectionDep, actor: Annotated[Actor, MayRead], endorsement_id: UUID
) -> EndorsementOut:
    """Read one letter as it was recorded."""
    return await endorsing.read_endorsement(connection, endorsement_id)


@objections.post("", status_code=201, responses=problems(WrongState, OwnWork, CampaignClosed))
async def record_objection(
    connection: ConnectionDep, actor: Annotated[Actor, MayWrite], body: ObjectionIn, response: Response
) -> ObjectionOut:
    """Record that a family or kelurahan objects: the verdict is open again and its enumerator goes back.

    Until endorsed; afterwards 409 `wrong_state`. The reason is read by those who go back. It names nobody.
    """
    made = await objecting.record_objection(connection, actor, body)
    response.headers["Location"] = f"/v1/objections/{made['id']}"
    return ObjectionOut.model_validate(dict(made))


@objections.get("")
async def list_objections(
    connection: ConnectionDep,
    actor: Annotated[Actor, MayRead],
    wanted: Annotated[ObjectionFilter, Query()],
    request: Request,
    response: Response,
) -> Page[ObjectionOut]:
    """List objections in the order in which they were recorded."""
    found = await objecting.list_objections(connection, wanted)
    shown, following = page(found, wanted, lambda objection: (objection["id"],), request, response)
    await actor.disclose("list_objections", [objection["household_id"] for objection in shown], ("verdict",))
    return Page(items=[ObjectionOut.model_validate(dict(objection)) for objection in shown], next=following)


@objections.get("/{objection_id}")
async def read_objection(
    connection: ConnectionDep, actor: Annotated[Actor, MayRead], objection_id: UUID
) -> ObjectionOut:
    """Read one objection."""
    found = await objecting.read_objection(connection, objection_id)
    await actor.disclose("read_objection", [found["household_id"]], ("verdict",))
    return ObjectionOut.model_validate(dict(found))


router = APIRouter()
for routes in (deliberations, endorsements, objections):
    router.include_router(routes)
