"""Regions as the ministry and BPS number them."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.core.problems import NotFound
from api.regions.schemas import RegionFilter
from api.tables import Region


async def list_regions(session: AsyncSession, wanted: RegionFilter) -> list[Region]:
    """One more region than a page holds, in the order of their codes."""
    query = select(Region).order_by(col(Region.code)).limit(wanted.limit + 1)
    if wanted.level is not None:
        query = query.where(Region.level == wanted.level)
    if wanted.parent is not None:
        query = query.where(Region.parent == wanted.parent)
    if (after := wanted.after(str)) is not None:
        query = query.where(col(Region.code) > after[0])
    return list((await session.exec(query)).all())


async def read_region(session: AsyncSession, code: str) -> Region:
    """The region of this Kemendagri code; raises `NotFound`."""
    region = await session.get(Region, code)
    if region is None:
        raise NotFound
    return region
