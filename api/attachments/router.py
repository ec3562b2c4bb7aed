"""`/v1/visits/{id}/attachments/{name}` and `/v1/attachments`."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from api.access.actor import Actor, ConnectionDep, VaultDep, may
from api.access.roles import Permission
from api.attachments import paradata, service
from api.attachments.arriving import ROUTE_BYTES, PieceDep
from api.attachments.problems import NotAnImage, NotAPhoto, OtherContent, PhotoTooLarge, WrongOffset
from api.attachments.schemas import AttachmentFilter, AttachmentOut, ParadataOut, PieceOut
from api.attachments.store import store_of
from api.core.answering import answer_problem
from api.core.idempotency import Route
from api.core.paging import Page, page
from api.core.problems import Anonymised, NotFound, problems
from api.households.restricting import hides_somebody

router = APIRouter(tags=["visits"], route_class=Route)
Reader = Annotated[Actor, may(Permission.VISITS_READ)]
Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
JPEG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}, "description": "The picture."},
    304: {"description": "You have this picture already."},
}
KNOWN: dict[int | str, dict[str, Any]] = {
    200: {"model": PieceOut, "description": "This photo was here already."},
    202: {"model": PieceOut, "description": "A piece is held; go on from `held_bytes`."},
}
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("image/jpeg", "image/png", "image/webp")
        },
    },
    "parameters": [
        {
            "name": "Content-Range",
            "in": "header",
            "required": False,
            "description": "`bytes 0-65535/99999` for a piece; `bytes */99999` and no body: how much is held.",
            "schema": {"type": "string"},
        }
    ],
}


@router.put(
    "/visits/{visit_id}/attachments/{attachment}",
    status_code=201,
    response_model=PieceOut,
    max_body_size=ROUTE_BYTES,
    openapi_extra=BODY,
    responses=KNOWN | problems(WrongOffset, PhotoTooLarge, NotAnImage, OtherContent, NotAPhoto),
)
async def send_attachment(
    piece: PieceDep,
    connection: ConnectionDep,
    vault: VaultDep,
    actor: Annotated[Actor, may(Permission.VISITS_WRITE)],
    visit_id: UUID,
    attachment: Name,
    request: Request,
    response: Response,
) -> PieceOut | Response:
    """Send a photo that one of your visits announced, whole or in pieces; the visit may wait in quarantine.

    The sha256 must be the announced one. A JPEG of at most 40 million pixels, a PNG or WEBP of 24, is drawn anew
    (JPEG, upright, at most 1600 pixels wide and high, without EXIF) and kept sealed; what its EXIF says of place and
    time stays with the visit for supervision. Sent again it is 200. After a broken line ask how much is held (202) and
    go on: what came is kept for 30 days.
    """
    store = store_of(request.state.settings)
    taken = await service.take_piece(connection, actor, vault, store, visit_id, attachment, piece)
    if taken.refusal is not None:  # handed out, so that what led to it is forgotten: a raised one would undo that
        return await answer_problem(request, taken.refusal)
    response.status_code = (201 if taken.first else 200) if taken.whole else 202
    return PieceOut(visit_id=visit_id, name=attachment, held_bytes=taken.held_bytes, whole=taken.whole)


@router.get("/visits/{visit_id}/attachments/{attachment}", response_class=Response, responses=JPEG)
async def read_attachment(
    connection: ConnectionDep,
    vault: VaultDep,
    actor: Reader,
    visit_id: UUID,
    attachment: Name,
    request: Request,
    receipt_id: UUID | None = None,
) -> Response:
    """Look at a photo of a visit, or of what waits in quarantine under this id; the look is on record.

    It is the picture as it is kept, not the bytes that came. Where a recorded visit and something in quarantine go by
    one id it is the visit's; `receipt_id` names another.
    """
    photo = await service.find_photo(connection, visit_id, attachment, receipt_id)
    if await hides_somebody(connection, actor, photo["household_id"]):  # it may show whom the caller may not see
        raise NotFound
    etag = f'"{photo["picture_sha256"]}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    data = await store_of(request.state.settings).read(vault, photo["id"])
    if data is None:
        raise NotFound
    if photo["household_id"] is not None:
        await actor.disclose("read_attachment", [photo["household_id"]], ("photos",))
    else:
        await actor.note("attachment.read", visit_id, photo_id=photo["id"])
    headers = {"ETag": etag, "Content-Disposition": f'attachment; filename="{photo["id"]}.jpg"'}
    return Response(data, media_type="image/jpeg", headers=headers)


@router.get("/visits/{visit_id}/attachments")
async def list_visit_attachments(
    connection: ConnectionDep, actor: Reader, visit_id: UUID, request: Request
) -> Page[AttachmentOut]:
    """List the photos of a visit, also of one in quarantine: which are held, which are still to come."""
    found = await service.attachments_of(connection, visit_id)
    await _disclose(actor, "list_visit_attachments", found)
    return Page(items=found, next=None)


@router.get("/attachments")
async def list_attachments(
    connection: ConnectionDep,
    actor: Reader,
    wanted: Annotated[AttachmentFilter, Query()],
    request: Request,
    response: Response,
) -> Page[AttachmentOut]:
    """List announced photos: `missing` and `partial` are still to come, `reused=true` is one picture at two doors.

    Of a visit that a person put aside only those that came are listed.
    """
    found = await service.list_attachments(connection, wanted)
    shown, following = page(found, wanted, lambda one: (one.receipt_id, one.name), request, response)
    await _disclose(actor, "list_attachments", shown)
    return Page(items=shown, next=following)


@router.get("/visits/{visit_id}/paradata", responses=problems(Anonymised))
async def read_paradata(
    connection: ConnectionDep,
    vault: VaultDep,
    actor: Annotated[Actor, may(Permission.PARADATA_READ)],
    visit_id: UUID,
) -> ParadataOut:
    """Read how a visit was done: timings, positions and edits that its phone noted, and what its photos' EXIF said.

    For coordinators and Bappeda; the look is on record. A hint for a person to look closer, never a verdict.
    """
    household_id, shown = await paradata.read_paradata(connection, actor, vault, visit_id)
    await actor.disclose("read_paradata", [household_id], ("paradata",))
    return shown


async def _disclose(actor: Actor, operation: str, shown: list[AttachmentOut]) -> None:
    about = sorted({one.household_id for one in shown if one.household_id is not None})
    await actor.disclose(operation, about, ("photos",))
