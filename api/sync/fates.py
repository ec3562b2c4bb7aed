"""What becomes of a pushed item: taken in, or kept for a person, and with which reason."""

import logging
from dataclasses import dataclass
from typing import Any

import asyncpg

from api.core.database import BROKEN
from api.core.problems import TRANSIENT, Invalid, NotFound, Problem, Unexpected, noted_problem, problem_of
from api.households.problems import HouseholdConflict
from api.sync.push_problems import NotHeld, PutAside
from api.sync.push_schemas import PushStatus
from api.visits.problems import VisitConflict
from api.visits.receipts import Kept, Standing

log = logging.getLogger("sambang")

# Fields that are right in themselves and do not fit what we know today: a person can mend that, a phone cannot.
A_PERSON_MAY_MEND = frozenset({"unknown_revision", "unknown_version", "unknown_visit", "unknown_member"})
AGAIN = {
    Standing.ACCEPTED: PushStatus.DUPLICATE,
    Standing.QUARANTINED: PushStatus.QUARANTINED,
    Standing.CONFLICT: PushStatus.CONFLICT,
    Standing.INVALID: PushStatus.INVALID,
    Standing.DISCARDED: PushStatus.QUARANTINED,
}


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of an item, and the refusal that says why, without texts."""

    status: PushStatus
    problem: dict[str, Any] | None = None
    findings: str = "[]"  # JSON, as the visit keeps it


ACCEPTED, DUPLICATE = Fate(PushStatus.ACCEPTED), Fate(PushStatus.DUPLICATE)


def fate_before(kept: Kept) -> Fate:
    """What became of an item when it came in before."""
    problem = noted_problem(PutAside()) if kept.standing is Standing.DISCARDED else kept.problem
    return DUPLICATE if kept.standing is Standing.ACCEPTED else Fate(AGAIN[kept.standing], problem)


def fate_of(problem: Problem) -> Fate:
    """What becomes of an item that was refused for this reason."""
    if isinstance(problem, VisitConflict | HouseholdConflict):
        return Fate(PushStatus.CONFLICT, noted_problem(problem))
    if isinstance(problem, Invalid) and problem.field_code not in A_PERSON_MAY_MEND:
        return Fate(PushStatus.INVALID, noted_problem(problem))
    return Fate(PushStatus.QUARANTINED, noted_problem(NotHeld() if isinstance(problem, NotFound) else problem))


def permanent(failed: Exception) -> Problem:
    """The refusal behind a failure; raises it again when a later try may find it mended."""
    if isinstance(failed, Problem):
        return failed
    if isinstance(failed, (*BROKEN, *TRANSIENT)):
        raise failed
    known = problem_of(failed) if isinstance(failed, asyncpg.PostgresError) else None
    if known is None:
        log.error("judging failed", exc_info=failed)
    return known or Unexpected()
