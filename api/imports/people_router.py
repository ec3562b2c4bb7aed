"""`/v1/imports/{id}`: the people of a file of people, and the codes with which they set their passwords."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response, status

from api.access.actor import Actor, ConnectionDep, may
from api.access.roles import Permission
from api.core.idempotency import SHOWN_ONCE, Route, StillRunning
from api.core.paging import Page, Paging, page
from api.core.problems import WrongState, problems
from api.imports import imported_people, slips
from api.imports.problems import BroughtNoPeople, NotAcceptable
from api.imports.schemas import ImportedPersonOut, IssuedCodesOut

router = APIRouter(prefix="/imports/{import_id}", tags=["imports"], route_class=Route)
Importer = Annotated[Actor, may(Permission.IMPORTS_WRITE)]
FORMS: dict[int | str, dict[str, Any]] = {
    201: {
        "content": {
            slips.HTML: {"schema": {"type": "string"}},
            slips.CSV: {"schema": {"type": "string"}, "example": f"{','.join(slips.COLUMNS)}\n"},
        }
    }
}


@router.get("/people")
async def list_imported_people(
    connection: ConnectionDep,
    actor: Importer,
    import_id: UUID,
    wanted: Annotated[Paging, Query()],
    request: Request,
    response: Response,
) -> Page[ImportedPersonOut]:
    """List the people whom a file of layout `staff` named, in its order, with their usernames.

    A dry run tells them too. Rejected rows stand in `/findings`; other layouts name nobody.
    """
    found = await imported_people.list_people(connection, import_id, wanted)
    items, following = page(found, wanted, lambda person: (person.row,), request, response)
    return Page(items=items, next=following)


@router.post(
    "/activation-codes",
    status_code=status.HTTP_201_CREATED,
    response_model=IssuedCodesOut,
    openapi_extra=SHOWN_ONCE,
    responses=FORMS | problems(BroughtNoPeople, WrongState, StillRunning, NotAcceptable),
)
async def issue_imported_codes(
    connection: ConnectionDep,
    actor: Importer,
    import_id: UUID,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> IssuedCodesOut | Response:
    """Make one-time codes for everybody of this import who has no password yet, to be printed. They are shown once.

    `Accept: text/html` is a sheet for A4 with a slip to cut for each person, a page for each team; `text/csv` and JSON
    say the same. Each code sets a password within 72 hours. A newer code voids the older ones, so ask again only when
    a sheet is lost. Needs `staff:write` too. Takes no Idempotency-Key: an answer with a secret is not stored.
    """
    form = slips.form_of(accept)
    issued = await imported_people.issue_codes(connection, actor, import_id)
    return issued if form == slips.JSON else slips.printed(issued, form)
