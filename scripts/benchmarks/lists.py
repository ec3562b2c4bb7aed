"""Pages of 100 for each role that reads households: these stay flat however large the city is.

The floor is the page by raw asyncpg as the owner, its rows chosen by a plain condition instead of row security, with
the same record of the look and one commit.
"""

from typing import Any
from uuid import UUID

import asyncpg

from api.core.embedded_places import OWNER
from api.households import queries
from scripts.benchmarks.bare import DISCLOSE
from scripts.benchmarks.case import Case
from scripts.benchmarks.large_house import LargeHouse
from scripts.benchmarks.line import Line

PAGES = 4
LAST = UUID(int=0)


class ListPages(Case):
    """The first four pages that somebody turns."""

    items = PAGES

    def __init__(self, who: str, username: str, path: str, chosen: str, *, whose: str | None = None) -> None:
        self.name, self.username, self.path, self.chosen, self.whose = (
            f"list pages, {who}",
            username,
            path,
            chosen,
            whose,
        )

    async def prepare(self, house: LargeHouse, rounds: int) -> None:
        """A token, and what the plain condition compares with."""
        self.owner = await asyncpg.connect(house.address(OWNER))
        self.line = Line(house.url, house.token(self.username))
        self.actor = await self.owner.fetchrow(
            "select p.id, p.team_id from principals p join staff s on s.id = p.id where s.username = $1", self.username
        )
        campaign = await self.owner.fetchval("select id from campaigns")
        self.asked = self.path.format(campaign=campaign)
        ending = f"{self.chosen} and h.id > $1 order by h.id limit 101"
        self.query = " ".join((queries.SUMMARY, queries.LATEST_ASSIGNMENT, "where", ending))
        self.values: list[Any] = [] if self.whose is None else [self.actor[self.whose]]

    async def api(self, number: int) -> None:
        """Turn the pages by their cursors."""
        cursor = ""
        for _ in range(PAGES):
            page = self.line.json("GET", f"{self.asked}limit=100{cursor}")
            cursor = f"&cursor={page['next']}"

    async def floor(self, number: int) -> None:
        """The same pages."""
        after = LAST
        for _ in range(PAGES):
            async with self.owner.transaction():
                rows = (await self.owner.fetch(self.query, after, *self.values))[:100]
                await self.owner.execute(DISCLOSE, self.actor["id"], "list", [row["id"] for row in rows])
            after = rows[-1]["id"]

    async def close(self) -> None:
        """The lines."""
        self.line.close()
        await self.owner.close()


def cases(*, quick: bool) -> list[Case]:
    """An enumerator's, a coordinator's and Bappeda's, and two that Bappeda filters."""
    households, within = "/v1/households?", "/v1/households?region_code=35.73.04&"
    waiting = "/v1/households?campaign_id={campaign}&assignment_status=submitted&"
    sukun, submitted = "h.region_code like '35.73.04.%'", "a.status = 'submitted'"
    return [
        ListPages("enumerator", "budi", households, "h.enumerator_id = $2", whose="id"),
        ListPages("coordinator", "ratna", households, "h.team_id = $2", whose="team_id"),
        ListPages("bappeda", "dewi", households, "true"),
        ListPages("bappeda in a district", "dewi", within, sukun),
        ListPages("bappeda, waiting", "dewi", waiting, submitted),
    ]
