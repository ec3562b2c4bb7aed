"""Bodies of the verdicts room."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from api.core.paging import Paging
from api.core.problems import ItemProblem
from api.core.schema import In, Out
from api.core.types import RegionCode
from api.tables import (
    AssignmentStatus,
    Eligibility,
    FieldResult,
    RegistryAction,
    RegistryStatus,
    VerdictMove,
    VerdictStage,
)

Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Criterion = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$")]
Comment = Annotated[str, Field(max_length=2000)]
Revision = Annotated[int, Field(ge=1, lt=2**31)]


class VerdictIn(In):
    """The three layers of a verdict: what was found, what it means, what the registry should do."""

    field_result: FieldResult
    eligibility: Eligibility
    reasons: Annotated[
        list[Word],
        Field(
            default_factory=list,
            max_length=20,
            description="Words, not sentences: `well_off, all_members_deceased, moved_within_city, moved_out_of_city, "
            "duplicate, civil_servant, pensioner, state_enterprise_employee, nik_mismatch, …`.",
        ),
    ]
    criteria: Annotated[
        list[Criterion],
        Field(default_factory=list, max_length=30, description="Codes met, of the campaign's criteria set."),
    ]
    registry_action: RegistryAction
    comment: Comment | None = None


class Remark(In):
    """What a reviewer says about one field: a JSON pointer into the visit, and the words."""

    pointer: Annotated[str, Field(max_length=200, pattern=r"^(/[^/]*)*$", examples=["/answers/floor"])]
    comment: Annotated[str, Field(min_length=1, max_length=500)]


class Judging(In):
    """What a review and a decision share: why, remarks on fields, and the revision that was judged."""

    reason_code: Word | None = None
    comment: Comment | None = None
    remarks: Annotated[list[Remark], Field(default_factory=list, max_length=50)]
    revision: Annotated[
        Revision | None, Field(description="The revision you judged: 409 `verdict_changed` when it is not the present.")
    ] = None


class ReviewDecision(StrEnum):
    APPROVE = "approve"
    RETURN = "return"
    REVOKE = "revoke"


class Decision(StrEnum):
    CONFIRM = "confirm"
    AMEND = "amend"
    RETURN = "return"


class ReviewIn(Judging):
    """A coordinator's review. `return` and `revoke` need a comment or a reason code."""

    decision: ReviewDecision


class DecisionIn(Judging):
    """Bappeda's decision. `return` needs a comment or a reason code; `amend` carries the new content in `verdict`."""

    decision: Decision
    verdict: VerdictIn | None = None


class DecisionItemIn(DecisionIn):
    """One decision of many."""

    verdict_id: UUID


class DecisionsIn(In):
    """Up to 500 decisions, each on its own merits."""

    items: Annotated[list[DecisionItemIn], Field(min_length=1, max_length=500)]


class MovedOut(Out):
    """Where the move left the verdict and its assignment; `event` is the number that is now the verdict's ETag."""

    verdict_id: UUID
    assignment_id: UUID
    status: AssignmentStatus
    stage: VerdictStage
    revision: int
    event: int


class DecisionResult(Out):
    """What became of one item: `moved`, or `problem`."""

    verdict_id: UUID
    moved: MovedOut | None
    problem: ItemProblem | None


class DecisionResultsOut(Out):
    """One result per item, in the order of the items."""

    results: list[DecisionResult]


class VerdictFilter(Paging):
    """Which verdicts to list."""

    campaign_id: UUID | None = None
    stage: VerdictStage | None = None
    status: AssignmentStatus | None = None
    eligibility: Eligibility | None = None
    field_result: FieldResult | None = None
    registry_status: RegistryStatus | None = None
    region_code: Annotated[RegionCode | None, Field(description="A region and everything in it.")] = None
    team_id: UUID | None = None
    enumerator_id: UUID | None = None
    assignment_id: UUID | None = None
    household_id: UUID | None = None


class RevisionOut(Out):
    """One opinion of one author, whole."""

    revision: int
    author_id: UUID
    visit_id: UUID | None
    field_result: FieldResult
    eligibility: Eligibility
    reasons: list[str]
    criteria: list[str]
    criteria_set: str | None
    registry_action: RegistryAction
    comment: str | None
    at: datetime


class VerdictOut(RevisionOut):
    """A verdict: its present revision, and the stage that its assignment carries."""

    id: UUID
    assignment_id: UUID
    household_id: UUID
    campaign_id: UUID
    region_code: RegionCode
    team_id: UUID | None
    enumerator_id: UUID | None
    status: AssignmentStatus
    stage: Annotated[VerdictStage | None, Field(description="Null while reassigned work is out again.")]
    registry_status: Annotated[
        RegistryStatus, Field(description="The ministry's answer, beside the stage: it never changes the verdict.")
    ]
    event: Annotated[int, Field(description="Number of the last event; the ETag begins with it.")]


class ResolutionIn(In):
    """What was done about a remark."""

    comment: Annotated[str, Field(min_length=1, max_length=2000)]


class ResolutionOut(Out):
    """How a remark was answered: by words, or by the visit that corrects (`visit_id`)."""

    resolved_by: UUID
    visit_id: UUID | None
    comment: str | None
    at: datetime


class ResolvedOut(ResolutionOut):
    """A remark's answer with the number of the remark."""

    verdict_id: UUID
    number: int


class RemarkOut(Out):
    """A remark on a field; `number` counts all remarks of the verdict from 1."""

    number: int
    pointer: str
    comment: str
    resolution: ResolutionOut | None


class EventOut(Out):
    """One move: who did what to which revision, and why."""

    number: int
    revision: int
    move: VerdictMove
    stage: VerdictStage
    actor_id: UUID
    reason_code: str | None
    comment: str | None
    remarks: list[RemarkOut]
    at: datetime


class VerdictHistoryOut(Out):
    """Everything that was ever said about it, oldest first."""

    verdict_id: UUID
    revisions: list[RevisionOut]
    events: list[EventOut]


class OpenRemarkOut(Out):
    """A remark that waits for an answer."""

    number: int
    pointer: str
    comment: str


class ReturnedVerdictOut(Out):
    """A verdict that came back to its holder, and why; `returned_at` is when."""

    id: UUID
    assignment_id: UUID
    household_id: UUID
    revision: int
    visit_id: UUID | None
    field_result: FieldResult
    eligibility: Eligibility
    reasons: list[str]
    criteria: list[str]
    criteria_set: str | None
    registry_action: RegistryAction
    comment: str | None
    returned_at: datetime
    return_reason_code: str | None
    return_comment: str | None
    remarks: list[OpenRemarkOut]
