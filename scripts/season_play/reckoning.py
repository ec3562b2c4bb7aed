"""Does it add up: every household that came in is in the release, or it is known where it waits."""

from collections import Counter

from rich.table import Table

from scripts.season_play.memory import compare
from scripts.season_play.season import Json, Season
from scripts.season_play.tables import calls_table, season_table, weeks_table

WAITS = {
    "unassigned": "not given to an enumerator",
    "open": "not visited, or nobody met yet",
    "downloaded": "on a phone, not visited yet",
    "submitted": "waits for its coordinator",
    "returned": "waits for another visit",
    "approved": "waits for Bappeda",
    "cancelled": "cancelled: merged into another",
}
RELEASED = ("decided", "deliberated", "endorsed")


async def reckon(season: Season, before: list[Json], seconds: float) -> bool:
    """Print what became of the season; true when it adds up and nothing unexpected happened."""
    after = await season.assignments()
    verdicts = await season.verdicts(season.bappeda)
    release = season.releases[-1]
    counts = release["counts"]
    decided = [door for door in after if _is_decided(door)]
    waiting = Counter(door["status"] for door in after if not _is_decided(door))
    registry = Counter(verdict["registry_status"] for verdict in verdicts)
    registry["none"] += len(after) - len(verdicts)
    print_ = season.console.print
    print_()
    print_(season_table(season, before, after, len(decided)))
    print_(weeks_table(season))
    remembered = await compare(season, before, verdicts)
    print_(remembered.table)
    print_(calls_table(season.ledger, seconds))
    print_(_reconciliation(after, counts, waiting, registry))
    added = season.done["found in the field"] + season.done["split off"]
    ids, released = {door["household_id"] for door in after}, set(season.released.get(release["id"], ()))
    in_the_letter = {one["household_id"] for one in verdicts if one["stage"] == "endorsed"}
    sent = {one["household_id"] for one in verdicts if one["registry_status"] != "none"}
    checks = {
        "everything that came in is still there": {door["household_id"] for door in before} <= ids,
        "what was found and split off came on top": len(after) == len(before) + added,
        "every household has one place in the campaign": len(after) == len(ids),
        "the files hold exactly what is decided": released == {door["household_id"] for door in decided},
        "in = in the release + waiting": len(after) == counts["households"] + sum(waiting.values()),
        "only merges cancelled work": season.goes_on or waiting["cancelled"] == season.done["cancelled by merges"],
        "field results agree": counts["by_field_result"] == dict(Counter(door["field_result"] for door in decided)),
        "eligibility agrees": counts["by_eligibility"] == dict(Counter(door["eligibility"] for door in decided)),
        "what the mayor endorsed was sent, and nothing else": in_the_letter == sent,
        "registry_status accounts for everybody": registry.total() == len(after),
        "the ministry's answers moved no verdict": all(
            one["stage"] == "endorsed" for one in verdicts if one["registry_status"] in ("accepted", "refused")
        ),
    }
    checks |= remembered.checks
    for what, holds in checks.items():
        print_(f"  {'[green]yes[/green]' if holds else '[red]NO[/red] '}  {what}")
    for what in remembered.differing:
        print_(f"  [red]{what}[/red]")
    for what, times in sorted(season.ledger.expected_refusals.items()):
        print_(f"  [dim]refused as it should be, {times} x: {what}[/dim]")
    for what, times in season.ledger.surprises.items():
        print_(f"  [red]unexpected, {times} x: {what}[/red]")
    return all(checks.values()) and not season.ledger.surprises


def _is_decided(door: Json) -> bool:
    return door["status"] == "completed" and door["verdict_stage"] in RELEASED


def _reconciliation(after: list[Json], counts: Json, waiting: Counter[str], registry: Counter[str]) -> Table:
    table = Table(title="Every household is accounted for", title_justify="left", show_header=False)
    table.add_row("in the campaign", f"{len(after):,}")
    table.add_row("in the release", f"{counts['households']:,}")
    for status, households in sorted(waiting.items()):
        table.add_row(f"undecided: {WAITS.get(status, status)}", f"{households:,}")
    table.add_section()
    for status, households in sorted(registry.items()):
        table.add_row(f"registry: {status}", f"{households:,}")
    table.add_section()
    table.add_row("not accounted for", str(len(after) - counts["households"] - sum(waiting.values())))
    return table
