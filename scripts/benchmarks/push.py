"""A phone's push of 100 visits, each submitting its assignment: all new, and all sent before.

The floor of a new one is the same rows, read back and written again under other ids and at other doors by `COPY`, with
the same update of the assignments, in one durable transaction as the owner: no row security, no sealing, no judging.
The floor of a duplicate is the look-up of its receipt by the same index.
"""

import json
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from uuid_utils.compat import uuid7

from api.core.embedded_places import OWNER
from scripts.drills.own_house import House
from scripts.drills.pushing.phone import JSON, Door, Ledger, Phone

VISITS = 100
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
KNOWN = """
select r.id, r.subject_id, r.content_index, q.status from receipts r left join quarantined_items q on q.id = r.id
where r.principal_id = $1 and r.subject_id = any($2::uuid[])
"""


class Push:
    """One enumerator who holds every household of the demo, and a phone that pushes hundred at a time."""

    items = VISITS

    def __init__(self, name: str, *, again: bool) -> None:
        self.name, self.again = name, again

    async def prepare(self, house: House, rounds: int) -> None:
        """Parcels for the API and rows for the floor: a hundred doors each a round, and a hundred to copy from."""
        self.owner = await asyncpg.connect(house.address(OWNER))
        self.http = httpx.AsyncClient(base_url=house.url, timeout=60)
        logins = json.loads((house.folder / "demo.json").read_text())["staff"]
        login = next(one for one in logins if one["role"] == "enumerator")
        self.phone = Phone(login["username"], login["password"], Ledger())
        await self.phone.sign_in(self.http)
        await self.phone.pull(self.http, limit=1)  # tells the version of the questionnaire
        self.sender = await self.owner.fetchval("select id from staff where username = $1", login["username"])
        self.doors = await self._doors(VISITS if self.again else VISITS * (2 * rounds + 1))
        self.parcels = [await self._parcel() for _ in range(1 if self.again else rounds)]
        if self.again:
            await self.api(0)
            self.subjects = list(self.phone.ledger.sent)
        else:
            self.copies = await self._copies(rounds)

    async def api(self, number: int) -> None:
        """A push; every item must be what this case is about."""
        answer = await self.http.post(
            "/v1/sync/push",
            content=self.parcels[number % len(self.parcels)],
            headers=JSON | {"Authorization": f"Bearer {self.phone.access}"},
        )
        statuses = {one["status"] for one in answer.raise_for_status().json()["results"]}
        if len(statuses) != 1 or not statuses <= {"accepted", "duplicate"}:
            raise RuntimeError(f"items of a push are {statuses}")

    async def floor(self, number: int) -> None:
        """The same rows by raw asyncpg, in one transaction."""
        async with self.owner.transaction():
            if self.again:
                await self.owner.fetch(KNOWN, self.sender, self.subjects)
                return
            assignments, tables = self.copies[number]
            for table, (columns, rows) in tables.items():
                await self.owner.copy_records_to_table(table, records=rows, columns=columns)
            await self.owner.execute(SUBMIT, assignments)

    async def close(self) -> None:
        """Connections of this case."""
        await self.http.aclose()
        await self.owner.close()

    async def _doors(self, count: int) -> list[asyncpg.Record]:
        """So many doors that nobody was at yet, in this enumerator's hands."""
        await self.owner.execute(
            "update households set enumerator_id = p.id, team_id = p.team_id from principals p where p.id = $1",
            self.sender,
        )
        found = await self.owner.fetch(
            "update assignments a set holder_id = p.id, enumerator_id = p.id, team_id = p.team_id, status = 'open'"
            " from principals p where p.id = $1 and a.id in"
            " (select id from assignments where status in ('unassigned', 'open') order by id limit $2)"
            " returning a.id, a.household_id, a.revision",
            self.sender,
            count,
        )
        if len(found) < count:
            raise RuntimeError(f"the demo has {len(found)} doors left and {count} are needed: fewer rounds")
        return list(found)

    async def _parcel(self) -> bytes:
        taken, self.doors = self.doors[:VISITS], self.doors[VISITS:]
        # the last open door of a phone stays open: one more than it submits
        self.phone.doors = [Door(str(one["id"]), one["revision"]) for one in (*taken, taken[0])]
        self.phone.doors.reverse()
        return self.phone.parcel(VISITS, submits=VISITS)

    async def _copies(self, rounds: int) -> list[Any]:
        """The rows that one push left, under other ids and at other doors, for each round of the floor."""
        self.parcels.append(await self._parcel())
        await self.api(len(self.parcels) - 1)
        self.parcels.pop()
        sent = list(self.phone.ledger.sent.values())[-VISITS:]
        made = await self.owner.fetch(GENERATED)
        generated = {(row["table_name"], row["column_name"]) for row in made}
        kept: dict[str, list[dict[str, Any]]] = {}
        for table, rows in WRITTEN.items():
            found = await self.owner.fetch(f"select * from {table} where {rows}", [one.id for one in sent])  # noqa: S608
            kept[table] = [{k: v for k, v in row.items() if (table, k) not in generated} for row in found]
        own = {row["id"] for rows in kept.values() for row in rows if isinstance(row.get("id"), UUID)}
        households = {row["assignment_id"]: row["household_id"] for row in kept["visits"]}
        copies = []
        for _ in range(rounds):
            doors, self.doors = self.doors[:VISITS], self.doors[VISITS:]
            other: dict[Any, Any] = {old: uuid7() for old in own}
            for old, door in zip(households, doors, strict=True):
                other |= {old: door["id"], households[old]: door["household_id"]}
            tables = {
                table: (list(rows[0]), [tuple(_moved(value, other) for value in row.values()) for row in rows])
                for table, rows in kept.items()
            }
            copies.append(([door["id"] for door in doors], tables))
        return copies


def _moved(value: Any, other: dict[Any, Any]) -> Any:
    return other.get(value, value) if isinstance(value, UUID) else value


CASES = (Push("push of 100, new", again=False), Push("push of 100, all duplicates", again=True))
