"""`/v1/staff`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import staff
from api.access.actor import Actor, ConnectionDep, may
from api.access.problems import OwnAccount, UsernameTaken
from api.access.roles import Permission
from api.access.schemas import ActivationCodeOut, StaffChange, StaffFilter, StaffIn, StaffOut
from api.core.idempotency import SHOWN_ONCE, Route
from api.core.paging import Page, page
from api.core.problems import problems
from api.core.revisions import PreconditionFailed, PreconditionRequired, etag, if_match, not_modified

router = APIRouter(prefix="/staff", tags=["access"], route_class=Route)
Reader = Annotated[Actor, may(Permission.STAFF_READ)]
Writer = Annotated[Actor, may(Permission.STAFF_WRITE)]


@router.get("")
async def list_staff(
    connection: ConnectionDep,
    actor: Reader,
    wanted: Annotated[StaffFilter, Query()],
    request: Request,
    response: Response,
) -> Page[StaffOut]:
    """List people. A coordinator sees the own team only."""
    found = await staff.list_staff(connection, actor, wanted)
    shown, following = page(found, wanted, lambda person: (person.id,), request, response)
    return Page(items=shown, next=following)


@router.post("", status_code=201, responses=problems(UsernameTaken))
async def add_staff_member(connection: ConnectionDep, actor: Writer, body: StaffIn, response: Response) -> StaffOut:
    """Add a person, who then needs an activation code.

    Bappeda adds Bappeda, coordinators, enumerators and observers; Diskominfo adds Diskominfo and observers. Whoever
    hands out an account's code could use it, so the custodian appoints nobody who sees households.
    """
    added = await staff.add_staff_member(connection, actor, body)
    response.headers["ETag"], response.headers["Location"] = etag(staff.state_of(added)), f"/v1/staff/{added.id}"
    return added


@router.get("/{staff_id}", response_model=StaffOut, responses={304: {"description": "Not modified."}})
async def read_staff_member(
    connection: ConnectionDep, actor: Reader, staff_id: UUID, request: Request, response: Response
) -> StaffOut | Response:
    """Read one person."""
    found = await staff.read_staff_member(connection, actor, staff_id)
    if not_modified(request, response, staff.state_of(found)):
        return Response(status_code=304, headers={"ETag": response.headers["ETag"]})
    return found


@router.patch("/{staff_id}", responses=problems(OwnAccount, PreconditionFailed, PreconditionRequired))
async def change_staff_member(
    connection: ConnectionDep,
    actor: Writer,
    staff_id: UUID,
    seen: Annotated[str, Depends(if_match)],
    body: StaffChange,
    response: Response,
) -> StaffOut:
    """Change name, role or `active`. `{"active": false}` and another role act on the person's next request.

    Another role takes the person out of the team; nobody does either to the own account.
    """
    changed = await staff.change_staff_member(connection, actor, staff_id, seen, body)
    response.headers["ETag"] = etag(staff.state_of(changed))
    return changed


@router.post("/{staff_id}/activation-codes", status_code=201, openapi_extra=SHOWN_ONCE)
async def issue_activation_code(connection: ConnectionDep, actor: Writer, staff_id: UUID) -> ActivationCodeOut:
    """Make a one-time code with which the person sets a password within 72 hours. It is shown once.

    A newer code voids the older ones. Takes no Idempotency-Key: an answer with a secret is not stored.
    """
    return await staff.issue_activation_code(connection, actor, staff_id)
