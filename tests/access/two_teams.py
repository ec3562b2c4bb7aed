"""Two teams of a season with a row in every table that hangs on a household, and the way to act in SQL as somebody."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from api.core.database import BY_VALUES, TAKE_PRINCIPAL
from tests.support.house import House
from tests.support.make import WHEN, Person, Team

# each table with household data, and the column by which its rows hang on a household, an assignment or a verdict
TABLES = {
    "households": "id",
    **dict.fromkeys(
        ("families", "members", "household_sources", "household_programmes", "household_revisions"), "household_id"
    ),
    **dict.fromkeys(("assignments", "visits", "verdicts"), "household_id"),
    **dict.fromkeys(("assignment_events", "quarantined_items", "attachments"), "assignment_id"),
    "verdict_revisions": "verdict_id",
    "verdict_events": "verdict_id",
    "remark_resolutions": "verdict_id",
}
PLANT = (
    "insert into receipts (id, principal_id, kind, subject_id, bytes_index, content_index, body, received_at)"
    " values ($3, $5, 'visit', $3, '\\x00', '\\x00', '\\x00', $6)",
    "insert into quarantined_items (id, principal_id, team_id, kind, subject_id, assignment_id, status, problem,"
    " received_at) select $3, $5, p.team_id, 'visit', $3, $2, 'quarantined', '{}', $6"
    " from principals p where p.id = $5",
    "insert into assignment_events (assignment_id, event, actor_id, status, at)"
    " values ($2, 'submitted', $5, 'submitted', $6)",
    "insert into household_programmes (id, household_id, programme, source) values ($3, $1, 'pkh', 'dtks')",
    "insert into household_revisions (id, household_id, revision, author_id, cause, at, changes)"
    " values ($3, $1, 1, $5, 'correction', $6, '\\x00')",
    "insert into visits (id, assignment_id, household_id, enumerator_id, based_on, started_at, ended_at, outcome,"
    " flags, submits, receipt_id, content, received_at)"
    " values ($3, $2, $1, $5, 1, $6, $6, 'completed', '{}', true, $3, '\\x00', $6)",
    "insert into attachments (receipt_id, name, visit_id, assignment_id, sender_id, announced_at)"
    " values ($3, 'door.jpg', $3, $2, $5, $6)",
    "insert into photos (id, receipt_id, name, sha256, size, picture_sha256, width, height, arrived_at)"
    " values ($3, $3, 'door.jpg', 'a', 1, $3::uuid::text, 1, 1, $6)",
    "insert into verdicts (id, assignment_id, household_id, campaign_id) values ($3, $2, $1, $4)",
    "insert into verdict_revisions (verdict_id, revision, author_id, field_result, eligibility, reasons, criteria,"
    " registry_action, at) values ($3, 1, $5, 'completed', 'eligible', '{}', '{}', 'keep', $6)",
    "insert into verdict_events (verdict_id, number, revision, move, stage, actor_id, remarks, at)"
    " values ($3, 1, 1, 'propose', 'proposed', $5, '[]', $6)",
    "insert into remark_resolutions (verdict_id, number, resolved_by, at) values ($3, 1, $5, $6)",
)


@asynccontextmanager
async def acting(login: asyncpg.Connection, person: Person) -> AsyncIterator[None]:
    """A transaction of this person, as a request opens it; nothing is kept."""
    transaction = login.transaction()
    await transaction.start()
    try:
        given = (person.id, person.version, "sambang_", None, BY_VALUES)
        assert await login.fetchrow(TAKE_PRINCIPAL, *given) is not None
        yield
    finally:
        await transaction.rollback()


@dataclass(frozen=True, slots=True)
class Season:
    """Two teams, each with a household of Siti's and one of Budi's."""

    campaign: UUID
    ours: Team
    theirs: Team
    households: dict[str, UUID]
    assignments: dict[str, UUID]
    verdicts: dict[str, UUID]

    def of(self, table: str, *names: str) -> set[UUID]:
        """What the rows of these holders hang on, in this table."""
        by = {"assignment_id": self.assignments, "verdict_id": self.verdicts}.get(TABLES[table], self.households)
        return {by[name] for name in names}


async def play(house: House) -> Season:
    """The least that can be seen by the wrong person, one row in every table."""
    make, campaign = house.make, await house.make.campaign()
    ours = await make.team(campaign)
    theirs = await make.team(campaign, names=("Agus", "Lina", "Joko"))
    households, assignments, verdicts = {}, {}, {}
    for holder in (ours.siti, ours.budi, theirs.siti, theirs.budi):
        households[holder.name] = await make.household(head=f"Keluarga {holder.name}")
        assignments[holder.name] = await make.assignment(campaign, households[holder.name], holder)
        verdicts[holder.name] = uuid7()
        place = (households[holder.name], assignments[holder.name], verdicts[holder.name], campaign, holder.id, WHEN)
        for statement in PLANT:
            await house.owner.execute(*used(statement, *place))
    return Season(campaign, ours, theirs, households, assignments, verdicts)


def used(statement: str, *values: Any) -> tuple[Any, ...]:
    """The statement with only the values it names, numbered from one."""
    kept = [number for number in range(1, len(values) + 1) if f"${number}" in statement]
    for place, number in enumerate(kept, 1):
        statement = statement.replace(f"${number}", f"${place}")
    return statement, *(values[number - 1] for number in kept)


async def seen(login: asyncpg.Connection, table: str) -> set[UUID]:
    """What the visible rows of a table hang on."""
    return {row["place"] for row in await login.fetch(f"select {TABLES[table]} as place from {table}")}


async def refused(login: asyncpg.Connection, person: Person, statement: str, *values: Any) -> bool:
    """Whether the statement is refused, or finds no row to change."""
    async with acting(login, person):
        try:
            return str(await login.execute(statement, *values)).endswith(" 0")
        except asyncpg.InsufficientPrivilegeError:
            return True
