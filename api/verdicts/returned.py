"""What a holder's phone carries of verdicts: those that came back, with what their reviewers said."""

from collections.abc import Iterable
from uuid import UUID

from api.core.database import Connection
from api.verdicts import queries


async def returned_verdicts(connection: Connection, assignment_ids: Iterable[UUID]) -> list[str]:
    """The verdicts of these assignments that are returned, each as JSON: content, reasons, remarks not yet answered."""
    return [row["shown"] for row in await connection.fetch(queries.RETURNED, list(assignment_ids))]
