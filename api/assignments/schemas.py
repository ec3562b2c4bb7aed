"""Bodies of the assignments room. An assignment names a household by its id and says what was found of it."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from api.core.paging import Paging
from api.core.problems import Invalid, ItemProblem
from api.core.schema import In, Out
from api.core.types import RegionCode
from api.tables import AssignmentStatus, Eligibility, FieldResult, VerdictStage


class AssignmentFilter(Paging):
    """Which assignments to list."""

    campaign_id: UUID | None = None
    status: AssignmentStatus | None = None
    team_id: UUID | None = None
    enumerator_id: UUID | None = None
    verdict_stage: VerdictStage | None = None
    field_result: FieldResult | None = None
    eligibility: Eligibility | None = None
    region_code: Annotated[RegionCode | None, Field(description="A district lists its villages too.")] = None


class AssignmentOut(Out):
    """A household's place in one campaign; `enumerator_id` is who was given it last."""

    id: UUID
    campaign_id: UUID
    household_id: UUID
    team_id: UUID | None
    enumerator_id: UUID | None
    status: AssignmentStatus
    verdict_stage: VerdictStage | None
    field_result: FieldResult | None
    eligibility: Eligibility | None
    received_at: datetime | None
    revision: int


class AssignmentEventOut(Out):
    """One step of an assignment: what happened, who did it, and where it stood afterwards."""

    event: str
    actor_id: UUID
    status: AssignmentStatus
    enumerator_id: UUID | None
    team_id: UUID | None
    reason: str | None
    at: datetime


class AllocationIn(In):
    """A dry run answers what would be done and does nothing."""

    dry_run: bool = False


class SpreadOut(Out):
    """The least, the middle and the most that one person has."""

    min: int
    median: float
    max: int


class SplitRtOut(Out):
    """An RT that had to be divided, and among how many."""

    region_code: RegionCode
    rw: str | None
    rt: str | None
    households: int
    enumerators: int


class TeamReachOut(Out):
    """Where a team works afterwards, with what it held before."""

    team_id: UUID
    enumerators: int
    households: int
    villages: list[RegionCode]
    connected: Annotated[
        bool | None,
        Field(
            description="Whether these villages border on each other in one piece; null where borders are not known."
        ),
    ]


class AllocationOut(Out):
    """How the work was shared out, or would be."""

    dry_run: bool
    enumerators: Annotated[int, Field(description="Trained enumerators of the campaign's teams.")]
    households: Annotated[int, Field(description="Households that this allocation hands out.")]
    per_enumerator: Annotated[
        SpreadOut, Field(description="Households of each enumerator, with what each held before.")
    ]
    split_rts: list[SplitRtOut]
    unallocated: Annotated[int, Field(description="Households that nobody holds afterwards.")]
    rws_per_enumerator: Annotated[SpreadOut, Field(description="In how many RWs each who has households works.")]
    villages_per_enumerator: Annotated[SpreadOut, Field(description="In how many villages each of them works.")]
    teams: list[TeamReachOut]


class ReassignmentIn(In):
    """Hand work on: these assignments, or all that one enumerator still has to do."""

    assignment_ids: Annotated[list[UUID] | None, Field(min_length=1, max_length=1000)] = None
    from_enumerator_id: Annotated[
        UUID | None,
        Field(description="Instead of `assignment_ids`: everything `open`, `downloaded` or `returned` of this person."),
    ] = None
    enumerator_id: Annotated[
        UUID | None,
        Field(description="Who gets it. With `from_enumerator_id`, null: the other trained members of the team."),
    ] = None
    reason: Annotated[str, Field(min_length=3, max_length=500, description="Why; it stays in the history.")]

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        """Either named assignments or a person's; only a person's are spread over a team."""
        if self.assignment_ids is None and self.from_enumerator_id is None:
            raise Invalid("/assignment_ids", "missing")
        if self.assignment_ids is not None and self.from_enumerator_id is not None:
            raise Invalid("/from_enumerator_id", "one_of_two")
        if self.enumerator_id is None and self.from_enumerator_id is None:
            raise Invalid("/enumerator_id", "missing")
        if self.enumerator_id is not None and self.enumerator_id == self.from_enumerator_id:
            raise Invalid("/enumerator_id", "same_person")
        return self


class ReassignmentResult(Out):
    """What became of one assignment. `device_holds_work`: the former holder's phone may have answers not yet sent."""

    id: UUID
    status: Literal["reassigned", "refused", "unchanged"]
    enumerator_id: Annotated[UUID | None, Field(description="Who has it now; null where it was refused.")]
    problem: ItemProblem | None
    warning: Literal["device_holds_work"] | None


class ReassignmentOut(Out):
    """One result for each assignment, in the order of the request; of a person's work in the order of the ids."""

    results: list[ReassignmentResult]


class CancellationIn(In):
    """Take these households out of the campaign's work."""

    assignment_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]
    reason: Annotated[str, Field(min_length=3, max_length=500, description="Why; it stays in the history.")]


class CancellationResult(Out):
    """What became of one assignment. `device_holds_work`: the holder's phone may have answers not yet sent."""

    id: UUID
    status: Literal["cancelled", "refused", "unchanged"]
    problem: ItemProblem | None
    warning: Literal["device_holds_work"] | None


class CancellationOut(Out):
    """One result for each assignment, in the order of the request."""

    results: list[CancellationResult]
