"""Seals every row of a table anew, a batch a transaction, while others go on writing.

Nothing is locked while a batch is opened and sealed. A row that somebody changed meanwhile is left to the next pass
(its `xmin` tells), and so is one that somebody holds: a renewal never waits for a request, and a request never long.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import asyncpg

from api.core.vault import Vault
from api.custody.sealed_tables import SealedTable, renew_rows

BATCH = 1000
Tell: TypeAlias = Callable[[str, int, int], None]


@dataclass(slots=True)
class Tally:
    """What a pass found: rows looked at, rows sealed anew, rows left to the next pass, rows that nothing opens."""

    rows: int = 0
    renewed: int = 0
    missed: int = 0
    unreadable: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Take another tally in."""
        self.rows += other.rows
        self.renewed += other.renewed
        self.missed += other.missed
        self.unreadable += other.unreadable


async def renew_table(
    owner: asyncpg.Connection, table: SealedTable, vault: Vault, executor: Executor, ahead: int, tell: Tell
) -> Tally:
    """One pass over a table in the order of its key; at most `ahead` batches are in memory."""
    loop, tally = asyncio.get_running_loop(), Tally()
    waiting: deque[asyncio.Future[tuple[list[dict[str, Any]], list[dict[str, Any]]]]] = deque()

    async def settle() -> None:
        changed, unreadable = await waiting.popleft()
        tally.unreadable += [f"{table.name} {'/'.join(map(str, key.values()))}" for key in unreadable]
        if changed:
            written = await owner.fetchval(_update(table), *_arrays(table, changed))
            tally.renewed += written
            tally.missed += len(changed) - written

    async for rows in _batches(owner, table):
        waiting.append(loop.run_in_executor(executor, renew_rows, table, rows, vault))
        tally.rows += len(rows)
        if len(waiting) > ahead:
            await settle()
        tell(table.name, tally.rows, tally.renewed)
    while waiting:
        await settle()
    tell(table.name, tally.rows, tally.renewed)
    return tally


async def _batches(owner: asyncpg.Connection, table: SealedTable) -> AsyncIterator[list[dict[str, Any]]]:
    key, last = ", ".join(table.key), None
    wanted = f"select {', '.join(table.read)}, xmin::text as seen from {table.name}"  # noqa: S608  # names of ours
    holds = " or ".join(f"{name} <> ''" for name in table.sealed)  # what is empty or null seals nothing
    while True:
        places = ", ".join(f"${number}" for number in range(1, len(table.key) + 1))
        after = f"and ({key}) > ({places})" if last is not None else ""
        rows = await owner.fetch(
            f"{wanted} where ({holds}) {after} order by {key} limit {BATCH}",
            *(last or ()),
        )
        if not rows:
            return
        # asyncpg's own UUID does not travel to another process
        yield [{name: _plain(value) for name, value in row.items()} for row in rows]
        last = tuple(rows[-1][name] for name in table.key)


def _update(table: SealedTable) -> str:
    """Write a batch; answers how many rows were still as they had been read and in nobody's hands."""
    written = (*table.sealed, *table.digests)
    names = (*table.key, "seen", *written)
    types = (*table.key.values(), "text", *("bytea" for _ in written))
    given = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(types, 1))
    same = " and ".join(f"t.{name} = u.{name}" for name in table.key)
    key = ", ".join(f"t.{name}" for name in table.key)
    sets = ", ".join(f"{name} = h.{name}" for name in written)
    return (
        f"with held as (select u.* from unnest({given}) as u ({', '.join(names)}) join {table.name} t on {same}"  # noqa: S608  # names of ours
        f" where t.xmin::text = u.seen order by {key} for update of t skip locked),"
        f" done as (update {table.name} t set {sets} from held h"
        f" where {same.replace('u.', 'h.')} returning 1) select count(*)::int from done"
    )


def _arrays(table: SealedTable, rows: list[dict[str, Any]]) -> list[list[Any]]:
    return [[row[name] for row in rows] for name in (*table.key, "seen", *table.sealed, *table.digests)]


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, asyncpg.pgproto.pgproto.UUID) else value
