"""From staged rows to the registry, set by set, a batch of households a transaction.

Batches, because one long transaction would hold the feed for everybody (house decision 8). A worker that dies between
two of them begins the file again: what it had added is known by its external id and adds nothing.
"""

from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from api.access import audit
from api.core import clock
from api.core.database import Connection
from api.core.jobs import Workplace
from api.imports import queries
from api.tables import Source

HOUSEHOLDS_A_BATCH = 2000
SOURCE = Source.DTKS.value


async def find_repeated(connection: Connection, import_id: UUID) -> None:
    """Findings that only the whole file shows, and the counts of all findings."""
    async with connection.transaction():
        await connection.execute(queries.REPEATED_IDS, import_id, "Id_DTKS")
        await connection.execute(queries.REPEATED_NIKS, import_id, "NIK")
        await connection.execute(queries.COUNT, import_id)


async def settle(place: Workplace, connection: Connection, import_id: UUID, begun: asyncpg.Record) -> None:
    """Add every staged household that is new, every person who is, and each household's place in the campaign."""
    if not begun["dry_run"]:
        await connection.execute(queries.BATCH_TABLES)
    last = ""
    while True:
        place.go_on()
        first, last = await connection.fetchrow(queries.NEXT_HOUSEHOLDS, import_id, last, HOUSEHOLDS_A_BATCH)
        if last is None:
            return
        async with connection.transaction():
            if begun["dry_run"]:
                added = await connection.fetchval(queries.COUNT_NEW, import_id, first, last, SOURCE)
            else:
                added = await _add(connection, import_id, begun, first, last)
            await connection.execute(queries.COUNT_ADDED, import_id, added)
            await connection.execute(queries.FORGET_BATCH, import_id, first, last)


async def _add(connection: Connection, import_id: UUID, begun: asyncpg.Record, first: str, last: str) -> int:
    now = clock.now()
    households = await connection.fetch(queries.TAKE_HOUSEHOLDS, import_id, first, last, SOURCE)
    await connection.execute(queries.ADD_HOUSEHOLDS, now)
    await connection.execute(queries.ADD_FAMILIES)
    await connection.execute(queries.TAKE_PEOPLE, import_id, SOURCE)
    await connection.execute(queries.ADD_MEMBERS, import_id)
    await connection.execute(queries.ADD_SOURCES, import_id, SOURCE)
    received = await connection.fetch(queries.PROGRAMMES_OF_BATCH, import_id)
    await connection.execute(
        queries.ADD_PROGRAMMES,
        [uuid7() for _ in received],
        [row["household_id"] for row in received],
        [row["member_id"] for row in received],
        [row["programme"] for row in received],
        SOURCE,
    )
    await connection.execute(queries.TOUCH_JOINED, now)
    ids = sorted({row["household_id"] for row in households})
    await connection.execute(
        queries.ADD_ASSIGNMENTS, [uuid7() for _ in ids], ids, begun["campaign_id"], begun["created_by"], now
    )
    return sum(not row["known"] for row in households)


async def finish(connection: Connection, import_id: UUID, begun: asyncpg.Record) -> None:
    """Say that it is done, in the name of the person who sent the file."""
    async with connection.transaction():
        counts = await connection.fetchrow(queries.FINISH, import_id, clock.now())
        await connection.execute(queries.FORGET, import_id)
        await note(connection, import_id, begun["created_by"], "import.finished", dict(counts))


async def note(connection: Connection, import_id: UUID, by: UUID, action: str, counts: dict[str, int | str]) -> None:
    """A deed of the worker stands in the name of who asked for it; the request is the import."""
    await connection.execute("select set_config('sambang.actor_id', $1, true)", str(by))
    await audit.note(connection, by, str(import_id), action, import_id, **counts)
