"""The release's job: each of its files is made once as it will be downloaded, and what it is to the byte is kept.

It may be run again at any point: a file that is hashed stands, the one that was cut off is made anew.
"""

import asyncio
import hashlib
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from api.access import audit
from api.core import clock
from api.core.database import Connection
from api.core.jobs import StopAsked, Workplace, enqueue
from api.releases import queries
from api.releases.contents import EDITION, ReleaseFile, all_files, content
from api.releases.files import Parts
from api.tables import ManifestStatus

NAME = "release"
ROWS_A_TIME = 500


@dataclass(slots=True)
class Tally:
    """Reads a file's rows on the job's own connection, and counts rows and bytes without keeping them."""

    place: Workplace
    connection: Connection
    rows: int = 0
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    async def read(self, query: str, *arguments: object) -> Parts:
        """The rows of a query, some at a time."""
        cursor = await self.connection.cursor(query, *arguments)
        while rows := await cursor.fetch(ROWS_A_TIME):
            self.place.go_on()
            self.rows += len(rows)
            yield rows
            await asyncio.sleep(0)  # the heartbeat, and the other jobs, are waiting for the loop

    async def weigh(self, file: ReleaseFile, release: asyncpg.Record) -> None:
        """Make the file and forget it."""
        async for part in content(file, release, self.place.vault, self.read):
            self.digest.update(part)
            self.size += len(part)


async def ask_for_missing(connection: Connection) -> None:
    """When a worker starts: releases that were not hashed, that failed, or whose files have another shape by now."""
    async with connection.transaction():
        for row in await connection.fetch(queries.UNHASHED, EDITION):
            await enqueue(connection, NAME, str(row["id"]))


async def hash_release(place: Workplace, payload: str) -> None:
    """Hash every file of a release that is not hashed yet."""
    release_id = UUID(payload)
    async with place.connect() as connection:
        try:
            await _hash_files(place, connection, release_id)
        except StopAsked:
            raise
        except Exception:
            if place.last_attempt:
                await _settle(connection, release_id, ManifestStatus.FAILED)
            raise
        await _settle(connection, release_id, ManifestStatus.READY)


async def _hash_files(place: Workplace, connection: Connection, release_id: UUID) -> None:
    release = await connection.fetchrow(queries.RELEASE, release_id)
    known = {row["name"] for row in await connection.fetch(queries.HASHES, release_id, EDITION)}
    for file in all_files(release["households"]):
        if file.name in known:
            continue
        tally = Tally(place, connection)
        async with connection.transaction(readonly=True):
            await tally.weigh(file, release)
        told = (file.name, tally.digest.hexdigest(), tally.size, tally.rows, clock.now())
        await connection.execute(queries.KEEP_HASH, release_id, EDITION, *told)


async def _settle(connection: Connection, release_id: UUID, status: ManifestStatus) -> None:
    """A deed of the worker stands in the name of who made the release; the request is the release."""
    async with connection.transaction():
        maker = await connection.fetchval(queries.SETTLE_MANIFEST, release_id, status)
        if maker is not None:
            await connection.execute("select set_config('sambang.actor_id', $1, true)", str(maker))
            deed = "release.hashed" if status is ManifestStatus.READY else "release.hashing_failed"
            await audit.note(connection, maker, str(release_id), deed, release_id, edition=EDITION)
