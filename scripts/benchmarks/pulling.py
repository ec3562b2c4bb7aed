"""A phone's first pull of all its 420 households, page by page, and the pull that finds nothing new.

The floor reads the same rows by raw asyncpg as the owner, marks what was downloaded in the same way and records the
look; it opens no number and builds no answer.
"""

import asyncpg

from api.core.embedded_places import OWNER
from api.households import queries as households
from api.sync import pull_queries as queries
from scripts.benchmarks.bare import DISCLOSE
from scripts.benchmarks.case import Case
from scripts.benchmarks.filling import EACH
from scripts.benchmarks.large_house import LargeHouse
from scripts.benchmarks.line import Line

HOLDER, PAGE = "budi", 100
AGAIN = """
set session_replication_role = replica;
update assignments set status = 'open' where holder_id = (select id from staff where username = 'budi')
    and status = 'downloaded';
reset session_replication_role
"""
MARK = """
with marked as (
    update assignments set status = 'downloaded' where holder_id = $1 and status = 'open' and id = any($2)
    returning id, enumerator_id, team_id
)
insert into assignment_events (assignment_id, event, actor_id, status, enumerator_id, team_id, at)
select id, 'downloaded', $1, 'downloaded', enumerator_id, team_id, now() from marked
"""
STANDING = f"{queries.ASSIGNMENT} and ($2::uuid is null or a.id > $2) order by a.id limit $3"
OPEN = ["open", "downloaded", "returned"]


class FirstPull(Case):
    """Budi's new phone."""

    name, items = f"first pull of {EACH}", EACH

    async def prepare(self, house: LargeHouse, rounds: int) -> None:
        """His token and id."""
        self.owner = await asyncpg.connect(house.address(OWNER))
        self.line = Line(house.url, house.token(HOLDER))
        self.holder = await self.owner.fetchval("select id from staff where username = $1", HOLDER)

    async def before(self, number: int) -> None:
        """Nothing has been downloaded yet."""
        await self.owner.execute(AGAIN)

    async def api(self, number: int) -> None:
        """Pull until there is no more."""
        self.cursor, more, came = "", True, 0
        while more:
            got = self.line.json("GET", f"/v1/sync/pull?limit={PAGE}{self.cursor}")
            self.cursor, more, came = f"&cursor={got['cursor']}", got["more"], came + len(got["assignments"])
        if came != EACH:
            raise RuntimeError(f"{came} households came")

    async def floor(self, number: int) -> None:
        """The same pages."""
        after, rows = None, [None] * PAGE
        while len(rows) == PAGE:
            async with self.owner.transaction():
                rows = await self.owner.fetch(STANDING, self.holder, after, PAGE)
                ids = [row["household_id"] for row in rows]
                await self.owner.fetch(households.CARRIED, ids, self.holder, OPEN)
                await self.owner.fetch(queries.FORMS)
                await self.owner.execute(MARK, self.holder, [row["id"] for row in rows])
                await self.owner.execute(DISCLOSE, self.holder, "pull_changes", ids)
            after = rows[-1]["id"] if rows else None

    async def close(self) -> None:
        """The lines."""
        self.line.close()
        await self.owner.close()


class NoChange(FirstPull):
    """The pull of a phone that has everything; its floor is the look at the feed alone."""

    name = "no-change pull"

    def __init__(self, items: int) -> None:
        self.items = items

    async def prepare(self, house: LargeHouse, rounds: int) -> None:
        """Pull everything, then present the last cursor once."""
        await super().prepare(house, rounds)
        await self.owner.execute(AGAIN)
        await super().api(0)
        got = self.line.json("GET", f"/v1/sync/pull?limit={PAGE}{self.cursor}")
        got = self.line.json("GET", f"/v1/sync/pull?limit={PAGE}&cursor={got['cursor']}")
        self.asked = f"/v1/sync/pull?limit={PAGE}&cursor={got['cursor']}"

    async def before(self, number: int) -> None:
        """Nothing changes."""

    async def api(self, number: int) -> None:
        """The same question again and again."""
        for _ in range(self.items):
            self.line.call("GET", self.asked)

    async def floor(self, number: int) -> None:
        """Ask the feed what lies behind the present."""
        place = await self.owner.fetchval("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        for _ in range(self.items):
            async with self.owner.transaction():
                await self.owner.fetch(queries.LOOK, self.holder, place, 0, PAGE, None, "open")


def cases(*, quick: bool) -> list[Case]:
    """The pulls."""
    return [FirstPull(), NoChange(20 if quick else 50)]
