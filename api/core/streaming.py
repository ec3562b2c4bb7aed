"""Long answers in constant memory: a stream reads in a read-only transaction of its own, as the same principal.

The request's transaction, with its disclosure, is committed before the first row is read. A connection that cannot be
had, or a principal that was switched off meanwhile, is still a problem document: nothing is sent before the first part.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import asyncpg
from fastapi.responses import StreamingResponse
from starlette.types import Send

from api.core.database import Database, raw, take_principal, transaction

PREFETCH = 500


async def stream_rows(
    database: Database,
    principal: tuple[object, int, object],
    query: str,
    *arguments: object,
    prefetch: int = PREFETCH,
) -> AsyncGenerator[list[asyncpg.Record], None]:
    """The rows of a query, `prefetch` at a time, under the principal's own database role and row security.

    `principal` is what the token says: whose it is, at which version, in which family of sessions. The database reads
    the next rows while these are worked on, so two parts are held and no more.
    """
    async with transaction(database, read_only=True) as connection:
        wire = await raw(connection)
        await take_principal(wire, database, *principal)
        cursor = await wire.cursor(query, *arguments)
        coming = asyncio.ensure_future(cursor.fetch(prefetch))
        try:
            while rows := await coming:
                coming = asyncio.ensure_future(cursor.fetch(prefetch))
                await asyncio.sleep(0)  # so that it is asked for before these are worked on
                yield rows
        finally:
            coming.cancel()  # a reader who left; what was read to its end has nothing to cancel
            await asyncio.gather(coming, return_exceptions=True)


class Stream(StreamingResponse):
    """A streamed answer that makes its first part before it says 200, and always closes what it reads from."""

    def __init__(self, parts: AsyncGenerator[bytes, None], *, media_type: str, headers: dict[str, str]) -> None:
        super().__init__(parts, media_type=media_type, headers=headers)
        self.parts = parts

    async def stream_response(self, send: Send) -> None:
        """Refusals of the first part are raised here, before the status line is gone."""
        async with aclosing(self.parts) as parts:
            first = await anext(parts, b"")
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": first, "more_body": True})
            async for part in parts:
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
