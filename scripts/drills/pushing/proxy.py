"""A line that breaks: a TCP proxy that cuts each connection at a random place, or lets it through."""

import asyncio
import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CHUNK = 4096
LONGEST_ANSWER = 2_000


@dataclass(slots=True)
class Proxy:
    """In front of one port. One request a connection: the client must not keep it alive."""

    target: int
    chance: random.Random
    cuts: Counter[str] = field(default_factory=Counter)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """The address of the proxy while it listens."""
        async with asyncio.TaskGroup() as lines:  # it ends when the last of them has

            def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                lines.create_task(self._relay(reader, writer))

            server = await asyncio.start_server(relay, "127.0.0.1", 0)
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            server.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there: asyncio.StreamWriter | None = None
        try:
            answers, there = await asyncio.open_connection("127.0.0.1", self.target)
            head = await reader.readuntil(b"\r\n\r\n")
            length = LENGTH.search(head)
            request = head + await reader.readexactly(int(length[1]) if length else 0)
            fate = self.chance.choice(("request half sent", "answer lost", "answer half read", "through"))
            if fate == "request half sent":
                there.write(request[: self.chance.randrange(1, len(request))])
                await there.drain()
            else:
                there.write(request)
                await self._answer(answers, writer, fate)
            if fate != "through":
                self.cuts[fate] += 1
        except (OSError, asyncio.IncompleteReadError):
            self.cuts["broken by others"] += 1
        finally:
            for end in (there, writer):
                if end is not None:
                    end.transport.abort()  # a reset: what is still on its way is lost

    async def _answer(self, answers: asyncio.StreamReader, writer: asyncio.StreamWriter, fate: str) -> None:
        """The answer to its end, to somewhere, or not at all: cut before it, or after a while in which it was made."""
        if fate == "answer lost":
            await asyncio.sleep(self.chance.random() * 0.1)
            return
        left = self.chance.randrange(1, LONGEST_ANSWER) if fate == "answer half read" else None
        while part := await answers.read(CHUNK if left is None else min(CHUNK, left)):
            writer.write(part)
            await writer.drain()
            if left is not None and (left := left - len(part)) <= 0:
                return
        await asyncio.sleep(0.01)  # the client reads it before the line goes
