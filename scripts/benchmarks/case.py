"""What a case is: so many items a round, once through the API and once as its floor, and what that costs."""

import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Protocol

from scripts.drills.own_house import House

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
MICRO = 1_000_000


class Case(Protocol):
    """One kind of work. A round must not depend on the one before: `api` and `floor` are called in turns."""

    name: str
    items: int

    async def prepare(self, house: House, rounds: int) -> None:
        """Make what this many rounds of both need; not measured."""

    async def api(self, number: int) -> None:
        """A round over HTTP."""

    async def floor(self, number: int) -> None:
        """The same work without our code."""

    async def close(self) -> None:
        """Give back what `prepare` opened."""


@dataclass(slots=True)
class Measured:
    """Rounds of one side: seconds of each, and the CPU seconds of the process that did it."""

    items: int
    seconds: list[float] = field(default_factory=list)
    cpu: float = 0.0

    async def add(self, work: Callable[[], Awaitable[None]], cpu: Callable[[], float]) -> None:
        """Measure one round."""
        before, began = cpu(), time.perf_counter()
        await work()
        self.seconds.append(time.perf_counter() - began)
        self.cpu += cpu() - before

    def told(self) -> dict[str, Any]:
        """Items a second at the median and at both quartiles, and microseconds of CPU an item."""
        low, _, high = quantiles(self.seconds, n=4)
        return {
            "per_s": round(self.items / median(self.seconds), 1),
            "quartiles_per_s": [round(self.items / high, 1), round(self.items / low, 1)],
            "cpu_us": round(self.cpu * MICRO / (self.items * len(self.seconds)), 1),
        }


def cpu_of(pids: list[int]) -> float:
    """The CPU seconds that these processes have used."""
    used = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        used += int(fields[11]) + int(fields[12])
    return used / TICKS_A_SECOND


async def measure(case: Case, house: House, rounds: int, warm: int = 2) -> dict[str, Any]:
    """API and floor in turns, each first as often as the other; the first rounds warm both up."""
    await case.prepare(house, rounds + warm)
    api, floor = Measured(case.items), Measured(case.items)
    pids = [process.pid for process in house.api]
    try:
        for number in range(rounds + warm):
            if number == warm:
                api, floor = Measured(case.items), Measured(case.items)
            sides = [
                (api, lambda: case.api(number), lambda: cpu_of(pids)),  # noqa: B023  # awaited in this very turn
                (floor, lambda: case.floor(number), time.process_time),  # noqa: B023
            ]
            for side, work, cpu in sides if number % 2 else reversed(sides):
                await side.add(work, cpu)
    finally:
        await case.close()
    ratio = median(floor.seconds) / median(api.seconds)
    return {"items": case.items, "rounds": rounds, "api": api.told(), "floor": floor.told(), "ratio": round(ratio, 3)}
