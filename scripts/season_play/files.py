"""A release's files on the disk: counted, weighed against the signed manifest by PyJWT, opened by openpyxl."""

import asyncio
import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import orjson
from openpyxl import load_workbook

from scripts.season_play.callers import Caller
from scripts.season_play.season import Json, Season

FILE = "/v1/releases/{}/files/{}"
MANIFEST_TRIES = 600


async def download_all(season: Season, caller: Caller, release: Json, folder: Path) -> None:
    """Every file this caller may have, each held against what the signed manifest says of it."""
    told = await caller.call("GET", "/v1/releases/{}", release["id"])
    digests = {name: await caller.download(folder / name, FILE, release["id"], name) for name in told["files"]}
    manifest = await _manifest(caller, release["id"])
    season.ledger.demand({one["name"] for one in manifest["files"]} == set(digests), "the manifest names other files")
    season.ledger.demand(manifest["counts"] == told["counts"], "the manifest counts otherwise than its release")
    for one in manifest["files"]:
        path = folder / one["name"]
        same = (one["sha256"], one["bytes"]) == (digests[path.name], path.stat().st_size)
        season.ledger.demand(same, f"{path.name} is not the file of the manifest")
        rows = await asyncio.to_thread(_count, path)
        season.ledger.demand(rows == one["rows"], f"{path.name} has {rows} rows, the manifest says {one['rows']}")
        if caller is season.bappeda:
            season.done[f"rows in {path.name}"] = rows


async def _manifest(caller: Caller, release_id: str) -> Json:
    """The manifest, verified with nothing but the published keys and a library that the API does not use."""
    for _ in range(MANIFEST_TRIES):
        answer = await caller.answer("GET", "/v1/releases/{}/manifest", release_id, expect=(200, 409))
        if answer.status_code == 200:
            break
        await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))
    keys = jwt.PyJWKSet.from_dict(await caller.call("GET", "/.well-known/jwks.json"))
    key = keys[jwt.get_unverified_header(answer.text)["kid"]]
    told: Json = json.loads(jwt.PyJWS().decode(answer.text, key=key, algorithms=["ES256"]))
    caller.ledger.demand(told["release"] == release_id, "the manifest is another release's")
    return told


def rows_of(path: Path) -> Iterator[Json]:
    """The rows of a CSV or NDJSON file; a leading apostrophe is the spreadsheet's, not the cell's."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                yield {name: (value or "").removeprefix("'") for name, value in row.items()}
    else:
        with path.open("rb") as file:
            yield from map(orjson.loads, file)


def _count(path: Path) -> int:
    if path.suffix != ".xlsx":
        return sum(1 for _ in rows_of(path))
    book: Any = load_workbook(path, read_only=True)
    try:
        rows = book.active.iter_rows(values_only=True)
        next(rows)  # the names of the columns
        return sum(1 for row in rows if row[0])
    finally:
        book.close()
