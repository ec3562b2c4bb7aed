"""What a holder's phone carries of verdicts: those that came back, with what their reviewers said."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import orjson

from api.access.actor import Actor
from api.core.database import Connection
from api.households.restricting import struck_out
from api.verdicts import queries


async def returned_verdicts(
    connection: Connection, actor: Actor, assignment_ids: Iterable[UUID]
) -> list[dict[str, Any]]:
    """The verdicts of these assignments that are returned, as JSON has them: content, reasons, remarks not answered."""
    rows = await connection.fetch(queries.RETURNED, list(assignment_ids))
    return await struck_out(connection, actor, [(row["household_id"], orjson.loads(row["shown"])) for row in rows])
