"""Personal numbers stand where they belong alone: 100 canaries through every door, then a hunt (trust.md T27)."""

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
from rich.console import Console

from api.core import embedded_places
from scripts.drills.promises.canary_doors import Doors, bad_doors, honest_doors
from scripts.drills.promises.hunting import NAME, files_of, found_in_files, hunt, planted_in
from scripts.drills.promises.promise import Line, all_of, none_of
from scripts.drills.throw_away import ThrowAwayHouse

OPEN = ("/openapi.json", "/metrics", "/healthz", "/readyz", "/v1/meta", "/v1/code-lists", "/docs")
told = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)


async def keep(house: ThrowAwayHouse) -> AsyncIterator[Line]:
    """What the hunt looks through, kind by kind; names may stand in the database and its dump alone."""
    hunted, doors = hunt(), Doors(house)
    doors.people["nobody"] = httpx.AsyncClient(base_url=house.url, timeout=60)
    for username in ("dewi", "ratna", "siti"):
        await doors.sign_in(username)
    await honest_doors(doors)
    await bad_doors(doors)
    await doors.sign_in("budi")
    for path in OPEN:
        await doors.call("nobody", "GET", path)
    await doors.close()

    planted = planted_in(hunted)
    yield all_of("P3", "planted canaries that the hunt finds", sum(planted), len(planted))
    found = [
        f"{what}: {one}"
        for what, body, numbers, names in doors.answers
        if not numbers
        for one in hunted.found_in(body, names=not names)
    ]
    yield _none("answers, their heads, errors, contract and metrics", found, len(doors.answers))
    found = hunted.found_in(doors.opened_tokens(), names=True)
    yield _none("tokens", found, len(doors.tokens))
    home = embedded_places.locate(house.folder / "postgres")
    logs = [house.folder.parent / "log", home / "postgres.log"]
    looked, found = found_in_files(hunted, logs, names=True)
    yield _none("logs of the application and of PostgreSQL", found, looked)
    others = [path for path in files_of(house.folder.parent) if home not in path.parents and path not in logs]
    looked, found = found_in_files(hunted, others, names=True)
    yield _none("uploaded, private and temporary files", found, looked)
    looked, found = found_in_files(hunted, files_of(home / "data"), names=False, hashes=False)
    yield _none("files of the database and its write-ahead log", found, looked)
    dump = _dump(house)
    found = [one for line in dump.split(b"\n") for one in hunted.found_in(line, names=False)]
    yield _none("lines of a pg_dump", found, dump.count(b"\n"))
    known = NAME.encode() in dump
    yield Line("P3", f"names of the canaries are in the database itself: {'yes' if known else 'no'}", known)


def _dump(house: ThrowAwayHouse) -> bytes:
    program = embedded_places.find_binaries() / "pg_dump"
    made = subprocess.run([program, "--dbname", house.owner_url], capture_output=True, check=True)
    return made.stdout


def _none(where: str, found: list[str], looked: int) -> Line:
    for one in found[:20]:
        told.print(f"  canary in {Path(one).name if one.startswith('/') else one}")
    sys.stderr.flush()
    return none_of("P3", f"canaries in {where}", len(found), looked)
