"""`scripts/bench`: every case on one house in one run; a table, and JSON to compare the next run with."""

import argparse
import asyncio
import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Any

from scripts.benchmarks import (
    bulk,
    bursts,
    comparing,
    exporting,
    filling,
    judging,
    lists,
    plans,
    pulling,
    push,
    reading,
    showing,
)
from scripts.benchmarks.case import Case, measure
from scripts.benchmarks.large_house import LargeHouse, large_house
from scripts.benchmarks.showing import console

PILOT = 52_881


def main() -> int:
    """Measure, print, write, compare; how many cases got slower or scan a large table."""
    wanted = _asked()
    sizes: dict[int, dict[str, dict[str, Any]]] = {}
    before = json.loads(wanted.against.read_text()) if wanted.against else {}
    faults: list[str] = []
    for households in wanted.households:
        sizes[households] = _run(wanted, households, before.get(str(households), {}), faults, sizes)
    if len(sizes) > 1:
        showing.growth(sizes)
    for fault in faults:
        console.print(fault)
    if before and not faults:
        console.print("nothing got slower beyond noise")
    return len(faults)


def all_cases(wanted: argparse.Namespace) -> list[Case]:
    """Every case in the order of a run: a room adds its module here. What moves all work at once comes last."""
    quick = wanted.quick
    return [
        *push.cases(quick=quick),
        *pulling.cases(quick=quick),
        *reading.cases(quick=quick),
        *lists.cases(quick=quick),
        *judging.cases(quick=quick),
        *bursts.cases(quick=quick, bursts=wanted.bursts),
        *exporting.cases(quick=quick),
        *bulk.cases(quick=quick, imported=wanted.imported),
    ]


def _asked() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    asked.add_argument("--rounds", type=int, default=10)
    asked.add_argument("--quick", action="store_true", help="5 rounds of smaller cases")
    asked.add_argument("--only", default="", help="cases whose name holds this; some with commas")
    asked.add_argument("--households", default=str(PILOT), help="52881, or 52881,500000 to see how costs grow")
    asked.add_argument("--workers", type=int, default=1, help="processes of the API")
    asked.add_argument("--folder", type=Path, default=Path(".sambang/bench"), help="where filled houses are kept")
    asked.add_argument("--bursts", default="1", help="17:00 bursts: 1,10,100 times 126 phones")
    asked.add_argument("--imported", type=int, default=5_000, help="households of the import")
    asked.add_argument("--json", type=Path)
    asked.add_argument("--against", type=Path)
    wanted = asked.parse_args()
    wanted.households = sorted(int(part) for part in wanted.households.split(","))
    wanted.bursts = [int(part) for part in wanted.bursts.split(",")]
    if wanted.quick:
        wanted.rounds = min(wanted.rounds, 5)
        wanted.imported = min(wanted.imported, 2_000)
    return wanted


def _run(
    wanted: argparse.Namespace,
    households: int,
    before: dict[str, dict[str, Any]],
    faults: list[str],
    done: dict[int, dict[str, dict[str, Any]]],
) -> dict[str, dict[str, Any]]:
    """All chosen cases in a house of this size; what earlier houses told is written down with them."""
    began, seen = time.monotonic(), dict[str, dict[str, Any]]()
    print_of = hashlib.sha256(Path(filling.__file__).read_bytes()).hexdigest()[:8]
    cases = [case for case in all_cases(wanted) if _is_wanted(case, wanted.only)]
    with large_house(wanted.folder.resolve() / f"{households}-{print_of}", wanted.workers, households) as house:
        console.print(f"A house of {households:,} households stands after {time.monotonic() - began:.0f} s.")
        for case in cases:
            since = time.monotonic()
            try:
                one = asyncio.run(_measure(case, house, wanted, faults))
            except Exception as broken:  # the other cases are measured all the same
                faults.append(f"broke off: {case.name}, {type(broken).__name__}: {broken}"[:700])
                console.print(faults[-1])
                continue
            then = before.get(case.name)
            if then and comparing.is_slower(one, then):  # said only when a second look finds it too
                again = asyncio.run(_measure(case, house, wanted, faults))
                one = max(one, again, key=lambda told: told.get("ratio", told["api"]["per_s"]))
                if comparing.is_slower(one, then):
                    faults.append(f"slower: {case.name}, {comparing.slower(one, then)}")
            seen[case.name] = one
            if wanted.json:  # at once: a run that is broken off has measured something
                wanted.json.write_text(json.dumps({**done, households: seen}, indent=1) + "\n")
            console.print(f"  {case.name}: {time.monotonic() - since:.0f} s")
    showing.results(seen, households)
    console.print(f"{time.monotonic() - began:.0f} s in all.")
    return seen


async def _measure(case: Case, house: LargeHouse, wanted: argparse.Namespace, faults: list[str]) -> dict[str, Any]:
    """The case, and what the planner does with its statements once the tables are large."""
    found: list[plans.Plans] = []
    explained = plans.listening if house.households >= PILOT and case.explained else None
    one = await measure(case, house, wanted.rounds, 1 if wanted.quick else 2, explained, found)
    for seen in found:
        if case.hot:
            faults += [f"reads a large table from end to end: {case.name}, {scan}" for scan in sorted(seen.scans)]
        one |= {"statements": seen.statements, "scans": sorted(seen.scans), "long_reads": sorted(seen.long_reads)}
    return one


def _is_wanted(case: Case, only: str) -> bool:
    return any(word.strip() in case.name for word in only.split(","))


if __name__ == "__main__":
    sys.exit(main())
