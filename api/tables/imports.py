"""A file that came in, the rows it was read into, and what was found wrong with them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from api.core.table import Identified, Table, digest, sealed, text_enum


class ImportStatus(StrEnum):
    QUEUED = "queued"
    CHECKING = "checking"
    DONE = "done"
    FAILED = "failed"


class FindingLevel(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class ImportPart(StrEnum):
    """The file of an import that a row stands in: a list of households may bring its people in a second one."""

    FILE = "file"
    MEMBERS_FILE = "members_file"


class Import(Identified, table=True):
    """One file, or two that belong together, and how far it is; a dry run counts, reports and stores nothing else."""

    __tablename__ = "imports"

    campaign_id: UUID = Field(foreign_key="campaigns.id", index=True)
    layout: str = Field(max_length=30)
    dry_run: bool = False
    create_households: bool = False
    desil_max: int | None = Field(default=None, ge=1, le=10)
    status: ImportStatus = Field(default=ImportStatus.QUEUED, sa_type=text_enum(ImportStatus))
    sha256: str = Field(max_length=64)
    members_sha256: str | None = Field(default=None, max_length=64)
    bytes: int = Field(sa_type=sa.BigInteger)
    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    warnings: int = 0
    households: int = 0
    accounts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    teams: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    by_code: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    problem: str | None = Field(default=None, max_length=60)
    created_by: UUID = Field(foreign_key="principals.id")
    created_at: datetime
    finished_at: datetime | None = None


class ImportFinding(Table, table=True):
    """What is wrong with one cell: file, row, column, code; never the value."""

    __tablename__ = "import_findings"
    __table_args__ = (sa.Index("ix_import_findings_place", "import_id", "file", "row_no", "id"),)

    id: int | None = Field(default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(), primary_key=True))
    import_id: UUID = Field(foreign_key="imports.id")
    file: ImportPart = Field(default=ImportPart.FILE, sa_type=text_enum(ImportPart))
    row_no: int
    column: str = Field(max_length=60)
    code: str = Field(max_length=60)
    level: FindingLevel = Field(sa_type=text_enum(FindingLevel))


class ImportedStaff(Table, table=True):
    """A person whom a file of people named: the account, made by it or there before, and the team that it says.

    A dry run has no account for whom it would add.
    """

    __tablename__ = "imported_staff"

    import_id: UUID = Field(foreign_key="imports.id", primary_key=True)
    row_no: int = Field(primary_key=True)
    staff_id: UUID | None = Field(default=None, foreign_key="staff.id", index=True)
    username: str = Field(max_length=60)
    team: str = Field(max_length=80)
    added: bool


class StagedPerson(Table, table=True):
    """A row between the file and the registry: sealed before `COPY`, then moved set-based; the worker's own.

    A row is a person; where people come in a file of their own, a row of the first file is a household. A refused one
    stays until its people were told so.
    """

    __tablename__ = "staged_people"
    __table_args__ = (
        sa.Index("ix_staged_people_group", "import_id", "household_key"),
        {"info": {"made_anew": True}},  # an import that is taken up again begins with none of these rows
    )

    import_id: UUID = Field(primary_key=True)
    file: ImportPart = Field(primary_key=True, sa_type=text_enum(ImportPart))
    row_no: int = Field(primary_key=True)
    household_key: str = Field(max_length=80)
    household_ref: str | None = Field(default=None, max_length=80)
    household_source_id: UUID
    household_id: UUID
    member_id: UUID
    family_id: UUID
    source_id: UUID
    external_id: str = Field(max_length=80)
    region_code: str = Field(max_length=13)
    rw: str | None = Field(default=None, max_length=3)
    rt: str | None = Field(default=None, max_length=3)
    address: str = Field(max_length=300)
    no_kk: bytes | None = sealed("family.no_kk", row="family_id", default=None)
    no_kk_index: bytes | None = digest("no_kk", of="no_kk", default=None)
    nik: bytes | None = sealed("member.nik", row="member_id", default=None)
    nik_index: bytes | None = digest("nik", of="nik", default=None)
    nik_missing_reason: str | None = Field(default=None, max_length=40)
    name: str = Field(max_length=120)
    sex: str | None = Field(default=None, max_length=10)
    born_on: date | None = None
    born_at: str | None = Field(default=None, max_length=80)
    relation: str | None = Field(default=None, max_length=40)
    occupation: str | None = Field(default=None, max_length=80)
    mother_name: str | None = Field(default=None, max_length=120)
    programmes: list[str] = Field(default_factory=list, sa_type=sa.ARRAY(sa.Text))
    family_no: int | None = None
    desil: int | None = None
    percentile: int | None = None
    rejected: bool = False
    makes: bool = Field(description="Whether a household that the registry has not is made of this row.")
    raw: bytes = sealed("source.raw", row="source_id")
