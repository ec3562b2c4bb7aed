"""What an allocation starts from: who holds what already, and what is known of the ground."""

from collections.abc import Sequence
from uuid import UUID

from api.assignments import queries
from api.assignments.walking import Atlas
from api.assignments.work import Enumerator, Group
from api.core.database import Connection
from api.regions.neighbours import MIDDLES, NEIGHBOURS


async def people_of(connection: Connection, campaign_id: UUID) -> list[Enumerator]:
    """Everybody in the campaign's teams, with what they hold already."""
    holds: dict[UUID, list[Group]] = {}
    for row in await connection.fetch(queries.HELD, campaign_id):
        holds.setdefault(row["enumerator_id"], []).append(
            Group(row["region_code"], row["rw"], row["rt"], row["households"])
        )
    return [
        Enumerator(**row, holds=tuple(holds.get(row["id"], ())))
        for row in await connection.fetch(queries.ENUMERATORS, campaign_id)
    ]


async def atlas_of(connection: Connection, groups: Sequence[Group]) -> Atlas:
    """The borders of the kelurahan, and where earlier visits found the RTs that still have households to give."""
    villages = sorted({group.region_code for group in groups})
    found = {
        (row["region_code"], row["rw"], row["rt"]): (row["latitude"], row["longitude"])
        for row in await connection.fetch(queries.FOUND, villages)
    }
    return Atlas(NEIGHBOURS, MIDDLES, found)
