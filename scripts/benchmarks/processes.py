"""What processes of this machine have used: CPU seconds and the most memory, as Linux counts them."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_of(pids: list[int]) -> float:
    """The CPU seconds that these processes have used, with those of their children that have ended."""
    used = 0
    for pid in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used += sum(int(field) for field in fields[11:15])
    return used / TICKS_A_SECOND


def children_of(pids: list[int]) -> list[int]:
    """The processes that these have started and that still run."""
    listed = subprocess.run(["pgrep", "-P", ",".join(map(str, pids))], capture_output=True, check=False)
    return [int(line) for line in listed.stdout.split()]


def forget_peaks(pids: list[int]) -> float:
    """Let the peak of each be counted from now on; what they hold together now, in MiB."""
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    return _status_mib(pids, "VmRSS:")


def peak_mib(pids: list[int]) -> float:
    """The most that each held since then, added up, in MiB."""
    return _status_mib(pids, "VmHWM:")


def _status_mib(pids: list[int], word: str) -> float:
    found = 0.0
    for pid in pids:
        with suppress(OSError):
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            found += next(int(line.split()[1]) / 1024 for line in lines if line.startswith(word))
    return found
