"""A visit by itself, and a phone's push of 100: all new, each submitting its assignment, and all sent before.

The floor of a new one is the same rows, read back and written again under other ids and at other doors, with the same
update of the assignments, in one durable transaction as the owner: no row security, no sealing, no judging.
The floor of a duplicate is the look-up of its receipt by the same index.
"""

import json
from typing import Any
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from api.core.embedded_places import OWNER
from scripts.benchmarks.case import Case
from scripts.benchmarks.large_house import LargeHouse
from scripts.benchmarks.line import Line
from scripts.drills.pushing.phone import Door, Ledger, Phone

SENDER = "siti"
AT_THE_DOORS = "assignment_id in (select assignment_id from visits where id = any($1))"
# What a push of submitting visits writes, parents first, and which rows of each table are its own.
WRITTEN = {
    "receipts": "subject_id = any($1)",
    "visits": "id = any($1)",
    "verdicts": AT_THE_DOORS,
    "verdict_revisions": "visit_id = any($1)",
    "verdict_events": "verdict_id in (select verdict_id from verdict_revisions where visit_id = any($1))",
    "assignment_events": f"event = 'submitted' and {AT_THE_DOORS}",
    "audit_events": "subject_id = any($1)",
    "members": "whereabouts = 'new' and household_id in (select household_id from visits where id = any($1))",
    "household_revisions": "cause_id = any($1)",
}
GENERATED = """
select table_name, column_name from information_schema.columns
where table_schema = current_schema()
  and (is_identity = 'YES' or is_generated = 'ALWAYS' or column_default like 'nextval%')
"""
SUBMIT = """
update assignments a set status = 'submitted', verdict_stage = 'proposed', field_result = 'completed',
    eligibility = 'eligible', received_at = now(), revision = a.revision + 1
from unnest($1::uuid[]) as s (id) where a.id = s.id
"""
REVISED = "update households h set revision = h.revision + 1, updated_at = now() where h.id = any($1)"
KNOWN = """
select r.id, r.subject_id, r.content_index, q.status from receipts r left join quarantined_items q on q.id = r.id
where r.principal_id = $1 and r.subject_id = any($2::uuid[])
"""
# Doors that nobody was at yet, wherever they are: into this enumerator's hands.
OPEN = """
select a.id from assignments a where a.status = 'open' and not exists (
    select from verdicts v where v.assignment_id = a.id) and a.holder_id <> all($2) order by a.id desc limit $1
"""
HAND_OVER = """
with given as (
    update assignments a set holder_id = p.id, enumerator_id = p.id, team_id = p.team_id
    from principals p where p.id = $1 and a.id = any($2) returning a.id, a.household_id, a.revision, p.team_id
), placed as (
    update households h set enumerator_id = $1, team_id = g.team_id from given g where h.id = g.household_id
)
select id, household_id, revision from given
"""
# their own households are for the cases that pull
KEPT = "select array_agg(id) from staff where username in ('budi', 'ratna')"


