"""The tables of a run, for people: they fit into 100 columns."""

import sys
from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from scripts.benchmarks import comparing

COLUMNS = 100
HEADINGS = ("API\n/s", "floor\n/s", "\nratio", "CPU\nAPI", "its\nPG", "CPU\nfloor", "its\nPG", "peak\nMiB")
console = Console(soft_wrap=True, highlight=False, width=None if sys.stdout.isatty() else COLUMNS)
Seen = Mapping[str, dict[str, Any]]


def results(seen: Seen, households: int) -> None:
    """What each case did beside its floor, and what else is to be said of it."""
    table = _table(f"{households:,} households; CPU in µs an item", "case", *HEADINGS)
    for name, one in seen.items():
        api, floor = one["api"], one.get("floor") or {}
        numbers = [api["per_s"], floor.get("per_s"), one.get("ratio"), api["cpu_us"], api["database_cpu_us"]]
        numbers += [floor.get("cpu_us"), floor.get("database_cpu_us"), one["peak_mib"]]
        table.add_row(name, *map(short, numbers))
    console.print(table)
    for name, one in seen.items():
        for note in one["notes"]:
            console.print(f"{name}: {note}")
        for long_read in one.get("long_reads", ()) if one["hot"] else ():
            console.print(f"reads much: {name}, {long_read}")


def growth(sizes: Mapping[int, Seen]) -> None:
    """How each cost grows from the smallest house to the largest, and of which cases nothing can be said."""
    fewer, more = min(sizes), max(sizes)
    grown = comparing.exponents(sizes[fewer], sizes[more], fewer, more)
    title = f"growth from {fewer:,} to {more:,} households: 0 is flat, 1 in step"
    table = _table(title, "case", "seconds", "quartiles", "CPU", "rounds")
    for name, one in grown.items():
        low, high = one.seconds_between
        table.add_row(name, f"{one.seconds:.2f}", f"{low:.2f} … {high:.2f}", f"{one.cpu:.2f}", str(one.rounds))
    console.print(table)
    for name, one in grown.items():
        if one.doubt:
            console.print(f"says little: {name}, {one.doubt}")


def short(number: float | None) -> str:
    """Three digits, or all before the point; nothing for what was not measured."""
    if number is None:
        return ""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(first, no_wrap=True, vertical="bottom")
    for heading in others:
        table.add_column(heading, justify="right", no_wrap=True)
    return table
