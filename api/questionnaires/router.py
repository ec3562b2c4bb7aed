"""`/v1/questionnaires`."""

import hashlib
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.access.actor import Actor, ConnectionDep, SessionDep, may
from api.access.roles import Permission
from api.core.idempotency import Route
from api.core.paging import Page, Paging, page
from api.core.problems import WrongState, problems
from api.core.revisions import PreconditionFailed, PreconditionRequired, etag, if_match, not_modified
from api.questionnaires import service
from api.questionnaires.problems import CellTooLong, NotXlsx, QuestionnaireCodeTaken, VersionTaken
from api.questionnaires.publishing import PublicationOut, PublishedOut
from api.questionnaires.schemas import (
    QuestionnaireIn,
    QuestionnaireOut,
    VersionFilter,
    VersionIn,
    VersionOut,
    VersionPatch,
    VersionSummaryOut,
)
from api.questionnaires.trials import TrialIn, TrialOut

UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Not changed since the ETag in If-None-Match."}}
XML = "text/xml; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Reader = Annotated[Actor, may(Permission.QUESTIONNAIRES_READ)]
Owner = Annotated[Actor, may(Permission.QUESTIONNAIRES_WRITE)]
Number = Annotated[int, Path(ge=1, le=service.MAX_VERSION)]

router = APIRouter(prefix="/questionnaires", tags=["questionnaires"], route_class=Route)


def _file(what: str, media_type: str) -> dict[int | str, dict[str, Any]]:
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {200: {"description": f"The {what}.", "content": {media_type.partition(";")[0]: binary}}}


def _download(made: bytes, media_type: str, name: str, request: Request, response: Response) -> Response:
    """A file that is known by its content; 304 for who has it."""
    if not_modified(request, response, hashlib.sha256(made).hexdigest()[:32]):
        return Response(status_code=304, headers=dict(response.headers))
    headers = {**response.headers, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made, media_type=media_type, headers=headers)


async def whole_body(request: Request) -> bytes:
    """The body, all of it here before a connection is taken: a slow line holds none."""
    return await request.body()


@router.get("")
async def list_questionnaires(
    session: SessionDep, actor: Reader, wanted: Annotated[Paging, Query()], request: Request, response: Response
) -> Page[QuestionnaireOut]:
    """List questionnaires with the number of their latest published version."""
    found = await service.list_questionnaires(session, wanted)
    shown, following = page(found, wanted, lambda one: (one.id,), request, response)
    return Page(items=shown, next=following)


@router.post("", status_code=201, responses=problems(QuestionnaireCodeTaken))
async def create_questionnaire(
    session: SessionDep, actor: Owner, body: QuestionnaireIn, response: Response
) -> QuestionnaireOut:
    """Name a questionnaire; what it asks comes in versions."""
    made = await service.create_questionnaire(session, actor, body)
    response.headers["Location"] = f"/v1/questionnaires/{made.id}/versions"
    return made


@router.get("/{questionnaire_id}/versions")
async def list_questionnaire_versions(
    session: SessionDep,
    actor: Reader,
    questionnaire_id: UUID,
    wanted: Annotated[VersionFilter, Query()],
    request: Request,
    response: Response,
) -> Page[VersionSummaryOut]:
    """List the versions of a questionnaire, drafts too, without their content."""
    found = await service.list_versions(session, questionnaire_id, wanted)
    shown, following = page(found, wanted, lambda version: (version.version,), request, response)
    return Page(items=[VersionSummaryOut.model_validate(version) for version in shown], next=following)


@router.post("/{questionnaire_id}/versions", status_code=201, responses=problems(VersionTaken))
async def add_questionnaire_version(
    session: SessionDep, actor: Owner, questionnaire_id: UUID, body: VersionIn, response: Response
) -> VersionOut:
    """Store a draft under the next number.

    Names are unique, code lists exist, and a question's relevance names an earlier question and answers of its list.
    """
    made = await service.add_version(session, actor, questionnaire_id, body)
    response.headers["Location"] = f"/v1/questionnaires/{questionnaire_id}/versions/{made.version}"
    response.headers["ETag"] = etag(service.REVISIONS[made.status])
    return VersionOut.model_validate(made)


