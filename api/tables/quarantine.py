"""What a phone sent and nobody could take as it was: kept whole in its receipt, waiting for a person."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from api.core.table import Table, text_enum
from api.tables.states import ReceiptKind


class QuarantineStatus(StrEnum):
    QUARANTINED = "quarantined"
    CONFLICT = "conflict"
    INVALID = "invalid"


class QuarantineAction(StrEnum):
    ADOPT = "adopt"
    KEEP_BOTH = "keep_both"
    DISCARD = "discard"


class QuarantinedItem(Table, table=True):
    """An item in quarantine; its id is its receipt's. Only ever added.

    `team_id` is the sender's team at that moment, `assignment_id` what the item says that it belongs to: it may be
    nobody's. `problem` holds the code, the allowed moves and the fields of the refusal, never a value.
    """

    __tablename__ = "quarantined_items"
    __table_args__ = (sa.Index("ix_quarantined_items_team", "team_id", "id"),)

    id: UUID = Field(foreign_key="receipts.id", primary_key=True)
    principal_id: UUID = Field(foreign_key="principals.id", index=True)
    team_id: UUID | None = Field(default=None, foreign_key="teams.id")
    kind: ReceiptKind = Field(sa_type=text_enum(ReceiptKind))
    subject_id: UUID
    assignment_id: UUID | None = Field(default=None, index=True)
    status: QuarantineStatus = Field(sa_type=text_enum(QuarantineStatus))
    problem: dict[str, Any] = Field(sa_type=JSONB)
    received_at: datetime


class QuarantineResolution(Table, table=True):
    """What a person did with an item: once, with a reason. `recorded_id` is the visit or household that came of it."""

    __tablename__ = "quarantine_resolutions"

    quarantine_id: UUID = Field(foreign_key="quarantined_items.id", primary_key=True)
    action: QuarantineAction = Field(sa_type=text_enum(QuarantineAction))
    reason: str = Field(max_length=500)
    resolved_by: UUID = Field(foreign_key="principals.id")
    recorded_id: UUID | None = None
    at: datetime
