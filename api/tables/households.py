"""The unit of a visit and who lives there. A household outlives campaigns; numbers lie sealed with a blind index."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, UniqueConstraint

from api.core.table import Identified, digest, sealed, text_enum


class HouseholdStatus(StrEnum):
    ACTIVE = "active"
    MOVED = "moved"
    NOT_FOUND = "not_found"
    MERGED = "merged"
    SPLIT = "split"
    INACTIVE = "inactive"


class Source(StrEnum):
    DTKS = "dtks"
    P3KE = "p3ke"
    DTSEN = "dtsen"
    FIELD = "field"


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


class Whereabouts(StrEnum):
    PRESENT = "present"
    DECEASED = "deceased"
    MOVED = "moved"
    MOVED_ABROAD = "moved_abroad"
    NEW = "new"
    PRELIST_ERROR = "prelist_error"
    NOT_FOUND = "not_found"


class RevisionCause(StrEnum):
    IMPORT = "import"
    ADDED = "added"
    VISIT = "visit"
    CORRECTION = "correction"
    MERGE = "merge"
    SPLIT = "split"


class Household(Identified, table=True):
    """A household. Team and enumerator are those of its assignment in the open campaign: row security reads them."""

    __tablename__ = "households"
    __table_args__ = (
        sa.Index("ix_households_place", "region_code", "rw", "rt", "id"),
        sa.Index("ix_households_team", "team_id", "id"),
        sa.Index("ix_households_enumerator", "enumerator_id", "id"),
    )

    region_code: str = Field(max_length=13, foreign_key="regions.code")
    rw: str | None = Field(default=None, max_length=3)
    rt: str | None = Field(default=None, max_length=3)
    address: str = Field(max_length=300)
    head_name: str = Field(max_length=120)
    latitude: float | None = None
    longitude: float | None = None
    accuracy_m: float | None = None
    status: HouseholdStatus = Field(default=HouseholdStatus.ACTIVE, sa_type=text_enum(HouseholdStatus))
    team_id: UUID | None = Field(default=None, foreign_key="teams.id")
    enumerator_id: UUID | None = Field(default=None, foreign_key="staff.id")
    # lineage: the household that took this one in, the household that this one came out of
    merged_into: UUID | None = Field(default=None, foreign_key="households.id")
    split_from: UUID | None = Field(default=None, foreign_key="households.id")
    # the sha256, sealed, of the call that added a household found in the field: the same call is the same household
    added_by_call: bytes | None = sealed("household.call", default=None)
    # since when nothing in it is personal any more
    anonymised_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    revision: int = 1


class Family(Identified, table=True):
    """A family card (KK) in a household; `no` counts them (NUK)."""

    __tablename__ = "families"
    __table_args__ = (UniqueConstraint("household_id", "no"),)

    household_id: UUID = Field(foreign_key="households.id")
    no: int
    no_kk: bytes | None = sealed("family.no_kk", default=None)
    no_kk_index: bytes | None = digest("no_kk", of="no_kk", default=None, index=True)


class Member(Identified, table=True):
    """A person of a household. The NIK is sealed, found by its index, and never unique: duplicates are for people."""

    __tablename__ = "members"
    __table_args__ = (sa.Index("ix_members_name_born", sa.text("lower(name)"), "born_on"),)

    household_id: UUID = Field(foreign_key="households.id", index=True)
    family_no: int = 1
    line: int
    nik: bytes | None = sealed("member.nik", default=None)
    nik_index: bytes | None = digest("nik", of="nik", default=None, index=True)
    nik_missing_reason: str | None = Field(default=None, max_length=40)
    name: str = Field(max_length=120)
    sex: Sex | None = Field(default=None, sa_type=text_enum(Sex))
    born_on: date | None = None
    born_at: str | None = Field(default=None, max_length=80)
    relation: str | None = Field(default=None, max_length=40)
    occupation: str | None = Field(default=None, max_length=80)
    mother_name: str | None = Field(default=None, max_length=120)
    whereabouts: Whereabouts | None = Field(default=None, sa_type=text_enum(Whereabouts))
    # since when this person's data may not be used: only Bappeda reads the row (law 27/2022, 40-41)
    restricted_at: datetime | None = None


class HouseholdRevision(Identified, table=True):
    """One change of a household or its people; only ever added. `changes` is sealed: it holds names and addresses.

    Revision 1 is how the household came to be, and the numbers go on without gaps.
    """

    __tablename__ = "household_revisions"
    __table_args__ = (UniqueConstraint("household_id", "revision"),)

    household_id: UUID = Field(foreign_key="households.id")
    revision: int
    author_id: UUID = Field(foreign_key="principals.id")
    cause: RevisionCause = Field(sa_type=text_enum(RevisionCause))
    cause_id: UUID | None = None
    reason: str | None = Field(default=None, max_length=500)
    at: datetime
    changes: bytes = sealed("household_revision.changes")


class HouseholdSource(Identified, table=True):
    """Where a list names a household (no `member_id`) or one of its people; `external_id` is opaque text of that list.

    A list counts its households and its people apart: the same id may name one of each.
    """

    __tablename__ = "household_sources"
    __table_args__ = (
        sa.Index(
            "uq_household_sources_person",
            "source",
            "external_id",
            unique=True,
            postgresql_where=sa.text("member_id is not null"),
        ),
        sa.Index(
            "uq_household_sources_household",
            "source",
            "external_id",
            unique=True,
            postgresql_where=sa.text("member_id is null"),
        ),
        sa.Index("ix_household_sources_household", "household_id", "source"),
    )

    household_id: UUID = Field(foreign_key="households.id")
    member_id: UUID | None = Field(default=None, foreign_key="members.id")
    source: Source = Field(sa_type=text_enum(Source))
    external_id: str = Field(max_length=80)
    desil: int | None = Field(default=None, ge=1, le=10)
    percentile: int | None = Field(default=None, ge=1, le=100)
    snapshot_id: UUID | None = Field(default=None, foreign_key="imports.id")
    row_no: int | None = None
    raw: bytes | None = sealed("source.raw", default=None)


class HouseholdProgramme(Identified, table=True):
    """An aid programme that a list says a household or a person receives."""

    __tablename__ = "household_programmes"
    __table_args__ = (UniqueConstraint("household_id", "member_id", "programme", postgresql_nulls_not_distinct=True),)

    household_id: UUID = Field(foreign_key="households.id")
    member_id: UUID | None = Field(default=None, foreign_key="members.id")
    programme: str = Field(max_length=40)
    source: Source = Field(sa_type=text_enum(Source))
