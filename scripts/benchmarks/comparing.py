"""What two runs say together: what got slower beyond noise, and how each cost grows with the number of households."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Any

Seen = Mapping[str, dict[str, Any]]
# A neighbour on the machine takes from API and floor alike, so ratios are compared; seconds where there is no floor.
LOST, LOST_WITHOUT_FLOOR = 0.10, 0.25
# below these an exponent is noise: CPU is counted in hundredths of a second
ROUNDS_WORTH, CPU_S_WORTH = 5, 0.2


def is_slower(now: dict[str, Any], then: dict[str, Any]) -> bool:
    """Whether a case got slower beyond noise: the quartiles of both runs lie apart, and a tenth is lost at least.

    Without a floor a quarter: the machine itself may have been slower.
    """
    if "ratio" in now and "ratio" in then:
        return bool(
            now["ratio_quartiles"][1] < then["ratio_quartiles"][0] and now["ratio"] < then["ratio"] * (1 - LOST)
        )
    here, there = now["api"], then["api"]
    apart = here["quartiles_per_s"][1] < there["quartiles_per_s"][0]
    return bool(apart and here["per_s"] < there["per_s"] * (1 - LOST_WITHOUT_FLOOR))


def slower(now: dict[str, Any], then: dict[str, Any]) -> str:
    """What to say of it."""
    said = f"{then['api']['per_s']:,} → {now['api']['per_s']:,} a second"
    if "ratio" in now and "ratio" in then:
        said += f", ratio to its floor {then['ratio']} → {now['ratio']}"
    return said + f", CPU {then['api']['cpu_us']:,} → {now['api']['cpu_us']:,} µs an item"


@dataclass(frozen=True, slots=True)
class Growth:
    """How a case's seconds and CPU (API and PostgreSQL) grow: 0 is flat, 1 in step with the households.

    `seconds_between` is what the quartiles of both runs leave open.
    """

    seconds: float
    seconds_between: tuple[float, float]
    cpu: float
    rounds: int
    cpu_s: float

    @property
    def doubt(self) -> str:
        """Why the exponents say little, or nothing."""
        if self.rounds < ROUNDS_WORTH:
            return f"{self.rounds} rounds: {ROUNDS_WORTH} are wanted"
        if self.cpu_s < CPU_S_WORTH:
            return f"{self.cpu_s:.2f} s of CPU in all rounds, which is counted in ticks: {CPU_S_WORTH} s are wanted"
        return ""


def exponents(small: Seen, large: Seen, fewer: int, more: int) -> dict[str, Growth]:
    """The growth of each case that both houses have measured."""

    def exponent(less: float, greater: float) -> float:
        return log(greater / less) / log(more / fewer) if min(less, greater) > 0 else 0.0

    grown = dict[str, Growth]()
    for name, there in large.items():
        if here := small.get(name):
            (fast, middle, slow), (fast_there, middle_there, slow_there) = _seconds(here), _seconds(there)
            grown[name] = Growth(
                exponent(middle, middle_there),
                (exponent(slow, fast_there), exponent(fast, slow_there)),
                exponent(_cpu(here), _cpu(there)),
                min(here["rounds"], there["rounds"]),
                min(one["rounds"] * _cpu(one) for one in (here, there)) / 1_000_000,
            )
    return grown


def _seconds(one: dict[str, Any]) -> tuple[float, float, float]:
    """Of a round: the lower quartile, the median, the upper quartile."""
    slow, fast = one["api"]["quartiles_per_s"]
    return one["items"] / fast, one["items"] / one["api"]["per_s"], one["items"] / slow


def _cpu(one: dict[str, Any]) -> float:
    return float(one["items"] * (one["api"]["cpu_us"] + one["api"]["database_cpu_us"]))
