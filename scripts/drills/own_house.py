"""A throw-away house in pieces: its drill kills the API or PostgreSQL and starts it again, under the same addresses."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIGKILL

import asyncpg
import httpx
from rich.console import Console

from api import standalone
from api.core import embedded
from api.core.embedded_places import OWNER, url
from api.core.settings import settings
from api.core.supervisor import listen, tied_to_parent
from api.demo import seed

HOUSEHOLDS = 3_000
READY_S = 180.0
TOKEN_S = 900  # the longest there is: the drill measures pushes, not sign-ins


class House:
    """PostgreSQL as the embedded one starts it, and `serve` on one listening socket that outlives each of its lives.

    Start and kill from the main thread: a child is tied to the thread that started it.
    """

    def __init__(self, folder: Path, workers: int) -> None:
        self.folder, self.workers = folder, workers
        self.listener = listen("127.0.0.1", 0)
        self.listener.set_inheritable(True)
        self.url = f"http://127.0.0.1:{self.port}"
        self.api: list[subprocess.Popen[bytes]] = []
        self.log = (folder / "log").open("wb")
        self.start_postgres()

    @property
    def port(self) -> int:
        """Where the API listens."""
        found: int = self.listener.getsockname()[1]
        return found

    def address(self, user: str) -> str:
        """The database through the cluster's own link to its sockets, which stays when their folder changes."""
        return url(embedded.locate(self.folder / "postgres") / "sockets", standalone.DATABASE, user)

    def start_postgres(self) -> None:
        """Start it, durable as it ships; after a kill it recovers first."""
        self.cluster = embedded.start(self.folder / "postgres")

    def kill_postgres(self) -> None:
        """`kill -9` of the postmaster; its children leave by themselves."""
        self.cluster.process.send_signal(SIGKILL)
        self.cluster.process.wait()
        self.cluster.stop()

    def start_api(self) -> None:
        """Start it and return at once; whoever calls meanwhile waits in the socket's queue."""
        command = [sys.executable, "-m", "api", "serve", "--fd", str(self.listener.fileno())]
        self.api = [self._child(command) for _ in range(self.workers)]

    def kill_api(self) -> None:
        """`kill -9` of every process of the API."""
        for process in self.api:
            process.send_signal(SIGKILL)
        for process in self.api:
            process.wait()

    def await_ready(self) -> float:
        """Wait until the API is ready; the seconds that took. Raises `RuntimeError` with the end of the log."""
        began = time.monotonic()
        while time.monotonic() - began < READY_S:
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/readyz", timeout=5).is_success:
                    return time.monotonic() - began
            time.sleep(0.05)
        raise RuntimeError(f"the house did not become ready:\n{(self.folder / 'log').read_text()[-2000:]}")

    def furnish(self) -> None:
        """Migrate, seed the demo's people and import its households, as `sambang up` does."""
        asyncio.run(_make_database(self.cluster.owner_url))
        os.environ["SAMBANG_ACCESS_TOKEN_S"] = str(TOKEN_S)
        standalone.prepare(self.folder, standalone.Addresses(self.address(OWNER), self.address(standalone.LOGIN)))
        standalone.migrate()
        asyncio.run(seed.seed_people(settings()))
        self.start_api()
        self.await_ready()
        worker = self._child([sys.executable, "-m", "api", "worker"])
        try:
            seed.import_households(settings(), self.url, HOUSEHOLDS, Console(quiet=True))
        finally:
            worker.terminate()
            worker.wait()

    def close(self) -> None:
        """End it and delete the cluster."""
        self.kill_api()
        self.cluster.stop()
        embedded.reset(self.folder / "postgres")
        self.listener.close()
        self.log.close()

    def _child(self, command: list[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, process_group=0,
            pass_fds=[self.listener.fileno()], preexec_fn=tied_to_parent(SIGKILL),
        )  # fmt: skip


async def _make_database(owner_url: str) -> None:
    owner = await asyncpg.connect(owner_url)
    await owner.execute(f"create database {standalone.DATABASE}")
    await owner.close()


@contextmanager
def own_house(workers: int) -> Iterator[House]:
    """A furnished house, gone when the drill ends. Settings of the caller's are not its own."""
    for name in [name for name in os.environ if name.startswith("SAMBANG_") and name != "SAMBANG_PG_BINDIR"]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="sambang-drill-") as place:
        house = House(Path(place), workers)
        try:
            house.furnish()
            yield house
        finally:
            house.close()
