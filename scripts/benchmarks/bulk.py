"""A list imported, and a whole campaign shared out.

The floor of the import is `COPY` of the rows that an import made, as they lie sealed, into tables with the same
constraints and indexes, in one transaction. That of the allocation moves the same work to the same people by a plan
that is made already.
"""

import asyncio
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import httpx

from api.core.embedded_places import OWNER
from api.demo.dtks import write_dtks_person_file
from api.releases.contents import EDITION
from scripts.benchmarks.case import Case
from scripts.benchmarks.large_house import LargeHouse
from scripts.benchmarks.line import Line
from scripts.benchmarks.processes import children_of

DEWI = "dewi"
POLL_S = 0.05
# what an import fills, and which of its rows are this import's
FILLED = {
    "households": "id in (select household_id from household_sources where snapshot_id = $1)",
    "families": "household_id in (select household_id from household_sources where snapshot_id = $1)",
    "members": "household_id in (select household_id from household_sources where snapshot_id = $1)",
    "household_sources": "snapshot_id = $1",
    "household_programmes": "household_id in (select household_id from household_sources where snapshot_id = $1)",
    "household_revisions": "household_id in (select household_id from household_sources where snapshot_id = $1)",
    "assignments": "household_id in (select household_id from household_sources where snapshot_id = $1)",
    "assignment_events": "assignment_id in (select id from assignments where household_id in"
    " (select household_id from household_sources where snapshot_id = $1))",
}
# the worker would hash the releases of earlier cases first: that is not the import's work
HASHED = """
insert into release_file_hashes (release_id, edition, name, sha256, bytes, rows, made_at)
select id, $1, 'bench', '', 0, 0, now() from releases on conflict do nothing"""
NOTHING_TO_HASH = "update releases set manifest_status = 'ready'"
UNSEALED = """
select (select count(*) from audit_events) + (select count(*) from disclosures)
    > coalesce((select sum(count) from audit_seals), 0)"""


class Import(Case):
    """A DTKS file of so many households with their people, from the upload to `done`; the worker does it."""

    rounds, hot = 2, False

    def __init__(self, households: int) -> None:
        self.items, self.name = households, f"import of {households:,} households"
        self.seed = 7000

    async def prepare(self, house: LargeHouse, rounds: int) -> None:
        """The worker, and one import whose rows the floor copies."""
        self.owner = await asyncpg.connect(house.address(OWNER))
        await self.owner.execute("delete from pgqueuer; drop schema if exists copied cascade; create schema copied")
        self.house, self.line = house, Line(house.url, house.token(DEWI))
        self.campaign = str(await self.owner.fetchval("select id from campaigns"))
        await self.owner.execute(HASHED, EDITION)
        await self.owner.execute(NOTHING_TO_HASH)
        self.worker = house.start_beside(["api", "worker"])
        while await self.owner.fetchval(UNSEALED):  # nobody sealed what the other cases wrote  # noqa: ASYNC110
            await asyncio.sleep(POLL_S)
        await self.before(0)
        await self.api(0)
        self.held: dict[str, io.BytesIO] = {}
        for table, rows in FILLED.items():
            held = self.held[table] = io.BytesIO()
            query = f"select * from {table} where {rows}".replace("$1", f"'{self.imported}'")  # noqa: S608
            await self.owner.copy_from_query(query, output=held, format="binary")
            await self.owner.execute(f"create table copied.{table} (like public.{table} including all)")

    async def before(self, number: int) -> None:
        """A file that nobody has sent yet, and empty tables for its floor."""
        self.seed += 1
        with TemporaryDirectory(prefix="sambang-bench-") as folder:
            made = write_dtks_person_file(Path(folder) / "dtks.csv", self.items, seed=self.seed)
            self.file = made.path.read_bytes()
        if hasattr(self, "held"):
            await self.owner.execute("truncate " + ", ".join(f"copied.{table}" for table in FILLED))

    async def api(self, number: int) -> None:
        """Send it and wait until it is done."""
        files = {"file": ("dtks.csv", self.file, "text/csv")}
        asked = {"Authorization": f"Bearer {self.house.token(DEWI)}"}
        async with httpx.AsyncClient(base_url=self.house.url, headers=asked, timeout=120) as http:
            sent = await http.post("/v1/imports", data={"campaign_id": self.campaign}, files=files)
        self.imported = sent.raise_for_status().json()["id"]
        told = self.line.json("GET", f"/v1/imports/{self.imported}")
        while told["status"] not in ("done", "failed"):
            await asyncio.sleep(POLL_S)
            told = self.line.json("GET", f"/v1/imports/{self.imported}")
        if told["status"] == "failed" or told["households"] < 0.9 * self.items:
            raise RuntimeError(f"the import did not take its households: {told}")

    async def floor(self, number: int) -> None:
        """The same rows."""
        async with self.owner.transaction():
            for table, held in self.held.items():
                held.seek(0)
                await self.owner.copy_to_table(table, schema_name="copied", source=held, format="binary")

    def api_pids(self, house: LargeHouse) -> list[int]:
        """The API, the worker, and the processes in which it seals."""
        return [*house.api_pids(), self.worker.pid, *children_of([self.worker.pid])]

    async def close(self) -> None:
        """End the worker."""
        self.line.close()
        self.house.end_beside(self.worker)
        await self.owner.execute("drop schema if exists copied cascade")
        await self.owner.close()


