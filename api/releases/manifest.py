"""The manifest of a release: what each file is to the byte, signed, so that anybody can check a copy offline.

The hashes are of the bytes that this caller would download, reckoned once by making them, and kept: an ES256 signature
is another each time it is made, so the signed manifest itself is what stays the same.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson

from api.access.actor import Actor
from api.access.tokens import KeyRing
from api.core import clock
from api.core.database import Connection
from api.core.vault import Vault
from api.releases import queries
from api.releases.contents import EDITION, ReleaseFile, content, files_for
from api.releases.files import Parts

ROWS_A_TIME = 500
KIND = "manifest"


@dataclass(slots=True)
class Tally:
    """Reads on the request's own connection and counts what it read."""

    connection: Connection
    rows: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    size: int = 0

    async def read(self, query: str, *arguments: object) -> Parts:
        """The rows of a query, some at a time, in this transaction."""
        cursor = await self.connection.cursor(query, *arguments)
        while rows := await cursor.fetch(ROWS_A_TIME):
            self.rows += len(rows)
            yield rows
            await asyncio.sleep(0)  # others are waiting for the loop

    async def take(self, parts: AsyncGenerator[bytes, None]) -> None:
        """Count a file's bytes without keeping them."""
        async for part in parts:
            self.digest.update(part)
            self.size += len(part)


async def sign_manifest(
    connection: Connection, actor: Actor, release: asyncpg.Record, vault: Vault, ring: KeyRing
) -> str:
    """The manifest of what this caller may download, as a compact JWS; made by the first who asks."""
    key = (release["id"], actor.role.value, EDITION)
    kept: str | None = await connection.fetchval(queries.MANIFEST, *key)
    if kept is not None:
        return kept
    files = [
        await _weigh(connection, file, release, actor, vault)
        for file in files_for(actor.role, release["counts"]["households"])
    ]
    document = {
        "issuer": ring.issuer,
        "release": str(release["id"]),
        "campaign": release["campaign_code"],
        "number": release["number"],
        "created_at": release["created_at"].isoformat(timespec="microseconds"),
        "reader": actor.role.value,
        "edition": EDITION,
        "counts": release["counts"],
        "files": files,
    }
    signed = ring.sign_document(KIND, orjson.dumps(document, option=orjson.OPT_SORT_KEYS))
    await connection.execute(queries.KEEP_MANIFEST, *key, signed, clock.now())
    await actor.note("release.manifest_signed", release["id"], files=len(files))
    believed: str = await connection.fetchval(queries.MANIFEST, *key)
    return believed


async def _weigh(
    connection: Connection, file: ReleaseFile, release: asyncpg.Record, actor: Actor, vault: Vault
) -> dict[str, str | int]:
    tally = Tally(connection)
    await tally.take(content(file, release, actor.role, vault, tally.read))
    return {"name": file.name, "sha256": tally.digest.hexdigest(), "bytes": tally.size, "rows": tally.rows}
