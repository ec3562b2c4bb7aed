"""Reviews and decisions, one at a time and 500 at once.

The floor writes the same rows (event of the verdict, event of the assignment, audit) and moves the same assignments
with set-based statements as the owner, in one durable transaction.
"""

import json
from uuid import UUID

import asyncpg

from api.core.embedded_places import OWNER
from scripts.benchmarks.case import Case
from scripts.benchmarks.large_house import LargeHouse
from scripts.benchmarks.line import Line

# so many verdicts as they stand before this move
STAND = """
with chosen as (
    select v.id, v.assignment_id from verdicts v join assignments a on a.id = v.assignment_id
    where a.status in ('completed', 'approved', 'submitted') and ($3::uuid is null or a.team_id = $3)
    order by v.id limit $4
), moved as (
    update assignments a set status = $1, verdict_stage = $2 from chosen c where a.id = c.assignment_id returning a.id
)
select c.id, c.assignment_id, (select max(number) from verdict_events e where e.verdict_id = c.id) as number,
    (select count(*) from moved) as moved from chosen c
"""
MOVED = (
    """insert into verdict_events (verdict_id, number, revision, move, stage, actor_id, remarks, at)
    select id, number + 1, 1, $3, $4, $5, '[]', now() from unnest($1::uuid[], $2::int[]) as t (id, number)""",
    """insert into assignment_events (assignment_id, event, actor_id, status, enumerator_id, team_id, at)
    select a.id, $3, $4, $2, a.enumerator_id, a.team_id, now() from assignments a where a.id = any($1)""",
    "update assignments set status = $2, verdict_stage = $3, revision = revision + 1 where id = any($1)",
    """insert into audit_events (at, actor_id, action, subject_id, request_id, detail)
    select clock_timestamp(), $2, 'verdict.moved', id, 'bench', '{"revision": 1}' from unnest($1::uuid[]) id""",
)


class Judging(Case):
    """One move of so many verdicts a call, `calls` of them a round."""

    def __init__(
        self, name: str, username: str, move: tuple[str, str, str, str, str], *, calls: int, each: int
    ) -> None:
        self.name, self.username, self.calls, self.each = name, username, calls, each
        self.standing, self.stage_before, self.move, self.status, self.stage = move
        self.items = calls * each

    async def prepare(self, house: LargeHouse, rounds: int) -> None:
        """Verdicts that wait for this move: for each round of both."""
        self.owner = await asyncpg.connect(house.address(OWNER))
        self.line = Line(house.url, house.token(self.username))
        who = await self.owner.fetchrow(
            "select p.id, p.team_id from principals p join staff s on s.id = p.id where s.username = $1", self.username
        )
        self.actor: UUID = who["id"]
        count = 2 * rounds * self.items
        found = await self.owner.fetch(STAND, self.standing, self.stage_before, who["team_id"], count)
        if len(found) < count:
            raise RuntimeError(f"{len(found)} verdicts wait and {count} are needed: fewer rounds")
        self.mine, self.theirs = found[::2], found[1::2]

    async def api(self, number: int) -> None:
        """Each call by itself."""
        waiting = self.mine[number * self.items : (number + 1) * self.items]
        for first in range(0, self.items, self.each):
            part = waiting[first : first + self.each]
            if self.each == 1:
                kind = "reviews" if self.move == "approve" else "decisions"
                self.line.json("POST", f"/v1/verdicts/{part[0]['id']}/{kind}", {"decision": self.move})
                continue
            items = [{"verdict_id": str(one["id"]), "decision": self.move} for one in part]
            told = json.loads(self.line.call("POST", "/v1/verdicts/decisions", json.dumps({"items": items}).encode()))
            if any(one["problem"] for one in told["results"]):
                raise RuntimeError(f"a decision was refused: {told['results'][0]['problem']}")

    async def floor(self, number: int) -> None:
        """The same rows."""
        waiting = self.theirs[number * self.items : (number + 1) * self.items]
        for first in range(0, self.items, self.each):
            part = waiting[first : first + self.each]
            verdicts, work = [one["id"] for one in part], [one["assignment_id"] for one in part]
            async with self.owner.transaction():
                numbers = [one["number"] for one in part]
                await self.owner.execute(MOVED[0], verdicts, numbers, self.move, self.stage, self.actor)
                await self.owner.execute(MOVED[1], work, self.status, self.move, self.actor)
                await self.owner.execute(MOVED[2], work, self.status, self.stage)
                await self.owner.execute(MOVED[3], verdicts, self.actor)

    async def close(self) -> None:
        """The lines."""
        self.line.close()
        await self.owner.close()


APPROVE = ("submitted", "proposed", "approve", "approved", "reviewed")
CONFIRM = ("approved", "reviewed", "confirm", "completed", "decided")


def cases(*, quick: bool) -> list[Case]:
    """The coordinator's and Bappeda's."""
    calls = 5 if quick else 10
    return [
        Judging("review, single", "ratna", APPROVE, calls=calls, each=1),
        Judging("decision, single", "dewi", CONFIRM, calls=calls, each=1),
        Judging("decisions, 500 at once", "dewi", CONFIRM, calls=1, each=500),
    ]
