"""The table of contract section 5: which event, by whom, moves an assignment and its verdict from where to where.

Assignment and verdict stage move together, so one table holds both. A download leaves the assignment's revision
alone (the phone's copy stays current); every other event raises it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from api.access.roles import Role
from api.core.problems import WrongState
from api.tables import AssignmentStatus as Status
from api.tables import VerdictStage as Stage


class Event(StrEnum):
    ALLOCATE = "allocate"
    REASSIGN = "reassign"
    DOWNLOAD = "download"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    REVOKE = "revoke"
    CONFIRM = "confirm"
    AMEND = "amend"
    OBJECT = "object"
    DELIBERATE = "deliberate"
    ENDORSE = "endorse"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table. `to` and `stage` are None where the event leaves them as they are."""

    event: Event
    roles: tuple[Role, ...]
    sources: tuple[Status, ...]
    to: Status | None
    stage: Stage | None
    stages: tuple[Stage, ...] | None = None  # only from these stages

    def fits(self, role: Role, status: Status, stage: Stage | None) -> bool:
        """May this role make the move from here?"""
        return role in self.roles and status in self.sources and (self.stages is None or stage in self.stages)


BAPPEDA, COORDINATOR, ENUMERATOR = (Role.BAPPEDA,), (Role.COORDINATOR,), (Role.ENUMERATOR,)
OFFICE = (Role.BAPPEDA, Role.COORDINATOR)
UNASSIGNED, OPEN, DOWNLOADED, RETURNED = Status.UNASSIGNED, Status.OPEN, Status.DOWNLOADED, Status.RETURNED
SUBMITTED, APPROVED, COMPLETED, CANCELLED = Status.SUBMITTED, Status.APPROVED, Status.COMPLETED, Status.CANCELLED
WORK = (OPEN, DOWNLOADED, RETURNED)
BEFORE_A_VISIT = (UNASSIGNED, OPEN, DOWNLOADED)
DECIDED, DELIBERATED = Stage.DECIDED, Stage.DELIBERATED
UNTIL_ENDORSED = (Stage.REVIEWED, DECIDED, DELIBERATED)

# fmt: off
MOVES: tuple[Move, ...] = (
    Move(Event.ALLOCATE,   OFFICE,      (UNASSIGNED, *WORK),        OPEN,       None),
    Move(Event.REASSIGN,   OFFICE,      (UNASSIGNED, *WORK),        OPEN,       None),
    Move(Event.DOWNLOAD,   ENUMERATOR,  (OPEN,),                    DOWNLOADED, None),
    Move(Event.SUBMIT,     ENUMERATOR,  WORK,                       SUBMITTED,  Stage.PROPOSED),
    Move(Event.APPROVE,    COORDINATOR, (SUBMITTED,),               APPROVED,   Stage.REVIEWED),
    Move(Event.RETURN,     COORDINATOR, (SUBMITTED,),               RETURNED,   Stage.PROPOSED),
    Move(Event.REVOKE,     COORDINATOR, (APPROVED,),                SUBMITTED,  Stage.PROPOSED),
    Move(Event.CONFIRM,    BAPPEDA,     (APPROVED,),                COMPLETED,  DECIDED),
    Move(Event.AMEND,      BAPPEDA,     (APPROVED,),                COMPLETED,  DECIDED),
    Move(Event.RETURN,     BAPPEDA,     (APPROVED, COMPLETED),      RETURNED,   Stage.PROPOSED, UNTIL_ENDORSED),
    Move(Event.OBJECT,     BAPPEDA,     (APPROVED, COMPLETED),      RETURNED,   Stage.PROPOSED, UNTIL_ENDORSED),
    Move(Event.DELIBERATE, BAPPEDA,     (COMPLETED,),               None,       DELIBERATED, (DECIDED,)),
    Move(Event.ENDORSE,    BAPPEDA,     (COMPLETED,),               None,       Stage.ENDORSED, (DECIDED, DELIBERATED)),
    Move(Event.CANCEL,     BAPPEDA,     BEFORE_A_VISIT,             CANCELLED,  None),
)
# fmt: on


def fitting(status: Status, role: Role, stage: Stage | None) -> Iterable[Move]:
    """The rows of the table that this role may use from here."""
    return (move for move in MOVES if move.fits(role, status, stage))


def allowed(status: Status, role: Role, stage: Stage | None) -> list[str]:
    """The events that this role may bring about now, in the order of the table."""
    return [move.event.value for move in fitting(status, role, stage)]


def row_of(event: Event, role: Role) -> Move:
    """The row of the table for an event of this role, for a statement that moves many at once."""
    return next(move for move in MOVES if move.event is event and role in move.roles)


def demand(event: Event, role: Role, status: Status, stage: Stage | None) -> Move:
    """The row of the table for this event; raises 409 `wrong_state` naming what is allowed instead."""
    for move in fitting(status, role, stage):
        if move.event is event:
            return move
    raise WrongState(allowed(status, role, stage))
