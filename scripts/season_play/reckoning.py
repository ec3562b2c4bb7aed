"""The table at the end, and whether every household is accounted for."""

from collections import Counter
from statistics import quantiles

from rich.console import Console
from rich.table import Table

from scripts.season_play.callers import Ledger
from scripts.season_play.season import Json, Season

WAITS = {
    "unassigned": "not given to an enumerator",
    "open": "not visited, or nobody met yet",
    "downloaded": "on a phone, not visited yet",
    "submitted": "waits for its coordinator",
    "returned": "waits for another visit",
    "approved": "waits for Bappeda",
    "cancelled": "cancelled",
}
RELEASED = ("decided", "deliberated", "endorsed")


def reckon(season: Season, before: list[Json], after: list[Json], release: Json, console: Console) -> bool:
    """Print what became of the season; true when it adds up and nothing unexpected happened."""
    counts = release["counts"]
    decided = [door for door in after if _is_decided(door)]
    waiting = Counter(door["status"] for door in after if not _is_decided(door))
    console.print(_season_table(season, before, after, counts, decided))
    console.print(_calls_table(season.ledger))
    console.print(_reconciliation(after, counts, waiting))
    found = season.done["found in the field"]
    checks = {
        "everything that came in or was found is still there": len(after) == len(before) + found,
        "the files hold exactly what is decided": season.released == {door["household_id"] for door in decided},
        "in = in the release + waiting": len(after) == counts["households"] + sum(waiting.values()),
        "field results agree": counts["by_field_result"] == dict(Counter(door["field_result"] for door in decided)),
        "eligibility agrees": counts["by_eligibility"] == dict(Counter(door["eligibility"] for door in decided)),
    }
    for what, holds in checks.items():
        console.print(f"  {'[green]yes[/green]' if holds else '[red]NO[/red] '}  {what}")
    for what, times in sorted(season.ledger.expected_refusals.items()):
        console.print(f"  [dim]refused as it should be, {times} x: {what}[/dim]")
    for what, times in season.ledger.surprises.items():
        console.print(f"  [red]unexpected, {times} x: {what}[/red]")
    return all(checks.values()) and not season.ledger.surprises


def _is_decided(door: Json) -> bool:
    return door["status"] == "completed" and door["verdict_stage"] in RELEASED


def _season_table(season: Season, before: list[Json], after: list[Json], counts: Json, decided: list[Json]) -> Table:
    table = Table(title=f"The season of {season.campaign['code']}", title_justify="left", show_header=False)
    done = season.done
    rows: list[tuple[str, object]] = [
        ("households in", len(before)),
        ("found in the field", done["found in the field"]),
        ("allocated · reassigned", f"{done['allocated']} · {done['reassigned']}"),
        ("households visited · again", f"{done['visited']} · {done['visited again']}"),
        ("visits · sent twice", f"{done['visits']} · {done['sent twice']}"),
        ("approved · returned · revoked", f"{done['approved']} · {done['returned']} · {done['revoked']}"),
        ("confirmed · amended · sent back", f"{done['decided']} · {done['amended']} · {done['sent back by Bappeda']}"),
        ("field result", _words(Counter(door["field_result"] for door in after if door["field_result"]))),
        ("eligibility", _words(Counter(door["eligibility"] for door in after if door["eligibility"]))),
        ("decided", len(decided)),
        (f"in release {done['earlier releases'] + 1}", counts["households"]),
        ("registry action", _words(counts["by_registry_action"])),
        (
            "valid per source",
            "  ".join(f"{name} {n['valid']}/{n['households']}" for name, n in counts["by_source"].items()),
        ),
        ("people in dtks_update.csv", done["rows in dtks_update.csv"]),
    ]
    for name, value in rows:
        table.add_row(name, str(value))
    return table


def _calls_table(ledger: Ledger) -> Table:
    table = Table(title="Calls", title_justify="left")
    for name in ("operation", "calls", "p50 ms", "p95 ms", "p99 ms"):
        table.add_column(name, justify="left" if name == "operation" else "right")
    every = [took for times in ledger.milliseconds.values() for took in times]
    for name, times in sorted(ledger.milliseconds.items(), key=lambda entry: -len(entry[1])):
        table.add_row(name, str(len(times)), *_percentiles(times))
    table.add_section()
    table.add_row("all", str(len(every)), *_percentiles(every))
    table.add_row("asked again because the API was busy", str(ledger.busy))
    table.add_row("unexpected errors", str(sum(ledger.surprises.values())))
    return table


def _reconciliation(after: list[Json], counts: Json, waiting: Counter[str]) -> Table:
    table = Table(title="Every household is accounted for", title_justify="left", show_header=False)
    table.add_row("in the campaign", str(len(after)))
    table.add_row("in the release", str(counts["households"]))
    for status, households in sorted(waiting.items()):
        table.add_row(f"undecided: {WAITS.get(status, status)}", str(households))
    table.add_section()
    table.add_row("not accounted for", str(len(after) - counts["households"] - sum(waiting.values())))
    return table


def _percentiles(times: list[float]) -> tuple[str, str, str]:
    cuts = quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
    return f"{cuts[49]:.0f}", f"{cuts[94]:.0f}", f"{cuts[98]:.0f}"


def _words(counted: dict[str, int] | Counter[str]) -> str:
    return "  ".join(f"{word} {times}" for word, times in sorted(counted.items(), key=lambda entry: -entry[1]))
