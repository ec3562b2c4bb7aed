"""What is answered about the life of a household: its revisions, who looked at it, merges and splits."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from api.core.schema import Out
from api.tables import HouseholdStatus, PrincipalKind, PrincipalRole, RevisionCause


class ChangeOut(Out):
    """One field that changed; in the pointer people stand by id, family cards by number."""

    pointer: Annotated[str, Field(examples=["/members/0192b1c0-5b1e-7c3e-9f7e-000000000001/name"])]
    before: Annotated[Any, Field(alias="from", description="What stood there; numbers are masked.")]
    after: Annotated[Any, Field(alias="to", description="What stands there since; numbers are masked.")]


class HouseholdRevisionOut(Out):
    """One change of a household or its people; revision 1 is how it came to be. Numbers have no gaps."""

    revision: int
    at: datetime
    author_id: UUID
    cause: RevisionCause
    cause_id: Annotated[UUID | None, Field(description="The import, visit or verdict that the change came from.")]
    reason: str | None
    changes: list[ChangeOut]


class HouseholdDisclosureOut(Out):
    """One answer that showed this household to somebody."""

    at: datetime
    actor_id: UUID
    actor_kind: PrincipalKind
    actor_role: PrincipalRole
    operation: str
    purpose: str | None
    fields: Annotated[list[str], Field(description="Which kinds of field were shown.")]


class MergeOut(Out):
    """What moved to the household that took the other in."""

    household_id: UUID
    into_household_id: UUID
    families: int
    members: int
    sources: int
    programmes: int
    cancelled_assignment_ids: list[UUID]


class SplitOut(Out):
    """The households that came out, in the order of the parts; `status` is that of the old one."""

    household_id: UUID
    status: HouseholdStatus
    household_ids: list[UUID]
    cancelled_assignment_ids: list[UUID]
