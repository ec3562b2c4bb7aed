"""`scripts/drills/trust`: keeps every promise on a house of its own; exit 0 only when all are kept."""

import asyncio
import sys
import time

from rich.console import Console

from scripts.drills.promises import canaries, doors, fields, logins, own_work, records, restriction, rows, together
from scripts.drills.promises.promise import Line, Promise
from scripts.drills.throw_away import ThrowAwayHouse, throw_away_house

PROMISES: tuple[Promise, ...] = (
    doors.keep, rows.keep, together.keep, records.keep, canaries.keep, fields.keep, restriction.keep, own_work.keep,
    logins.keep,
)  # fmt: skip
console = Console(soft_wrap=True, highlight=False)


async def keep_all(house: ThrowAwayHouse) -> list[Line]:
    """Every promise in its order, printed as it comes."""
    lines: list[Line] = []
    for promise in PROMISES:
        began = time.monotonic()
        async for line in promise(house):
            lines.append(line)
            mark = "[green]kept[/green]  " if line.kept else "[red]BROKEN[/red]"
            console.print(f"{mark} {line.promise:<4} {line.said}  [dim]{time.monotonic() - began:.1f} s[/dim]")
    return lines


def main() -> int:
    """Start the house, keep the promises, end it."""
    with throw_away_house("--workers", "2") as house:
        lines = asyncio.run(keep_all(house))
    broken = sum(not line.kept for line in lines)
    console.print(f"{len(lines)} numbers, {broken} of them not as promised.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
