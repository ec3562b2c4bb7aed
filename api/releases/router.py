"""`/v1/releases`."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access.actor import Actor, ConnectionDep, VaultDep, demand_seals, may, token_claims
from api.access.problems import AuditStuck
from api.access.roles import Permission
from api.access.tokens import Claims, KeyRing
from api.core.database import DatabaseDep
from api.core.idempotency import Route
from api.core.paging import Page, page
from api.core.problems import Anonymised, problems
from api.core.revisions import etag, not_modified
from api.core.streaming import Stream, stream_rows
from api.releases import differences, manifest, service
from api.releases.contents import MEDIA_TYPES
from api.releases.files import Parts
from api.releases.problems import ManifestFailed, ManifestNotReady, NothingDecided
from api.releases.schemas import DifferenceFilter, FileAsked, HouseholdDifference, ReleaseFilter, ReleaseIn, ReleaseOut

router = APIRouter(prefix="/releases", tags=["releases"], route_class=Route)
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "You have it already."}}
# a release never changes, but its manifest comes later and what it holds is for its reader alone
SEALED = [Depends(demand_seals)]  # nothing leaves the house while looks cannot be sealed
KEEP = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}


async def key_ring(request: Request) -> KeyRing:
    """The signing keys of this process, as they are now."""
    ring: KeyRing = request.state.key_ring
    return ring.current()


@router.post("", status_code=201, dependencies=SEALED, responses=problems(NothingDecided, AuditStuck))
async def make_release(
    connection: ConnectionDep,
    actor: Annotated[Actor, may(Permission.RELEASES_WRITE)],
    wanted: ReleaseIn,
    response: Response,
) -> ReleaseOut:
    """Freeze the verdicts that are decided now as the campaign's next release.

    Later decisions, edits and imports do not change it. A source's `valid` counts its households with field result
    `completed` and at least one listed person found living there; a household of two lists counts under each.
    """
    release = await service.make_release(connection, actor, wanted)
    response.headers["Location"] = f"/v1/releases/{release.id}"
    return release


@router.get("")
async def list_releases(
    connection: ConnectionDep,
    actor: Annotated[Actor, may(Permission.RELEASES_READ)],
    wanted: Annotated[ReleaseFilter, Query()],
    request: Request,
    response: Response,
) -> Page[ReleaseOut]:
    """List releases, the oldest first."""
    found = await service.list_releases(connection, actor, wanted)
    shown, following = page(found, wanted, lambda release: (release.id,), request, response)
    return Page(items=shown, next=following)


@router.get("/{release_id}", response_model=ReleaseOut, responses=UNCHANGED)
async def read_release(
    connection: ConnectionDep,
    actor: Annotated[Actor, may(Permission.RELEASES_READ)],
    release_id: UUID,
    request: Request,
    response: Response,
) -> ReleaseOut | Response:
    """Read a release with its counts. Only `manifest_status` ever changes, so ask with its `ETag`."""
    release = await service.find_release(connection, actor, release_id)
    response.headers.update(KEEP)
    if not_modified(request, response, f"{service.edition(actor)}-{release['manifest_status']}"):
        return Response(status_code=304, headers=dict(response.headers))
    return service.told(release, actor)


@router.get(
    "/{release_id}/manifest",
    response_class=Response,
    dependencies=SEALED,
    responses=UNCHANGED
    | problems(ManifestNotReady, ManifestFailed, AuditStuck)
    | {
        200: {
            "description": "A compact JWS (RFC 7515).",
            "content": {"application/jose": {"schema": {"type": "string"}}},
        }
    },
)
async def read_release_manifest(
    connection: ConnectionDep,
    keys: Annotated[KeyRing, Depends(key_ring)],
    actor: Annotated[Actor, may(Permission.RELEASES_DOWNLOAD)],
    release_id: UUID,
    request: Request,
    response: Response,
) -> Response:
    """Read what each file of a release that you may download is to the byte, signed: a compact JWS (ES256).

    Check it offline with any JOSE library and `/.well-known/jwks.json`: the header's `typ` is
    `sambang-manifest+jws`, its `kid` names the key. The payload is JSON: `issuer`, `release`, `campaign`, `number`,
    `created_at`, `reader` (whose edition of the files), `edition`, `counts`, and `files` with `name`, `sha256`, `bytes`
    and `rows` of each; it is the same bytes ever after. The worker makes every file once to hash it: until the
    release's `manifest_status` is `ready` the answer is 409 `manifest_not_ready` with `Retry-After` (seconds).
    """
    release = await service.find_release(connection, actor, release_id)
    # not kept unasked: when the shape of the files changes, so does their manifest
    response.headers.update({"Cache-Control": "private, no-cache", "Vary": "Authorization"})
    if not_modified(request, response, f"manifest-{service.edition(actor)}"):
        return Response(status_code=304, headers=dict(response.headers))
    signed = await manifest.sign_manifest(connection, actor, release, keys)
    return Response(signed, media_type="application/jose", headers=dict(response.headers))


@router.get("/{release_id}/differences", dependencies=SEALED, responses=problems(AuditStuck))
async def list_release_differences(
    connection: ConnectionDep,
    actor: Annotated[Actor, may(Permission.RELEASES_DOWNLOAD)],
    release_id: UUID,
    wanted: Annotated[DifferenceFilter, Query()],
    request: Request,
    response: Response,
) -> Page[HouseholdDifference]:
    """List the households of which this release does not say the same as the other, `against` which it is held.

    `added` households are in this release only, `removed` ones in the other only; a `changed` one names each field that
    differs, as it was in the other (`before`) and is in this one (`after`). What was only decided again, endorsed or
    answered by the ministry is no difference. Two releases of different campaigns may be held against each other. Every
    household that is shown is put on record.
    """
    await service.find_release(connection, actor, release_id)
    found = await differences.compare_releases(connection, actor, release_id, wanted)
    shown, following = page(found, wanted, lambda difference: (difference.household_id,), request, response)
    return Page(items=shown, next=following)


@router.get(
    "/{release_id}/files/{file}",
    response_class=Response,
    dependencies=SEALED,
    responses=UNCHANGED
    | problems(AuditStuck, Anonymised)
    | {
        200: {
            "description": "The file, streamed.",
            "content": {kind.partition(";")[0]: {} for kind in MEDIA_TYPES.values()},
        }
    },
)
async def download_release_file(
    connection: ConnectionDep,
    database: DatabaseDep,
    claims: Annotated[Claims, Depends(token_claims)],
    vault: VaultDep,
    actor: Annotated[Actor, may(Permission.RELEASES_DOWNLOAD)],
    release_id: UUID,
    file: FileAsked,
    request: Request,
    response: Response,
) -> Response:
    """Download a file of a release; the same bytes every time, ordered by region, RW, RT and household.

    For Bappeda only; an agency reads the counts. `households.csv`, `.ndjson` and `.xlsx`, one row a household with the
    head's NIK masked (further workbooks, `households-2.xlsx`, after each 100,000); `members.csv`, one row a person,
    numbers masked; `dtks_update.csv`, the ministry's person layout with whole numbers, one row for each id that the
    DTKS gave a person, and behind it the city's result with the codes of `hasil_verivali` and `keberadaan_art_bdt`;
    `inclusion_candidates.csv`, who receives a programme and is not eligible; `exclusion_candidates.csv`, who is
    eligible and receives none, or is of P3KE's desil 1 and not in the DTKS. Both name the grounds, the programmes, the
    lists that say so and the lists that know the household.

    CSV is RFC 4180 in UTF-8 with a byte-order mark, because Excel needs it; NDJSON has none. Instants are in WIB. CSV
    cells that a spreadsheet would run as a formula, and numbers that it would round (NIK), begin with an apostrophe: a
    program takes one leading apostrophe off. XLSX cells are all text and need none. Every download is put on record
    for every household in it.
    """
    release = await service.find_release(connection, actor, release_id)
    wanted = service.find_file(release, file)
    headers = {"ETag": etag(service.edition(actor)), "Vary": "Authorization", "Cache-Control": "no-store"}
    if not_modified(request, response, service.edition(actor)):
        return Response(status_code=304, headers=headers)

    def read(query: str, *arguments: object) -> Parts:
        return stream_rows(database, (claims.subject, claims.version, claims.family_id), query, *arguments)

    parts = await service.open_file(connection, actor, release, wanted, vault, read)
    headers["Content-Disposition"] = f'attachment; filename="{service.download_name(release, wanted)}"'
    return Stream(parts, media_type=wanted.media_type, headers=headers)
