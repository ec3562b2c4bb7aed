"""The feed of changes that phones pull, and the epochs in which a place in it means anything."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from api.core.table import Table


class SyncChange(Table, table=True):
    """Something that a person holds, or held, is to be looked at again. Ids only; only ever added, swept when old.

    Written by triggers on `assignments` and `households`, so that nobody forgets to. Both ids stand where work arrived
    or left, one where only that changed. No foreign keys: a change outlives what it was about, and three look-ups a row
    would be paid 52,881 times by one allocation.
    """

    __tablename__ = "sync_changes"

    addressee_id: UUID = Field(primary_key=True)
    # a transaction's number as pg_current_xact_id() gives it (64 bits): what lies below the oldest running one is whole
    xid: int = Field(
        sa_column=sa.Column(
            sa.BigInteger,
            primary_key=True,
            autoincrement=False,
            server_default=sa.text("pg_current_xact_id()::text::bigint"),
        )
    )
    seq: int | None = Field(default=None, sa_column=sa.Column(sa.BigInteger, sa.Identity(), primary_key=True))
    assignment_id: UUID | None = None
    household_id: UUID | None = None
    at: datetime = Field(sa_column_kwargs={"server_default": sa.func.now()})


class FeedEpoch(Table, table=True):
    """One life of this database: the cluster, timeline and database in which transaction numbers can be compared.

    `epoch` is the second in which it began (or the next number), so that two restores of one backup differ.
    """

    __tablename__ = "feed_epochs"

    epoch: int = Field(sa_column=sa.Column(sa.BigInteger, primary_key=True, autoincrement=False))
    system_identifier: int = Field(sa_type=sa.BigInteger)
    timeline: int = Field(sa_type=sa.BigInteger)
    database_oid: int = Field(sa_type=sa.BigInteger)
    began_at: datetime
    # the youngest transaction whose changes were swept away: a place at or before it has a gap behind it
    swept_xid: int = Field(default=0, sa_type=sa.BigInteger, sa_column_kwargs={"server_default": "0"})
