"""What the system keeps of its own doing: deeds, looks, and stored first answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, INT8MULTIRANGE, JSONB
from sqlmodel import Field

from api.core.table import Table, hashed, sealed


class AuditEvent(Table, table=True):
    """A deed: who did what to which thing in which request. Only ever added."""

    __tablename__ = "audit_events"

    seq: int | None = Field(default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(), primary_key=True))
    at: datetime
    actor_id: UUID | None = None
    action: str = Field(max_length=60)
    subject_id: UUID | None = Field(default=None, index=True)
    request_id: str = Field(max_length=40)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)


class Disclosure(Table, table=True):
    """A look: one row for each answer that showed personal data of households, with the households' ids."""

    __tablename__ = "disclosures"
    __table_args__ = (
        sa.Index("ix_disclosures_households", "household_ids", postgresql_using="gin"),
        sa.Index("ix_disclosures_actor_id_at", "actor_id", "at"),
        sa.Index("ix_disclosures_session_id", "session_id", postgresql_where=sa.text("session_id is not null")),
    )

    seq: int | None = Field(default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(), primary_key=True))
    at: datetime
    actor_id: UUID
    operation: str = Field(max_length=60)
    purpose: str | None = Field(default=None, max_length=60)
    fields: list[str] = Field(sa_type=ARRAY(sa.Text))
    household_ids: list[UUID] = Field(sa_type=ARRAY(sa.Uuid))
    request_id: str = Field(max_length=40)
    # the family of tokens in which it was shown (a machine's token has none: it stands for itself)
    session_id: UUID | None = None


class AuditSeal(Table, table=True):
    """A link of the audit chain: which rows it holds, a sha256 of each, the digest of all that and of the last link.

    `row_digests` are those of the audit events by `seq`, then those of the disclosures. `*_through` is the highest
    number that this or an earlier seal holds: what comes later than that waits for the next one.
    """

    __tablename__ = "audit_seals"

    n: int = Field(sa_column=sa.Column(sa.BigInteger, primary_key=True, autoincrement=False))
    audit_events: Any = Field(sa_type=INT8MULTIRANGE)
    disclosures: Any = Field(sa_type=INT8MULTIRANGE)
    audit_events_through: int = Field(sa_type=sa.BigInteger)
    disclosures_through: int = Field(sa_type=sa.BigInteger)
    count: int
    row_digests: bytes = hashed()
    prev: bytes = hashed()
    digest: bytes = hashed()
    sealed_at: datetime


class IdempotencyKey(Table, table=True):
    """The first answer to an unsafe call, sealed, beside its effect; and what the call said, as a sha256, sealed too.

    A bare sha256 of a search would give the NIK in it away: all of a city's can be tried in minutes.
    """

    __tablename__ = "idempotency_keys"

    principal_id: UUID = Field(foreign_key="principals.id", primary_key=True)
    key: str = Field(max_length=255, primary_key=True)
    fingerprint: bytes = sealed("idempotency.fingerprint", row="principal_id")
    status: int
    answer: bytes = sealed("idempotency.answer", row="principal_id")
    created_at: datetime
