"""A throw-away house: its own database in a temporary folder and a free port, so that nobody's data are mixed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import httpx

from api.core import embedded
from api.demo.seed import LOGINS

READY_S, END_S = 600, 60


class HouseEnded(RuntimeError):
    """The house did not start; the message is what it said."""


@contextmanager
def throw_away_house(workers: int) -> Iterator[tuple[str, Path]]:
    """Start one with the demo's people and no household; its address and its logins. Nothing of it stays."""
    folder = Path(mkdtemp(prefix="sambang-season-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "api", "up", "--people-only", "--port", str(port), "--workers", str(workers)]
    given = {name: value for name, value in os.environ.items() if not name.startswith("SAMBANG_")}
    log = folder / "house.log"
    with log.open("wb") as said:
        house = subprocess.Popen(command, stdout=said, stderr=said, env=given | {"SAMBANG_PRIVATE_FOLDER": str(folder)})
    try:
        url = f"http://127.0.0.1:{port}"
        _await_ready(house, url, log)
        yield url, folder / LOGINS
    finally:
        house.send_signal(signal.SIGINT)
        house.wait(END_S)
        embedded.reset(folder / "postgres")
        rmtree(folder, ignore_errors=True)


def _await_ready(house: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        if house.poll() is not None:
            raise HouseEnded(log.read_text())
        try:
            if httpx.get(f"{url}/readyz", timeout=5).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise HouseEnded("the house did not become ready")
