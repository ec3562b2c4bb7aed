"""What two runs say together: what got slower beyond noise, and how each cost grows with the number of households."""

from collections.abc import Mapping
from math import log
from typing import Any

Seen = Mapping[str, dict[str, Any]]
# A neighbour on the machine takes from API and floor alike, so ratios are compared; seconds where there is no floor.
LOST, LOST_WITHOUT_FLOOR = 0.10, 0.25


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


def exponents(small: Seen, large: Seen, fewer: int, more: int) -> dict[str, dict[str, float]]:
    """How the seconds and the CPU (API and PostgreSQL) of a round grow: 0 is flat, 1 in step with the households."""
    return {
        name: {
            "seconds": _exponent(_seconds(small[name]), _seconds(one), fewer, more),
            "cpu": _exponent(_cpu(small[name]), _cpu(one), fewer, more),
        }
        for name, one in large.items()
        if name in small
    }


def _seconds(one: dict[str, Any]) -> float:
    return float(one["items"] / one["api"]["per_s"])


def _cpu(one: dict[str, Any]) -> float:
    return float(one["items"] * (one["api"]["cpu_us"] + one["api"]["database_cpu_us"]))


def _exponent(small: float, large: float, fewer: int, more: int) -> float:
    return round(log(large / small) / log(more / fewer), 2) if min(small, large) > 0 else 0.0
