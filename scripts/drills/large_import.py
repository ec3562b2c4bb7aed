"""`scripts/drills/imports`: a large list with planted faults, sent as Bu Dewi sends it; exit 0 only when all holds."""

import asyncio
import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from rich.console import Console
from rich.table import Table

from api.imports.layouts.dtks_person import DTKS_PERSON
from scripts.drills.throw_away import ThrowAwayHouse, throw_away_house
from scripts.season_play.callers import Caller, Ledger
from tests.support.dirt import DirtyFile, Planted, clean_rows, dirty_file, kinds_of, write

EVERY = 51  # rows between two faults: 2 %
KILLED_AT = ((0.2, "checking"), (0.7, "checking"), (0.3, "settling"))
FLAT_MIB = 64
LEAST_ROWS = 20_000
TABLES = (
    "households", "families", "members", "household_sources", "household_programmes", "household_revisions",
    "assignments", "assignment_events",
)  # fmt: skip
OLDEST_TRANSACTION = """
select max(extract(epoch from clock_timestamp() - xact_start)) from pg_stat_activity
where state <> 'idle' and pid <> pg_backend_pid() and application_name like 'sambang%' and xact_start is not null
"""
console = Console(soft_wrap=True, highlight=False)


@dataclass(slots=True)
class Watch:
    """What the worker's processes hold and how long the oldest transaction is open, looked at five times a second."""

    house: ThrowAwayHouse
    owner: asyncpg.Connection
    resident_mib: list[float] = field(default_factory=list)
    longest_s: float = 0.0

    async def look(self) -> None:
        """Look until cancelled."""
        while True:
            self.resident_mib.append(await asyncio.to_thread(self._resident_mib))
            self.longest_s = max(self.longest_s, await self.owner.fetchval(OLDEST_TRANSACTION) or 0)
            await asyncio.sleep(0.2)

    def _resident_mib(self) -> float:
        worker = self.house.pids("worker")
        listed = subprocess.run(["pgrep", "-P", ",".join(map(str, worker))], capture_output=True, check=False)
        return sum(map(resident_mib, [*worker, *(int(line) for line in listed.stdout.split())]))

    @property
    def growth_mib(self) -> float:
        """The highest of the last three quarters of the time above the highest of the first."""
        first = len(self.resident_mib) // 4 or 1
        return max(self.resident_mib[first:], default=0) - max(self.resident_mib[:first])


