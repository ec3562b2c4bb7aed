"""Seals uploaded files anew, a chunk at a time beside the old file, which the new one then replaces as a whole."""

import os
import time
from pathlib import Path
from uuid import UUID

import asyncpg

from api.core.vault import Vault, WrongSeal
from api.custody.renewing import Tally, Tell

BEING_WRITTEN = ".renewing"
QUIET_S = 60.0  # a file that an upload has not touched for so long, or that its import knows, is not being written


async def renew_files(owner: asyncpg.Connection, folder: Path, vault: Vault, tell: Tell) -> Tally:
    """One pass over every file; the first 36 letters of its name are the id that it is bound to."""
    tally = Tally()
    for path in files_in(folder):
        tally.rows += 1
        try:
            bound_to = UUID(path.name[:36])
            if not needs_renewal(path, bound_to, vault):
                continue
            whole = await owner.fetchval("select exists (select from imports where id = $1)", bound_to)
            if not whole and time.time() - path.stat().st_mtime < QUIET_S:
                tally.missed += 1
                continue
            renew_file(path, bound_to, vault)
            tally.renewed += 1
        except FileNotFoundError:
            continue  # an upload that was refused takes its file away
        except (WrongSeal, ValueError):
            tally.unreadable.append(f"file {path.name}")
        tell("files", tally.rows, tally.renewed)
    return tally


def files_in(folder: Path) -> list[Path]:
    """Every file that was taken in; what a rotation that was broken off left beside one goes."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in found:
        if path.suffix == BEING_WRITTEN:
            path.unlink()
    return [path for path in found if path.suffix != BEING_WRITTEN]


def needs_renewal(path: Path, bound_to: UUID, vault: Vault) -> bool:
    """Whether another key than the newest sealed a chunk of it; raises `WrongSeal`."""
    with path.open("rb") as file:
        return any(vault.renew("file", bound_to, line.rstrip(b"\n"))[1] is not None for line in file)


def renew_file(path: Path, bound_to: UUID, vault: Vault) -> None:
    """Write the file anew and put it in the place of the old one; who reads the old one goes on reading it."""
    beside = path.with_name(path.name + BEING_WRITTEN)
    with path.open("rb") as old, open(beside, "wb", opener=_private) as new:  # Path.open has no opener
        for line in old:
            sealed = line.rstrip(b"\n")
            new.write((vault.renew("file", bound_to, sealed)[1] or sealed) + b"\n")
        new.flush()
        os.fsync(new.fileno())
    beside.replace(path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
