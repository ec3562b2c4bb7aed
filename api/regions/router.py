"""`/v1/regions`."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.access.actor import Actor, SessionDep, may
from api.access.roles import Permission
from api.core.idempotency import Route
from api.core.paging import Page, page
from api.core.types import RegionCode
from api.regions import service
from api.regions.schemas import RegionFilter, RegionOut

router = APIRouter(prefix="/regions", tags=["regions"], route_class=Route)


@router.get("")
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


@router.get("/{code}")
async def read_region(
    session: SessionDep, actor: Annotated[Actor, may(Permission.REGIONS_READ)], code: Annotated[RegionCode, Path()]
) -> RegionOut:
    """Read one region by its Kemendagri code."""
    return RegionOut.model_validate(await service.read_region(session, code))
