"""The official tail of the cycle: the kelurahan's meeting, the mayor's letter, the ministry's answer, an objection.

Each is only ever added. What it moves is told by the events of the verdicts; `event` is the number of that event.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, UniqueConstraint

from api.core.table import Identified, Table, text_enum


class DeliberationResult(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    CHANGE = "change"


class Objector(StrEnum):
    FAMILY = "family"
    VILLAGE = "village"


class ReplyStatus(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"


class ReplyUnit(StrEnum):
    """Whom an answer of the ministry is about: a person of a household, or the household itself."""

    PERSON = "person"
    HOUSEHOLD = "household"


class Deliberation(Identified, table=True):
    """A musyawarah kelurahan by its minutes (berita acara). Who attended is a name and a role, or only a count."""

    __tablename__ = "deliberations"
    __table_args__ = (UniqueConstraint("campaign_id", "region_code", "minutes_number"),)

    campaign_id: UUID = Field(foreign_key="campaigns.id")
    region_code: str = Field(max_length=13, foreign_key="regions.code")
    held_on: date
    minutes_number: str = Field(max_length=80)
    attendance: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    attendance_count: int
    recorded_by: UUID = Field(foreign_key="principals.id")
    at: datetime


class DeliberatedVerdict(Table, table=True):
    """What the meeting said about one verdict; `revision` is the one that stands after it."""

    __tablename__ = "deliberated_verdicts"

    verdict_id: UUID = Field(foreign_key="verdicts.id", primary_key=True)
    event: int = Field(primary_key=True)
    deliberation_id: UUID = Field(foreign_key="deliberations.id", index=True)
    revision: int
    result: DeliberationResult = Field(sa_type=text_enum(DeliberationResult))
    recorded_by: UUID = Field(foreign_key="principals.id")
    at: datetime


class Endorsement(Identified, table=True):
    """The mayor's letter about a release. `left_out` counts why households of it stayed where they were."""

    __tablename__ = "endorsements"

    campaign_id: UUID = Field(foreign_key="campaigns.id", index=True)
    release_id: UUID = Field(foreign_key="releases.id", index=True)
    number: str = Field(max_length=80, index=True)
    signed_on: date
    endorsed: int
    left_out: dict[str, int] = Field(default_factory=dict, sa_type=JSONB)
    recorded_by: UUID = Field(foreign_key="principals.id")
    at: datetime


class ReleaseReply(Table, table=True):
    """What the ministry answered about one id of the DTKS; the latest of an id in a release is the present one.

    The DTKS counts people and households apart, so `unit` belongs to the id. A household to which it gave none goes by
    our own.
    """

    __tablename__ = "release_replies"
    __table_args__ = (sa.Index("ix_release_replies_household", "release_id", "household_id", "external_id", "id"),)

    id: int | None = Field(default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(), primary_key=True))
    release_id: UUID = Field(foreign_key="releases.id")
    household_id: UUID = Field(foreign_key="households.id")
    unit: ReplyUnit = Field(
        default=ReplyUnit.PERSON,
        sa_type=text_enum(ReplyUnit),
        sa_column_kwargs={"server_default": ReplyUnit.PERSON.value},
    )
    external_id: str = Field(max_length=80)
    status: ReplyStatus = Field(sa_type=text_enum(ReplyStatus))
    reason: str | None = Field(default=None, max_length=300)
    recorded_by: UUID = Field(foreign_key="principals.id")
    at: datetime


class Objection(Identified, table=True):
    """A family or a kelurahan objects to what was approved or decided; `event` reopened the verdict."""

    __tablename__ = "objections"

    verdict_id: UUID = Field(foreign_key="verdicts.id", index=True)
    event: int
    objector: Objector = Field(sa_type=text_enum(Objector))
    reason: str = Field(max_length=2000)
    recorded_by: UUID = Field(foreign_key="principals.id")
    at: datetime
