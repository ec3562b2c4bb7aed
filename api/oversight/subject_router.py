"""`/v1/subject-requests`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.access.actor import Actor, ConnectionDep, may
from api.access.roles import Permission
from api.core.idempotency import Route
from api.core.paging import Page, page
from api.core.problems import WrongState, problems
from api.oversight import subject_requests
from api.oversight.subject_schemas import (
    SubjectEventOut,
    SubjectMoveIn,
    SubjectRequestDetailOut,
    SubjectRequestFilter,
    SubjectRequestIn,
    SubjectRequestOut,
)

router = APIRouter(prefix="/subject-requests", tags=["oversight"], route_class=Route)
Reader = Annotated[Actor, may(Permission.SUBJECT_REQUESTS_READ)]
Writer = Annotated[Actor, may(Permission.SUBJECT_REQUESTS_WRITE)]


@router.post("", status_code=201)
async def record_subject_request(
    connection: ConnectionDep, actor: Writer, body: SubjectRequestIn, response: Response
) -> SubjectRequestOut:
    """Record what a person asks about the data that is held of them: to see, correct, restrict or erase it, or object.

    It is due 72 hours after it reached the city (UU 27/2022), nights and holidays included. What is held is read at
    `/v1/households/{household_id}`, who saw it at its `/disclosures`; a correction is a `PATCH` with its reason.
    """
    made = await subject_requests.record_request(connection, actor, body)
    response.headers["Location"] = f"/v1/subject-requests/{made['id']}"
    return SubjectRequestOut.model_validate(dict(made))


@router.get("")
async def list_subject_requests(
    connection: ConnectionDep,
    actor: Reader,
    wanted: Annotated[SubjectRequestFilter, Query()],
    request: Request,
    response: Response,
) -> Page[SubjectRequestOut]:
    """List requests in the order in which they were recorded; `overdue=true&status=received` are the worst."""
    found = await subject_requests.list_requests(connection, wanted)
    shown, following = page(found, wanted, lambda row: (row["id"],), request, response)
    await actor.disclose("list_subject_requests", sorted({row["household_id"] for row in shown}), ("subject_request",))
    return Page(items=[SubjectRequestOut.model_validate(dict(row)) for row in shown], next=following)


@router.get("/{request_id}")
async def read_subject_request(connection: ConnectionDep, actor: Reader, request_id: UUID) -> SubjectRequestDetailOut:
    """Read one request with its steps."""
    found = await subject_requests.find_request(connection, request_id)
    steps = await subject_requests.list_events(connection, request_id)
    await actor.disclose("read_subject_request", [found["household_id"]], ("subject_request",))
    events = [SubjectEventOut.model_validate(dict(step)) for step in steps]
    return SubjectRequestDetailOut.model_validate(dict(found) | {"events": events})


@router.post("/{request_id}/moves", status_code=201, responses=problems(WrongState))
async def move_subject_request(
    connection: ConnectionDep, actor: Writer, request_id: UUID, body: SubjectMoveIn
) -> SubjectRequestOut:
    """Take a request up, answer it or refuse it, with the reason. Once closed it stays closed (409 `wrong_state`)."""
    return SubjectRequestOut.model_validate(
        dict(await subject_requests.move_request(connection, actor, request_id, body))
    )
