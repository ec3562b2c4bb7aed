"""What the phones remember having done, held against what the API has: nothing lost, nothing doubled.

Effects are counted, not answers: visits, revisions of verdicts, households; and each phone asks about all it ever sent.
"""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from rich.table import Table

from scripts.season_play.carriers import Carrier
from scripts.season_play.season import Json, Season

MOST_TOLD = 10
MOVES_NOTHING = {"stale", "kept_beside"}
ROWS = (
    ("calls that never arrived · answers lost", ("calls that never arrived", "answers lost")),
    ("synchronised in vain · found held by asking", ("synchronised in vain", "told held")),
    ("pushes doubled · told duplicate", ("pushes doubled", "told duplicate")),
    ("phones away · late pushes · items in them", ("phones away", "late pushes", "items that came days late")),
    ("handed on, done but not sent", ("handed on, done but not sent",)),
    ("phones cut off and replaced", ("phones replaced",)),
    ("in quarantine: not held · wrong state", ("in quarantine as not_held", "in quarantine as wrong_state")),
    ("in quarantine: cut off · taken id", ("in quarantine as device_revoked", "in quarantine as household_conflict")),
    ("adopted · kept beside · put aside", ("adopted", "kept beside", "put aside")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Remembered:
    """How the season ended for the phones."""

    checks: dict[str, bool]
    table: Table
    differing: list[str]  # the first of what does not agree, by id


async def look_back(season: Season) -> None:
    """What is there already when this playing begins."""
    if not season.goes_on:
        return
    visits = await season.bappeda.pages("/v1/visits")
    season.visits_before = {visit["id"] for visit in visits}
    season.visited_before = {visit["assignment_id"] for visit in visits}
    for verdict in await season.verdicts(season.bappeda):
        season.revisions_before[verdict["assignment_id"]] = verdict["revision"]


async def compare(season: Season, before: list[Json], verdicts: list[Json]) -> Remembered:
    """Hold what the phones remember against what the API has."""
    carriers = season.carriers.values()
    done = {item.id: (one, json.loads(item.said)) for one in carriers for item in one.done.values()}
    visits = {id_: told for id_, told in done.items() if one_visit(told[1])}
    stored = [one for one in await season.bappeda.pages("/v1/visits") if one["id"] not in season.visits_before]
    here = {visit["id"]: visit for visit in stored}
    knocks = Counter((one["enumerator_id"], one["assignment_id"], one["started_at"]) for one in stored)
    found = await _found(season, {door["household_id"] for door in before})
    families = set(done.keys() - visits.keys())
    lost = (visits.keys() - here.keys() - season.put_aside) | (families - found)
    extra = [*(here.keys() - visits.keys()), *(found - families), *(here.keys() & season.put_aside)]
    doubled = len(extra) + sum(times - 1 for times in knocks.values())
    held = Counter(chain.from_iterable(await asyncio.gather(*(_asked(one) for one in carriers))))
    twice = [id_ for one in carriers for id_, times in one.line.accepted.items() if times > 1]
    twice += [id_ for one in carriers for id_, receipts in one.line.receipts.items() if len(receipts) > 1]
    waiting = await season.bappeda.pages("/v1/quarantine")
    table = Table(title="The troubles of the phones", title_justify="left", show_header=False)
    for name, counted in ROWS:
        table.add_row(name, " · ".join(f"{season.done[one]:,}" for one in counted))
    table.add_section()
    table.add_row("remembered: visits · families", f"{len(visits):,} · {len(families):,}")
    table.add_row("lost · doubled", f"{len(lost):,} · {doubled:,}")
    finished = [here[id_] for id_, (_, said) in visits.items() if id_ in here and "verdict" in said]
    expected, revisions = _expected(season, verdicts, finished), _revisions(verdicts)
    otherwise = [id_ for id_ in visits.keys() & here.keys() if not _as_written(*visits[id_], here[id_])]
    differing = [
        *(f"lost: {id_}" for id_ in lost),
        *(f"doubled: {id_}" for id_ in [*extra, *(" ".join(knock) for knock, times in knocks.items() if times > 1)]),
        *(f"visit otherwise than written down: {id_}" for id_ in otherwise),
        *(f"revisions of assignment {id_}" for id_ in expected | revisions if expected[id_] != revisions[id_]),
    ]
    checks = {
        "everything that phones remember is there once, and nothing else": not lost and not doubled,
        "every visit stands as it was written down": not otherwise,
        "every finished visit made one revision of its verdict": expected == revisions,
        "every phone is told that all it ever sent is held": held.keys() <= {"held"},
        "one receipt an item, accepted once": not twice,
        "no phone has unsent work, and nothing waits in quarantine": not waiting
        and not any(one.phone.unsent for one in carriers),
    }  # fmt: skip
    return Remembered(checks, table, differing[:MOST_TOLD])


def one_visit(said: Json) -> bool:
    """Whether an item is a visit; else it is a household."""
    return "outcome" in said


def _as_written(carrier: Carrier, said: Json, stored: Json) -> bool:
    """A visit is its enumerator's whoever adopted it, and submits unless it was put beside another."""
    same = all(said[name] == stored[name] for name in ("assignment_id", "outcome"))
    submits = "verdict" in said and not MOVES_NOTHING & set(stored["flags"])
    when = datetime.fromisoformat(said["started_at"]) == datetime.fromisoformat(stored["started_at"])
    return same and when and stored["enumerator_id"] == carrier.holder.id and stored["submits"] is submits


def _expected(season: Season, verdicts: list[Json], finished: list[Json]) -> Counter[str]:
    """By assignment: what was there, what offices changed, and one for each finished visit that moves something."""
    expected = Counter(season.revisions_before)
    expected.update({one["assignment_id"]: season.revised[one["id"]] for one in verdicts})
    expected.update(visit["assignment_id"] for visit in finished if not MOVES_NOTHING & set(visit["flags"]))
    return +expected


def _revisions(verdicts: list[Json]) -> Counter[str]:
    return Counter({one["assignment_id"]: one["revision"] for one in verdicts})


async def _found(season: Season, before: set[str]) -> set[str]:
    """The households that came from the field, were not there before, and were not split off by Bappeda."""
    listed = await season.bappeda.pages("/v1/households", campaign_id=season.campaign_id, source="field")
    return {household["id"] for household in listed} - before - season.split_off


async def _asked(carrier: Carrier) -> list[str]:
    carrier.line.good = True
    return await carrier.phone.ask_about(list(carrier.done.values()))
