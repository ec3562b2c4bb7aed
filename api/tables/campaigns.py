"""A campaign, its teams and their members, and the trainings without which nobody knocks on a door."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, UniqueConstraint

from api.core.table import Identified, Table, text_enum


class CampaignStatus(StrEnum):
    PREPARATION = "preparation"
    FIELDWORK = "fieldwork"
    REVIEW = "review"
    CLOSED = "closed"


class Campaign(Identified, table=True):
    """One season of validation. The status alone opens and closes work; the dates are plans."""

    __tablename__ = "campaigns"

    code: str = Field(max_length=40, unique=True)
    name: str = Field(max_length=160)
    starts_on: date
    ends_on: date
    region_codes: list[str] = Field(sa_type=ARRAY(sa.Text))
    sources: list[str] = Field(sa_type=ARRAY(sa.Text))
    span: int = Field(default=7, ge=1, le=50)
    questionnaire_id: UUID | None = Field(default=None, foreign_key="questionnaires.id")
    criteria_set: str | None = Field(default=None, max_length=60)
    impact_assessment_ref: str | None = Field(default=None, max_length=120)
    statistical_recommendation_no: str | None = Field(default=None, max_length=120)
    status: CampaignStatus = Field(default=CampaignStatus.PREPARATION, sa_type=text_enum(CampaignStatus))
    created_at: datetime
    revision: int = 1


class Team(Identified, table=True):
    """One coordinator and at most `span` enumerators of a campaign."""

    __tablename__ = "teams"
    __table_args__ = (
        UniqueConstraint("campaign_id", "name"),
        UniqueConstraint("campaign_id", "coordinator_id"),
    )

    campaign_id: UUID = Field(foreign_key="campaigns.id")
    name: str = Field(max_length=80)
    # the principal has a team and the team a coordinator: the second key is added after both tables stand
    coordinator_id: UUID = Field(
        sa_column=sa.Column(sa.Uuid, sa.ForeignKey("staff.id", use_alter=True), nullable=False)
    )
    district_code: str | None = Field(default=None, max_length=13, foreign_key="regions.code")
    revision: int = 1


class TeamMember(Identified, table=True):
    """An enumerator's time in a team; moving closes one row and opens the next."""

    __tablename__ = "team_members"
    __table_args__ = (
        sa.Index(
            "uq_team_members_open",
            "campaign_id",
            "staff_id",
            unique=True,
            postgresql_where=sa.text("ends_on is null"),
        ),
    )

    campaign_id: UUID = Field(foreign_key="campaigns.id")
    team_id: UUID = Field(foreign_key="teams.id", index=True)
    staff_id: UUID = Field(foreign_key="staff.id", index=True)
    starts_on: date
    ends_on: date | None = None


class Training(Identified, table=True):
    """A bimtek: its days, its place, and instructors with their institution (BPS, Diskominfo)."""

    __tablename__ = "trainings"

    campaign_id: UUID = Field(foreign_key="campaigns.id", index=True)
    name: str = Field(max_length=160)
    venue: str = Field(max_length=160)
    days: list[date] = Field(sa_type=ARRAY(sa.Date))
    instructors: list[dict[str, Any]] = Field(sa_type=JSONB)
    created_at: datetime
    revision: int = 1


class TrainingAttendance(Table, table=True):
    """On which days a person was there, and whether the person passed."""

    __tablename__ = "training_attendances"

    training_id: UUID = Field(foreign_key="trainings.id", primary_key=True)
    staff_id: UUID = Field(foreign_key="staff.id", primary_key=True, index=True)
    days: list[date] = Field(sa_type=ARRAY(sa.Date))
    passed: bool
