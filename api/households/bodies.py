"""What callers may send about households."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from api.core.schema import In
from api.core.types import Nik, NoKK, RegionCode, Rt
from api.households.schemas import Relation, Rw
from api.tables import Sex

Name = Annotated[str, Field(min_length=1, max_length=120)]
Address = Annotated[str, Field(min_length=3, max_length=300)]
Reason = Annotated[str, Field(min_length=3, max_length=500)]
VillageCode = Annotated[
    str,
    Field(pattern=r"^[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}$", description="Kemendagri code of a kelurahan."),
]


class NikMissingReason(StrEnum):
    """Why a person has no NIK: an infant, not yet recorded, no document, refused to show it, not known."""

    INFANT = "infant"
    NOT_RECORDED = "not_recorded"
    NO_DOCUMENT = "no_document"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class StatusHere(StrEnum):
    """What a correction may call a household; `merged` and `split` are the work of merges and splits."""

    ACTIVE = "active"
    MOVED = "moved"
    NOT_FOUND = "not_found"
    INACTIVE = "inactive"


class _Correction(In):
    """Fields that were not sent stay; some may not be emptied."""

    must_stand: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="after")
    def keep_what_must_stand(self) -> Self:
        """Refuse null where something must stand."""
        if any(getattr(self, name) is None for name in self.must_stand & self.model_fields_set):
            raise PydanticCustomError("null_not_allowed", "may be left out, not emptied")
        return self


class MemberPatch(_Correction):
    """What a list or a visit has wrong about a person. A NIK taken away needs its reason, a NIK given takes it away."""

    must_stand = frozenset({"name", "sex", "relation"})

    id: UUID
    name: Name | None = None
    sex: Sex | None = None
    born_on: date | None = None
    relation: Relation | None = None
    nik: Nik | None = None
    nik_missing_reason: NikMissingReason | None = None


class FamilyPatch(In):
    """The number on a family card, or null where there is none."""

    no: Annotated[int, Field(ge=1, lt=2**31)]
    no_kk: NoKK | None


class HouseholdPatch(_Correction):
    """What a coordinator or Bappeda may correct; what is not sent stays."""

    must_stand = frozenset({"address", "status", "members", "families"})

    address: Address | None = None
    rw: Rw | None = None
    rt: Rt | None = None
    status: StatusHere | None = None
    members: Annotated[list[MemberPatch] | None, Field(max_length=60)] = None
    families: Annotated[list[FamilyPatch] | None, Field(max_length=20)] = None
    visit_id: Annotated[UUID | None, Field(description="The visit whose corrections these are.")] = None
    reason: Reason | None = None


class RestrictionIn(In):
    """Whose data may not be used, or may be used again, and why."""

    member_id: UUID
    restricted: Annotated[bool, Field(description="`false` lifts the restriction.")] = True
    reason: Reason


class MergeIn(In):
    """The household that takes this one in, and why."""

    into_household_id: UUID
    verdict_id: Annotated[UUID | None, Field(description="The verdict of one of the two that asked for it.")] = None
    reason: Reason


class PartIn(In):
    """People who leave for a household of their own; place and address are the old ones unless given."""

    member_ids: Annotated[list[UUID], Field(min_length=1, max_length=60)]
    head_member_id: UUID
    address: Address | None = None
    rw: Rw | None = None
    rt: Rt | None = None


class SplitIn(In):
    """The households that come out of this one. When nobody stays, two or more."""

    households: Annotated[list[PartIn], Field(min_length=1, max_length=10)]
    verdict_id: Annotated[UUID | None, Field(description="The verdict that asked for it.")] = None
    reason: Reason


class HouseholdSearch(In):
    """Exactly one way to search: a NIK, a No. KK, or a name with its birth date."""

    nik: Nik | None = None
    no_kk: NoKK | None = None
    member_name: Name | None = None
    born_on: date | None = None
    region_code: RegionCode | None = None

    @model_validator(mode="after")
    def one_way(self) -> Self:
        """One of the three, whole, and nothing of another."""
        by_name = (self.member_name, self.born_on)
        ways = [self.nik is not None, self.no_kk is not None, None not in by_name]
        stray = (by_name != (None, None) or self.region_code is not None) and not ways[2]
        if sum(ways) != 1 or stray:
            raise PydanticCustomError("one_way", "exactly one of nik, no_kk, member_name with born_on")
        return self


class HouseholdLocationIn(In):
    """Where the door is, WGS 84."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    accuracy_m: Annotated[float | None, Field(ge=0, le=100_000)] = None


class FamilyIn(In):
    """A family card (KK) of the household; `no` counts them."""

    no: Annotated[int, Field(ge=1, le=20)] = 1
    no_kk: NoKK | None = None


class HouseholdMemberIn(In):
    """A person found there. Without a NIK the reason is asked for."""

    id: Annotated[UUID | None, Field(description="The client's own, so that a visit can name the person.")] = None
    family_no: Annotated[int, Field(ge=1, le=20)] = 1
    nik: Nik | None = None
    nik_missing_reason: NikMissingReason | None = None
    name: Name
    sex: Sex
    born_on: date | None = None
    born_at: Annotated[str | None, Field(max_length=80)] = None
    relation: Relation
    occupation: Annotated[str | None, Field(max_length=80)] = None
    mother_name: Annotated[str | None, Field(max_length=120)] = None


class HouseholdIn(In):
    """A household found in the field that no list has; the id is the client's, so a retry is the same household."""

    id: UUID
    assignment_id: Annotated[
        UUID | None,
        Field(description="The client's own id for its assignment, so that a visit sent beside it can name it."),
    ] = None
    campaign_id: UUID
    region_code: VillageCode
    rw: Rw | None = None
    rt: Rt | None = None
    address: Address
    location: HouseholdLocationIn | None = None
    families: Annotated[list[FamilyIn], Field(min_length=1, max_length=20)] = Field(
        default_factory=lambda: [FamilyIn()]
    )
    members: Annotated[list[HouseholdMemberIn], Field(min_length=1, max_length=60)]
