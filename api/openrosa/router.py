"""`/v1/openrosa/{token}/…`: what ODK Collect calls, and nobody else needs to."""

from asyncio import to_thread
from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from api.access.actor import VaultDep
from api.core.problems import language, told_problem
from api.openrosa import forms, lists
from api.openrosa.answers import XML, CollectRoute, envelope, xml_answer
from api.openrosa.auditing import log_of, paradata_of
from api.openrosa.door import CollectDoorDep
from api.openrosa.parcel import ROUTE_BYTES, receive
from api.openrosa.reading import MOST_PHOTOS, FilledForm, read_form
from api.openrosa.schemas import ENVELOPE, PARCEL, body, told
from api.openrosa.submitting import Settled, kept_name, settle, take_photos

router = APIRouter(prefix="/openrosa/{token}", tags=["openrosa"], route_class=CollectRoute)
READY = told(ok={204: {"description": "Send."}})


@router.get("/formList", response_class=Response, responses=told(ok=body("text/xml", "The `xforms` document.")))
async def list_collect_forms(
    door: CollectDoorDep, form_id: Annotated[str | None, Query(alias="formID", max_length=249)] = None
) -> Response:
    """List the forms of the person's campaigns, newest version, with their hash and where to get them."""
    async with door.open() as (connection, actor, _):
        return xml_answer(await forms.form_list(connection, actor, door.url, form_id))


@router.get(
    "/forms/{code}/{version}.xml", response_class=Response, responses=told(404, ok=body("text/xml", "The XForm."))
)
async def read_collect_form(door: CollectDoorDep, code: Annotated[str, Path(max_length=40)], version: int) -> Response:
    """Download a published version as an XForm; its bytes have the hash of the list."""
    async with door.open() as (connection, actor, _):
        return Response(await forms.published_form(connection, actor, code, version), media_type=XML)


@router.get("/manifest", response_class=Response, responses=told(ok=body("text/xml", "The `manifest` document.")))
async def read_collect_manifest(door: CollectDoorDep) -> Response:
    """List what the forms need beside them: the person's work as two entity lists, with hashes that follow it."""
    async with door.open() as (_, actor, _):
        return xml_answer(await lists.manifest(actor, door.url))


@router.get("/lists/{entities}.csv", response_class=Response, responses=told(404, ok=body("text/csv", "The list.")))
async def read_collect_list(door: CollectDoorDep, entities: Literal["assignments", "members"]) -> Response:
    """Download whom to visit (`assignments`) or who lives there (`members`): open work alone, the look on record."""
    async with door.open() as (_, actor, _):
        return Response(await lists.entity_list(actor, entities), media_type="text/csv; charset=utf-8")


@router.get("/integrity", response_class=Response, responses=told(ok=body("text/xml", "Which of them are gone.")))
async def check_collect_entities(
    door: CollectDoorDep, asked: Annotated[str, Query(alias="id", max_length=40_000)]
) -> Response:
    """Say of each of these ids (at most 1000, with commas) whether it has gone from the person's lists."""
    async with door.open() as (_, actor, _):
        return xml_answer(await lists.integrity(actor, asked))


@router.head("/submission", status_code=204, response_class=Response, responses=READY)
async def announce_collect_submission(door: CollectDoorDep) -> Response:
    """Say that submissions are taken here, and how large a post should be."""
    async with door.open():
        return Response(status_code=204)


@router.get("/submission", status_code=204, response_class=Response, responses=READY)
async def ask_for_collect_submission(door: CollectDoorDep) -> Response:
    """Say the same as HEAD does."""
    async with door.open():
        return Response(status_code=204)


@router.post(
    "/submission",
    status_code=201,
    response_class=Response,
    max_body_size=ROUTE_BYTES,
    openapi_extra=PARCEL,
    responses=told(
        404,
        409,
        415,
        ok={
            201: {"description": "Taken in, now or before.", **ENVELOPE},
            202: {"description": "Kept whole; a person decides.", **ENVELOPE},
        },
    ),
)
async def submit_collect_form(door: CollectDoorDep, vault: VaultDep, request: Request) -> Response:
    """Send a filled form with photos, in one post or in several with the same form: it becomes a visit.

    It is always safe to send the same again. 201: taken in. 202: kept whole and waiting in the coordinator's
    quarantine (not yours any more, campaign closed, not a sound visit); sending it again is no use. A form with
    `deprecatedID` corrects the visit that it names. Which photos are still missing the form itself says.
    """
    async with door.open():
        pass  # whoever may not send is told before anything is read
    wanted = request.state.settings
    async with receive(request, wanted, vault) as parcel:
        filled = read_form(parcel.xml)
        sent = {kept_name(file.name) for file in parcel.files}
        app = request.headers.get("user-agent")
        noted = await to_thread(lambda: paradata_of(log_of(filled, parcel.files)))
        async with door.open() as (_, actor, device_id):
            settled = await settle(actor, vault, wanted, device_id, app, parcel.xml, filled, sent, noted)
        missing, useless = await take_photos(door, vault, wanted, settled, parcel.files)
    return _answer(request, filled, settled, missing, useless)


def _answer(request: Request, filled: FilledForm, settled: Settled, missing: int, useless: int) -> Response:
    said = list(_said(request, filled, settled, missing, useless))
    nature, status = ("submit_success", 201) if settled.accepted else ("processing_failure", 202)
    return envelope(status, nature, ". ".join(said))


def _said(request: Request, filled: FilledForm, settled: Settled, missing: int, useless: int) -> Iterator[str]:
    """The sentences that Collect shows."""

    def say(indonesian: str, english: str) -> str:
        return english if language(request) == "en" else indonesian

    if not settled.accepted and settled.problem is not None:
        kept = say("Disimpan utuh, koordinator yang memutuskan", "Kept whole, a coordinator decides")
        yield f"{kept}: {told_problem(settled.problem, request).title}"
    elif settled.first:
        yield say("Kunjungan diterima", "Visit received")
    else:
        yield say("Kunjungan ini sudah ada", "This visit was here already")
    if settled.stale:
        yield say("Tugasnya sudah berubah: tidak ada yang dipindahkan", "The work had changed: it moves nothing")
    if filled.makes_entities:
        yield say("Entitas buatan ponsel tidak diambil", "Entities made on the phone are not taken")
    if (beyond := len(filled.photos) - MOST_PHOTOS) > 0:
        yield say(f"{beyond} foto melebihi batas", f"{beyond} photos are too many")
    if useless:
        yield say(f"{useless} foto tidak dapat dipakai", f"{useless} photos cannot be used")
    if (more := missing - useless) > 0:
        yield say(f"{more} foto masih ditunggu", f"{more} photos are still to come")
