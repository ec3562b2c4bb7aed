"""The sealer: what was written down since the last seal goes into the next link of the audit chain.

Rows are added freely, by many at once, and nobody waits for the sealer: it takes exactly what it sees and no seal holds
yet. A row whose transaction ends late goes into a later seal, so there is no gap and no lock on a table. One sealer
works at a time, however many workers run: the others find its advisory lock taken.
"""

import asyncio
import contextlib
import logging
from dataclasses import dataclass

from api.access import audit_chain
from api.core.database import Connection
from api.core.jobs import Workplace

ONE_SEALER = "select pg_try_advisory_lock(hashtextextended('sambang audit sealer', 5))"
LAST = "select coalesce(max(n), 0) from audit_seals"
log = logging.getLogger("sambang")


@dataclass(frozen=True, slots=True)
class Mark:
    """Numbers drawn so far, the last seal then, and the transactions that may still bring a row of such a number."""

    events: int = 0
    looks: int = 0
    seal: int = 0
    writers: frozenset[str] = frozenset()


class Sealer:
    """Seals in rounds. `floor` spares it from looking again at what can never change; in memory only, found anew."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.floor, self.mark, self.last = Mark(), Mark(), 0

    async def seal_all(self) -> int:
        """One round: everything that is visible and in no seal; the number of rows that were sealed."""
        # those who might bring a lower number were gone before this round looked, so it sees all of theirs
        settled = self.mark.writers.isdisjoint(await self._writers())
        if not self.last:
            self.last = await self.connection.fetchval(LAST)
        event, look, sealed = 0, 0, 0
        while True:
            made = await self.connection.fetchrow(
                audit_chain.SEAL, self.floor.seal, self.floor.events, self.floor.looks, event, look
            )
            if made is None:
                break
            event, look = made["last_event"] or event, made["last_look"] or look
            self.last, sealed = made["n"], sealed + made["count"]
            if made["count"] < audit_chain.SEAL_ROWS:
                break
        if settled:
            self.floor = self.mark
            drawn = await self.connection.fetchrow(audit_chain.DRAWN)
            self.mark = Mark(drawn["events"], drawn["looks"], self.last, await self._writers())
        return sealed

    async def _writers(self) -> frozenset[str]:
        return frozenset(row["virtualtransaction"] for row in await self.connection.fetch(audit_chain.WRITERS))


async def keep_sealing(place: Workplace) -> None:
    """Seal again and again until the worker ends; whatever goes wrong is logged and tried again."""
    pause = place.settings.seal_every_s
    while not place.stopping.is_set():
        try:
            async with place.connect(uses_keys=False) as connection:
                while not await connection.fetchval(ONE_SEALER):
                    await _rest(place.stopping, pause)
                sealer = Sealer(connection)
                while not place.stopping.is_set():
                    await sealer.seal_all()
                    await _rest(place.stopping, pause)
        except _Stopped:
            return
        except Exception:  # the other work of this worker goes on whatever it was
            log.exception("the audit chain was not sealed")
            with contextlib.suppress(_Stopped):
                await _rest(place.stopping, pause)


class _Stopped(Exception):
    """The worker ends."""


async def _rest(stopping: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)
        raise _Stopped
