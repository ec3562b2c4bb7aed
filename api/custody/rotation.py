"""`sambang vault rotate`: new keys for seals and digests while everybody goes on working (trust.md T36).

Four steps, each safe to be run again after a `kill -9`: the new keys are added and read by everybody; they begin to
write; every seal and digest is made anew until a whole pass finds nothing of the old; then the old keys go.
Between two steps whatever began before the first of them is waited for, so nobody meets a key that he does not know.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass

import asyncpg

from api.access import audit
from api.attachments.store import bucket_of
from api.core.jobs import KEYS_IN_USE
from api.core.pool import open_pool
from api.core.settings import Settings
from api.core.vault import Vault, open_vault
from api.custody.key_files import RINGS, KeyFiles
from api.custody.listed_ids import renew_ids
from api.custody.renewing import Tally, Tell, renew_table
from api.custody.sealed_files import renew_files
from api.custody.sealed_photos import renew_photos
from api.custody.sealed_tables import sealed_tables, tables_made_anew

SETTLE_S = 1.0  # from a look at the keys to the transaction that uses them
MOST_PASSES = 50
WORTH_PROCESSES = 20_000  # rows: processes need a second to start
# whose transaction is under way here: everybody sees the lock that a transaction holds on its own number
OTHERS = """
select l.virtualtransaction from pg_locks l join pg_stat_activity a on a.pid = l.pid
where l.locktype = 'virtualxid' and a.datname = current_database() and l.pid <> pg_backend_pid()
"""


class RotationRefused(RuntimeError):
    """The old keys cannot go; the message says what still depends on them."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many passes it took, and how many rows and files were sealed anew."""

    passes: int
    rows: int
    renewed: int


async def rotate(
    wanted: Settings, owner_url: str, tell: Tell, *, rings: Sequence[str] = RINGS, settle_s: float = SETTLE_S
) -> Rotated:
    """Rotate, or go on with a rotation that was broken off; raises `RotationRefused` and leaves both keys live."""
    files = KeyFiles(wanted.keys_folder)
    async with _alone(owner_url) as owner:
        new = files.begin(rings)
        await _note(owner, "vault.rotation_begun" if new else "vault.rotation_resumed", rings=sorted(files.leaving))
        for step in (files.add, files.switch):
            async with _no_job_running(owner):
                step()
                for table in tables_made_anew():
                    await owner.execute(f"delete from {table}")  # noqa: S608  # names of ours
            await await_others(owner, settle_s)
        rotated = await _renew_until_nothing_is_old(owner, wanted, tell, settle_s)
        async with _no_job_running(owner):
            files.retire()
        await _note(owner, "vault.rotated", passes=rotated.passes, renewed=rotated.renewed)
    return rotated


async def _renew_until_nothing_is_old(
    owner: asyncpg.Connection, wanted: Settings, tell: Tell, settle_s: float
) -> Rotated:
    vault, renewed = open_vault(wanted.keys_folder), 0
    for number in range(1, MOST_PASSES + 1):
        tally = await _pass(owner, wanted, vault, tell)
        renewed += tally.renewed
        if tally.unreadable:
            named = ", ".join(tally.unreadable[:20])
            raise RotationRefused(f"{len(tally.unreadable)} seals open under no live key, first {named}")
        if not tally.renewed and not tally.missed:
            return Rotated(number, tally.rows, renewed)
        # who read an old seal before this pass changed it may be about to write it down somewhere else
        await await_others(owner, settle_s)
    raise RotationRefused(f"after {MOST_PASSES} passes {tally.missed} rows or files are still being written")


async def _pass(owner: asyncpg.Connection, wanted: Settings, vault: Vault, tell: Tell) -> Tally:
    tally, tables = Tally(), sealed_tables()
    rows = await owner.fetchval("select sum(reltuples)::bigint from pg_class where relname = any($1)", [*_names()])
    with _executor(rows or 0, wanted.worker_processes) as executor:
        for table in tables:
            tally.add(await renew_table(owner, table, vault, executor, wanted.worker_processes, tell))
    tally.add(await renew_ids(owner, vault, tell))
    tally.add(await renew_files(owner, wanted.files_folder, vault, tell))
    if (bucket := bucket_of(wanted)) is not None:
        tally.add(await renew_photos(bucket, vault, tell))
    return tally


def _names() -> list[str]:
    return [table.name for table in sealed_tables()]


def _executor(rows: int, processes: int) -> AbstractContextManager[Executor]:
    return open_pool(processes) if rows >= WORTH_PROCESSES else ThreadPoolExecutor(1)


async def await_others(owner: asyncpg.Connection, settle_s: float) -> None:
    """Wait for every transaction of this database that is under way, and for those that are about to begin."""
    await asyncio.sleep(settle_s)
    waiting = {row["virtualtransaction"] for row in await owner.fetch(OTHERS)}
    while waiting:
        await asyncio.sleep(0.1)
        waiting &= {row["virtualtransaction"] for row in await owner.fetch(OTHERS)}


@asynccontextmanager
async def _alone(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    owner = await asyncpg.connect(owner_url, server_settings={"application_name": "sambang vault"})
    try:
        if not await owner.fetchval("select pg_try_advisory_lock(hashtext('sambang vault'))"):
            raise RotationRefused("another rotation runs on this database")
        yield owner
    finally:
        await owner.close()


@asynccontextmanager
async def _no_job_running(owner: asyncpg.Connection) -> AsyncIterator[None]:
    """The worker's jobs read their keys once: wait for those under way; the next ones wait for us, a moment."""
    await owner.execute(f"select pg_advisory_lock({KEYS_IN_USE})")
    try:
        yield
    finally:
        await owner.execute(f"select pg_advisory_unlock({KEYS_IN_USE})")


async def _note(owner: asyncpg.Connection, action: str, **detail: object) -> None:
    await audit.note(owner, None, "sambang vault", action, None, **detail)
