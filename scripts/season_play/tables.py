"""The tables at the end: what became of the season, week by week, and what it cost the API."""

from collections import Counter
from statistics import quantiles

from rich.table import Table

from scripts.season_play.callers import Ledger
from scripts.season_play.season import Json, Season

# what a column of weeks is called, and what it counts
WEEKLY = {
    "doors": "visited",
    "visits": "visits",
    "approved": "approved",
    "returned": "returned",
    "decided": "decided",
    "amended": "amended",
    "meeting": "deliberated",
    "objected": "objections",
    "endorsed": "endorsed",
}


def season_table(season: Season, before: list[Json], after: list[Json], decided: int) -> Table:
    """What was done, and what came out of it."""
    table = Table(title=f"The season of {season.campaign['code']}", title_justify="left", show_header=False)
    done, counts = season.done, season.releases[-1]["counts"]
    sources = "  ".join(f"{name} {n['valid']}/{n['households']}" for name, n in counts["by_source"].items())
    rows: list[tuple[str, object]] = [
        ("households in", len(before)),
        ("only in P3KE · in both lists", _of(season, "only in P3KE", "in both lists")),
        ("found in the field · split off · merged", _of(season, "found in the field", "split off", "merged")),
        ("allocated · reassigned · corrected", _of(season, "allocated", "reassigned", "corrected")),
        ("households visited · again", _of(season, "visited", "visited again")),
        ("visits", done["visits"]),
        ("approved · returned · revoked", _of(season, "approved", "returned", "revoked")),
        ("confirmed · amended · sent back", _of(season, "decided", "amended", "sent back by Bappeda")),
        ("meetings: held · changed · rejected", _of(season, "meetings", "deliberated", "rejected by meetings")),
        ("objections", done["objections"]),
        ("remarks answered in words", done["remarks answered in words"]),
        ("endorsed by the mayor's letters", done["endorsed"]),
        ("left out: meeting first · rejected", _of(season, "left out: needs_deliberation", "left out: rejected")),
        (
            "answers of the ministry · on households",
            f"{done['answers of the ministry']:,} · {done['of them about a household']:,}",
        ),
        ("field result", _words(Counter(door["field_result"] for door in after if door["field_result"]))),
        ("eligibility", _words(Counter(door["eligibility"] for door in after if door["eligibility"]))),
        ("decided", decided),
        ("releases", ", ".join(f"{one['number']}: {one['counts']['households']:,}" for one in season.releases)),
        ("since the release before", _words({one: done[f"{one} since the release before"] for one in CHANGES})),
        ("registry action", _words(counts["by_registry_action"])),
        ("valid per source", sources),
        *((name, number) for name, number in sorted(done.items()) if name.startswith("rows ")),
    ]
    for name, value in rows:
        table.add_row(name, f"{value:,}" if isinstance(value, int) else str(value))
    return table


CHANGES = ("added", "removed", "changed")


def weeks_table(season: Season) -> Table:
    """What was done in each week of the season, and how the API bore it."""
    table = Table(title="Weeks, each to its Friday (p50, p95, p99 in ms)", title_justify="left")
    for name in ("week", *WEEKLY, "calls", "p50", "p95", "p99"):
        table.add_column(name, justify="right", no_wrap=True)
    for week, times in sorted(season.ledger.by_week.items()):
        if week:
            done = [f"{season.by_week[week][name]:,}" for name in WEEKLY.values()]
            table.add_row(str(week), *done, f"{len(times):,}", *_percentiles(times))
    return table


def calls_table(ledger: Ledger, seconds: float) -> Table:
    """Every operation with its percentiles."""
    table = Table(title="Calls", title_justify="left")
    for name in ("operation", "calls", "p50 ms", "p95 ms", "p99 ms"):
        table.add_column(name, justify="left" if name == "operation" else "right")
    every = [took for times in ledger.milliseconds.values() for took in times]
    for name, times in sorted(ledger.milliseconds.items(), key=lambda entry: -len(entry[1])):
        table.add_row(name, f"{len(times):,}", *_percentiles(times))
    table.add_section()
    table.add_row("all", f"{len(every):,}", *_percentiles(every))
    table.add_row("calls a second", f"{len(every) / seconds:.0f}")
    table.add_row("asked again because the API was busy", str(ledger.busy))
    table.add_row("unexpected errors", str(sum(ledger.surprises.values())))
    return table


def _of(season: Season, *names: str) -> str:
    return " · ".join(f"{season.done[name]:,}" for name in names)


def _percentiles(times: list[float]) -> tuple[str, str, str]:
    cuts = quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
    return f"{cuts[49]:.0f}", f"{cuts[94]:.0f}", f"{cuts[98]:.0f}"


def _words(counted: dict[str, int] | Counter[str]) -> str:
    return "  ".join(f"{word} {times:,}" for word, times in sorted(counted.items(), key=lambda entry: -entry[1]))
