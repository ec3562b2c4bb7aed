"""Processes of a pool do their work and end with their parent, even when that is killed."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from api.core.pool import open_pool

HOLDS_A_POOL = """
import os, signal
from api.core.pool import open_pool
if __name__ == "__main__":
    with open_pool(2) as pool:
        print(*{pool.submit(os.getpid).result() for _ in range(4)}, flush=True)
        signal.pause()
"""


def runs(process: Path) -> bool:
    try:
        return ") Z " not in (process / "stat").read_text()
    except OSError:
        return False


def test_work_is_done_in_other_processes() -> None:
    with open_pool(1) as pool:
        elsewhere = pool.submit(os.getpid).result()

    assert elsewhere != os.getpid()
    assert not Path(f"/proc/{elsewhere}").exists()


async def test_a_killed_parent_leaves_no_process(tmp_path: Path) -> None:
    (tmp_path / "holder.py").write_text(HOLDS_A_POOL)
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    parent = await asyncio.create_subprocess_exec(
        sys.executable, str(tmp_path / "holder.py"), env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    async with asyncio.timeout(60):
        children = [Path(f"/proc/{pid}") for pid in (await parent.stdout.readline()).decode().split()]
        assert children
        assert all(runs(child) for child in children)
        parent.send_signal(signal.SIGKILL)
        await parent.wait()
        while any(runs(child) for child in children):  # noqa: ASYNC110  # the kernel tells nobody
            await asyncio.sleep(0.05)