@router.post(
    "/{questionnaire_id}/versions.xlsx",
    status_code=201,
    openapi_extra={
        "requestBody": {"required": True, "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}
    },
    responses=problems(VersionTaken, NotXlsx),
)
async def take_questionnaire_xlsform(
    data: Annotated[bytes, Depends(whole_body)],
    session: SessionDep,
    actor: Owner,
    questionnaire_id: UUID,
    request: Request,
    response: Response,
) -> VersionOut:
    """Store the form of a workbook of XLSForm as a draft under the next number.

    What was downloaded here comes back the same. Whatever a form here cannot hold is refused and nothing is stored:
    each of `errors` names sheet, row and column as `/survey/12/relevant`. Code lists are those of `/v1/code-lists`.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != XLSX:
        raise NotXlsx
    made = await service.take_xlsform(session, actor, questionnaire_id, data)
    response.headers["Location"] = f"/v1/questionnaires/{questionnaire_id}/versions/{made.version}"
    response.headers["ETag"] = etag(service.REVISIONS[made.status])
    return VersionOut.model_validate(made)


@router.get(
    "/{questionnaire_id}/versions/{number}.xml", response_class=Response, responses=_file("XForm", XML) | UNCHANGED
)
async def read_questionnaire_xform(
    session: SessionDep, actor: Reader, questionnaire_id: UUID, number: Number, request: Request, response: Response
) -> Response:
    """Download a version as an XForm, for ODK Collect and whoever reads OpenRosa forms.

    The questions stand inside a visit: assignment, outcome and place before them, the verdict behind. It refers to two
    lists, `assignments.csv` and `members.csv`, of the work of the person who fills it in.
    """
    made = await service.write_xform(session, questionnaire_id, number)
    return _download(made, XML, f"{questionnaire_id}-{number}.xml", request, response)


@router.get(
    "/{questionnaire_id}/versions/{number}.xlsx",
    response_class=Response,
    responses=_file("XLSForm", XLSX) | UNCHANGED | problems(CellTooLong),
)
async def read_questionnaire_xlsform(
    session: SessionDep, actor: Reader, questionnaire_id: UUID, number: Number, request: Request, response: Response
) -> Response:
    """Download a version as a workbook of XLSForm: questions, code lists and settings, to read or to change."""
    made = await service.write_xlsform(session, questionnaire_id, number)
    return _download(made, XLSX, f"{questionnaire_id}-{number}.xlsx", request, response)


@router.get("/{questionnaire_id}/versions/{number}", response_model=VersionOut, responses=UNCHANGED)
async def read_questionnaire_version(
    session: SessionDep, actor: Reader, questionnaire_id: UUID, number: Number, request: Request, response: Response
) -> VersionOut | Response:
    """Read one version with its form."""
    found = await service.read_version(session, questionnaire_id, number)
    revision = service.REVISIONS[found.status]
    if not_modified(request, response, revision):
        return Response(status_code=304, headers={"ETag": etag(revision)})
    return VersionOut.model_validate(found)


@router.patch(
    "/{questionnaire_id}/versions/{number}", responses=problems(WrongState, PreconditionFailed, PreconditionRequired)
)
async def publish_questionnaire_version(
    session: SessionDep,
    connection: ConnectionDep,
    actor: Owner,
    questionnaire_id: UUID,
    number: Number,
    seen: Annotated[str, Depends(if_match)],
    body: VersionPatch,
    response: Response,
) -> PublishedOut:
    """Publish a draft: answers may name it from then on, and it never changes.

    Open work asks it from its holder's next pull on; `publication` tells how much that is. What was begun on an older
    version is judged by that one.
    """
    found, moves = await service.publish_version(session, connection, actor, questionnaire_id, number, seen)
    response.headers["ETag"] = etag(service.REVISIONS[found.status])
    return PublishedOut.model_validate(found.model_dump() | {"publication": moves})


@router.get("/{questionnaire_id}/versions/{number}/publication")
async def read_questionnaire_publication(
    session: SessionDep, connection: ConnectionDep, actor: Owner, questionnaire_id: UUID, number: Number
) -> PublicationOut:
    """Read what publishing a draft would move, without publishing it; of a published version what it moved.

    It tells the open assignments, the visits that keep the version they were begun on, and what is asked otherwise.
    """
    return await service.read_publication(session, connection, questionnaire_id, number)


@router.post("/{questionnaire_id}/versions/{number}/trials")
async def try_questionnaire_version(
    session: SessionDep, actor: Owner, questionnaire_id: UUID, number: Number, body: TrialIn
) -> TrialOut:
    """Try a version, also a draft, with made-up answers: what it finds, by place, as it would in a finished visit.

    Nothing is stored and nobody in the field sees it.
    """
    return await service.try_version(session, questionnaire_id, number, body)
