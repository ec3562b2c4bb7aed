"""The head of the audit chain as this process last saw it, on every answer: who keeps one can prove a cut."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.database import Database, raw, take_role, transaction

FRESH_S = 5.0
HEAD = "select n, digest, sealed_at, idle_s, waiting_s from audit_head()"
log = logging.getLogger("sambang")


@dataclass(slots=True)
class AuditHead:
    """The last seal, and whether the sealer stands still. One for each process, asked for beside the requests.

    Stuck: the last seal is older than `stuck_after_s` seconds *and* so is the first row that waits for one (a quiet
    night is not stuck), or nobody could tell for that long.
    """

    stuck_after_s: float
    n: int | None = None
    digest: str | None = None
    sealed_at: datetime | None = None
    waits: bool = False
    told_at: float = 0.0

    @property
    def stuck(self) -> bool:
        """Whether what is shown now might never be sealed."""
        return self.waits or (self.told_at > 0 and time.monotonic() - self.told_at > self.stuck_after_s)

    async def refresh(self, database: Database) -> None:
        """Ask the database, in a short transaction that is no request's."""
        async with transaction(database, read_only=True) as connection:
            wire = await raw(connection)
            await take_role(wire, database, "access")
            row = await wire.fetchrow(HEAD)
        self.n, self.digest, self.sealed_at, idle_s, waiting_s = row.values()
        waits = waiting_s is not None and min(waiting_s, idle_s or waiting_s) > self.stuck_after_s
        if waits and not self.waits:
            log.error("the audit chain is stuck: clients and releases are refused until the worker seals again")
        elif self.waits and not waits:
            log.warning("the audit chain is sealed again")
        self.waits, self.told_at = waits, time.monotonic()

    async def keep_fresh(self, database: Database) -> None:
        """Ask every few seconds until cancelled; a database that is away is asked again."""
        failed = False
        while True:
            try:
                await self.refresh(database)
                failed = False
            except Exception:  # whatever it is, the head stays what it was
                if not failed:
                    log.exception("the head of the audit chain could not be read")
                failed = True
            await asyncio.sleep(FRESH_S)


@contextlib.asynccontextmanager
async def fresh_head(database: Database, stuck_after_s: float) -> AsyncIterator[AuditHead]:
    """The head of this process, kept fresh while the body runs."""
    head = AuditHead(stuck_after_s)
    asking = asyncio.create_task(head.keep_fresh(database))
    try:
        yield head
    finally:
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking


class AuditHeadHeader:
    """Puts `Audit-Head: <n>:<digest>` on every answer, streams included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Only HTTP answers have headers, and only once there is a seal."""
        head: AuditHead | None = scope.get("state", {}).get("audit_head") if scope["type"] == "http" else None
        if head is None or head.n is None:
            await self.app(scope, receive, send)
            return
        said = (b"audit-head", f"{head.n}:{head.digest}".encode())

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], said]
            await send(message)

        await self.app(scope, receive, answer)
