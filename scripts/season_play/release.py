"""The release at the end: made, read by Bappeda and by an agency's machine, downloaded twice, and looked into."""

import csv
import hashlib
import io

import orjson

from scripts.season_play.callers import Caller
from scripts.season_play.season import Json, Season

FILES = ("households.csv", "households.ndjson", "dtks_update.csv")
FILE = "/v1/releases/{}/files/{}"


async def make_release(season: Season) -> Json:
    """Freeze what is decided, and check that its files say what its counts say."""
    bar = season.progress.add_task("release and its files", total=len(FILES) + 1)
    made: Json = await season.bappeda.call(
        "POST", "/v1/releases", body={"campaign_id": season.campaign_id}, expect=(201,)
    )
    told = await season.bappeda.call("GET", "/v1/releases/{}", made["id"])
    season.ledger.demand(told == made, "the release reads otherwise than it was made")
    households = made["counts"]["households"]
    for name in FILES:
        rows = _rows(name, await _twice(season, season.bappeda, made["id"], name))
        season.done[f"rows in {name}"] = len(rows)
        if name != "dtks_update.csv":
            season.released = {row["household_id"] for row in rows}
            season.ledger.demand(len(rows) == len(season.released) == households, f"{name} does not add up")
        season.progress.advance(bar)
    if season.machine is not None:
        await _as_an_agency(season, season.machine, made)
    season.progress.advance(bar)
    return made


async def _as_an_agency(season: Season, machine: Caller, made: Json) -> None:
    for name in FILES[:2]:
        rows = _rows(name, await _twice(season, machine, made["id"], name))
        season.ledger.demand(len(rows) == made["counts"]["households"], f"an agency's {name} does not add up")
        season.ledger.demand(not any("nik" in column for column in rows[0]), "an agency was shown a personal number")
    await machine.call("GET", FILE, made["id"], "dtks_update.csv", expect=(403,))


async def _twice(season: Season, caller: Caller, release_id: str, name: str) -> bytes:
    first = (await caller.answer("GET", FILE, release_id, name)).content
    again = (await caller.answer("GET", FILE, release_id, name)).content
    same = hashlib.sha256(first).digest() == hashlib.sha256(again).digest()
    season.ledger.demand(same, f"{name} was not the same twice")
    return first


def _rows(name: str, content: bytes) -> list[Json]:
    if name.endswith(".csv"):
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return [orjson.loads(line) for line in content.splitlines()]
