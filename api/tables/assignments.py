"""A household's place in one campaign, and how it came to its present state."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, UniqueConstraint

from api.core.table import Identified, Table, text_enum
from api.tables.states import AssignmentStatus, Eligibility, FieldResult, RegistryStatus, VerdictStage


class Assignment(Identified, table=True):
    """The narrow row that lists, progress and policies read.

    `holder_id` is who sees it now; `enumerator_id` who was given it: closing a campaign empties the first only.
    """

    __tablename__ = "assignments"
    __table_args__ = (
        UniqueConstraint("campaign_id", "household_id"),
        sa.Index("ix_assignments_team", "team_id", "id"),
        sa.Index("ix_assignments_holder", "holder_id", "id"),
        sa.Index("ix_assignments_state", "campaign_id", "status", "id"),
        # half of each page is room for the next version of its rows: a letter about a whole city then leaves all of
        # these indexes as they are
        {"postgresql_with": {"fillfactor": 50}},
    )

    campaign_id: UUID = Field(foreign_key="campaigns.id")
    household_id: UUID = Field(foreign_key="households.id", index=True)
    team_id: UUID | None = Field(default=None, foreign_key="teams.id")
    enumerator_id: UUID | None = Field(default=None, foreign_key="staff.id")
    holder_id: UUID | None = Field(default=None, foreign_key="staff.id")
    status: AssignmentStatus = Field(default=AssignmentStatus.UNASSIGNED, sa_type=text_enum(AssignmentStatus))
    verdict_stage: VerdictStage | None = Field(default=None, sa_type=text_enum(VerdictStage))
    field_result: FieldResult | None = Field(default=None, sa_type=text_enum(FieldResult))
    eligibility: Eligibility | None = Field(default=None, sa_type=text_enum(Eligibility))
    registry_status: RegistryStatus = Field(
        default=RegistryStatus.NONE,
        sa_type=text_enum(RegistryStatus),
        sa_column_kwargs={"server_default": RegistryStatus.NONE.value},
    )
    received_at: datetime | None = None
    revision: int = 1


class AssignmentEvent(Table, table=True):
    """One step of an assignment; only ever added."""

    __tablename__ = "assignment_events"

    id: int | None = Field(default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(), primary_key=True))
    assignment_id: UUID = Field(foreign_key="assignments.id", index=True)
    event: str = Field(max_length=30)
    actor_id: UUID = Field(foreign_key="principals.id")
    status: AssignmentStatus = Field(sa_type=text_enum(AssignmentStatus))
    enumerator_id: UUID | None = None
    team_id: UUID | None = None
    reason: str | None = Field(default=None, max_length=500)
    at: datetime
