"""Bodies of visits that tests send: a plain one, and words to change in it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

MORNING = datetime(2022, 11, 3, 2, 0, tzinfo=UTC)  # 09:00 WIB, the second day of the field work
ELIGIBLE = {
    "field_result": "completed",
    "eligibility": "eligible",
    "reasons": [],
    "criteria": ["K0"],
    "registry_action": "keep",
    "comment": None,
}
REFUSED = ELIGIBLE | {"field_result": "refused", "eligibility": "undetermined", "criteria": []}


def visit(assignment_id: UUID, **changes: Any) -> dict[str, Any]:
    """A completed visit with its verdict, changed as the test needs it; `at` moves it to another instant."""
    at = changes.pop("at", MORNING)
    return {
        "id": str(uuid7()),
        "assignment_id": str(assignment_id),
        "based_on": 1,
        "started_at": at.isoformat(),
        "ended_at": (at + timedelta(minutes=25)).isoformat(),
        "outcome": "completed",
        "location": {"lat": -7.9921, "lon": 112.6183, "accuracy_m": 8.5, "mock": False},
        "respondent": {"name": "Slamet", "relation": "head"},
        "notice_given": True,
        "answers": {"floor": "earth"},
        "verdict": ELIGIBLE,
        "device": {"id": "phone-1", "app_version": "1.0"},
    } | changes


def absent(assignment_id: UUID, outcome: str = "no_respondent", **changes: Any) -> dict[str, Any]:
    """A visit on which nobody was met."""
    return visit(assignment_id, outcome=outcome, respondent=None, answers={}, verdict=None, **changes)
