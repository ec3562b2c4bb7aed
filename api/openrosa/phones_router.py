"""`/v1/openrosa/phones`: codes that set Collect up."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response, status

from api.access.actor import Actor, ConnectionDep, may
from api.access.roles import Permission
from api.core.database import DatabaseDep
from api.core.idempotency import SHOWN_ONCE, Route
from api.core.problems import problems
from api.openrosa import phones
from api.openrosa.door import server_url
from api.openrosa.problems import CollectNotAcceptable
from api.openrosa.schemas import CollectPhoneIn, CollectPhoneOut

router = APIRouter(prefix="/openrosa", tags=["openrosa"], route_class=Route)
PICTURE: dict[int | str, dict[str, Any]] = {
    201: {"content": {phones.PNG: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.post(
    "/phones",
    status_code=status.HTTP_201_CREATED,
    response_model=CollectPhoneOut,
    openapi_extra=SHOWN_ONCE,
    responses=PICTURE | problems(CollectNotAcceptable),
)
async def add_collect_phone(
    connection: ConnectionDep,
    database: DatabaseDep,
    actor: Annotated[Actor, may(Permission.COLLECT_PHONES_WRITE)],
    body: CollectPhoneIn,
    request: Request,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> CollectPhoneOut | Response:
    """Make a code that sets ODK Collect up on your own phone, one for each. It is shown once.

    Nobody makes it for somebody else: it sends visits in your name, and who judges them must be another.
    `Accept: image/png` is the QR code to scan, JSON says what stands in it. The phone is listed at `GET /v1/devices`
    and cut off, with its code, by `POST /v1/devices/{id}/revocations`. The code also ends with a new password, another
    role, or the account.
    Takes no Idempotency-Key: an answer with a secret is not stored.
    """
    form = phones.form_of(accept)
    url_of = partial(server_url, request)
    made = await phones.add_phone(connection, database, actor, request.state.settings, body, url_of)
    return made if form == phones.JSON else phones.drawn(made)
