"""`/v1/regions`, `/v1/code-lists` and `/v1/criteria-sets`."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api.access.actor import Actor, SessionDep, may
from api.access.roles import Permission
from api.core.idempotency import Route
from api.core.paging import Page, Paging, page
from api.core.types import RegionCode
from api.regions import service
from api.regions.schemas import CodeListOut, CodeListSummaryOut, CriteriaSetOut, RegionFilter, RegionOut

UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Not changed since the ETag in If-None-Match."}}

region_routes = APIRouter(prefix="/regions", tags=["regions"], route_class=Route)
code_list_routes = APIRouter(prefix="/code-lists", tags=["regions"], route_class=Route)
criteria_set_routes = APIRouter(prefix="/criteria-sets", tags=["regions"], route_class=Route)


@region_routes.get("")
async def list_regions(
    session: SessionDep,
    actor: Annotated[Actor, may(Permission.REGIONS_READ)],
    wanted: Annotated[RegionFilter, Query()],
    request: Request,
    response: Response,
) -> Page[RegionOut]:
    """List kota, kecamatan and kelurahan."""
    found = await service.list_regions(session, wanted)
    shown, following = page(found, wanted, lambda region: (region.code,), request, response)
    return Page(items=[RegionOut.model_validate(region) for region in shown], next=following)


@region_routes.get("/{code}")
async def read_region(
    session: SessionDep, actor: Annotated[Actor, may(Permission.REGIONS_READ)], code: Annotated[RegionCode, Path()]
) -> RegionOut:
    """Read one region by its Kemendagri code."""
    return RegionOut.model_validate(await service.read_region(session, code))


def known(request: Request, response: Response, etag: str) -> bool:
    """Let anybody keep the answer for an hour, and say whether the caller has it already. Nothing here is personal."""
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "public, max-age=3600"
    seen = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
    return etag in seen or "*" in seen


@code_list_routes.get("", response_model=Page[CodeListSummaryOut], responses=UNCHANGED)
async def list_code_lists(
    actor: Annotated[Actor, may(Permission.REGIONS_READ)],
    wanted: Annotated[Paging, Query()],
    request: Request,
    response: Response,
) -> Page[CodeListSummaryOut] | Response:
    """List the code lists: our own words and the official schemes."""
    if known(request, response, service.code_lists_etag()):
        return Response(status_code=304, headers=dict(response.headers))
    found = service.list_code_lists(wanted)
    shown, following = page(found, wanted, lambda kept: (kept.name,), request, response)
    return Page(items=shown, next=following)


@code_list_routes.get("/{list_name}", response_model=CodeListOut, responses=UNCHANGED)
async def read_code_list(
    actor: Annotated[Actor, may(Permission.REGIONS_READ)],
    list_name: Annotated[str, Path(max_length=60)],
    request: Request,
    response: Response,
) -> CodeListOut | Response:
    """Read one code list with its labels and, for our own words, list and code of each official scheme."""
    found = service.read_code_list(list_name)
    if known(request, response, service.code_lists_etag()):
        return Response(status_code=304, headers=dict(response.headers))
    return found


@criteria_set_routes.get("", response_model=Page[CriteriaSetOut], responses=UNCHANGED)
async def list_criteria_sets(
    actor: Annotated[Actor, may(Permission.REGIONS_READ)],
    wanted: Annotated[Paging, Query()],
    request: Request,
    response: Response,
) -> Page[CriteriaSetOut] | Response:
    """List the criteria sets that a campaign may judge by, each with its decree and when that was in force."""
    if known(request, response, service.criteria_sets_etag()):
        return Response(status_code=304, headers=dict(response.headers))
    found = service.list_criteria_sets(wanted)
    shown, following = page(found, wanted, lambda kept: (kept.name,), request, response)
    return Page(items=shown, next=following)


@criteria_set_routes.get("/{set_name}", response_model=CriteriaSetOut, responses=UNCHANGED)
async def read_criteria_set(
    actor: Annotated[Actor, may(Permission.REGIONS_READ)],
    set_name: Annotated[str, Path(max_length=60)],
    request: Request,
    response: Response,
) -> CriteriaSetOut | Response:
    """Read one criteria set: which criterion suffices alone, and which answers of the questionnaire point to which.

    A set with `verified: false` lists no criteria: nobody has read its decree, and law is not made up here.
    """
    found = service.read_criteria_set(set_name)
    if known(request, response, service.criteria_sets_etag()):
        return Response(status_code=304, headers=dict(response.headers))
    return found


router = APIRouter()
router.include_router(region_routes)
router.include_router(code_list_routes)
router.include_router(criteria_set_routes)
