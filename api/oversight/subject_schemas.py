"""Bodies of subject requests: what people ask about their data, by when it is due, what was done."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from api.core.paging import Paging
from api.core.schema import In, Out
from api.tables import SubjectRequestKind, SubjectRequestMove, SubjectRequestStatus


class SubjectRequestIn(In):
    """A request as it came to the counter or by letter. It names nobody: the household, and the person if it is one."""

    kind: SubjectRequestKind
    household_id: UUID
    member_id: Annotated[UUID | None, Field(description="The person it is about; null: the household whole.")] = None
    received_at: Annotated[AwareDatetime, Field(description="When it reached the city: the clock of 3 x 24 hours.")]
    reference: Annotated[
        str | None, Field(min_length=1, max_length=80, description="The number of the letter, never a name.")
    ] = None


class SubjectRequestFilter(Paging):
    """Which requests to list."""

    kind: SubjectRequestKind | None = None
    status: SubjectRequestStatus | None = None
    household_id: UUID | None = None
    overdue: Annotated[bool | None, Field(description="Not answered when it was due, or still not.")] = None


class SubjectMoveIn(In):
    """The next step: `take_up`, then `answer` or `refuse`; either may come at once."""

    move: SubjectRequestMove
    reason: Annotated[str, Field(min_length=3, max_length=500, description="What was done, or why not. No names.")]


class SubjectEventOut(Out):
    """One step of a request."""

    move: SubjectRequestMove
    status: SubjectRequestStatus
    reason: str
    actor_id: UUID
    at: datetime


class SubjectRequestOut(Out):
    """A request, where it stands, and whether its 3 x 24 hours were kept."""

    id: UUID
    kind: SubjectRequestKind
    household_id: UUID
    member_id: UUID | None
    received_at: datetime
    due_at: Annotated[datetime, Field(description="`received_at` and 72 hours (UU 27/2022).")]
    reference: str | None
    recorded_by: UUID
    recorded_at: datetime
    status: SubjectRequestStatus
    closed_at: Annotated[datetime | None, Field(description="When it was answered or refused.")]
    overdue: Annotated[bool, Field(description="Not closed by `due_at`; stays true when it was closed later.")]


class SubjectRequestDetailOut(SubjectRequestOut):
    """A request with its steps, the first one first."""

    events: list[SubjectEventOut]
