"""Bodies of campaigns: what a season is called, where, on which lists, and under which papers."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from api.core.paging import Paging
from api.core.schema import In, Out
from api.core.types import RegionCode
from api.tables import CampaignStatus, Source

Code = Annotated[
    str,
    Field(
        min_length=1,
        max_length=40,
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        description="Small letters, digits and hyphens.",
        examples=["malang-2022"],
    ),
]
Name = Annotated[str, Field(min_length=1, max_length=160)]
RegionCodes = Annotated[
    list[RegionCode], Field(min_length=1, max_length=100, description="Kota, kecamatan or kelurahan in scope.")
]
Sources = Annotated[list[Source], Field(min_length=1, max_length=10, description="Lists whose households are visited.")]
Span = Annotated[int, Field(ge=1, le=50, description="Most enumerators a coordinator leads.")]
CriteriaSet = Annotated[str, Field(min_length=1, max_length=60, examples=["kriteria_fakir_miskin_262"])]
Reference = Annotated[str, Field(min_length=1, max_length=120)]


class CampaignIn(In):
    """A campaign in preparation."""

    code: Code
    name: Name
    starts_on: date
    ends_on: date
    region_codes: RegionCodes
    sources: Sources
    span: Span = 7
    questionnaire_id: UUID | None = None
    criteria_set: CriteriaSet | None = None
    impact_assessment_ref: Reference | None = None
    statistical_recommendation_no: Reference | None = None


class CampaignPatch(In):
    """What changes; a field that is not sent stays. `status` moves the campaign."""

    code: Code | None = None
    name: Name | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    region_codes: RegionCodes | None = None
    sources: Sources | None = None
    span: Span | None = None
    questionnaire_id: UUID | None = None
    criteria_set: CriteriaSet | None = None
    impact_assessment_ref: Reference | None = None
    statistical_recommendation_no: Reference | None = None
    status: CampaignStatus | None = None

    @field_validator("code", "name", "starts_on", "ends_on", "region_codes", "sources", "span", "status", mode="before")
    @classmethod
    def refuse_null(cls, value: Any) -> Any:
        """Null means "none", and these fields always have a value."""
        return demand_value(value)


class CampaignFilter(Paging):
    """Which campaigns to list."""

    status: CampaignStatus | None = None


class CampaignOut(Out):
    """A campaign. The status alone opens and closes work; the dates are plans."""

    id: UUID
    code: str
    name: str
    starts_on: date
    ends_on: date
    region_codes: list[RegionCode]
    sources: list[Source]
    span: int
    questionnaire_id: UUID | None
    criteria_set: str | None
    impact_assessment_ref: str | None
    statistical_recommendation_no: str | None
    status: CampaignStatus
    created_at: datetime
    revision: int


def demand_value(value: Any) -> Any:
    """Refuse an explicit null in a PATCH."""
    if value is None:
        raise PydanticCustomError("null_not_allowed", "this field may be left out, not emptied")
    return value
