"""`/v1/imports`."""

import csv
import io
import zlib
from collections.abc import AsyncGenerator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, status
from uuid_utils.compat import uuid7

from api.access.actor import Actor, ConnectionDep, VaultDep, may, token_claims
from api.access.roles import Permission
from api.access.tokens import Claims
from api.core.database import Database, DatabaseDep
from api.core.idempotency import KeyReused, Route, StillRunning, claim
from api.core.paging import Page, page
from api.core.problems import WrongState, language, problems
from api.core.revisions import not_modified
from api.core.streaming import Stream, stream_rows
from api.imports import queries, service
from api.imports.problems import FileTooLarge, NotMultipart, UnknownLayout, UnreadableWorkbook
from api.imports.schemas import MULTIPART, FindingFilter, ImportFilter, ImportFindingOut, ImportOut
from api.imports.upload import ROUTE_BYTES, MultipartOnly, Upload

router = APIRouter(prefix="/imports", tags=["imports"], route_class=Route)
MayImport = may(Permission.IMPORTS_WRITE)
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "You have this state already."}}
CSV: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"text/csv": {"schema": {"type": "string"}}},
        "description": "`row,column,code,level,message,file`",
    }
}


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    max_body_size=ROUTE_BYTES,
    openapi_extra=MULTIPART,
    responses=problems(
        UnknownLayout, UnreadableWorkbook, FileTooLarge, NotMultipart, WrongState, KeyReused, StillRunning
    ),
)
async def take_file(
    _: MultipartOnly,
    connection: ConnectionDep,
    actor: Annotated[Actor, MayImport],
    vault: VaultDep,
    request: Request,
    response: Response,
) -> ImportOut:
    """Send a list, as CSV or XLSX. It is checked and added later: follow `Location` until it is `done`.

    BDT (`dtks_bdt`) comes as two files, joined by `IDBDT`: its households as `file`, their people as `members_file`.
    A list of people (`staff`) becomes accounts, teams and memberships. A rejected row never stops the rest; the same
    file twice adds nothing.
    """
    import_id = uuid7()
    upload = Upload(request.state.settings, vault, import_id)
    try:
        wanted = await upload.receive(request)
        body = f"{upload.digests} {wanted.model_dump_json()}".encode()
        request.state.claim = await claim(connection, vault, actor.id, request, body)
        taken = await service.take_file(connection, actor, import_id, upload, wanted)
    except BaseException:
        upload.discard()
        raise
    response.headers["Location"] = f"/v1/imports/{import_id}"
    return taken


@router.get("")
async def list_imports(
    connection: ConnectionDep,
    actor: Annotated[Actor, MayImport],
    wanted: Annotated[ImportFilter, Query()],
    request: Request,
    response: Response,
) -> Page[ImportOut]:
    """List imports, newest first."""
    found = await service.list_imports(connection, wanted)
    items, following = page(found, wanted, lambda taken: (taken.id,), request, response)
    return Page(items=items, next=following)


@router.get("/{import_id}", response_model=ImportOut, responses=NOT_MODIFIED)
async def read_import(
    connection: ConnectionDep, actor: Annotated[Actor, MayImport], import_id: UUID, request: Request, response: Response
) -> ImportOut | Response:
    """Read how far an import is."""
    taken = await service.read_import(connection, import_id)
    if not_modified(request, response, zlib.crc32(taken.model_dump_json().encode())):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers={"ETag": response.headers["ETag"]})
    return taken


@router.get("/{import_id}/findings")
async def list_findings(
    connection: ConnectionDep,
    actor: Annotated[Actor, MayImport],
    import_id: UUID,
    wanted: Annotated[FindingFilter, Query()],
    request: Request,
    response: Response,
) -> Page[ImportFindingOut]:
    """List what was found wrong, in the order of the files: file, row, column, code; never the value."""
    found = await service.list_findings(connection, import_id, wanted)
    rows, following = page(found, wanted, lambda row: (row["file"], row["row"], row["id"]), request, response)
    return Page(items=[service.finding(row, language(request)) for row in rows], next=following)


@router.get("/{import_id}/findings.csv", response_class=Response, responses=CSV)
async def download_findings(
    connection: ConnectionDep,
    actor: Annotated[Actor, MayImport],
    claims: Annotated[Claims, Depends(token_claims)],
    database: DatabaseDep,
    import_id: UUID,
    request: Request,
) -> Response:
    """Download all findings as CSV, streamed."""
    await service.read_import(connection, import_id)
    name = f'attachment; filename="findings-{import_id}.csv"'
    parts = _findings_csv(database, claims, import_id, language(request))
    return Stream(parts, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})


async def _findings_csv(
    database: Database, claims: Claims, import_id: UUID, spoken: str
) -> AsyncGenerator[bytes, None]:
    """The parts of the file; every value is a code, a column name or a text of ours."""
    principal = (claims.subject, claims.version, claims.family_id)
    yield b"row,column,code,level,message,file\r\n"
    query = f"{queries.FINDINGS} where import_id = $1 order by file, row_no, id"
    async for rows in stream_rows(database, principal, query, import_id):
        part = io.StringIO()
        csv.writer(part).writerows(tuple(service.finding(row, spoken).model_dump(mode="json").values()) for row in rows)
        yield part.getvalue().encode()
