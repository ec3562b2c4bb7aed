"""What the households room answers, and what its lists may be asked for."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.core.paging import Paging
from api.core.schema import Out
from api.core.types import RegionCode, Rt
from api.tables import (
    AssignmentStatus,
    Eligibility,
    FieldResult,
    HouseholdStatus,
    RegistryAction,
    RegistryStatus,
    Sex,
    Source,
    VerdictStage,
    Whereabouts,
)

Rw = Annotated[str, Field(pattern=r"^[0-9]{3}$", description="RW, three digits.", examples=["005"])]
PossiblyMasked = Annotated[
    str,
    Field(
        description="Masked but for the holder of an open assignment: the first four digits, then stars.",
        examples=["3573************"],
    ),
]


class Relation(StrEnum):
    """Relation to the head of the family."""

    HEAD = "head"
    SPOUSE = "spouse"
    CHILD = "child"
    CHILD_IN_LAW = "child_in_law"
    GRANDCHILD = "grandchild"
    PARENT = "parent"
    HELPER = "helper"
    OTHER = "other"


class HouseholdFilter(Paging):
    """Which households to list. What concerns an assignment asks that of `campaign_id`, else of the latest campaign."""

    campaign_id: UUID | None = None
    region_code: Annotated[RegionCode | None, Field(description="A district lists its villages too.")] = None
    rw: Rw | None = None
    rt: Rt | None = None
    source: Source | None = None
    desil_max: Annotated[int | None, Field(ge=1, le=10, description="On a list in this desil or a lower one.")] = None
    external_id: Annotated[str | None, Field(max_length=80, description="Opaque id of a list.")] = None
    assignment_status: AssignmentStatus | None = None
    verdict_stage: VerdictStage | None = None
    registry_status: RegistryStatus | None = None
    eligibility: Eligibility | None = None
    enumerator_id: UUID | None = None
    team_id: UUID | None = None


class AssignmentSummary(Out):
    """The household's place in one campaign; `revision` is what a visit is based on."""

    id: UUID
    campaign_id: UUID
    team_id: UUID | None
    enumerator_id: UUID | None
    status: AssignmentStatus
    verdict_stage: VerdictStage | None
    field_result: FieldResult | None
    eligibility: Eligibility | None
    revision: int


class HouseholdSummary(Out):
    """A household as lists show it."""

    id: UUID
    region_code: RegionCode
    rw: str | None
    rt: str | None
    address: str
    head_name: str
    status: HouseholdStatus
    assignment: AssignmentSummary | None
    revision: int


class LikelyDuplicate(Out):
    """Somebody like this is listed already: all that an enumerator learns."""

    score: Annotated[int, Field(ge=0, le=100, description="100 same NIK, 95 same No. KK, 80 same name and birth date.")]
    region_code: RegionCode
    rw: str | None
    rt: str | None
    head: Annotated[str, Field(description="The head's name, masked.", examples=["S***** A*****"])]
    team_id: UUID | None


class HouseholdLocationOut(Out):
    """Where the door is, WGS 84."""

    lat: float
    lon: float
    accuracy_m: float | None


class FamilyOut(Out):
    """A family card (KK) of the household."""

    no: int
    no_kk: PossiblyMasked | None
    head_member_id: UUID | None


class MemberOut(Out):
    """A person of the household; `relation` as the list or the field wrote it, one of ours where it could be read."""

    id: UUID
    family_no: int
    line: int
    nik: PossiblyMasked | None
    nik_missing_reason: str | None
    name: str
    sex: Sex | None
    born_on: date | None
    born_at: str | None
    relation: str | None
    occupation: str | None
    whereabouts: Whereabouts | None


class SourceOut(Out):
    """A list that names the household (`member_id` null) or one of its people."""

    source: Source
    external_id: str
    member_id: UUID | None
    desil: int | None
    percentile: int | None
    snapshot_id: UUID | None


class ProgrammeOut(Out):
    """An aid programme that a list says the household or a person receives."""

    programme: str
    member_id: UUID | None
    source: Source


class VerdictSummary(Out):
    """The present revision of the verdict on the assignment shown."""

    id: UUID
    revision: int
    field_result: FieldResult
    eligibility: Eligibility
    reasons: list[str]
    criteria: list[str]
    criteria_set: str | None
    registry_action: RegistryAction
    registry_status: Annotated[RegistryStatus, Field(description="The ministry's answer, beside the stage.")]


class HouseholdOut(HouseholdSummary):
    """A household whole: its families, people, lists and programmes, its latest assignment and verdict."""

    location: HouseholdLocationOut | None
    merged_into: Annotated[UUID | None, Field(description="The household that took this one in.")]
    split_from: Annotated[UUID | None, Field(description="The household that this one came out of.")]
    families: list[FamilyOut]
    members: list[MemberOut]
    sources: list[SourceOut]
    programmes: list[ProgrammeOut]
    verdict: VerdictSummary | None


class HouseholdCarried(Out):
    """A household as its holder's phone carries it; what concerns the work stands in the assignment."""

    id: UUID
    region_code: RegionCode
    rw: str | None
    rt: str | None
    address: str
    head_name: str
    location: HouseholdLocationOut | None
    status: HouseholdStatus
    merged_into: UUID | None
    split_from: UUID | None
    families: list[FamilyOut]
    members: list[MemberOut]
    sources: list[SourceOut]
    programmes: list[ProgrammeOut]
    revision: int


class FamilyIdentity(Out):
    """A family card with its whole number."""

    no: int
    no_kk: str | None


class MemberIdentity(Out):
    """A person with the whole NIK and the mother's name, which lists use to tell people apart."""

    id: UUID
    family_no: int
    name: str
    nik: str | None
    mother_name: str | None


class IdentitiesOut(Out):
    """Whole numbers of a household, shown for the purpose that was stated."""

    household_id: UUID
    purpose: str
    families: list[FamilyIdentity]
    members: list[MemberIdentity]
