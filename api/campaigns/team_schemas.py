"""Bodies of teams and trainings."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, field_validator

from api.campaigns.schemas import Name, demand_value
from api.core.paging import Paging
from api.core.schema import In, Out
from api.core.types import RegionCode

TeamName = Annotated[str, Field(min_length=1, max_length=80)]
Days = Annotated[list[date], Field(min_length=1, max_length=60)]


class Institution(StrEnum):
    """Who sends an instructor."""

    BPS = "bps"
    DISKOMINFO = "diskominfo"
    BAPPEDA = "bappeda"
    OTHER = "other"


class TeamIn(In):
    """A team and its coordinator; members are added one by one."""

    campaign_id: UUID
    name: TeamName
    coordinator_id: UUID
    district_code: RegionCode | None = None


class TeamPatch(In):
    """What changes; a field that is not sent stays."""

    name: TeamName | None = None
    coordinator_id: UUID | None = None
    district_code: RegionCode | None = None

    @field_validator("name", "coordinator_id", mode="before")
    @classmethod
    def refuse_null(cls, value: Any) -> Any:
        """A team always has a name and a coordinator."""
        return demand_value(value)


class TeamMemberIn(In):
    """Who joins, and from which day on: a membership elsewhere in the campaign ends on that day."""

    staff_id: UUID
    starts_on: date


class DepartureIn(In):
    """Who leaves, and the first day on which the person is no longer in the team."""

    staff_id: UUID
    ends_on: date


class CampaignPart(Paging):
    """Teams or trainings of which campaign."""

    campaign_id: UUID | None = None


class TeamMemberOut(Out):
    """A time in the team: from `starts_on` until the day before `ends_on`, or still (null).

    `name` is null where the caller may not see that person.
    """

    staff_id: UUID
    name: str | None
    starts_on: date
    ends_on: date | None


class TeamOut(Out):
    """A team with its members, present and former."""

    id: UUID
    campaign_id: UUID
    name: str
    coordinator_id: UUID
    district_code: RegionCode | None
    members: list[TeamMemberOut]
    revision: int


class InstructorIn(In):
    """Somebody who teaches at the bimtek."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    institution: Institution


class InstructorOut(Out):
    """Somebody who taught at the bimtek."""

    name: str
    institution: Institution


class TrainingIn(In):
    """A bimtek as it is planned."""

    campaign_id: UUID
    name: Name
    venue: Name
    days: Days
    instructors: Annotated[list[InstructorIn], Field(max_length=100, default_factory=list)]


class AttendanceIn(In):
    """On which days a person was there; who passed was there on every day."""

    staff_id: UUID
    days: Annotated[list[date], Field(max_length=60)]
    passed: bool


class AttendancesIn(In):
    """The whole attendance list; it replaces the former one."""

    attendances: Annotated[list[AttendanceIn], Field(max_length=5000)]


class AttendanceOut(Out):
    """On which days a person was there, and whether the person passed."""

    staff_id: UUID
    days: list[date]
    passed: bool


class TrainingOut(Out):
    """A bimtek with its attendance list."""

    id: UUID
    campaign_id: UUID
    name: str
    venue: str
    days: list[date]
    instructors: list[InstructorOut]
    attendances: list[AttendanceOut]
    created_at: datetime
    revision: int
