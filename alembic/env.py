"""Runs the migrations: as the owner, one at a time, never waiting long for a lock that the city's work holds."""

import asyncio
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

import api.tables  # noqa: F401  # declares every table
from api.core.settings import database_settings


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write SQLModel's text type as plain SQLAlchemy, so that a migration never needs SQLModel."""
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})"
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def is_ours(name: str | None, kind: str, parents: Any) -> bool:
    """The queue's tables belong to its library, which brings their DDL."""
    return not (kind == "table" and (name or "").startswith("pgqueuer"))


def run(connection: sa.Connection) -> None:
    """Run the wanted migrations, each in its own transaction, under one advisory lock."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_item=render_item,
        include_name=is_ours,
        compare_type=True,
        transaction_per_migration=True,
    )
    connection.execute(sa.text("select pg_advisory_lock(hashtext('sambang migrations'))"))
    connection.execute(sa.text("set lock_timeout = '4s'"))
    connection.commit()
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(sa.text("select pg_advisory_unlock(hashtext('sambang migrations'))"))
    connection.commit()


async def run_online() -> None:
    """Connect as the owner and run."""
    url = database_settings().owner_url.replace("postgresql://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(url, poolclass=sa.pool.NullPool, hide_parameters=True)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(run_online())
