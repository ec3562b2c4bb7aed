"""A release: what is decided is frozen, read by Bappeda, closed to an agency, and held against the one before."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from scripts.season_play.callers import Surprise
from scripts.season_play.files import FILE, download_all, rows_of
from scripts.season_play.letters import follow
from scripts.season_play.season import Json, Season


async def make_release(season: Season) -> None:
    """Freeze, download, verify, compare; then the mayor's letter and the ministry's answer."""
    frozen = {"campaign_id": season.campaign_id}
    await season.coordinators[0].refused(403, "forbidden", "POST", "/v1/releases", body=frozen)
    made: Json = await season.bappeda.call("POST", "/v1/releases", body=frozen, expect=(201,))
    season.releases.append(made)
    with suppress(Surprise), TemporaryDirectory(prefix="sambang-release-") as temporary:
        folder = Path(temporary)
        await download_all(season, season.bappeda, made, folder)
        _read_back(season, made, folder)
        if season.machine is not None:
            await _as_an_agency(season, made)
        await _compare(season, made)
        await follow(season, made, folder)


def _read_back(season: Season, made: Json, folder: Path) -> None:
    """The files say what the counts say, and each other's households."""
    rows = {row["household_id"]: row for row in rows_of(folder / "households.ndjson")}
    season.released[made["id"]] = rows
    counts = made["counts"]
    _demand(season, len(rows) == counts["households"], "households.ndjson does not add up")
    _demand(season, season.done["rows in households.csv"] == len(rows), "households.csv does not add up")
    workbooks = sum(n for name, n in season.done.items() if name.startswith("rows in") and name.endswith(".xlsx"))
    _demand(season, workbooks == len(rows), "households.xlsx does not add up")
    people = {row["household_id"] for row in rows_of(folder / "members.csv")}
    _demand(season, people <= set(rows), "members.csv names households that are not in the release")
    listed = sum("dtks" in row["sources"] for row in rows.values())
    _demand(season, listed == counts["by_source"]["dtks"]["households"], "the DTKS' households do not add up")
    wrongly: dict[str, Callable[[Json], bool]] = {
        "inclusion_candidates.csv": lambda row: row["eligibility"] == "not_eligible",
        "exclusion_candidates.csv": lambda row: row["eligibility"] == "eligible",
    }
    for name, holds in wrongly.items():
        fits = all(row["household_id"] in rows and holds(rows[row["household_id"]]) for row in rows_of(folder / name))
        _demand(season, fits, f"{name} names a household that is no candidate")


def _demand(season: Season, holds: bool, what: str) -> None:
    season.ledger.demand(holds, what)


async def _as_an_agency(season: Season, made: Json) -> None:
    machine = season.machine
    if machine is None:
        return
    told = await machine.call("GET", "/v1/releases/{}", made["id"])
    _demand(season, (told["counts"], told["files"]) == (made["counts"], []), "an agency is told more than the counts")
    for name in made["files"]:
        await machine.refused(403, "forbidden", "GET", FILE, made["id"], name)
    await machine.refused(403, "forbidden", "GET", "/v1/households")


async def _compare(season: Season, made: Json) -> None:
    """What the API says is different from the release before is what the two files differ in."""
    path = "/v1/releases/{}/differences"
    await season.bappeda.refused(422, "unknown_release", "GET", path, made["id"], query={"against": str(uuid4())})
    if len(season.releases) < 2:
        return
    before = season.releases[-2]["id"]
    told: dict[str, set[str]] = {"added": set(), "removed": set(), "changed": set()}
    for one in await season.bappeda.pages(path, made["id"], against=before):
        told[one["change"]].add(one["household_id"])
    old, new = season.released[before], season.released[made["id"]]
    _demand(season, told["added"] == new.keys() - old.keys(), "differences: added ones do not add up")
    _demand(season, told["removed"] == old.keys() - new.keys(), "differences: removed ones do not add up")
    seen = {one for one in old.keys() & new.keys() if old[one] != new[one]}
    _demand(season, seen <= told["changed"], "differences: a changed household is missing")
    _demand(season, told["changed"] <= old.keys() & new.keys(), "differences: changed ones are not in both")
    for change, households in told.items():
        season.count(f"{change} since the release before", len(households))
