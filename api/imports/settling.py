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
from api.households.revising import Revision, revise_households
from api.imports import joining_queries as joining
from api.imports import queries
from api.imports import settling_queries as sql
from api.imports.layouts.known import LAYOUTS
from api.imports.layouts.layout import Layout
from api.imports.telling import Told

HOUSEHOLDS_A_BATCH = 2000
TIME_AND_VERSION = len("00000000-0000-7")


async def find_repeated(connection: Connection, import_id: UUID, layout: Layout) -> None:
    """Findings that only the whole file shows, and the counts of all findings."""
    async with connection.transaction():
        people = layout.people
        await connection.execute(queries.REPEATED_IDS, import_id, layout.external_id, people.external_id)
        if layout.members:
            await _join(connection, import_id, layout.members)
        await connection.execute(queries.REPEATED_NIKS, import_id, people.nik)
        await connection.execute(queries.COUNT, import_id)


async def _join(connection: Connection, import_id: UUID, members: Layout) -> None:
    """Households and people of two files find each other."""
    await connection.execute(joining.REJECT_PEOPLE, import_id, members.household)
    await connection.execute(joining.FORGET_REJECTED, import_id)
    await connection.execute(joining.NOTE_EMPTY_HOUSEHOLDS, import_id, members.household)
    await connection.execute(joining.NOTE_SECOND_CARDS, import_id, members.no_kk)
    await connection.execute(joining.LEND_CARDS, import_id)


async def settle(place: Workplace, connection: Connection, import_id: UUID, begun: asyncpg.Record) -> None:
    """Add every staged household that is new, every person who is, and each household's place in the campaign."""
    layout = LAYOUTS[begun["layout"]]
    if not begun["dry_run"]:
        await connection.execute(sql.BATCH_TABLES)
    last = ""
    while True:
        place.go_on()
        first, last = await connection.fetchrow(sql.NEXT_HOUSEHOLDS, import_id, last, HOUSEHOLDS_A_BATCH)
        if last is None:
            return
        batch = (import_id, first, last, layout.source.value, layout.by_nik, layout.people_part.value)
        async with connection.transaction():
            if layout.by_nik:
                await connection.execute(sql.NOTE_UNKNOWN, *batch, layout.nik)
            if begun["dry_run"]:
                added = await connection.fetchval(sql.COUNT_NEW, *batch)
            else:
                households = await connection.fetch(sql.TAKE_HOUSEHOLDS, *batch)
                added = sum(not row["known"] for row in households)
                known = {row["household_id"] for row in households if row["known"]}
                told = await _add(connection, import_id, layout, begun["created_by"], known)
                await revise_households(connection, begun["created_by"], place.vault, told, clock.now())
                placed = sorted({row["household_id"] for row in households if row["makes"]})
                await _assign(connection, placed, begun)
            await connection.execute(sql.COUNT_ADDED, import_id, added)
            await connection.execute(sql.FORGET_BATCH, import_id, first, last)


async def _add(connection: Connection, import_id: UUID, layout: Layout, by: UUID, known: set[UUID]) -> list[Revision]:
    """What the batch brings to the registry: households, cards, people, and where each list names them.

    Answers what it says newly of households that were known.
    """
    now, source = clock.now(), layout.source.value
    people = (import_id, layout.people_part.value)
    await connection.execute(sql.ADD_HOUSEHOLDS, now)
    await connection.execute(sql.ADD_FIRST_REVISIONS, now, by, import_id)
    if layout.members is None:
        await connection.execute(sql.ADD_FAMILIES)
    await connection.execute(sql.TAKE_PEOPLE, import_id, source, layout.household_rows, layout.by_nik, people[1])
    if layout.members:
        await connection.execute(joining.PLACE_IN_FAMILIES, import_id)
        await connection.execute(joining.ADD_FAMILIES, import_id)
    await connection.execute(sql.ADD_MEMBERS, *people)
    await connection.execute(sql.ADD_SOURCES, *people, source, layout.household_rows)
    told = Told(source, layout.household_rows)
    if known:
        told.joined(await connection.fetch(sql.JOINED, *people))
    if layout.household:
        told.ranked(await connection.fetch(sql.RANKED, source))
        await connection.execute(sql.RANK_ANEW, import_id, source)
        if not layout.household_rows:
            own_row = layout.members is not None
            told.listed(await connection.fetch(sql.ADD_HOUSEHOLD_SOURCES, import_id, source, own_row))
    begins = str(uuid7())[:TIME_AND_VERSION]
    told.receiving(await connection.fetch(sql.ADD_PROGRAMMES, *people, source, begins, layout.members is not None))
    return told.revisions(known, import_id)


async def _assign(connection: Connection, ids: list[UUID], begun: asyncpg.Record) -> None:
    """A place in the campaign for each household whose list is visited in it."""
    await connection.execute(
        sql.ADD_ASSIGNMENTS, [uuid7() for _ in ids], ids, begun["campaign_id"], begun["created_by"], clock.now()
    )


async def finish(connection: Connection, import_id: UUID, begun: asyncpg.Record) -> None:
    """Say that it is done, in the name of the person who sent the file."""
    async with connection.transaction():
        await connection.execute(queries.COUNT, import_id)
        counts = await connection.fetchrow(queries.FINISH, import_id, clock.now())
        await connection.execute(queries.FORGET, import_id)
        await note(connection, import_id, begun["created_by"], "import.finished", dict(counts))


async def note(connection: Connection, import_id: UUID, by: UUID, action: str, counts: dict[str, int | str]) -> None:
    """A deed of the worker stands in the name of who asked for it; the request is the import."""
    await connection.execute("select set_config('sambang.actor_id', $1, true)", str(by))
    await audit.note(connection, by, str(import_id), action, import_id, **counts)
