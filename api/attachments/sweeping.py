"""What is left behind goes: files that no photo knows, uploads that were broken off, pieces that nobody went on with.

Whoever deletes a photo's row deletes the photo: its file is nobody's then, and goes within two hours (UU 27/2022
articles 42-44 by dossier 7.1).
"""

import contextlib
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from uuid import UUID

import obstore

from api.attachments import queries
from api.attachments.store import PhotoBucket, bucket_of, folder_of
from api.core import clock
from api.core.database import Connection
from api.core.jobs import Workplace, keep_sweeping
from api.core.settings import Settings

SWEEP_EVERY_S = 3600.0
UPLOAD_S = 3600.0  # no upload takes so long, and no transaction
PARTS_DAYS = 30
KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def sweep_photos(wanted: Settings, connection: Connection) -> int:
    """Take away what nobody knows and nobody is writing any more; says how many files."""
    await connection.execute(queries.FORGET_OLD_PARTS, PARTS_DAYS)
    swept, old = 0, _old_files(folder_of(wanted))
    while paths := list(islice(old, 1000)):
        ids = {path: _id_of(path) for path in paths}
        asked = [one for one in ids.values() if one is not None]
        known = {row["id"] for row in await connection.fetch(queries.KNOWN, asked)}
        for path, photo_id in ids.items():
            if photo_id not in known or path.suffix:  # a suffix is a file that somebody began to write
                path.unlink(missing_ok=True)
                swept += 1
    bucket = bucket_of(wanted)
    return swept + (await _sweep_bucket(bucket, connection) if bucket else 0)


async def _sweep_bucket(bucket: PhotoBucket, connection: Connection) -> int:
    """The same for an object store: only objects that go by the name of a picture are ever taken away."""
    swept, before = 0, clock.now() - timedelta(seconds=UPLOAD_S)
    async for found in bucket.objects():
        old = {key: UUID(key[3:]) for key, written in found if written < before and KEY.fullmatch(key)}
        known = {row["id"] for row in await connection.fetch(queries.KNOWN, list(old.values()))}
        gone = [key for key, photo_id in old.items() if photo_id not in known]
        if gone:
            await obstore.delete_async(bucket.bucket, gone)
        swept += len(gone)
    return swept


def _old_files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            if path.is_file() and time.time() - path.stat().st_mtime > UPLOAD_S:
                yield path


def _id_of(path: Path) -> UUID | None:
    with contextlib.suppress(ValueError):
        return UUID(path.name[:36])
    return None


async def keep_sweeping_photos(place: Workplace) -> None:
    """Sweep when the worker begins and every hour."""
    await keep_sweeping(place, "photos", SWEEP_EVERY_S, partial(sweep_photos, place.settings))
