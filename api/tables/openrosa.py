"""Phones with ODK Collect: the token that stands in their paths, and what they sent as it came."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from api.core.table import Table, hashed, sealed


class OpenrosaToken(Table, table=True):
    """The token of a phone with Collect. It ends with the phone, with its time, and with the person's `version`."""

    __tablename__ = "openrosa_tokens"

    device_id: UUID = Field(foreign_key="devices.id", primary_key=True)
    token_hash: bytes = hashed(unique=True)
    version: int
    created_at: datetime
    expires_at: datetime


class OpenrosaSubmission(Table, table=True):
    """A filled form, byte for byte; the visit made of it is what its receipt holds. Only ever added.

    `instance_id` is the visit's id. An edit `replaces` the one before; `root_id` is the first of the chain.
    """

    __tablename__ = "openrosa_submissions"
    __table_args__ = (
        sa.UniqueConstraint("principal_id", "instance_id"),
        sa.UniqueConstraint("principal_id", "replaces"),
    )

    receipt_id: UUID = Field(foreign_key="receipts.id", primary_key=True)
    principal_id: UUID = Field(foreign_key="principals.id")
    instance_id: UUID
    root_id: UUID
    replaces: UUID | None = None
    xml: bytes = sealed("openrosa.xml", row="receipt_id")
    received_at: datetime
