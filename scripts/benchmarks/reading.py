"""One household, and a search by NIK, each beside bare FastAPI and asyncpg with the same record and commit.

The floor of the search finds the number in plain text, by an index of its own.
"""

from uuid import UUID

import asyncpg

from api.core.embedded_places import OWNER
from scripts.benchmarks.case import Case
from scripts.benchmarks.filling import HOUSEHOLD, made, number_of, size_of
from scripts.benchmarks.large_house import LargeHouse
from scripts.benchmarks.line import Line

READER = "ratna"
HERS = "select id from households where team_id = (select team_id from principals where id = $1) order by id limit 1000"
PLAIN_TABLE = """
drop table if exists plain_numbers; create table plain_numbers (nik text, household_id uuid);
grant select on plain_numbers to sambang_coordinator
"""


class Reading(Case):
    """Calls of Ratna one after another, and the same of the bare server."""

    async def prepare(self, house: LargeHouse, rounds: int) -> None:
        """Both servers, her token, the households of her team."""
        self.owner = await asyncpg.connect(house.address(OWNER))
        self.principal: UUID = await self.owner.fetchval("select id from staff where username = $1", READER)
        self.ids: list[UUID] = [row["id"] for row in await self.owner.fetch(HERS, self.principal)]
        self.house = house
        self.bare_process, url = house.start_bare()
        self.line, self.bare = Line(house.url, house.token(READER)), Line(url)
        self.bare.headers["X-Principal"] = str(self.principal)

    async def close(self) -> None:
        """End the bare server."""
        self.line.close()
        self.bare.close()
        self.house.end_beside(self.bare_process)
        await self.owner.close()

    def floor_pids(self, house: LargeHouse) -> list[int] | None:
        """The bare server."""
        return [self.bare_process.pid]


class HouseholdById(Reading):
    """`GET /v1/households/{id}` as the coordinator."""

    name = "household by id"

    def __init__(self, items: int) -> None:
        self.items = items

    async def api(self, number: int) -> None:
        """Another household each time."""
        for place in range(self.items):
            self.line.call("GET", f"/v1/households/{self._id(number, place)}")

    async def floor(self, number: int) -> None:
        """The same households."""
        for place in range(self.items):
            self.bare.call("GET", f"/households/{self._id(number, place)}")

    def _id(self, number: int, place: int) -> UUID:
        return self.ids[(number * self.items + place) % len(self.ids)]


class SearchByNik(Reading):
    """`POST /v1/households/search` with a NIK of the coordinator's own households."""

    name = "search by NIK"

    def __init__(self, items: int) -> None:
        self.items = items

    async def prepare(self, house: LargeHouse, rounds: int) -> None:
        """The plain numbers of everybody, indexed."""
        await super().prepare(house, rounds)
        await self.owner.execute(PLAIN_TABLE)
        plain = (
            (number_of(household * 8 + line), made(HOUSEHOLD, household))
            for household in range(1, house.households + 1)
            for line in range(1, size_of(household) + 1)
        )
        await self.owner.copy_records_to_table("plain_numbers", records=plain)
        await self.owner.execute("create index on plain_numbers (nik); analyze plain_numbers")
        self.niks = [number_of((one.int & 0xFFFFFFFFFFFF) * 8 + 1) for one in self.ids]

    async def api(self, number: int) -> None:
        """Another number each time; it must be found."""
        for place in range(self.items):
            found = self.line.json("POST", "/v1/households/search", {"nik": self._nik(number, place)})
            if len(found["items"]) != 1:
                raise RuntimeError("a NIK of the house was not found once")

    async def floor(self, number: int) -> None:
        """The same numbers."""
        for place in range(self.items):
            if len(self.bare.json("POST", "/search", {"nik": self._nik(number, place)})) != 1:
                raise RuntimeError("a plain NIK was not found once")

    async def close(self) -> None:
        """Nothing stays in plain text."""
        await self.owner.execute("drop table if exists plain_numbers")
        await super().close()

    def _nik(self, number: int, place: int) -> str:
        return self.niks[(number * self.items + place) % len(self.niks)]


def cases(*, quick: bool) -> list[Case]:
    """The look-ups."""
    return [HouseholdById(20 if quick else 50), SearchByNik(20 if quick else 50)]
