"""Bodies of the regions room."""

from typing import Annotated

from pydantic import Field

from api.core.paging import Paging
from api.core.schema import Out
from api.core.types import RegionCode
from api.tables import RegionLevel


class RegionFilter(Paging):
    """Which regions to list."""

    level: RegionLevel | None = None
    parent: RegionCode | None = None


class RegionOut(Out):
    """A region in both code systems."""

    code: RegionCode
    bps_code: Annotated[str, Field(description="The BPS code, another number for the same place.")]
    level: RegionLevel
    name: str
    parent: RegionCode | None
