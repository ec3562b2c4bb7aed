"""What a promise is: a module's `keep(house)` that yields lines, each with the number that an outsider may ask for."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TypeAlias

from scripts.drills.throw_away import ThrowAwayHouse


@dataclass(frozen=True, slots=True)
class Line:
    """One promise and its number: `found` of `tried`, and whether that is what was promised."""

    promise: str
    said: str
    kept: bool


Promise: TypeAlias = Callable[[ThrowAwayHouse], AsyncIterator[Line]]


def none_of(promise: str, what: str, found: int, tried: int) -> Line:
    """`what` must never happen: `0 of n`. Nothing tried is a promise not kept."""
    return Line(promise, f"{what}: {found} of {tried:,}", found == 0 and tried > 0)


def all_of(promise: str, what: str, found: int, tried: int) -> Line:
    """`what` must always happen: `n of n`. Nothing tried is a promise not kept."""
    return Line(promise, f"{what}: {found:,} of {tried:,}", found == tried and tried > 0)