RESET = """
set session_replication_role = replica;
update assignments set status = 'unassigned', team_id = null, enumerator_id = null, holder_id = null,
    verdict_stage = null;
update households set team_id = null, enumerator_id = null;
reset session_replication_role
"""
PLAN = """
create table planned as select id, household_id, team_id, enumerator_id from assignments where status = 'open'
"""
GIVEN = """
with given as (
    update assignments a set status = 'open', team_id = p.team_id, enumerator_id = p.enumerator_id,
        holder_id = p.enumerator_id, revision = a.revision + 1
    from planned p where a.id = p.id returning a.id, a.household_id, a.team_id, a.enumerator_id
), placed as (
    update households h set team_id = g.team_id, enumerator_id = g.enumerator_id, updated_at = now()
    from given g where h.id = g.household_id
)
insert into assignment_events (assignment_id, event, actor_id, status, enumerator_id, team_id, at)
select id, 'allocated', enumerator_id, 'open', enumerator_id, team_id, now() from given
"""


class Allocation(Case):
    """Everything shared out among everybody; the last case, for it takes all work from whoever holds it."""

    name, rounds, hot = "allocation", 2, False

    async def prepare(self, house: LargeHouse, rounds: int) -> None:
        """One allocation, whose result is the floor's plan."""
        self.owner = await asyncpg.connect(house.address(OWNER))
        self.house, self.items = house, await self.owner.fetchval("select count(*) from assignments")
        self.campaign = str(await self.owner.fetchval("select id from campaigns"))
        self.line = Line(house.url, house.token(DEWI))
        await self.owner.execute("drop table if exists planned")
        await self.before(0)
        await self.api(0)
        await self.owner.execute(PLAN)
        await self.owner.execute("analyze planned")

    async def before(self, number: int) -> None:
        """Nobody holds anything."""
        await self.owner.execute(RESET)
        for table in ("assignments", "households"):
            await self.owner.execute(f"vacuum (analyze) {table}")

    async def api(self, number: int) -> None:
        """Share out."""
        told = self.line.json("POST", f"/v1/campaigns/{self.campaign}/allocations", {"dry_run": False})
        if told["households"] != self.items:
            raise RuntimeError(f"{told['households']} of {self.items} were shared out")

    async def floor(self, number: int) -> None:
        """The same moves, their events, and what phones are told by the triggers."""
        async with self.owner.transaction():
            await self.owner.execute(GIVEN)

    async def close(self) -> None:
        """The lines."""
        self.line.close()
        await self.owner.execute("drop table if exists planned")
        await self.owner.close()


def cases(*, quick: bool, imported: int) -> list[Case]:
    """The heavy ones, which stand at the end of a run."""
    return [Import(imported), Allocation()]
