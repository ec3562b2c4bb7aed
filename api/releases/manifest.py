"""The manifest of a release: what each file is to the byte, signed, so that anybody can check a copy offline.

The worker hashed the files once; signing is what is left. An ES256 signature is another each time it is made, so the
signed manifest itself is kept.
"""

import asyncpg
import orjson

from api.access.actor import Actor
from api.access.tokens import KeyRing
from api.core import clock
from api.core.database import Connection
from api.releases import queries
from api.releases.contents import EDITION, all_files
from api.releases.problems import ManifestFailed, ManifestNotReady
from api.tables import ManifestStatus

KIND = "manifest"


async def sign_manifest(connection: Connection, actor: Actor, release: asyncpg.Record, ring: KeyRing) -> str:
    """The manifest of the release's files, as a compact JWS; signed when first asked for, once they are hashed."""
    key = (release["id"], actor.role.value, EDITION)
    kept: str | None = await connection.fetchval(queries.MANIFEST, *key)
    if kept is not None:
        return kept
    hashes = {row["name"]: dict(row) for row in await connection.fetch(queries.HASHES, release["id"], EDITION)}
    names = [file.name for file in all_files(release["households"])]
    if not hashes.keys() >= set(names):
        raise ManifestFailed if release["manifest_status"] == ManifestStatus.FAILED else ManifestNotReady
    document = {
        "issuer": ring.issuer,
        "release": str(release["id"]),
        "campaign": release["campaign_code"],
        "number": release["number"],
        "created_at": release["created_at"].isoformat(timespec="microseconds"),
        "reader": actor.role.value,
        "edition": EDITION,
        "counts": release["counts"],
        "files": [hashes[name] for name in names],
    }
    signed = ring.sign_document(KIND, orjson.dumps(document, option=orjson.OPT_SORT_KEYS))
    await connection.execute(queries.KEEP_MANIFEST, *key, signed, clock.now())
    await actor.note("release.manifest_signed", release["id"], files=len(names))
    believed: str = await connection.fetchval(queries.MANIFEST, *key)
    return believed
