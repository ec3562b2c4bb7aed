"""One transaction per request, committed before the answer, in which the database knows who is acting.

Two doors to the same connection and the same transaction: `SessionDep` (SQLModel, ordinary rooms) and
`ConnectionDep` (asyncpg, hot paths). The engine runs in AUTOCOMMIT and `transaction()` says BEGIN and COMMIT itself,
so both doors see the same rows under the same role. Only this file commits.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, cast

import asyncpg
from fastapi import Depends, Request
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from api.core.problems import Unauthorized, Unavailable
from api.core.settings import DatabaseSettings
from api.core.table import Table

Connection: TypeAlias = asyncpg.Connection
Kept = TypeVar("Kept", bound=Table)

# What the server's end looks like from here, by the way in which it went.
GONE = (asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError, asyncpg.CrashShutdownError, ConnectionError)
BROKEN = (asyncpg.InterfaceError, asyncpg.InternalClientError, *GONE)

# Asked as the login role, which may read nothing but this table: takes the principal's role or finds nobody. The
# token's family of refresh tokens (`sid`) must still live: `session_alive` says yes or no of one family, no more.
TAKE_PRINCIPAL = """
select p.kind, p.role, p.team_id, p.scopes,
       set_config('role', $3 || p.role, true), set_config('sambang.actor_id', p.id::text, true),
       set_config('sambang.team_id', coalesce(p.team_id::text, ''), true), set_config('plan_cache_mode', $5, true)
from principals p where p.id = $1 and p.version = $2 and p.active and ($4::uuid is null or session_alive($4))
"""
# How a statement is planned. By its values: a list of a status that is rare goes by another index than one of all. Once
# a connection: what works by ids; with an array of them PostgreSQL weighed anew at every call, 2 of a review's 4 ms.
Plans = Literal["auto", "force_generic_plan"]
BY_VALUES: Plans = "auto"
ONCE: Plans = "force_generic_plan"
# PgBouncer in transaction mode: what a session keeps would be some other caller's. asyncpg sends a statement without a
# name together with its values, so that no other server process can be asked for it; SQLAlchemy would name its own.
BEHIND_A_POOLER: dict[str, Any] = {
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": str,
}
TAKE_ROLE = "select set_config('role', $1, true)"


@dataclass(frozen=True, slots=True)
class Database:
    """The pool and the prefix of the database's roles; one for each process."""

    engine: AsyncEngine
    role_prefix: str
    limits: str = ""  # said after BEGIN where a session keeps nothing

    async def close(self) -> None:
        """Give every connection back."""
        await self.engine.dispose()


def open_database(wanted: DatabaseSettings) -> Database:
    """An engine over asyncpg whose errors never print parameters. It connects when first used."""
    url = wanted.database_url.replace("postgresql://", "postgresql+asyncpg://", 1)
    limits = {"statement_timeout": str(wanted.statement_timeout_ms), "lock_timeout": "5000"}
    engine = create_async_engine(
        url,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        pool_size=wanted.pool_size,
        max_overflow=0,
        pool_use_lifo=True,  # the connection that was used last has its plans and its server's caches warm
        pool_timeout=wanted.pool_timeout_s,
        pool_pre_ping=False,
        connect_args=BEHIND_A_POOLER if wanted.behind_a_pooler else {"server_settings": limits},
    )
    said = "".join(f"; set local {name} = {value}" for name, value in limits.items()) if wanted.behind_a_pooler else ""
    return Database(engine, wanted.role_prefix, said)


async def raw(connection: AsyncConnection) -> Connection:
    """The asyncpg connection beneath. Not SQLAlchemy's own way, which is a switch of greenlets and awaits nothing."""
    opened = connection.sync_connection
    if opened is None:
        raise RuntimeError("this connection has not been opened, or has been given back")
    return cast(Connection, opened.connection.driver_connection)


async def _begin(database: Database, command: str) -> tuple[AsyncConnection, Connection]:
    """A connection in a fresh transaction; one that died while it lay in the pool is thrown away, the next is tried."""
    while True:
        try:
            connection = await database.engine.connect()
        except (PoolTimeout, OSError) as absent:  # every connection is taken, or nobody listens there
            raise Unavailable from absent
        wire = await raw(connection)
        try:
            await wire.execute(command)
        except BROKEN:
            await _throw_away(connection, wire)
        except BaseException:
            await _throw_away(connection, wire)
            raise
        else:
            return connection, wire


async def _throw_away(connection: AsyncConnection, wire: Connection) -> None:
    wire.terminate()
    await connection.invalidate()
    await connection.close()


@asynccontextmanager
async def transaction(database: Database, *, read_only: bool = False) -> AsyncIterator[AsyncConnection]:
    """BEGIN … COMMIT, or ROLLBACK when the body raises.

    Raises `Unavailable` (503) when every connection is taken, or when the server went away underneath. A connection
    that may still be in a transaction, in somebody's role, never goes back to the pool.
    """
    connection, wire = await _begin(database, ("BEGIN READ ONLY" if read_only else "BEGIN") + database.limits)
    try:
        yield connection
        await wire.execute("COMMIT")
    except GONE as gone:
        raise Unavailable from gone
    except Exception as refused:
        try:
            await wire.execute("ROLLBACK")
        except BROKEN as broken:  # the server went away, and what was raised first may be its echo
            wire.terminate()
            if isinstance(refused, BROKEN):
                raise Unavailable from broken
        raise
    finally:
        # a cancelled request arrives here with its transaction open
        if wire.is_closed() or wire.is_in_transaction():
            await _throw_away(connection, wire)
        else:
            await connection.close()


@asynccontextmanager
async def savepoint(wire: Connection) -> AsyncIterator[None]:
    """What the body wrote is undone when it raises, and that alone: the transaction goes on.

    Not asyncpg's own: that refuses to nest in a transaction which it did not begin.
    """
    await wire.execute("savepoint attempt")
    try:
        yield
    except Exception:
        await wire.execute("rollback to savepoint attempt; release savepoint attempt")
        raise
    await wire.execute("release savepoint attempt")


async def take_principal(
    wire: Connection,
    database: Database,
    principal: object,
    version: int,
    family: object = None,
    plans: Plans = BY_VALUES,
) -> asyncpg.Record:
    """Act as this principal until the transaction ends; 401 when it is unknown, switched off, changed or signed out."""
    found = await wire.fetchrow(TAKE_PRINCIPAL, principal, version, database.role_prefix, family, plans)
    if found is None:
        raise Unauthorized
    return found


async def take_role(wire: Connection, database: Database, role: str) -> None:
    """Act as `access` or `worker` until the transaction ends."""
    await wire.execute(TAKE_ROLE, database.role_prefix + role)


def session_of(connection: AsyncConnection) -> AsyncSession:
    """A SQLModel session over the request's connection; it never commits."""
    return AsyncSession(bind=connection, expire_on_commit=False)


async def save(session: AsyncSession, row: Kept) -> Kept:
    """Add a row and send it to the database now, so that parents stand before children and refusals come here."""
    session.add(row)
    await session.flush()
    return row


async def database_of(request: Request) -> Database:
    """The process's database, put into the state by the lifespan."""
    database: Database = request.state.database
    return database


DatabaseDep = Annotated[Database, Depends(database_of)]


async def open_access(request: Request, database: DatabaseDep) -> AsyncIterator[Connection]:
    """The door of callers who have no token yet: the `access` role, credential tables only."""
    async with transaction(database) as connection:
        wire = await raw(connection)
        await take_role(wire, database, "access")
        yield wire


AccessDep = Annotated[Connection, Depends(open_access, scope="function")]
