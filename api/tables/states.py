"""The states that assignments and verdicts share: they move together (contract, section 5)."""

from enum import StrEnum


class AssignmentStatus(StrEnum):
    UNASSIGNED = "unassigned"
    OPEN = "open"
    DOWNLOADED = "downloaded"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class VerdictStage(StrEnum):
    PROPOSED = "proposed"
    REVIEWED = "reviewed"
    DECIDED = "decided"
    DELIBERATED = "deliberated"
    ENDORSED = "endorsed"


class FieldResult(StrEnum):
    COMPLETED = "completed"
    NOT_FOUND = "not_found"
    MOVED = "moved"
    PART_OF_OTHER = "part_of_other"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    NO_RESPONDENT = "no_respondent"


class Eligibility(StrEnum):
    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    TO_DELIBERATION = "to_deliberation"
    UNDETERMINED = "undetermined"


class RegistryStatus(StrEnum):
    """The ministry's answer, beside the verdict's stage: it never overwrites what the city decided."""

    NONE = "none"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class ReceiptKind(StrEnum):
    """What a phone sends."""

    VISIT = "visit"
    HOUSEHOLD = "household"
