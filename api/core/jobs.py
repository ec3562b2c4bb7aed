"""Work later: a job is put into the queue in the transaction of the request that asks for it, and a worker takes it.

The queue is PgQueuer, because it runs on asyncpg, so that a job is enqueued on the request's own connection (the other
candidate, Procrastinate, needs psycopg). A job that dies with its worker is taken again when its heartbeat is stale,
so every job must bear being run twice.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeAlias

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job

from api.core.database import Connection, open_database
from api.core.refusals import refuse_unsafe_database, refuse_unsafe_place
from api.core.settings import Settings
from api.core.vault import Vault, open_vault

POLL = timedelta(seconds=1)
STALE_AFTER = timedelta(seconds=15)
ATTEMPTS = 5
TRIED_AGAIN_S: Final = 60.0
KEYS_IN_USE: Final = "hashtext('sambang keys')"
log = logging.getLogger("sambang")


class StopAsked(Exception):
    """The worker has been asked to end: the job gives its work back between two transactions."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """What a job finds: settings, vault, how often it was tried before, and whether the worker must end."""

    settings: Settings
    opened: Vault
    stopping: asyncio.Event
    attempt: int = 0

    @property
    def vault(self) -> Vault:
        """The vault; its keys do not change while the job holds a connection."""
        return self.opened.current()

    @contextlib.asynccontextmanager
    async def connect(self, *, uses_keys: bool = True) -> AsyncIterator[Connection]:
        """A connection of this job's own, in the role `worker`, without a statement timeout.

        What runs for as long as the worker, and needs no key of the vault, says so: keys are changed between jobs.
        """
        async with _connected(self.settings) as connection:
            # whoever changes the keys of the vault waits for the jobs under way, and they for it
            if uses_keys:
                await connection.execute(f"select pg_advisory_lock_shared({KEYS_IN_USE})")
            yield connection

    def go_on(self) -> None:
        """Raise `StopAsked` when the worker must end; jobs ask between transactions."""
        if self.stopping.is_set():
            raise StopAsked

    @property
    def last_attempt(self) -> bool:
        """A job that fails now is not tried again."""
        return self.attempt + 1 >= ATTEMPTS


Handler: TypeAlias = Callable[[Workplace, str], Awaitable[None]]
Round: TypeAlias = Callable[[Connection], Awaitable[None]]
Beside: TypeAlias = Callable[[Workplace], Coroutine[Any, Any, None]]


async def enqueue(connection: Connection, name: str, payload: str) -> None:
    """Ask for a job in the present transaction: no commit, no job. The payload is an id, never personal data.

    A job that waits or runs already is not asked for twice.
    """
    queue = Queries(AsyncpgDriver(connection))
    await queue.enqueue([name], [payload.encode()], [0], dedupe_key=[f"{name} {payload}"], on_conflict="skip")


@contextlib.asynccontextmanager
async def _connected(wanted: Settings) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(
        wanted.direct_url,
        server_settings={"role": f"{wanted.role_prefix}worker", "application_name": "sambang worker"},
    )
    try:
        yield connection
    finally:
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await connection.close(timeout=5)


def _entry(manager: QueueManager, name: str, handle: Handler, place: Workplace) -> None:
    @manager.entrypoint(name, concurrency_limit=1, accepts_context=False)
    async def run(job: Job) -> None:
        here = Workplace(place.settings, place.opened, place.stopping, job.attempts)
        try:
            await handle(here, (job.payload or b"").decode())
        except StopAsked:
            raise RetryRequested(reason="the worker was asked to end") from None
        except Exception as failed:
            log.exception("job failed", extra={"job": f"{name} {job.id}", "count": job.attempts})
            if here.last_attempt:
                return
            raise RetryRequested(timedelta(seconds=2**job.attempts), type(failed).__name__) from None


async def keep_sweeping(
    place: Workplace, what: str, every_s: float, sweep: Callable[[Connection], Awaitable[int]]
) -> None:
    """Sweep `what` now and then every so many seconds until the worker ends; a failure is logged, tried in a minute.

    Several workers may do it at once: what one has swept the others do not find.
    """
    while not place.stopping.is_set():
        pause_s = TRIED_AGAIN_S
        try:
            async with place.connect() as connection:
                log.info("swept", extra={"job": what, "count": await sweep(connection)})
            pause_s = every_s
        except Exception:  # the other work of this worker goes on whatever it was
            log.exception("not swept", extra={"job": what})
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(place.stopping.wait(), pause_s)


async def work(
    wanted: Settings,
    handlers: Mapping[str, Handler],
    *,
    first: Sequence[Round] = (),
    beside: Sequence[Beside] = (),
    stopping: asyncio.Event | None = None,
    stale_after: timedelta = STALE_AFTER,
) -> None:
    """Take jobs until SIGTERM or SIGINT (or `stopping`); a database that goes away is waited for.

    `first` are asked before the first job: each may enqueue what nobody asked for. `beside` run beside the queue, on
    connections of their own, and end when `stopping` is set.
    """
    refuse_unsafe_place(wanted)
    database = open_database(wanted)
    try:
        await refuse_unsafe_database(database, wanted)
    finally:
        await database.close()
    # the queue's own log prints exceptions with their text, which may hold a value: ours says type and place
    logging.getLogger("pgqueuer").setLevel(logging.CRITICAL)
    stop = stopping or asyncio.Event()
    if stopping is None:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    place = Workplace(wanted, open_vault(wanted.keys_folder), stop)
    async with asyncio.TaskGroup() as group:
        for run in beside:
            group.create_task(run(place))
        while not stop.is_set():
            try:
                await _take_jobs(place, handlers, first, stale_after)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                log.exception("the queue is out of reach")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), 2)


async def _take_jobs(
    place: Workplace, handlers: Mapping[str, Handler], first: Sequence[Round], stale_after: timedelta
) -> None:
    async with _connected(place.settings) as connection:
        for ask in first:
            await ask(connection)
        manager = QueueManager(Queries(AsyncpgDriver(connection)))
        for name, handle in handlers.items():
            _entry(manager, name, handle, place)
        manager.shutdown = place.stopping
        await manager.run(dequeue_timeout=POLL, batch_size=1, heartbeat_timeout=stale_after)
