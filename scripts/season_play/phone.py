"""A phone in the field: what it holds, what it has written down, and how it hands the day's work in."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from scripts.season_play.callers import Caller, Surprise
from scripts.season_play.stories import Knock

Json = dict[str, Any]
WORK = ("open", "downloaded", "returned")


@dataclass(slots=True)
class Door:
    """A household in an enumerator's hands. `plan` are the knocks that its story still takes, the next one `due`."""

    assignment: Json
    household: Json | None = None
    verdict: Json | None = None  # what was returned, with its remarks
    plan: list[Knock] | None = None  # None: nobody has been there yet
    due: date | None = None

    @property
    def id(self) -> str:
        """The assignment."""
        return str(self.assignment["id"])

    @property
    def returned(self) -> bool:
        """Whether somebody sent it back and nobody has gone there since."""
        return self.assignment["status"] == "returned" and self.plan is None


@dataclass(slots=True)
class Phone:
    """One enumerator's phone: it asks for what is new, and sends visits one by one. Every call is made over again
    until it is answered, under the visit's own id, so nothing is lost and nothing doubled.
    """

    holder: Caller
    campaign_id: str
    doors: dict[str, Door] = field(default_factory=dict)
    waiting: list[Json] = field(default_factory=list)  # written down, not yet handed in
    last_visits: dict[str, str] = field(default_factory=dict)  # by assignment: what a later visit corrects

    async def take_up(self, *, everything: bool) -> None:
        """Learn what is new: what was sent back, or the whole list where households may have changed hands."""
        held: list[Json] = []
        for status in WORK if everything else ("returned",):
            held += await self.holder.pages("/v1/assignments", campaign_id=self.campaign_id, status=status)
        for assignment in held:
            known = self.doors.get(assignment["id"])
            if known is None or known.assignment["revision"] != assignment["revision"]:
                self.doors[assignment["id"]] = Door(assignment)
        if everything:
            kept = {assignment["id"] for assignment in held}
            self.doors = {id_: door for id_, door in self.doors.items() if id_ in kept}

    async def look(self, door: Door) -> Json:
        """The household behind a door, and what was remarked about it if it was sent back."""
        if door.household is None:
            door.household = await self.holder.call("GET", "/v1/households/{}", door.assignment["household_id"])
            if door.returned:
                door.verdict = await self._remarked(door)
        return door.household

    async def _remarked(self, door: Door) -> Json:
        found = await self.holder.call("GET", "/v1/verdicts", query={"assignment_id": door.id})
        history: Json = await self.holder.call("GET", "/v1/verdicts/{}/history", found["items"][0]["id"])
        return history

    def write_down(self, visit: Json) -> None:
        """A visit is kept on the phone until it is answered."""
        visit["device"] = {
            "id": f"hp-{self.holder.name}",
            "app_version": "1.0",
            "clock_at": datetime.now(UTC).isoformat(),
        }
        self.waiting.append(visit)

    async def hand_in(self) -> list[tuple[Json, Json]]:
        """Send what waits; each visit with what was answered."""
        told = []
        for visit in self.waiting:
            try:
                answer = await self.holder.call("POST", "/v1/visits", body=visit, expect=(200, 201), keyed=False)
            except Surprise:  # it is in the ledger; the next visit waits
                continue
            told.append((visit, answer))
            self.last_visits[visit["assignment_id"]] = visit["id"]
            if answer["submits"]:
                self.doors.pop(visit["assignment_id"])
        self.waiting = []
        return told

    async def hand_in_again(self, visit: Json, told: Json) -> None:
        """The answer was lost on the way: the same visit again is answered as it was the first time."""
        again = await self.holder.call("POST", "/v1/visits", body=visit, expect=(200,), keyed=False)
        self.holder.ledger.demand(again == told, "the same visit sent twice got two answers")
