"""What a phone pulls."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.assignments.schemas import AssignmentOut
from api.core.paging import MOST_ROWS, Paging
from api.core.schema import Out
from api.households.schemas import HouseholdCarried
from api.questionnaires.schemas import VersionOut
from api.regions.schemas import CodeListOut
from api.verdicts.schemas import ReturnedVerdictOut


class PullQuery(Paging):
    """Where the phone stands, and how much it wants at once."""

    limit: Annotated[
        int, Field(ge=1, le=MOST_ROWS, description="Assignments a page on the first pull, changes a page afterwards.")
    ] = 100
    cursor: Annotated[
        str | None,
        Field(
            max_length=500,
            description="`cursor` of the answer before, once that answer is stored on the phone; none on the first.",
        ),
    ] = None


class RemovedKind(StrEnum):
    """What was taken from the phone's holder."""

    ASSIGNMENT = "assignment"
    HOUSEHOLD = "household"


class RemovedOut(Out):
    """Something that is no longer the caller's: forget it, but send first what you hold of it."""

    kind: RemovedKind
    id: UUID


class PullOut(Out):
    """What is new for the phone. Each object stands as it is now: replace what you have by it."""

    assignments: list[AssignmentOut]
    households: Annotated[
        list[HouseholdCarried], Field(description="NIK and No. KK are whole while your work there is open.")
    ]
    verdicts: Annotated[list[ReturnedVerdictOut], Field(description="Of returned assignments, with open remarks.")]
    questionnaires: Annotated[
        list[VersionOut],
        Field(description="When one of them changed, all: the newest of each form that a running campaign asks."),
    ]
    code_lists: Annotated[list[CodeListOut], Field(description="All of them, when this software brought new ones.")]
    removed: list[RemovedOut]
    cursor: Annotated[str, Field(description="Present it at the next pull, once this answer is stored.")]
    more: Annotated[bool, Field(description="There is more already: pull again now.")]
