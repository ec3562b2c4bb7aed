"""What waits in quarantine, as a coordinator sees it, and what they decide."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from api.core.paging import Paging
from api.core.problems import ItemProblem
from api.core.schema import In, Out
from api.tables import QuarantineAction, QuarantineStatus, ReceiptKind


class QuarantineFilter(Paging):
    """Which items to list; without `resolved` those that still wait."""

    status: QuarantineStatus | None = None
    kind: ReceiptKind | None = None
    sent_by: UUID | None = None
    team_id: UUID | None = None
    resolved: bool = False


class QuarantineResolutionIn(In):
    """What to do with an item, and why."""

    action: QuarantineAction
    reason: Annotated[str, Field(min_length=3, max_length=500)]


class QuarantineResolutionOut(Out):
    """What a person decided; `recorded_id` is the visit or household that came of it."""

    action: QuarantineAction
    reason: str
    resolved_by: UUID
    recorded_id: UUID | None
    at: datetime


class QuarantinedOut(Out):
    """An item that waits for a person; its id is the receipt that the phone was given."""

    id: UUID
    kind: ReceiptKind
    item_id: Annotated[UUID, Field(description="The item's own id; made up where it had none that can be read.")]
    status: QuarantineStatus
    problem: ItemProblem
    assignment_id: Annotated[UUID | None, Field(description="What the item says it is about; it may not exist.")]
    household_id: Annotated[UUID | None, Field(description="Of that assignment, if you may see it.")]
    sent_by: UUID
    team_id: Annotated[UUID | None, Field(description="The sender's team at that time.")]
    device_id: str | None
    received_at: datetime
    recorded: Annotated[bool, Field(description="A visit with this id is on record: mended, or the other content.")]
    resolution: QuarantineResolutionOut | None


class QuarantinedContentOut(QuarantinedOut):
    """An item with what it says, opened from its seal; personal numbers are masked."""

    content: Annotated[
        dict[str, Any] | None, Field(description="As it was sent, whatever its form; null when it is no JSON object.")
    ]
