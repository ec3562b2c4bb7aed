"""A house with as many households as wanted, made by SQL once, kept, and copied fresh for every run.

`pristine` is the database as it was filled; a run works in a copy of it (`create database … template`), so that runs
do not wear each other's household out and a second run of 500,000 households begins within a minute.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import Any

import asyncpg
import httpx

from api import standalone
from api.core import embedded
from api.core.embedded_places import OWNER
from api.core.settings import settings
from api.demo import seed
from scripts.benchmarks.filling import fill
from scripts.benchmarks.processes import children_of, cpu_of
from scripts.drills.own_house import READY_S, House

# the library is loaded and silent; `plans` lets it speak for one call at a time
POSTGRES = {"session_preload_libraries": "auto_explain"}
ENVIRONMENT = {
    # the bench measures work, not sign-ins
    "SAMBANG_ACCESS_TOKEN_S": "900",
    # one person's calls of a whole day in a minute
    "SAMBANG_CALLS_PERSON": "1000000",
    # no worker runs beside the measuring, so nothing is sealed meanwhile, and downloads must not stop for it
    "SAMBANG_AUDIT_STUCK_S": "86400",
}
PRISTINE = "pristine"
RENEW_S = 400.0


class LargeHouse(House):
    """A house for measuring: who signs in is kept, and processes other than the API's may stand beside it."""

    def __init__(self, folder: Path, workers: int, households: int) -> None:
        self.households = households
        self.tokens: dict[str, tuple[float, str, str]] = {}
        self.beside: list[subprocess.Popen[bytes]] = []
        super().__init__(folder, workers)

    def start_postgres(self) -> None:
        """As it ships, with `auto_explain` at hand."""
        self.cluster = embedded.start(self.folder / "postgres", settings=POSTGRES)

    def furnish(self) -> None:
        """Fill `pristine` unless it is there, and start the API on a copy of it."""
        os.environ |= ENVIRONMENT
        owner = self.cluster.owner_url
        made = asyncio.run(_has_database(owner, PRISTINE))
        if not made:
            asyncio.run(_execute(owner, f"drop database if exists {standalone.DATABASE}"))
            asyncio.run(_execute(owner, f"create database {standalone.DATABASE}"))
        else:
            asyncio.run(_copy(owner, PRISTINE, standalone.DATABASE))
        standalone.prepare(self.folder, standalone.Addresses(self.address(OWNER), self.address(standalone.LOGIN)))
        standalone.migrate()
        if not made:
            asyncio.run(seed.seed_people(settings()))
            asyncio.run(fill(self.address(OWNER), self.folder, self.households))
            asyncio.run(_copy(owner, standalone.DATABASE, PRISTINE))
        self.start_api()
        self.await_ready()

    def api_pids(self) -> list[int]:
        """The processes of the API."""
        return [process.pid for process in self.api]

    def database_cpu(self) -> float:
        """CPU seconds of PostgreSQL with all its processes."""
        postmaster = self.cluster.process.pid
        return cpu_of([postmaster, *children_of([postmaster])])

    def login(self, username: str) -> dict[str, Any]:
        """What the demo's file says of this person."""
        staff = json.loads((self.folder / "demo.json").read_text())["staff"]
        found: dict[str, Any] = next(one for one in staff if one["username"] == username)
        return found

    def enumerators(self) -> list[dict[str, Any]]:
        """Everybody of the demo who enumerates, with a password."""
        staff = json.loads((self.folder / "demo.json").read_text())["staff"]
        return [one for one in staff if one["role"] == "enumerator"]

    def token(self, username: str) -> str:
        """An access token of this person that lasts for a case; signed in once, refreshed afterwards."""
        kept = self.tokens.get(username)
        if kept is not None and time.monotonic() - kept[0] < RENEW_S:
            return kept[1]
        if kept is not None:
            form = {"grant_type": "refresh_token", "refresh_token": kept[2]}
            given = httpx.post(f"{self.url}/v1/oauth/token", data=form, timeout=60)
        else:
            body = seed.session_body(self.folder, username) | {"device_id": f"hp-{username}"}
            given = httpx.post(f"{self.url}/v1/sessions", json=body, timeout=60)
        pair = given.raise_for_status().json()
        self.tokens[username] = (time.monotonic(), pair["access_token"], pair["refresh_token"])
        return str(pair["access_token"])

    def start_bare(self) -> tuple[subprocess.Popen[bytes], str]:
        """The floor's server on a free port, and where it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        return self.start_beside(["scripts.benchmarks.bare", str(port)], f"{url}/ready"), url

    def start_beside(self, command: list[str], url: str | None = None) -> subprocess.Popen[bytes]:
        """Start a process that is not the API's (the worker, a floor's server); wait until `url` answers."""
        process = self._child([sys.executable, "-m", *command])
        self.beside.append(process)
        until = time.monotonic() + READY_S
        while url is not None and time.monotonic() < until and process.poll() is None:
            with suppress(httpx.TransportError):
                if httpx.get(url, timeout=5).is_success:
                    break
            time.sleep(0.05)
        return process

    def end_beside(self, process: subprocess.Popen[bytes]) -> None:
        """End such a process."""
        process.send_signal(SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()
        self.beside.remove(process)

    def close(self) -> None:
        """End everything; the cluster stays where it lies."""
        for process in (*self.api, *self.beside):
            process.send_signal(SIGKILL)
            process.wait()
        self.cluster.stop()
        self.listener.close()
        self.log.close()


async def _has_database(owner_url: str, name: str) -> bool:
    owner = await asyncpg.connect(owner_url)
    try:
        return bool(await owner.fetchval("select exists (select from pg_database where datname = $1)", name))
    finally:
        await owner.close()


async def _execute(owner_url: str, *statements: str) -> None:
    owner = await asyncpg.connect(owner_url, timeout=60)
    try:
        for statement in statements:
            await owner.execute(statement)
    finally:
        await owner.close()


async def _copy(owner_url: str, source: str, target: str) -> None:
    """A database as a copy of another, file by file."""
    await _execute(
        owner_url,
        f"drop database if exists {target} with (force)",
        f"create database {target} template {source} strategy file_copy",
        "checkpoint",
    )


@contextmanager
def large_house(folder: Path, workers: int, households: int) -> Iterator[LargeHouse]:
    """The house of this folder, made when it is not there. Settings of the caller's are not its own."""
    for name in [name for name in os.environ if name.startswith("SAMBANG_") and name != "SAMBANG_PG_BINDIR"]:
        del os.environ[name]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    house = LargeHouse(folder, workers, households)
    try:
        house.furnish()
        yield house
    finally:
        house.close()
