"""What a release says otherwise than another: households added, removed, and changed field by field."""

from uuid import UUID

import asyncpg
import orjson

from api.access.actor import Actor
from api.core.database import Connection
from api.core.problems import Invalid
from api.releases import queries
from api.releases.schemas import Change, DifferenceFilter, FieldDifference, HouseholdDifference


async def compare_releases(
    connection: Connection, actor: Actor, release_id: UUID, wanted: DifferenceFilter
) -> list[HouseholdDifference]:
    """One more difference than a page holds, in the order of household ids. Everybody shown is put on record."""
    if await connection.fetchrow(queries.RELEASE, wanted.against) is None:
        raise Invalid("query:against", "unknown_release")
    after = wanted.after(UUID)
    rows = await connection.fetch(
        queries.DIFFERENCES, release_id, wanted.against, after[0] if after else None, wanted.limit + 1
    )
    await actor.disclose("compare_releases", [row["household_id"] for row in rows[: wanted.limit]])
    return [_difference(row) for row in rows]


def _difference(row: asyncpg.Record) -> HouseholdDifference:
    change, fields = Change(row["change"]), {}
    if change is Change.CHANGED:
        before, now = orjson.loads(row["before"]), orjson.loads(row["after"])
        fields = {
            column: FieldDifference(before=before[column], after=now[column])
            for column in queries.COMPARED
            if before[column] != now[column]
        }
    return HouseholdDifference(
        household_id=row["household_id"], region_code=row["region_code"], change=change, fields=fields
    )
