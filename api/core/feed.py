"""Gap-free feeds: a place in one means something in one life of the database, its epoch, and only as far as it is kept.

Rows are ordered by transaction and read below the oldest one that still runs, so that a late commit is never skipped.
A restore may number transactions anew and may have lost the last ones, so no place of an earlier life is trusted.
"""

from collections.abc import Awaitable, Callable

import asyncpg

from api.core.problems import Problem

KEPT_DAYS = 90  # a campaign is 55; whoever pulls once in it never meets the end

# Horizon and rows must come from one statement: only then do they share a snapshot.
HORIZON = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


class CursorExpired(Problem):
    """The place lies in an earlier life of the database, ahead of this one, or before what is still kept.

    Drop it and begin again without a cursor: what you hold and have not sent stays yours to send.
    """

    status, code = 410, "cursor_expired"
    title_id, title_en = "Penanda sudah tidak berlaku, mulai dari awal", "This cursor has expired: begin without one"


async def present_epoch(owner: asyncpg.Connection) -> int:
    """The epoch of this database, begun if this is another cluster, timeline or database than the last one."""
    epoch: int = await owner.fetchval("select epoch from feed_epoch()")
    return epoch


async def begin_epoch(owner: asyncpg.Connection) -> int:
    """Begin an epoch whatever the database looks like: a restore in place cannot be told from what was there before."""
    epoch: int = await owner.fetchval("select epoch from begin_feed_epoch()")
    return epoch


async def as_owner(url: str, step: Callable[[asyncpg.Connection], Awaitable[int]]) -> int:
    """Take one of these steps over the owner's connection."""
    owner = await asyncpg.connect(url)
    try:
        return await step(owner)
    finally:
        await owner.close()


async def sweep(connection: asyncpg.Connection, days: int) -> int:
    """Forget changes older than these days, at least 7; how many. A cursor that would have needed one has expired.

    For the owner and the worker.
    """
    swept: int = await connection.fetchval("select sweep_feed($1)", days)
    return swept
