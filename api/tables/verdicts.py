"""What is proposed, reviewed and decided about a household in a campaign: one verdict an assignment, append-only."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, UniqueConstraint

from api.core.table import Identified, Table, text_enum
from api.tables.states import Eligibility, FieldResult, VerdictStage


class RegistryAction(StrEnum):
    KEEP = "keep"
    CORRECT = "correct"
    DEACTIVATE = "deactivate"
    ADD = "add"
    MERGE = "merge"
    SPLIT = "split"
    TRANSFER = "transfer"


class VerdictMove(StrEnum):
    PROPOSE = "propose"
    APPROVE = "approve"
    RETURN = "return"
    REVOKE = "revoke"
    CONFIRM = "confirm"
    AMEND = "amend"
    OBJECT = "object"
    DELIBERATE = "deliberate"
    ENDORSE = "endorse"


class Verdict(Identified, table=True):
    """The anchor of an assignment's verdict; its content is in revisions, its stage on the assignment."""

    __tablename__ = "verdicts"

    assignment_id: UUID = Field(foreign_key="assignments.id", unique=True)
    household_id: UUID = Field(foreign_key="households.id", index=True)
    campaign_id: UUID = Field(foreign_key="campaigns.id", index=True)


class VerdictRevision(Table, table=True):
    """One opinion of one author, whole; the highest revision is the present one."""

    __tablename__ = "verdict_revisions"

    verdict_id: UUID = Field(foreign_key="verdicts.id", primary_key=True)
    revision: int = Field(primary_key=True)
    author_id: UUID = Field(foreign_key="principals.id", index=True)
    visit_id: UUID | None = Field(default=None, foreign_key="visits.id")
    field_result: FieldResult = Field(sa_type=text_enum(FieldResult))
    eligibility: Eligibility = Field(sa_type=text_enum(Eligibility))
    reasons: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    criteria: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    criteria_set: str | None = Field(default=None, max_length=60)
    registry_action: RegistryAction = Field(sa_type=text_enum(RegistryAction))
    comment: str | None = Field(default=None, max_length=2000)
    at: datetime


class VerdictEvent(Table, table=True):
    """One move of a verdict: who approved, returned, revoked, confirmed or amended which revision, and why."""

    __tablename__ = "verdict_events"
    __table_args__ = (UniqueConstraint("verdict_id", "number"),)

    id: int | None = Field(default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(), primary_key=True))
    verdict_id: UUID = Field(foreign_key="verdicts.id")
    number: int
    revision: int
    move: VerdictMove = Field(sa_type=text_enum(VerdictMove))
    stage: VerdictStage = Field(sa_type=text_enum(VerdictStage))
    actor_id: UUID = Field(foreign_key="principals.id")
    reason_code: str | None = Field(default=None, max_length=60)
    comment: str | None = Field(default=None, max_length=2000)
    remarks: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    at: datetime


class RemarkResolution(Table, table=True):
    """How a remark was answered: by words of the enumerator who holds it, or by the visit that corrects.

    `number` counts the remarks of a verdict in the order of its events, from 1.
    """

    __tablename__ = "remark_resolutions"

    verdict_id: UUID = Field(foreign_key="verdicts.id", primary_key=True)
    number: int = Field(primary_key=True)
    resolved_by: UUID = Field(foreign_key="principals.id")
    visit_id: UUID | None = Field(default=None, foreign_key="visits.id")
    comment: str | None = Field(default=None, max_length=2000)
    at: datetime