def resident_mib(pid: int) -> float:
    """Memory of one process that is its own (`Pss` shares what was forked), in MiB; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


async def send(dewi: Caller, campaign_id: str, file: bytes) -> str:
    """Upload a file; the id of its import."""
    files = {"file": ("dtks.csv", file, "text/csv")}
    sent = await dewi.call("POST", "/v1/imports", form={"campaign_id": campaign_id}, files=files, expect=(202,))
    return str(sent["id"])


async def wait(dewi: Caller, import_id: str) -> dict[str, Any]:
    """What became of it."""
    while True:
        told: dict[str, Any] = await dewi.call("GET", "/v1/imports/{}", import_id)
        if told["status"] in ("done", "failed"):
            return told
        await asyncio.sleep(0.5)


async def findings(dewi: Caller, import_id: str) -> set[Planted]:
    """Row, column and code of all of them, from the CSV."""
    sheet = await dewi.answer("GET", "/v1/imports/{}/findings.csv", import_id)
    return {(int(row["row"]), row["column"], row["code"]) for row in csv.DictReader(io.StringIO(sheet.text))}


async def counts(owner: asyncpg.Connection) -> dict[str, int]:
    """Rows of every table that an import fills."""
    return {table: await owner.fetchval(f"select count(*) from {table}") for table in TABLES}  # noqa: S608


async def copied_s(owner: asyncpg.Connection) -> float:
    """The floor: the same sealed rows by `COPY` into the same tables with the same indexes, one after another."""
    await owner.execute("create schema copied")
    took = 0.0
    for table in TABLES:
        held = io.BytesIO()
        await owner.copy_from_table(table, output=held, format="binary")
        await owner.execute(f"create table copied.{table} (like public.{table} including all)")
        held.seek(0)
        began = time.perf_counter()
        await owner.copy_to_table(table, schema_name="copied", source=held, format="binary")
        took += time.perf_counter() - began
    await owner.execute("drop schema copied cascade")
    return took


def show(dirty: DirtyFile, found: set[Planted]) -> None:
    """Planted and found of each kind."""
    table = Table("code", "column", "planted", "found", title="Planted faults")
    planted, caught = (Counter((code, column) for _, column, code in kinds) for kinds in (dirty.planted, found))
    for kind in sorted(planted.keys() | caught.keys()):
        table.add_row(*kind, str(planted[kind]), str(caught[kind]))
    console.print(table)


@dataclass(slots=True)
class Drill:
    """Bu Dewi, the owner's eye on the tables, and what was said so far."""

    house: ThrowAwayHouse
    dewi: Caller
    owner: asyncpg.Connection
    campaign_id: str
    broken: int = 0

    def hold(self, holds: bool, *said: str) -> None:
        """Say what must hold, and whether it does."""
        self.broken += not holds
        console.print("[green]holds[/green] " if holds else "[red]BROKEN[/red]", *said)

    async def take(self, dirty: DirtyFile) -> None:
        """Every planted fault is found and nothing else, in flat memory; once more adds nothing."""
        file, watch = dirty.text.encode(), Watch(self.house, self.owner)
        looking, began = asyncio.create_task(watch.look()), time.monotonic()
        import_id = await send(self.dewi, self.campaign_id, file)
        told = await wait(self.dewi, import_id)
        took = time.monotonic() - began
        looking.cancel()
        found = await findings(self.dewi, import_id)
        show(dirty, found)
        right, wrong = len(found & dirty.planted), len(found - dirty.planted)
        self.hold(
            found == dirty.planted,
            f"{len(dirty.planted):,} faults planted in {len(dirty.rows):,} rows:",
            f"{right:,} found by row, column and code; {wrong:,} found that nobody planted",
        )
        self.hold(
            told["accepted"] + told["rejected"] == told["rows"] == len(dirty.rows),
            f"{told['accepted']:,} rows taken + {told['rejected']:,} refused = {told['rows']:,} read",
        )
        self.hold(
            watch.growth_mib <= FLAT_MIB,
            f"the worker's memory: at most {max(watch.resident_mib):.0f} MiB,",
            f"grown by {watch.growth_mib:.1f} MiB; the file has {len(file) / 2**20:.1f} MiB",
        )
        before = await counts(self.owner)
        floor = await copied_s(self.owner)
        console.print(f"       {told['rows'] / took:,.0f} rows/s; longest transaction {watch.longest_s:.2f} s")
        console.print(f"       import {took:.1f} s, COPY of the rows it made {floor:.1f} s: ratio {floor / took:.2f}")
        again = await wait(self.dewi, await send(self.dewi, self.campaign_id, file))
        self.hold(again["households"] == 0 and await counts(self.owner) == before, "the same file again adds nothing")

    async def kill(self, rows: list[dict[str, str]]) -> None:
        """`kill -9` of the worker at three moments of one import; the house ends with it and is started again."""
        households, before = len(rows) // 3, await counts(self.owner)
        await self.owner.close()
        import_id = await send(self.dewi, self.campaign_id, write(rows).encode())
        for share, during in KILLED_AT:
            told = await self._await_share(import_id, share, len(rows) if during == "checking" else households, during)
            os.kill(self.house.pids("worker")[0], signal.SIGKILL)
            await asyncio.to_thread(self.house.process.wait)
            console.print(f"       worker killed after {told['rows']:,} rows, {told['households']:,} households")
            await asyncio.to_thread(self.house.start)
        self.owner = await asyncpg.connect(self.house.owner_url)
        done, after = await wait(self.dewi, import_id), await counts(self.owner)
        added = tuple(after[table] - before[table] for table in ("households", "members", "assignments"))
        self.hold(
            (*added, done["rejected"]) == (households, len(rows), households, 0),
            f"killed {len(KILLED_AT)} times, every row is there once: {added[0]:,} households, {added[1]:,} people",
        )

    async def _await_share(self, import_id: str, share: float, whole: int, during: str) -> dict[str, Any]:
        while True:
            told: dict[str, Any] = await self.dewi.call("GET", "/v1/imports/{}", import_id)
            if told["status"] == "done":
                raise RuntimeError("the import was done before its worker could be killed")
            if told["rows" if during == "checking" else "households"] >= share * whole:
                return told
            await asyncio.sleep(0.05)


async def drill(house: ThrowAwayHouse, rows: int) -> int:
    """All of it; how much does not hold."""
    known = json.loads((house.folder / "demo.json").read_text())
    login = next(one for one in known["staff"] if one["role"] == "bappeda")
    owner = await asyncpg.connect(house.owner_url)
    async with httpx.AsyncClient(base_url=house.url, timeout=120) as client:
        dewi = Caller("dewi", "bappeda", login, client, asyncio.Semaphore(4), Ledger())
        await dewi.sign_in()
        campaign = (await dewi.pages("/v1/campaigns"))[0]
        drilled = Drill(house, dewi, owner, campaign["id"])
        dirty = dirty_file(rows // EVERY // len(kinds_of(DTKS_PERSON)), every=EVERY)
        await drilled.take(dirty)
        others = enumerate(clean_rows(2 * rows // 3))
        later = [row | {DTKS_PERSON.external_id: f"E{number}"} for number, row in others]
        await drilled.kill(later[len(dirty.rows) :])
        await drilled.owner.close()
    return drilled.broken


def main() -> int:
    """Start the house, drill it, end it."""
    parser = ArgumentParser(prog="scripts/drills/imports", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="at least 20,000: fewer are settled before a kill")
    rows = parser.parse_args().rows
    if rows < LEAST_ROWS:
        parser.error(f"at least {LEAST_ROWS:,} rows")
    with throw_away_house("--people-only") as house:
        return 1 if asyncio.run(drill(house, rows)) else 0


if __name__ == "__main__":
    sys.exit(main())
