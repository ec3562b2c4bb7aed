"""Bodies of the official tail: the kelurahan's meeting, the mayor's letter, an objection."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.core.paging import Paging
from api.core.problems import ItemProblem
from api.core.schema import In, Out
from api.core.types import RegionCode
from api.tables import DeliberationResult, Objector
from api.verdicts.schemas import Comment, MovedOut, Revision, VerdictIn, Word

DocumentNumber = Annotated[str, Field(min_length=1, max_length=80, examples=["400/12/MUSKEL/2022"])]


class Attendee(In):
    """Somebody who took part: a role, and the name if the minutes give it."""

    role: Annotated[str, Field(min_length=1, max_length=80, examples=["Lurah", "Ketua RW 005"])]
    name: Annotated[str | None, Field(min_length=1, max_length=120)] = None


class DeliberatedIn(In):
    """What the meeting said about one household: by its verdict, or by the household in this campaign.

    `change` brings the new content in `verdict`; the other two leave the content as it is.
    """

    verdict_id: UUID | None = None
    household_id: UUID | None = None
    result: DeliberationResult
    verdict: VerdictIn | None = None
    reason_code: Word | None = None
    comment: Comment | None = None
    revision: Annotated[
        Revision | None, Field(description="The revision that was read out: 409 `verdict_changed` when it has changed.")
    ] = None


class DeliberationIn(In):
    """A meeting by its minutes. The same minutes again add results; attendance stays as it was first written down."""

    campaign_id: UUID
    region_code: Annotated[RegionCode, Field(description="The kelurahan.")]
    held_on: date
    minutes_number: DocumentNumber
    attendance: Annotated[list[Attendee], Field(default_factory=list, max_length=200)]
    attendance_count: Annotated[
        int | None, Field(ge=1, le=10_000, description="How many came; at least those named. Or leave it to the list.")
    ] = None
    results: Annotated[list[DeliberatedIn], Field(min_length=1, max_length=500)]


class DeliberatedResultOut(Out):
    """What became of one item: `moved`, or `problem`."""

    verdict_id: UUID | None
    household_id: UUID | None
    moved: MovedOut | None
    problem: ItemProblem | None


class DeliberationResultsOut(Out):
    """The meeting, and one result per item, in the order of the items."""

    id: UUID
    results: list[DeliberatedResultOut]


class DeliberationFilter(Paging):
    """Which meetings to list."""

    campaign_id: UUID | None = None
    region_code: Annotated[RegionCode | None, Field(description="A region and everything in it.")] = None


class DeliberationOut(Out):
    """A meeting, and how many verdicts it approved, rejected and changed."""

    id: UUID
    campaign_id: UUID
    region_code: RegionCode
    held_on: date
    minutes_number: str
    attendance_count: int
    approved: int
    rejected: int
    changed: int
    recorded_by: UUID
    at: datetime


class AttendeeOut(Out):
    """Somebody who took part."""

    role: str
    name: str | None


class DeliberatedOut(Out):
    """What the meeting said about one verdict; `revision` is the one that stood after it."""

    verdict_id: UUID
    household_id: UUID
    result: DeliberationResult
    revision: int
    recorded_by: UUID
    at: datetime


class DeliberationDetailOut(DeliberationOut):
    """A meeting whole."""

    attendance: list[AttendeeOut]
    results: list[DeliberatedOut]


class EndorsementIn(In):
    """The mayor's letter: its number and date, and the release that it endorses."""

    release_id: UUID
    number: DocumentNumber
    signed_on: date


class EndorsementFilter(Paging):
    """Which letters to list."""

    campaign_id: UUID | None = None
    release_id: UUID | None = None


class EndorsementOut(Out):
    """A letter as it was recorded: how many households it endorsed, and why others stayed where they were."""

    id: UUID
    campaign_id: UUID
    release_id: UUID
    number: str
    signed_on: date
    endorsed: int
    left_out: Annotated[
        dict[str, int],
        Field(
            description="Households by reason: `changed` since the release, `not_decided` any more, `rejected` by the "
            "meeting, `needs_deliberation` first, `own_work` of the caller (a colleague records the letter again), "
            "`endorsed_before`."
        ),
    ]
    recorded_by: UUID
    at: datetime


class ObjectionIn(In):
    """A family or kelurahan objects to a verdict."""

    verdict_id: UUID
    by: Objector
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class ObjectionFilter(Paging):
    """Which objections to list."""

    campaign_id: UUID | None = None
    verdict_id: UUID | None = None
    by: Objector | None = None


class ObjectionOut(Out):
    """An objection; `event` is the number of the event that reopened the verdict."""

    id: UUID
    verdict_id: UUID
    household_id: UUID
    by: Objector
    reason: str
    event: int
    recorded_by: UUID
    at: datetime
