"""Two households at one door: what the tests of merges and splits start from."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from uuid_utils.compat import uuid7

from tests.support.house import House
from tests.support.make import Person, Team

REASON = "Satu dapur, ditemukan di lapangan"
NIK, NO_KK, OTHER_KK = "3573041203850001", "3573040101150001", "3573040101150002"


@dataclass(frozen=True, slots=True)
class Door:
    """Siti's two households, each with its card, lists and programmes, and the people who may join them."""

    house: House
    team: Team
    dewi: Person
    first: UUID
    second: UUID
    assignments: dict[UUID, UUID]

    async def post(self, household: UUID, what: str, body: dict[str, Any]) -> httpx.Response:
        """Dewi asks for it."""
        return await (await self.house.as_(self.dewi)).post(f"/v1/households/{household}/{what}", json=body)

    async def merge(self, **changes: Any) -> httpx.Response:
        """Merge the second into the first."""
        return await self.post(
            self.second, "merges", {"into_household_id": str(self.first), "reason": REASON} | changes
        )

    async def people(self, household: UUID) -> list[UUID]:
        """The people of a household, family by family."""
        rows = await self.house.owner.fetch(
            "select id from members where household_id = $1 order by family_no, line", household
        )
        return [row["id"] for row in rows]

    async def put(self, household: UUID, status: str) -> None:
        """Set the household's assignment to a state, as if somebody had moved it there."""
        await self.house.owner.execute(
            "update assignments set status = $2 where id = $1", self.assignments[household], status
        )

    async def place(self, household: UUID) -> tuple[str, UUID | None]:
        """Status and holder of the household's assignment."""
        row = await self.house.owner.fetchrow(
            "select status, holder_id from assignments where household_id = $1", household
        )
        return row["status"], row["holder_id"]


async def a_door(house: House) -> Door:
    """Slamet's household with three people, Wagiman's with two, both open to Siti."""
    team, dewi = await house.make.team(await house.make.campaign()), await house.make.dewi()
    first = await house.make.household(nik=NIK, no_kk=NO_KK, members=3)
    second = await house.make.household(head="Wagiman", no_kk=OTHER_KK)
    assignments = {}
    for household, programmes in ((first, ("pkh",)), (second, ("pkh", "bpnt"))):
        assignments[household] = await house.make.assignment(team.campaign_id, household, team.siti)
        for programme in programmes:
            await house.owner.execute(
                "insert into household_programmes (id, household_id, programme, source) values ($1, $2, $3, 'dtks')",
                uuid7(),
                household,
                programme,
            )
    return Door(house, team, dewi, first, second, assignments)
