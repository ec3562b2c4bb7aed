"""Bodies of the regions room."""

from datetime import date
from typing import Annotated, Literal

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


class LabelOut(Out):
    """What people read, in Indonesian and English."""

    id: str
    en: str


class OfficialCodeOut(Out):
    """A code of an official list; the number alone would mean nothing."""

    list: str
    code: str


class CodeOut(Out):
    """A code, its label, and what it is called in official lists (empty for those lists themselves)."""

    code: str
    label: LabelOut
    official: list[OfficialCodeOut]


class CodeListSummaryOut(Out):
    """A code list without its codes: `own` words of this API, or an `official` scheme."""

    name: str
    kind: Literal["own", "official"]
    title: LabelOut
    size: int


class CodeListOut(Out):
    """A code list; `source` says where an official one was read."""

    name: str
    kind: Literal["own", "official"]
    title: LabelOut
    source: str | None
    note: str | None
    codes: list[CodeOut]


class EvidenceOut(Out):
    """An answer that points to a criterion: one of `answers` to `question`, about the household or its head."""

    question: str
    of: Literal["household", "head"]
    answers: list[str]


class CriterionOut(Out):
    """A criterion; any of its `evidence` points to it. It is advice: a person decides."""

    code: str
    label: LabelOut
    suffices_alone: Annotated[bool, Field(description="Met alone it makes a household eligible.")]
    evidence: list[EvidenceOut]


class CriteriaSetOut(Out):
    """The criteria of one decree. `name` is what a campaign's `criteria_set` says."""

    name: str
    decree: str
    title: LabelOut
    valid_from: Annotated[date | None, Field(description="Null: not known to us.")]
    valid_until: date | None
    verified: Annotated[bool, Field(description="False: nobody has read its criteria; the list is empty on purpose.")]
    source: str | None
    note: str | None
    criteria: list[CriterionOut]
