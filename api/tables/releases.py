"""A frozen set of decided verdicts: what agencies may read, copied so that later work cannot change it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, UniqueConstraint

from api.core.table import Identified, Table, sealed, text_enum


class ManifestStatus(StrEnum):
    HASHING = "hashing"
    READY = "ready"
    FAILED = "failed"


class Release(Identified, table=True):
    """A numbered release of a campaign, with its counts per source; the worker hashes its files once."""

    __tablename__ = "releases"
    __table_args__ = (UniqueConstraint("campaign_id", "number"),)

    campaign_id: UUID = Field(foreign_key="campaigns.id")
    number: int
    counts: dict[str, Any] = Field(sa_type=JSONB)
    manifest_status: ManifestStatus = Field(
        default=ManifestStatus.HASHING,
        sa_type=text_enum(ManifestStatus),
        sa_column_kwargs={"server_default": ManifestStatus.HASHING.value},
    )
    created_by: UUID = Field(foreign_key="principals.id")
    created_at: datetime
    # since when its files cannot be made any more: the people in it are past their time
    anonymised_at: datetime | None = None


class ReleaseFileHash(Table, table=True):
    """What one file of a release is to the byte, as the worker reckoned it; one for each shape of the files."""

    __tablename__ = "release_file_hashes"

    release_id: UUID = Field(foreign_key="releases.id", primary_key=True)
    edition: int = Field(primary_key=True)
    name: str = Field(max_length=40, primary_key=True)
    sha256: str = Field(max_length=64)
    bytes: int = Field(sa_type=sa.BigInteger)
    rows: int
    made_at: datetime


class ReleaseManifest(Table, table=True):
    """What a release's files are to the byte, signed; one for each kind of reader and each shape of the files."""

    __tablename__ = "release_manifests"

    release_id: UUID = Field(foreign_key="releases.id", primary_key=True)
    reader: str = Field(max_length=20, primary_key=True)
    edition: int = Field(primary_key=True)
    signed: str = Field(sa_type=sa.Text)
    made_at: datetime


class ReleasedHousehold(Table, table=True):
    """A household as it was decided. `members` are all who are listed, `present` those found living there.

    `programmes` is what it receives, and which lists say so: `{"pkh": ["dtks"]}`; `external_ids` what each list that
    counts households calls it: `{"dtks": ["B…"]}`.
    """

    __tablename__ = "released_households"

    release_id: UUID = Field(foreign_key="releases.id", primary_key=True)
    household_id: UUID = Field(primary_key=True)
    assignment_id: UUID
    verdict_id: UUID
    verdict_revision: int
    region_code: str = Field(max_length=13)
    rw: str | None = Field(default=None, max_length=3)
    rt: str | None = Field(default=None, max_length=3)
    address: str = Field(max_length=300)
    head_name: str = Field(max_length=120)
    members: int
    present: int
    field_result: str = Field(max_length=40)
    eligibility: str = Field(max_length=40)
    reasons: list[str] = Field(sa_type=ARRAY(sa.Text))
    criteria: list[str] = Field(sa_type=ARRAY(sa.Text))
    criteria_set: str | None = Field(default=None, max_length=60)
    registry_action: str = Field(max_length=40)
    sources: list[str] = Field(sa_type=ARRAY(sa.Text))
    p3ke_desil: int | None = None
    programmes: dict[str, list[str]] = Field(sa_type=JSONB)
    external_ids: dict[str, list[str]] = Field(
        default_factory=dict, sa_type=JSONB, sa_column_kwargs={"server_default": "{}"}
    )
    decided_at: datetime


class ReleasedMember(Table, table=True):
    """A person of a released household. NIK and No. KK stay sealed, bound to member and family, until the way out.

    `external_ids` is what each source calls the person: `{"dtks": ["D…"]}`.
    """

    __tablename__ = "released_members"

    # the household stands in the key: a fresh release has no statistics yet, and this is the only index to choose
    release_id: UUID = Field(foreign_key="releases.id", primary_key=True)
    household_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    family_no: int
    line: int
    external_ids: dict[str, list[str]] = Field(sa_type=JSONB)
    nik: bytes | None = sealed("member.nik", row="member_id", default=None)
    name: str = Field(max_length=120)
    sex: str | None = Field(default=None, max_length=10)
    born_on: date | None = None
    born_at: str | None = Field(default=None, max_length=80)
    relation: str | None = Field(default=None, max_length=40)
    occupation: str | None = Field(default=None, max_length=80)
    mother_name: str | None = Field(default=None, max_length=120)
    family_id: UUID | None = None
    no_kk: bytes | None = sealed("family.no_kk", row="family_id", default=None)
    programmes: list[str] = Field(sa_type=ARRAY(sa.Text))
    whereabouts: str | None = Field(default=None, max_length=20)
