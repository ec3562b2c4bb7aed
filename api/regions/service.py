"""Regions as the ministry and BPS number them, the code lists, and the criteria sets."""

from functools import cache

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.core.paging import Paging
from api.core.problems import NotFound
from api.regions import criteria_sets
from api.regions.code_lists import CODE_LISTS, FINGERPRINT
from api.regions.criteria_sets import CRITERIA_SETS
from api.regions.schemas import CodeListOut, CodeListSummaryOut, CriteriaSetOut, RegionFilter
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


def code_lists_etag() -> str:
    """The strong ETag of every answer about code lists: they change only with this software."""
    return f'"{FINGERPRINT}"'


def list_code_lists(wanted: Paging) -> list[CodeListSummaryOut]:
    """One more code list than a page holds, in the order of their names."""
    after = wanted.after(str)
    found = [kept for name, kept in CODE_LISTS.items() if after is None or name > after[0]]
    return [
        CodeListSummaryOut(name=kept.name, kind=kept.kind, title=kept.title, size=len(kept.codes))
        for kept in found[: wanted.limit + 1]
    ]


def read_code_list(name: str) -> CodeListOut:
    """The code list of this name; raises `NotFound`."""
    if name not in CODE_LISTS:
        raise NotFound
    return CODE_LISTS[name]


@cache  # lists and sets change only with this software
def codes_of(name: str) -> frozenset[str]:
    """The codes of a list; empty when there is no such list."""
    return frozenset(code.code for code in CODE_LISTS[name].codes) if name in CODE_LISTS else frozenset()


def criteria_sets_etag() -> str:
    """The strong ETag of every answer about criteria sets."""
    return f'"{criteria_sets.FINGERPRINT}"'


def list_criteria_sets(wanted: Paging) -> list[CriteriaSetOut]:
    """One more criteria set than a page holds, in the order of their names."""
    after = wanted.after(str)
    return [kept for name, kept in CRITERIA_SETS.items() if after is None or name > after[0]][: wanted.limit + 1]


def read_criteria_set(name: str) -> CriteriaSetOut:
    """The criteria set of this name; raises `NotFound`."""
    if name not in CRITERIA_SETS:
        raise NotFound
    return CRITERIA_SETS[name]


@cache
def criteria_of(name: str | None) -> frozenset[str]:
    """The codes of a criteria set; none without one."""
    found = CRITERIA_SETS.get(name or "")
    return frozenset(criterion.code for criterion in found.criteria) if found else frozenset()


@cache
def sufficient_criteria(name: str | None) -> frozenset[str]:
    """The criteria of a set of which one alone makes a household eligible."""
    found = CRITERIA_SETS.get(name or "")
    return (
        frozenset(criterion.code for criterion in found.criteria if criterion.suffices_alone) if found else frozenset()
    )
