"""What publishing a version moves: open work asks the newest published version from the next pull on.

No assignment names a version, so nothing has to be rewritten: a phone asks the newest one that it pulled, and each
visit is judged by the version that it names.
"""

from datetime import datetime
from uuid import UUID

from api.core.database import Connection
from api.core.schema import Out
from api.questionnaires import queries
from api.questionnaires.differences import DifferencesOut, differences
from api.questionnaires.schemas import Form, VersionOut
from api.tables import AssignmentStatus

MOST_VISITS_TOLD = 200


class MovedAssignmentsOut(Out):
    """So many open assignments of this status."""

    status: AssignmentStatus
    assignments: int


class BegunVisitOut(Out):
    """The last visit of an open assignment, which keeps the version that it was begun on."""

    id: UUID
    assignment_id: UUID
    questionnaire_version: int


class PublicationOut(Out):
    """What publishing a version moves, as it stood at that moment; `published_at` is null while it only would.

    `assignments` are open (`unassigned, open, downloaded, returned`) in campaigns that are not closed; `holders` learn
    of it with their next pull. `begun` names the first 200 of the `begun_visits`.
    """

    version: int
    replaces: int | None
    published_at: datetime | None
    assignments: int
    holders: int
    by_status: list[MovedAssignmentsOut]
    begun_visits: int
    begun: list[BegunVisitOut]
    differences: DifferencesOut


class PublishedOut(VersionOut):
    """A version that has just been published, and what that moved."""

    publication: PublicationOut


async def what_moves(
    connection: Connection, questionnaire_id: UUID, version: int, form: Form, published_at: datetime | None = None
) -> PublicationOut:
    """What publishing this version moves, or would move: nothing where a higher one is published already."""
    asked = await connection.fetchrow(queries.ASKED_NOW, questionnaire_id, version)
    replaces, before = (asked["version"], Form.model_validate_json(asked["content"])) if asked else (None, None)
    work, begun = [], []
    if replaces is None or replaces < version:
        work = await connection.fetch(queries.OPEN_WORK, questionnaire_id)
        begun = await connection.fetch(queries.BEGUN, questionnaire_id, version, MOST_VISITS_TOLD)
    total = next((row for row in work if row["status"] is None), None)
    return PublicationOut(
        version=version,
        replaces=replaces,
        published_at=published_at,
        assignments=total["assignments"] if total else 0,
        holders=total["holders"] if total else 0,
        by_status=[
            MovedAssignmentsOut(status=row["status"], assignments=row["assignments"])
            for row in work
            if row["status"] is not None
        ],
        begun_visits=begun[0]["all_of_them"] if begun else 0,
        begun=[BegunVisitOut.model_validate(dict(row)) for row in begun],
        differences=differences(before, form),
    )


def nothing_moved(version: int, form: Form, published_at: datetime) -> PublicationOut:
    """Of a version that came with the software: nobody published it, and it moved nothing."""
    return PublicationOut(
        version=version,
        replaces=None,
        published_at=published_at,
        assignments=0,
        holders=0,
        by_status=[],
        begun_visits=0,
        begun=[],
        differences=differences(None, form),
    )
