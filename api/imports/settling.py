"""From staged rows to the registry, set by set, a batch of households a transaction.

Batches, because one long transaction would hold the feed for everybody (house decision 8). A worker that dies between
two of them begins the file again: what it had added is known by its external id and adds nothing.
"""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
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


async def settle(place: Workplace, connection: Connection, import_id: UUID, begun: asyncpg.Record, staged: int) -> None:
    """Add every staged household that is new, every person who is, and each household's place in the campaign.

    Where no two groups of the file can be one household, several connections settle batches of them at once.
    """
    batches = await connection.fetch(sql.BATCHES, import_id, HOUSEHOLDS_A_BATCH)
    settler = Settler(place, import_id, begun, LAYOUTS[begun["layout"]], iter(batches))
    several = settler.layout.apart and staged > HOUSEHOLDS_A_BATCH
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(settler.settle(connection))
            for _ in range(1, place.settings.worker_processes if several else 1):
                group.create_task(settler.help())
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None


@dataclass(slots=True)
class Settler:
    """Settles one file: whoever is free takes the next batch; of those with known households one is under way."""

    place: Workplace
    import_id: UUID
    begun: asyncpg.Record
    layout: Layout
    batches: Iterator[asyncpg.Record]
    joining: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def help(self) -> None:
        """Settle beside the others; the job itself holds the keys."""
        async with self.place.connect(uses_keys=False) as connection:
            await self.settle(connection)

    async def settle(self, connection: Connection) -> None:
        """Settle batches on this connection until none is left."""
        await connection.execute(sql.BATCH_TABLES)
        for first, last in self.batches:
            self.place.go_on()
            await self._settle_batch(connection, first, last)

    async def _settle_batch(self, connection: Connection, first: str, last: str) -> None:
        layout = self.layout
        batch = (self.import_id, layout.source.value, layout.by_nik, layout.people_part.value)
        async with AsyncExitStack() as until_committed, connection.transaction():
            await connection.execute(sql.TAKE_BATCH, self.import_id, first, last)
            if layout.by_nik:
                await connection.execute(sql.NOTE_UNKNOWN, *batch, layout.nik)
            if self.begun["dry_run"]:
                added = await connection.fetchval(sql.COUNT_NEW, *batch)
            else:
                households = await connection.fetch(sql.TAKE_HOUSEHOLDS, *batch)
                added = sum(not row["known"] for row in households)
                if added < len(households):  # two batches may have people of one known household
                    await until_committed.enter_async_context(self.joining)
                await self._add(connection, households)
            await connection.execute(sql.COUNT_ADDED, self.import_id, added)

    async def _add(self, connection: Connection, households: list[asyncpg.Record]) -> None:
        by, known = self.begun["created_by"], {row["household_id"] for row in households if row["known"]}
        told = await _add(connection, self.import_id, self.layout, by, known)
        await revise_households(connection, by, self.place.vault, told, clock.now())
        placed = sorted({row["household_id"] for row in households if row["makes"]})
        await _assign(connection, placed, self.begun)


async def _add(connection: Connection, import_id: UUID, layout: Layout, by: UUID, known: set[UUID]) -> list[Revision]:
    """What the batch brings to the registry: households, cards, people, and where each list names them.

    Answers what it says newly of households that were known.
    """
    now, source = clock.now(), layout.source.value
    people = layout.people_part.value
    await connection.execute(sql.ADD_HOUSEHOLDS, now)
    await connection.execute(sql.ADD_FIRST_REVISIONS, now, by, import_id)
    if layout.members is None:
        await connection.execute(sql.ADD_FAMILIES)
    await connection.execute(sql.TAKE_PEOPLE, source, layout.household_rows, layout.by_nik, people)
    if layout.members:
        await connection.execute(joining.PLACE_IN_FAMILIES)
        await connection.execute(joining.ADD_FAMILIES)
    await connection.execute(sql.ADD_MEMBERS, people)
    await connection.execute(sql.ADD_SOURCES, import_id, people, source, layout.household_rows)
    told = Told(source, layout.household_rows)
    if known:
        told.joined(await connection.fetch(sql.JOINED, people))
    if layout.household:
        told.ranked(await connection.fetch(sql.RANKED, source))
        await connection.execute(sql.RANK_ANEW, import_id, source)
        if not layout.household_rows:
            own_row = layout.members is not None
            told.listed(await connection.fetch(sql.ADD_HOUSEHOLD_SOURCES, import_id, source, own_row))
    told.receiving(await connection.fetch(sql.ADD_PROGRAMMES, people, source, layout.members is not None))
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
