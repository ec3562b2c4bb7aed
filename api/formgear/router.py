"""`/v1/formgear` and the FormGear documents of a questionnaire."""

import hashlib
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Path, Request, Response

from api.access.actor import Actor, ConnectionDep, VaultDep, may
from api.access.roles import Permission
from api.attachments.store import store_of
from api.campaigns.problems import NoPublishedForm
from api.core.idempotency import Route
from api.core.problems import Anonymised, item_problem, language, problems, told_problem
from api.core.revisions import not_modified
from api.formgear import service
from api.formgear.pictures import ArrivedDep
from api.formgear.schemas import PhotoOut, PlaceOut, SubmittedOut
from api.questionnaires.service import MAX_VERSION
from api.sync.push_schemas import MOST_BYTES

router = APIRouter(tags=["formgear"], route_class=Route)
Number = Annotated[int, Path(ge=1, le=MAX_VERSION)]
DOCUMENT = {"type": "object", "additionalProperties": True}
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Not changed since the ETag in If-None-Match."}}


def _json(description: str, **properties: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """The documents of an answer, which are FormGear's and leave out what they do not say."""
    schema = {"type": "object", "required": list(properties), "properties": properties}
    return {200: {"description": description, "content": {"application/json": {"schema": schema}}}}


ID = {"type": "string", "format": "uuid"}
VERSION_DOCUMENTS = _json("The two documents.", template=DOCUMENT, validation=DOCUMENT)
ASSIGNMENT_DOCUMENTS = _json(
    "The documents of this assignment.", assignment_id=ID, questionnaire_id=ID, version={"type": "integer"},
    config=DOCUMENT, preset=DOCUMENT, response=DOCUMENT, media=DOCUMENT, remark=DOCUMENT,
)  # fmt: skip


@router.get(
    "/questionnaires/{questionnaire_id}/versions/{number}/formgear",
    response_class=Response,
    responses=VERSION_DOCUMENTS | UNCHANGED,
)
async def read_questionnaire_formgear(
    connection: ConnectionDep,
    actor: Annotated[Actor, may(Permission.QUESTIONNAIRES_READ)],
    questionnaire_id: UUID,
    number: Number,
    request: Request,
    response: Response,
) -> Response:
    """Read a version as FormGear's `template` and `validation`.

    The questions stand inside a visit, as in the XForm. Relevance and checks are written as the JavaScript that
    FormGear runs on its phone; here nothing of it is ever run. Labels follow `Accept-Language`.
    """
    made = await service.write_version(connection, questionnaire_id, number, language(request))
    response.headers["Vary"] = "Accept-Language"
    if not_modified(request, response, hashlib.sha256(made).hexdigest()[:32]):
        return Response(status_code=304, headers=dict(response.headers))
    return Response(made, media_type="application/json", headers=dict(response.headers))


@router.get(
    "/formgear/assignments/{assignment_id}",
    response_class=Response,
    responses=ASSIGNMENT_DOCUMENTS | problems(NoPublishedForm, Anonymised),
)
async def read_formgear_assignment(
    connection: ConnectionDep,
    vault: VaultDep,
    actor: Annotated[Actor, may(Permission.SYNC_READ)],
    assignment_id: UUID,
    request: Request,
) -> Response:
    """Read what a FormGear client begins with: `preset` from the household, `response`, `remark`, `media`, `config`.

    `version` says which template to fill in. Of returned work the response holds the answers that were returned, and
    the remark what reviewers said of them. No NIK and no No. KK stands in any of them. The look is on record.
    """
    told = await service.write_assignment(connection, actor, vault, assignment_id, language(request))
    return Response(orjson.dumps(told), media_type="application/json", headers={"Cache-Control": "no-store"})


@router.post(
    "/formgear/assignments/{assignment_id}/submissions",
    max_body_size=MOST_BYTES,
)
async def submit_formgear(
    arrived: ArrivedDep,
    connection: ConnectionDep,
    vault: VaultDep,
    actor: Annotated[Actor, may(Permission.VISITS_WRITE)],
    assignment_id: UUID,
    request: Request,
) -> SubmittedOut:
    """Hand in what was filled in: FormGear's documents as its engine gives them out on submitting.

    It becomes a visit by the same door as `POST /v1/sync/push`, with the same results: `accepted` and `duplicate` are
    done, the others are kept whole and wait for a person. It is always safe to send the same again. Photos inside the
    documents are kept with it; one that only was named follows at `PUT /v1/visits/{id}/attachments/{name}`. Remarks
    stand with the visit. A `[object Object]` in the place of an answer is refused (422): let it be answered anew.
    """
    store = store_of(request.state.settings)
    done = await service.submit(connection, actor, vault, store, assignment_id, arrived)
    fate = done.pushed.fate
    return SubmittedOut(
        id=arrived.submission.id,
        status=fate.status,
        receipt=done.pushed.receipt_id,
        problem=fate.problem and told_problem(fate.problem, request),
        findings=orjson.loads(fate.findings),
        places=[PlaceOut(pointer=pointer, data_key=key) for pointer, key in done.places.items()],
        photos=[
            PhotoOut(
                data_key=photo.key, name=photo.name, status=status, problem=problem and item_problem(problem, request)
            )
            for photo, status, problem in done.photos
        ],
    )
