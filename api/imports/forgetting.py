"""A file that was sent goes when it has been read: who sent it has it, and nobody needs it twice.

What stays is its digest, its findings and each row that was taken, sealed (UU 27/2022 articles 42-44 by dossier 7.1:
what is needed no longer is destroyed). A failed import is sent again, not run again, so its file goes too.
"""

import contextlib
import time
from functools import partial
from pathlib import Path
from uuid import UUID

from api.core.database import Connection
from api.core.jobs import Workplace, keep_sweeping
from api.core.settings import Settings
from api.imports.upload import file_of, folder_of
from api.tables import ImportPart, ImportStatus

SWEEP_EVERY_S = 3600.0
UPLOAD_S = 24 * 3600.0  # no upload takes so long: a file that no import knows by then was broken off
STATUSES = "select id, status from imports where id = any($1::uuid[])"
READ = (ImportStatus.DONE, ImportStatus.FAILED)


def forget_files(wanted: Settings, import_id: UUID) -> None:
    """The import is done or has failed, and its transaction is committed: its files go."""
    for part in ImportPart:
        file_of(wanted, import_id, part).unlink(missing_ok=True)


async def sweep_files(wanted: Settings, connection: Connection) -> int:
    """Take away what was left behind: by a worker that died just then, a broken upload, a rotation of keys."""
    found = {path: UUID(path.name[:36]) for path in folder_of(wanted).glob("*-*-*-*-*")}
    known = {row["id"]: row["status"] for row in await connection.fetch(STATUSES, list(set(found.values())))}
    left = [path for path, of in found.items() if (known[of] in READ if of in known else _is_old(path))]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _is_old(path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return time.time() - path.stat().st_mtime > UPLOAD_S
    return False


async def keep_forgetting(place: Workplace) -> None:
    """Sweep when the worker begins and every hour."""
    await keep_sweeping(place, "files of imports", SWEEP_EVERY_S, partial(sweep_files, place.settings))
