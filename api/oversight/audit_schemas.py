"""Bodies of the audit: deeds, and what a verification of the chain found."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from api.access.verification import Anchor
from api.core.paging import Paging
from api.core.problems import Invalid
from api.core.schema import Out

Finding = Literal["altered", "deleted", "late", "unsealed", "seal_missing", "seal_altered", "chain_broken"]


class AuditEventFilter(Paging):
    """Which deeds to list."""

    actor_id: UUID | None = None
    subject_id: UUID | None = None
    action: Annotated[str | None, Field(max_length=60, description="`noun.verb`, as it is listed.")] = None
    since: AwareDatetime | None = None
    until: Annotated[AwareDatetime | None, Field(description="Before this moment.")] = None

    @model_validator(mode="after")
    def check_window(self) -> Self:
        """A window ends after it begins."""
        if self.since and self.until and self.until <= self.since:
            raise Invalid("query:until", "invalid")
        return self


class AuditEventOut(Out):
    """A deed: who did what to which thing in which request."""

    seq: int
    at: datetime
    actor_id: UUID | None
    action: str
    subject_id: UUID | None
    request_id: str
    detail: dict[str, Any]


class VerificationFilter(Paging):
    """How much of the chain to check in one call, and a head that you have kept."""

    limit: Annotated[int, Field(ge=1, le=50, description="Seals a page; one holds up to 5,000 rows.")] = 20
    head: Annotated[
        str | None,
        Field(pattern=r"^[0-9]{1,18}:[0-9a-f]{64}$", description="A head you have kept, as `Audit-Head` said it."),
    ] = None


class AuditFindingOut(Out):
    """One thing that is not as it was sealed. It names the row, never what stands in it."""

    finding: Annotated[
        Finding,
        Field(
            description=(
                "`altered`: the row is not what was sealed. `deleted`: it is gone. `late`: sealed long after the time "
                "it bears. `unsealed`: old and in no seal. `seal_missing`, `seal_altered`: that seal is gone, or does "
                "not agree with itself. `chain_broken`: it does not follow from the one before."
            )
        ),
    ]
    seal: int | None
    record: Literal["audit_events", "disclosures"] | None
    seq: Annotated[int | None, Field(description="The row's number in its record.")]


class AuditHeadOut(Out):
    """The last seal: keep `n` and `digest` outside, and nobody can cut or rewrite what is before it unseen."""

    n: int
    digest: str
    sealed_at: datetime


class VerificationOut(Out):
    """One page of the chain, held against the rows."""

    intact: Annotated[bool, Field(description="Nothing was found in this page, and the head you gave is held.")]
    seals: int
    rows: int
    findings: list[AuditFindingOut]
    anchor: Annotated[
        Anchor | None,
        Field(description="Of the head you gave: the chain holds it, holds another digest there, or ends before it."),
    ]
    head: AuditHeadOut | None
    next: str | None


class AuditHealthOut(Out):
    """Whether the chain is being sealed, and its head."""

    status: Literal["ok", "stuck"]
    head: AuditHeadOut | None
