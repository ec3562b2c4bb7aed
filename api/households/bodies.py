"""What callers may send about households."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from api.core.schema import In
from api.core.types import Nik, NoKK, RegionCode, Rt
from api.households.schemas import Relation, Rw
from api.tables import HouseholdStatus, Sex

Name = Annotated[str, Field(min_length=1, max_length=120)]
Address = Annotated[str, Field(min_length=3, max_length=300)]
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


class HouseholdPatch(In):
    """What a coordinator or Bappeda may correct; what is not sent stays."""

    address: Address | None = None
    rw: Rw | None = None
    rt: Rt | None = None
    status: HouseholdStatus | None = None

    @model_validator(mode="after")
    def keep_what_must_stand(self) -> Self:
        """RT and RW may be emptied, address and status may not."""
        if any(name in self.model_fields_set and getattr(self, name) is None for name in ("address", "status")):
            raise PydanticCustomError("not_null", "address and status cannot be emptied")
        return self


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


class LocationIn(In):
    """Where the door is, WGS 84."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    accuracy_m: Annotated[float | None, Field(ge=0, le=100_000)] = None


class FamilyIn(In):
    """A family card (KK) of the household; `no` counts them."""

    no: Annotated[int, Field(ge=1, le=20)] = 1
    no_kk: NoKK | None = None


class MemberIn(In):
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
    campaign_id: UUID
    region_code: VillageCode
    rw: Rw | None = None
    rt: Rt | None = None
    address: Address
    location: LocationIn | None = None
    families: Annotated[list[FamilyIn], Field(min_length=1, max_length=20)] = Field(
        default_factory=lambda: [FamilyIn()]
    )
    members: Annotated[list[MemberIn], Field(min_length=1, max_length=60)]
