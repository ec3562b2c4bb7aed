"""A release frozen, and its files downloaded, each beside `COPY` of the same rows passed through bare FastAPI.

Two downloads at once say what another process is worth: run them with `--workers 1` and with `--workers 2`.

The floor of the release writes the same rows again from the release before, by `insert … select` as the owner.
"""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from api.core.embedded_places import OWNER
from scripts.benchmarks.case import Case
from scripts.benchmarks.large_house import LargeHouse
from scripts.benchmarks.line import Line

DEWI = "dewi"
NEWEST = "select id, (counts ->> 'households')::int as households from releases order by number desc limit 1"
COLUMNS = """
select string_agg(column_name, ', ' order by ordinal_position) from information_schema.columns
where table_schema = current_schema() and table_name = $1 and column_name <> 'release_id'
"""
RELEASED = """
insert into releases (id, campaign_id, number, counts, created_by, created_at)
select $1, campaign_id, (select max(number) + 1 from releases), counts, created_by, now() from releases where id = $2
"""
NOTED = """
insert into audit_events (at, actor_id, action, subject_id, request_id, detail)
values (clock_timestamp(), $1, 'release.made', $2, 'bench', '{}')
"""
# no worker runs beside the measuring; what it would hash later is not this case's
NO_JOB = "delete from pgqueuer where entrypoint = 'release'"


class Release(Case):
    """`POST /v1/releases` of everything that is decided."""

    name, rounds, hot = "release", 3, False

    async def prepare(self, house: LargeHouse, rounds: int) -> None:
        """A first release, which the floor writes again."""
        self.owner = await asyncpg.connect(house.address(OWNER))
        self.dewi = await self.owner.fetchval("select id from staff where username = $1", DEWI)
        self.campaign = str(await self.owner.fetchval("select id from campaigns"))
        self.line = Line(house.url, house.token(DEWI))
        await self.api(0)
        self.made = await self.owner.fetchrow(NEWEST)
        self.items = self.made["households"]
        self.columns = {
            table: await self.owner.fetchval(COLUMNS, table) for table in ("released_households", "released_members")
        }

    async def api(self, number: int) -> None:
        """Freeze."""
        self.line.json("POST", "/v1/releases", {"campaign_id": self.campaign})
        await self.owner.execute(NO_JOB)

    async def floor(self, number: int) -> None:
        """The same rows under another release."""
        made, first = uuid7(), self.made["id"]
        async with self.owner.transaction():
            await self.owner.execute(RELEASED, made, first)
            for table, columns in self.columns.items():
                await self.owner.execute(
                    f"insert into {table} (release_id, {columns}) select $1, {columns} from {table}"  # noqa: S608
                    " where release_id = $2",
                    made,
                    first,
                )
            await self.owner.execute(NOTED, self.dewi, made)

    async def close(self) -> None:
        """The lines."""
        self.line.close()
        await self.owner.close()


class Export(Case):
    """A file of a release, downloaded and thrown away, by so many `at_once`."""

    rounds, hot = 3, False

    def __init__(self, file: str, copied: str, what: str, at_once: int = 1) -> None:
        self.file, self.copied, self.at_once = file, copied, at_once
        self.name = f"export {what}"

    async def prepare(self, house: LargeHouse, rounds: int) -> None:
        """A release, its reader, and the bare server."""
        self.owner = await asyncpg.connect(house.address(OWNER))
        self.house, self.lines = house, [Line(house.url, house.token(DEWI)) for _ in range(self.at_once)]
        if (found := await self.owner.fetchrow(NEWEST)) is None:
            campaign = str(await self.owner.fetchval("select id from campaigns"))
            self.lines[0].json("POST", "/v1/releases", {"campaign_id": campaign})
            found = await self.owner.fetchrow(NEWEST)
        await self.owner.execute("analyze released_households; analyze released_members")
        self.release, self.items = UUID(str(found["id"])), found["households"]
        if self.file == "dtks_update.csv":
            self.items = await self.owner.fetchval(
                "select count(*) from released_members where release_id = $1", self.release
            )
        self.items *= self.at_once
        dewi: Any = await self.owner.fetchval("select id from staff where username = $1", DEWI)
        self.bare_process, url = house.start_bare()
        self.bare = [Line(url) for _ in range(self.at_once)]
        for line in self.bare:
            line.headers["X-Principal"] = str(dewi)

    async def api(self, number: int) -> None:
        """Down to the last byte."""
        await _downloaded(self.lines, f"/v1/releases/{self.release}/files/{self.file}")

    async def floor(self, number: int) -> None:
        """The same rows."""
        await _downloaded(self.bare, f"/copy/{self.release}/{self.copied}")

    def floor_pids(self, house: LargeHouse) -> list[int] | None:
        """The bare server."""
        return [self.bare_process.pid]

    async def close(self) -> None:
        """End the bare server."""
        for line in (*self.lines, *self.bare):
            line.close()
        self.house.end_beside(self.bare_process)
        await self.owner.close()


async def _downloaded(lines: list[Line], path: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(line.size, "GET", path) for line in lines))


def cases(*, quick: bool) -> list[Case]:
    """The release and its files: households have one masked number each, the ministry's file every number whole."""
    return [
        Release(),
        Export("households.ndjson", "ndjson", "NDJSON, a masked number each"),
        Export("households.csv", "csv", "CSV, a masked number each"),
        Export("households.xlsx", "csv", "XLSX, a masked number each"),
        Export("dtks_update.csv", "dtks_update", "CSV, all numbers whole"),
        Export("dtks_update.csv", "dtks_update", "CSV, all numbers, two at once", at_once=2),
    ]
