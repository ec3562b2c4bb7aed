"""What a person asks about the data that is held of them, and what was done about it (UU 27/2022)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from api.core.table import Identified, Table, text_enum


class SubjectRequestKind(StrEnum):
    ACCESS = "access"  # article 32: what is held, and who saw it
    CORRECTION = "correction"  # articles 29 and 30
    RESTRICTION = "restriction"  # articles 40 and 41
    ERASURE = "erasure"  # articles 42 to 44
    OBJECTION = "objection"  # article 10: a decision by machine alone, which there is none of here


class SubjectRequestMove(StrEnum):
    TAKE_UP = "take_up"
    ANSWER = "answer"
    REFUSE = "refuse"


class SubjectRequestStatus(StrEnum):
    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"
    REFUSED = "refused"


class SubjectRequest(Identified, table=True):
    """A request as it came in. Only ever added; whom it concerns stands here by id, never by name."""

    __tablename__ = "subject_requests"

    kind: SubjectRequestKind = Field(sa_type=text_enum(SubjectRequestKind))
    household_id: UUID = Field(foreign_key="households.id", index=True)
    member_id: UUID | None = Field(default=None, foreign_key="members.id")
    received_at: datetime
    reference: str | None = Field(default=None, max_length=80)
    recorded_by: UUID = Field(foreign_key="principals.id")
    recorded_at: datetime


class SubjectRequestEvent(Table, table=True):
    """One step of a request, numbered within it; the last one says where it stands. Only ever added."""

    __tablename__ = "subject_request_events"

    request_id: UUID = Field(foreign_key="subject_requests.id", primary_key=True)
    number: int = Field(sa_column=sa.Column(sa.Integer, primary_key=True, autoincrement=False))
    move: SubjectRequestMove = Field(sa_type=text_enum(SubjectRequestMove))
    status: SubjectRequestStatus = Field(sa_type=text_enum(SubjectRequestStatus))
    reason: str = Field(max_length=500)
    actor_id: UUID = Field(foreign_key="principals.id")
    at: datetime
