"""A throw-away house for a drill: `sambang up` in a temporary folder on a free port, gone when the drill ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from api import standalone

KEPT = ("SAMBANG_PG_BINDIR",)  # which PostgreSQL; all else is the drill's to set
READY_S = 600.0  # a full demo imports 52,881 households before it is ready


@dataclass(slots=True)
class ThrowAwayHouse:
    """A running house: where it answers, where its private files lie, and the tree of its processes."""

    url: str
    folder: Path
    command: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def owner_url(self) -> str:
        """The database as its owner reaches it."""
        return standalone.owner_url(self.folder)

    @property
    def log(self) -> str:
        """What its processes have written so far."""
        return (self.folder.parent / "log").read_text(errors="replace")

    def logins(self) -> dict[str, Any]:
        """The demo's people and machines, as `demo.json` holds them."""
        known: dict[str, Any] = json.loads((self.folder / "demo.json").read_text())
        return known

    def start(self) -> None:
        """Start it, or start it again on the same data after a process of it was killed; return when it is ready."""
        with (self.folder.parent / "log").open("ab") as written:
            said_before = written.tell()
            self.process = subprocess.Popen(
                self.command, env=self.environment, stdout=written, stderr=subprocess.STDOUT, start_new_session=True
            )
        until = time.monotonic() + READY_S
        while time.monotonic() < until and self.process.poll() is None:
            said = self.log[said_before:]
            if "Ctrl-C ends it" in said and httpx.get(f"{self.url}/readyz", timeout=10).is_success:
                return
            time.sleep(0.2)
        raise RuntimeError(f"the house did not become ready:\n{self.log[-2000:]}")

    def end(self) -> None:
        """Ask it to end; kill what does not."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def pids(self, word: str) -> list[int]:
        """The children whose command line holds this word: `serve`, `worker`, `postgres`; the oldest first."""
        listed = subprocess.run(["pgrep", "-P", str(self.process.pid), "-f", word], capture_output=True, check=False)
        return [int(line) for line in listed.stdout.split()]


@contextmanager
def throw_away_house(*options: str, **environment: str) -> Iterator[ThrowAwayHouse]:
    """Start `sambang up` with these options and settings, wait until it is ready, end it and delete it afterwards.

    Raises `RuntimeError` with the end of its log when it does not become ready.
    """
    with tempfile.TemporaryDirectory(prefix="sambang-drill-") as place:
        folder, scratch = Path(place) / "private", Path(place) / "scratch"
        scratch.mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        given = {name: value for name, value in os.environ.items() if not name.startswith("SAMBANG_") or name in KEPT}
        command = [sys.executable, "-m", "api", "up", "--port", str(port), *options]
        private = {"SAMBANG_PRIVATE_FOLDER": str(folder), "TMPDIR": str(scratch)}
        house = ThrowAwayHouse(f"http://127.0.0.1:{port}", folder, command, given | private | environment)
        try:
            house.start()
            yield house
        finally:
            house.end()
