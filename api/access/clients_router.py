"""`/v1/clients`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import clients
from api.access.actor import Actor, ConnectionDep, may
from api.access.client_schemas import ClientChange, ClientFilter, ClientIn, ClientOut, ClientSecretOut
from api.access.problems import ClientIdTaken
from api.access.roles import Permission
from api.core.idempotency import SHOWN_ONCE, Route
from api.core.paging import Page, page
from api.core.problems import problems
from api.core.revisions import PreconditionFailed, PreconditionRequired, etag, if_match, not_modified

router = APIRouter(prefix="/clients", tags=["access"], route_class=Route)
Reader = Annotated[Actor, may(Permission.CLIENTS_READ)]
Writer = Annotated[Actor, may(Permission.CLIENTS_WRITE)]


@router.get("")
async def list_clients(
    connection: ConnectionDep,
    actor: Reader,
    wanted: Annotated[ClientFilter, Query()],
    request: Request,
    response: Response,
) -> Page[ClientOut]:
    """List the machines of agencies."""
    found = await clients.list_clients(connection, actor, wanted)
    shown, following = page(found, wanted, lambda machine: (machine.id,), request, response)
    return Page(items=shown, next=following)


@router.post("", status_code=201, responses=problems(ClientIdTaken))
async def add_client(connection: ConnectionDep, actor: Writer, body: ClientIn, response: Response) -> ClientOut:
    """Add a machine, which then needs a secret."""
    added = await clients.add_client(connection, actor, body)
    response.headers["ETag"], response.headers["Location"] = etag(added.revision), f"/v1/clients/{added.id}"
    return added


@router.get("/{client_id}", response_model=ClientOut, responses={304: {"description": "Not modified."}})
async def read_client(
    connection: ConnectionDep, actor: Reader, client_id: UUID, request: Request, response: Response
) -> ClientOut | Response:
    """Read one machine by its `id`."""
    found = await clients.read_client(connection, actor, client_id)
    if not_modified(request, response, found.revision):
        return Response(status_code=304, headers={"ETag": response.headers["ETag"]})
    return found


@router.patch("/{client_id}", responses=problems(PreconditionFailed, PreconditionRequired))
async def change_client(
    connection: ConnectionDep,
    actor: Writer,
    client_id: UUID,
    seen: Annotated[str, Depends(if_match)],
    body: ClientChange,
    response: Response,
) -> ClientOut:
    """Change name, agency, scopes or `active`. Scopes and `{"active": false}` act on the machine's next request."""
    changed = await clients.change_client(connection, actor, client_id, seen, body)
    response.headers["ETag"] = etag(changed.revision)
    return changed


@router.post("/{client_id}/secrets", status_code=201, openapi_extra=SHOWN_ONCE)
async def issue_client_secret(connection: ConnectionDep, actor: Writer, client_id: UUID) -> ClientSecretOut:
    """Make a secret. It is shown once; two live side by side, and a third ends the oldest.

    Takes no Idempotency-Key: an answer with a secret is not stored. A secret whose answer got lost is simply the one
    that ends first.
    """
    return await clients.issue_secret(connection, actor, client_id)
