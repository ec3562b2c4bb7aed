"""What the facts about real clusters need: a folder, a question, an owner in another process."""

import asyncio
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from api.core.supervisor import tied_to_parent

ROOT = Path(__file__).parents[2]
START_AND_SLEEP = """
import sys, time
from pathlib import Path
from api.core import embedded
cluster = embedded.start(Path(sys.argv[1]), durable=False)
print(cluster.process.pid, cluster.owner_url, flush=True)
time.sleep(60)
"""


@contextmanager
def folder_in_the_open() -> Iterator[Path]:
    """A folder that is not yet there, where any user could go; pytest's own are 0700, which root's server is not.

    On the RAM disk where there is one.
    """
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder of our own in it
    with tempfile.TemporaryDirectory(prefix="facts-", dir=memory if memory.is_dir() else None) as parent:
        Path(parent).chmod(0o755)
        yield Path(parent) / "database"


def ask(url: str, query: str) -> object:
    """One value from one connection, on a loop of its own so that the session's loop stays as it is."""

    async def fetch() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(fetch())
    finally:
        loop.close()


def start_elsewhere(folder: Path) -> tuple[subprocess.Popen[str], int, str]:
    """Another Python process that owns a cluster: the process, its server's number, its URL."""
    owner = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", START_AND_SLEEP, str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=tied_to_parent(signal.SIGKILL),
    )
    assert owner.stdout is not None
    pid, url = owner.stdout.readline().split()
    return owner, int(pid), url


def kill(owner: subprocess.Popen[str]) -> None:
    """As `kill -9` does: nothing of the owner's own code runs."""
    owner.kill()
    owner.wait()
    if owner.stdout is not None:
        owner.stdout.close()  # unread: an orphan would hold it open, and waiting for its end would hide the orphan


def alive(pid: int) -> bool:
    """Whether this process still runs; one that only waits to be buried does not."""
    return bool(status(pid)) and status(pid)[0] != "Z"


def children(pid: int) -> list[int]:
    """The processes this one started."""
    numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [number for number in numbers if status(number)[1:2] == [str(pid)]]


def status(pid: int) -> list[str]:
    """State, parent and the rest of one line of /proc, or nothing when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
