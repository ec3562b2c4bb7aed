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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from api import standalone

KEPT = ("SAMBANG_PG_BINDIR",)  # which PostgreSQL; all else is the drill's to set
READY_S = 600.0  # a full demo imports 52,881 households before it is ready


@dataclass(frozen=True, slots=True)
class ThrowAwayHouse:
    """A running house: where it answers, where its private files lie, and the tree of its processes."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]

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
        folder, log = Path(place) / "private", Path(place) / "log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("SAMBANG_") or name == "SAMBANG_PG_BINDIR"
        }
        with log.open("wb") as written:
            process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "up", "--port", str(port), *options],
                env={**kept, "SAMBANG_PRIVATE_FOLDER": str(folder), **environment},
                stdout=written, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        house = ThrowAwayHouse(f"http://127.0.0.1:{port}", folder, process)
        try:
            _await_banner(house)
            yield house
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _await_banner(house: ThrowAwayHouse) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until and house.process.poll() is None:
        if "Ctrl-C ends it" in house.log and httpx.get(f"{house.url}/readyz", timeout=10).is_success:
            return
        time.sleep(0.2)
    raise RuntimeError(f"the house did not become ready:\n{house.log[-2000:]}")
