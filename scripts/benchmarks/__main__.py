"""`scripts/bench`: every case on one house in one run; a table, and JSON to compare the next run with."""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from scripts.benchmarks import push
from scripts.benchmarks.case import Case, measure
from scripts.drills.own_house import own_house

CASES: tuple[Case, ...] = (*push.CASES,)
console = Console(soft_wrap=True, highlight=False)


def main() -> int:
    """Measure, print, write, compare."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=10)
    asked.add_argument("--only", default="", help="cases whose name holds this")
    asked.add_argument("--json", type=Path)
    asked.add_argument("--against", type=Path)
    wanted = asked.parse_args()
    seen: dict[str, dict[str, Any]] = {}
    with own_house(1) as house:
        for case in CASES:
            if wanted.only in case.name:
                seen[case.name] = asyncio.run(measure(case, house, wanted.rounds))
    table = Table("case", "API /s", "floor /s", "ratio", "CPU µs an item, API", "floor")
    for name, one in seen.items():
        api, floor = one["api"], one["floor"]
        numbers = (api["per_s"], floor["per_s"], one["ratio"], api["cpu_us"], floor["cpu_us"])
        table.add_row(name, *(f"{number:,}" for number in numbers))
    console.print(table)
    if wanted.json:
        wanted.json.write_text(json.dumps(seen, indent=1) + "\n")
    return _slower(seen, json.loads(wanted.against.read_text())) if wanted.against else 0


def _slower(seen: dict[str, dict[str, Any]], before: dict[str, dict[str, Any]]) -> int:
    """Name what got slower beyond noise: the better quartile of now lies below the worse one of then; their number."""
    worse = [
        name
        for name, one in seen.items()
        if name in before and one["api"]["quartiles_per_s"][1] < before[name]["api"]["quartiles_per_s"][0]
    ]
    for name in worse:
        console.print(f"slower: {name}, {before[name]['api']['per_s']:,} → {seen[name]['api']['per_s']:,} a second")
    return len(worse)


if __name__ == "__main__":
    sys.exit(main())
