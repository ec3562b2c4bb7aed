"""A team whose work has reached some state: what the tests of verdicts start from."""

from dataclasses import dataclass
from uuid import UUID

from tests.support.house import House
from tests.support.make import Person, Team
from tests.visits.bodies import visit


@dataclass(frozen=True, slots=True)
class Season:
    """A team in the field, Dewi of Bappeda, and one household that Siti visited."""

    house: House
    team: Team
    dewi: Person
    assignment: UUID
    verdict: UUID

    async def put(self, status: str, stage: str | None) -> None:
        """Set the assignment to a state, as if somebody had moved it there."""
        await self.house.owner.execute(
            "update assignments set status = $2, verdict_stage = $3 where id = $1", self.assignment, status, stage
        )

    async def state(self) -> tuple[str, str]:
        """Where the assignment stands."""
        row = await self.house.owner.fetchrow(
            "select status, verdict_stage from assignments where id = $1", self.assignment
        )
        return row["status"], row["verdict_stage"]


async def submit(house: House, team: Team) -> tuple[UUID, UUID]:
    """Siti visits one more household; the assignment and its proposed verdict."""
    assignment = await house.make.assignment(team.campaign_id, await house.make.household(), team.siti)
    answer = await (await house.as_(team.siti)).post("/v1/visits", json=visit(assignment))
    assert answer.status_code == 201, answer.text
    return assignment, await house.owner.fetchval("select id from verdicts where assignment_id = $1", assignment)


async def proposed(house: House) -> Season:
    """Siti has visited a household and proposed a verdict."""
    team = await house.make.team(await house.make.campaign())
    dewi = await house.make.dewi()
    return Season(house, team, dewi, *await submit(house, team))
