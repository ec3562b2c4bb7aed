"""An enumerator and the phone they carry: what they know that no phone knows, and what they remember having done."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from scripts.season_play.callers import Caller
from scripts.season_play.phone import WORK, Item, Phone
from scripts.season_play.stories import Knock
from scripts.season_play.troubles import BadLine

Json = dict[str, Any]


@dataclass(slots=True)
class Door:
    """A household in an enumerator's hands, as it stood at this revision. `plan` are the knocks of its story."""

    assignment_id: str
    household_id: str
    revision: int
    returned: bool  # somebody sent it back
    plan: list[Knock] | None = None  # None: nobody has been there yet
    due: date | None = None

    @property
    def wanted(self) -> bool:
        """Whether somebody will still go there."""
        return self.plan is None or bool(self.plan)

    @property
    def sent_back(self) -> bool:
        """Whether it was sent back and nobody has gone there since."""
        return self.returned and self.plan is None


@dataclass(slots=True)
class Carrier:
    """One enumerator. Phones come and go; `done` is what was done with any of them, and is held against the end."""

    holder: Caller
    line: BadLine
    phone: Phone
    stories: dict[str, Door] = field(default_factory=dict)  # by assignment
    done: dict[str, Item] = field(default_factory=dict)
    last_visits: dict[str, str] = field(default_factory=dict)  # by assignment: what a later visit corrects
    away_until: date | None = None  # without a network until the morning of this day

    def doors(self) -> list[Door]:
        """The work on the phone. What changed since it was last looked at is another story; what is unsent is not."""
        return list(self._doors())

    def _doors(self) -> Iterator[Door]:
        unsent = {self.last_visits[id_] for id_ in self.last_visits} & self.phone.unsent.keys()
        for assignment in self.phone.assignments.values():
            if assignment["status"] not in WORK:
                continue
            id_, revision = assignment["id"], assignment["revision"]
            door = self.stories.get(id_)
            if door is None or (door.revision != revision and self.last_visits.get(id_) not in unsent):
                returned = assignment["status"] == "returned"
                door = self.stories[id_] = Door(id_, assignment["household_id"], revision, returned)
            yield door

    def write_down(self, kind: Literal["households", "visits"], body: Json) -> None:
        """Do something, and remember it."""
        self.done[body["id"]] = self.phone.write_down(kind, body)
        if kind == "visits":
            self.last_visits[body["assignment_id"]] = body["id"]
