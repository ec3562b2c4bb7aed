"""One knock on one door. Visits are only ever added; what was said at the door lies sealed."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from api.core.table import Table, digest, sealed, text_enum
from api.tables.states import ReceiptKind


class VisitOutcome(StrEnum):
    COMPLETED = "completed"
    PARTIAL = "partial"
    NO_RESPONDENT = "no_respondent"
    APPOINTMENT = "appointment"
    REFUSED = "refused"
    NOT_FOUND = "not_found"
    MOVED = "moved"
    PART_OF_OTHER = "part_of_other"
    DUPLICATE = "duplicate"


class Receipt(Table, table=True):
    """What was received, whole and sealed, before anybody judged it. Never updated, never thrown away.

    `bytes_index` is a keyed digest of the exact bytes, which a phone can ask about; `content_index` of what they say,
    however it was spelled: the same sender's same content under the same id is the same receipt. Keyed, because a new
    household's NIK could be guessed from a bare sha256.
    """

    __tablename__ = "receipts"
    __table_args__ = (sa.UniqueConstraint("principal_id", "subject_id", "content_index"),)

    id: UUID = Field(primary_key=True)
    principal_id: UUID = Field(foreign_key="principals.id")
    kind: ReceiptKind = Field(sa_type=text_enum(ReceiptKind))
    subject_id: UUID
    device_id: str | None = Field(default=None, max_length=80)
    bytes_index: bytes = digest("receipt.bytes", of="body")
    content_index: bytes = digest("receipt.content", of="body")
    body: bytes = sealed("receipt.body")
    received_at: datetime


class Visit(Table, table=True):
    """A visit; the id is the client's, so a retry is the same visit. `content` is the whole of it, sealed."""

    __tablename__ = "visits"
    __table_args__ = (sa.Index("ix_visits_assignment", "assignment_id", "sequence"),)

    id: UUID = Field(primary_key=True)
    assignment_id: UUID = Field(foreign_key="assignments.id")
    household_id: UUID = Field(foreign_key="households.id", index=True)
    enumerator_id: UUID = Field(foreign_key="staff.id", index=True)
    sequence: int | None = Field(default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(), unique=True))
    corrects: UUID | None = Field(default=None, foreign_key="visits.id")
    based_on: int
    started_at: datetime
    ended_at: datetime
    outcome: VisitOutcome = Field(sa_type=text_enum(VisitOutcome))
    latitude: float | None = None
    longitude: float | None = None
    accuracy_m: float | None = None
    mock_location: bool | None = None
    distance_m: float | None = None
    questionnaire_version: int | None = None
    device_id: str | None = Field(default=None, max_length=80)
    app_version: str | None = Field(default=None, max_length=40)
    clock_skew_s: float | None = None
    flags: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    # what the form's checks found in the answers: place, code and level, never an answer
    findings: list[dict[str, str]] = Field(
        default_factory=list, sa_column=sa.Column(JSONB, nullable=False, server_default=sa.text("'[]'"))
    )
    submits: bool
    receipt_id: UUID = Field(foreign_key="receipts.id", index=True)
    content: bytes = sealed("visit.content")
    received_at: datetime