class Push(Case):
    """A phone that pushes so many visits at a time, each at a door of its own."""

    def __init__(self, name: str, visits: int, *, again: bool = False) -> None:
        self.name, self.visits, self.again = name, visits, again
        self.items = visits

    async def prepare(self, house: LargeHouse, rounds: int) -> None:
        """Parcels for the API and rows for the floor: doors for each round of both, and those to copy from."""
        self.owner = await asyncpg.connect(house.address(OWNER))
        self.line = Line(house.url, house.token(SENDER))
        self.phone = Phone(SENDER, "", Ledger())
        pulled = self.line.json("GET", "/v1/sync/pull?limit=1")
        self.phone.learn(pulled)
        self.sender = await self.owner.fetchval("select id from staff where username = $1", SENDER)
        self.doors = await self._doors(self.visits if self.again else self.visits * (2 * rounds + 1))
        self.parcels = [self._parcel() for _ in range(1 if self.again else rounds)]
        if self.again:
            await self.api(0)
            self.subjects = list(self.phone.ledger.sent)
        else:
            self.copies = await self._copies(rounds)

    async def api(self, number: int) -> None:
        """A push; every item must be what this case is about."""
        answer = json.loads(self.line.call("POST", "/v1/sync/push", self.parcels[number % len(self.parcels)]))
        statuses = {one["status"] for one in answer["results"]}
        if len(statuses) != 1 or not statuses <= {"accepted", "duplicate"}:
            raise RuntimeError(f"items of a push are {statuses}: {answer}"[:600])

    async def floor(self, number: int) -> None:
        """The same rows by raw asyncpg, in one transaction."""
        async with self.owner.transaction():
            if self.again:
                await self.owner.fetch(KNOWN, self.sender, self.subjects)
                return
            await self._write(self.copies[number])

    async def close(self) -> None:
        """The lines of this case."""
        self.line.close()
        await self.owner.close()

    async def _write(self, copied: tuple[list[UUID], list[UUID], dict[str, Any]]) -> None:
        assignments, households, tables = copied
        for table, (columns, rows) in tables.items():
            await self.owner.copy_records_to_table(table, records=rows, columns=columns)
        await self.owner.execute(SUBMIT, assignments)
        await self.owner.execute(REVISED, households)

    async def _doors(self, count: int) -> list[asyncpg.Record]:
        kept = await self.owner.fetchval(KEPT)
        ids = [row["id"] for row in await self.owner.fetch(OPEN, count, kept)]
        if len(ids) < count:
            raise RuntimeError(f"the house has {len(ids)} open doors and {count} are needed: fewer rounds")
        return list(await self.owner.fetch(HAND_OVER, self.sender, ids))

    def _parcel(self) -> bytes:
        taken, self.doors = self.doors[: self.visits], self.doors[self.visits :]
        # the last open door of a phone stays open: one more than it submits
        self.phone.doors = [Door(str(one["id"]), one["revision"]) for one in (*taken, taken[0])]
        self.phone.doors.reverse()
        return self.phone.parcel(self.visits, submits=self.visits)

    async def _copies(self, rounds: int) -> list[Any]:
        """The rows that one push left, under other ids and at other doors, for each round of the floor."""
        self.parcels.append(self._parcel())
        await self.api(len(self.parcels) - 1)
        self.parcels.pop()
        sent = list(self.phone.ledger.sent.values())[-self.visits :]
        generated = {(row["table_name"], row["column_name"]) for row in await self.owner.fetch(GENERATED)}
        kept: dict[str, list[dict[str, Any]]] = {}
        for table, rows in WRITTEN.items():
            found = await self.owner.fetch(f"select * from {table} where {rows}", [one.id for one in sent])  # noqa: S608
            kept[table] = [{k: v for k, v in row.items() if (table, k) not in generated} for row in found]
        own = {row["id"] for rows in kept.values() for row in rows if isinstance(row.get("id"), UUID)}
        households = {row["assignment_id"]: row["household_id"] for row in kept["visits"]}
        copies = []
        for _ in range(rounds):
            doors, self.doors = self.doors[: self.visits], self.doors[self.visits :]
            other: dict[Any, Any] = {old: uuid7() for old in own}
            for old, door in zip(households, doors, strict=True):
                other |= {old: door["id"], households[old]: door["household_id"]}
            tables = {
                table: (list(rows[0]), [tuple(_moved(value, other) for value in row.values()) for row in rows])
                for table, rows in kept.items()
                if rows
            }
            copies.append(([door["id"] for door in doors], [door["household_id"] for door in doors], tables))
        return copies


class SingleVisit(Push):
    """Visits sent one by one, each its own call and its own durable transaction."""

    def __init__(self, visits: int) -> None:
        super().__init__("single visit", 1)
        self.items = visits

    async def prepare(self, house: LargeHouse, rounds: int) -> None:
        """One parcel a visit; what each holds is sent by itself."""
        await super().prepare(house, rounds * self.items)
        self.bodies = [json.dumps(json.loads(parcel)["visits"][0]).encode() for parcel in self.parcels]

    async def api(self, number: int) -> None:
        """So many visits, one after another; while rows are copied from a push there are none of them yet."""
        if not hasattr(self, "bodies"):
            await super().api(number)
            return
        for body in self.bodies[number * self.items : (number + 1) * self.items]:
            self.line.call("POST", "/v1/visits", body)

    async def floor(self, number: int) -> None:
        """The same rows by single inserts, one durable transaction a visit."""
        for assignments, households, tables in self.copies[number * self.items : (number + 1) * self.items]:
            async with self.owner.transaction():
                for table, (columns, rows) in tables.items():
                    holes = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
                    insert = f"insert into {table} ({', '.join(columns)}) values ({holes})"  # noqa: S608
                    for row in rows:
                        await self.owner.execute(insert, *row)
                await self.owner.execute(SUBMIT, assignments)
                await self.owner.execute(REVISED, households)


def _moved(value: Any, other: dict[Any, Any]) -> Any:
    return other.get(value, value) if isinstance(value, UUID) else value


def cases(*, quick: bool) -> list[Case]:
    """The cases of phones that send."""
    return [
        SingleVisit(5 if quick else 10),
        Push("push of 100, new", 100),
        Push("push of 100, all duplicates", 100, again=True),
    ]
