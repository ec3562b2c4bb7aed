"""What a case is, and how it is measured: API and floor in turns, seconds, CPU and memory of each."""

import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any, TypeAlias

from scripts.benchmarks.large_house import LargeHouse
from scripts.benchmarks.plans import Plans
from scripts.benchmarks.processes import cpu_of, forget_peaks, peak_mib

MICRO = 1_000_000
HEAVY = 3
Listening: TypeAlias = Callable[[LargeHouse], AbstractAsyncContextManager[Plans]]


class Case:
    """One kind of work: so many `items` a round, through the API and as its floor. A room subclasses it.

    A round must not lean on the one before. `rounds` caps how often a heavy case is measured; `hot` cases are what
    people and phones ask all day: no statement of theirs may read a large table from end to end. A case without a floor
    (`has_floor`) keeps a promise in seconds instead.
    """

    name: str = ""
    items: int = 1
    rounds: int = 1000
    hot: bool = True
    has_floor: bool = True
    explained: bool = True  # one more round for the planner; not for what takes minutes

    async def prepare(self, house: LargeHouse, rounds: int) -> None:
        """Make what this many rounds of both need; not measured."""

    async def before(self, number: int) -> None:
        """What must stand before each side's round: it puts back what the last one moved; not measured."""

    async def api(self, number: int) -> None:
        """A round over HTTP."""
        raise NotImplementedError

    async def floor(self, number: int) -> None:
        """The same durable work (rows, indexes, audit row) without our code."""
        raise NotImplementedError

    async def close(self) -> None:
        """Give back what `prepare` opened."""

    def notes(self) -> list[str]:
        """What else is to be said of the measured rounds, a line each."""
        return []

    def api_pids(self, house: LargeHouse) -> list[int]:
        """The processes of ours that do the work."""
        return house.api_pids()

    def floor_pids(self, house: LargeHouse) -> list[int] | None:
        """Those that do the floor's, unless it is this process."""
        return None


@dataclass(slots=True)
class Measured:
    """Rounds of one side: seconds of each, and the CPU seconds of the processes and of PostgreSQL."""

    items: int
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    database_cpu: list[float] = field(default_factory=list)

    async def add(
        self, work: Callable[[], Awaitable[None]], cpu: Callable[[], float], database: Callable[[], float]
    ) -> None:
        """Measure one round."""
        used, served, began = cpu(), database(), time.perf_counter()
        await work()
        self.seconds.append(time.perf_counter() - began)
        self.cpu.append(cpu() - used)
        self.database_cpu.append(database() - served)

    def forget(self) -> None:
        """That was to warm up."""
        for kept in (self.seconds, self.cpu, self.database_cpu):
            kept.clear()

    def told(self) -> dict[str, Any]:
        """Items a second at the median and at both quartiles; microseconds of CPU an item, over all rounds."""
        low, high = quartiles(self.seconds)
        done = self.items * len(self.seconds)
        return {
            "per_s": round(self.items / median(self.seconds), 2),
            "quartiles_per_s": [round(self.items / high, 2), round(self.items / low, 2)],
            "cpu_us": round(sum(self.cpu) * MICRO / done, 1),
            "database_cpu_us": round(sum(self.database_cpu) * MICRO / done, 1),
        }


def quartiles(values: list[float]) -> tuple[float, float]:
    """The lower and the upper quartile; of a single round twice that round."""
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = quantiles(values, n=4)
    return low, high


async def measure(
    case: Case, house: LargeHouse, rounds: int, warm: int, explained: Listening | None, found: list[Plans]
) -> dict[str, Any]:
    """API and floor in turns, each first as often as the other; the first rounds warm both up.

    A round's ratio is floor seconds / API seconds of that very round, so that a neighbour who takes the machine for a
    while takes it from both. Where plans are asked for (`explained`), one more round of the API tells them.
    """
    rounds = min(rounds, case.rounds)
    warm = min(warm, rounds) if case.rounds > HEAVY else 0  # a heavy one is warm from its preparation
    await case.prepare(house, rounds + warm + 1)
    pids, ours = case.api_pids(house), case.floor_pids(house)
    sides = {
        "api": (Measured(case.items), case.api, lambda: cpu_of(pids)),
        "floor": (Measured(case.items), case.floor, time.process_time if ours is None else lambda: cpu_of(ours)),
    }
    if not case.has_floor:
        del sides["floor"]
    before_mib, used = forget_peaks(pids), [cpu_of([pid]) for pid in pids]
    try:
        for number in range(rounds + warm):
            for side, work, cpu in list(sides.values())[:: 1 if number % 2 else -1]:
                await case.before(number)
                await side.add(lambda: work(number), cpu, house.database_cpu)  # noqa: B023  # awaited in this turn
                if number < warm:
                    side.forget()
        peak, notes = peak_mib(pids), [*case.notes(), *_shares(pids, used)]
        if explained is not None:
            await case.before(rounds + warm)
            async with explained(house) as seen:
                await case.api(rounds + warm)
            found.append(seen)
    finally:
        await case.close()
    told: dict[str, Any] = {"items": case.items, "rounds": rounds, "hot": case.hot, "notes": notes}
    told |= {name: side.told() for name, (side, *_) in sides.items()}
    told |= {"peak_mib": round(peak), "grown_mib": round(max(0.0, peak - before_mib), 1)}
    if case.has_floor:
        ratios = [floor / api for api, floor in zip(sides["api"][0].seconds, sides["floor"][0].seconds, strict=True)]
        told |= {"ratio": round(median(ratios), 4), "ratio_quartiles": [round(one, 4) for one in quartiles(ratios)]}
    return told


def _shares(pids: list[int], before: list[float]) -> list[str]:
    """How the processes, where there are several, shared the work: one line is one process's."""
    used = [cpu_of([pid]) - then for pid, then in zip(pids, before, strict=True)]
    if len(used) < 2 or not sum(used):
        return []
    return [f"of the CPU each process had {' + '.join(f'{one / sum(used):.0%}' for one in used)}"]
