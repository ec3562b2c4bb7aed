"""What everybody in the season shares: who takes part, the campaign, and what was done so far."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from rich.progress import Progress

from scripts.season_play.callers import Caller, Ledger
from scripts.season_play.stories import drawn

Json = dict[str, Any]


@dataclass(slots=True)
class Season:
    """One playing of the season."""

    seed: int
    ledger: Ledger
    progress: Progress
    bappeda: Caller
    coordinators: list[Caller]
    enumerators: list[Caller]
    machine: Caller | None
    campaign: Json = field(default_factory=dict)
    goes_on: bool = False  # somebody played before on the same data
    questionnaire_version: int | None = None
    done: Counter[str] = field(default_factory=Counter)
    tasted: set[str] = field(default_factory=set)
    released: set[str] = field(default_factory=set)  # household ids, as Bappeda's file names them
    names_of_doors: dict[str, str] = field(default_factory=dict)

    @property
    def campaign_id(self) -> str:
        """The campaign that is played."""
        return str(self.campaign["id"])

    @property
    def days(self) -> tuple[date, date]:
        """First and last day of the campaign."""
        return date.fromisoformat(self.campaign["starts_on"]), date.fromisoformat(self.campaign["ends_on"])

    def luck(self, what: str, household_id: str) -> Random:
        """The luck of a household in one matter: by its name in its list, so that every database tells the same."""
        return drawn(self.seed, f"{what}|{self.names_of_doors.get(household_id, household_id)}")

    def team_of(self, coordinator: Caller) -> list[Caller]:
        """The enumerators of a coordinator."""
        return [person for person in self.enumerators if person.team_id == coordinator.team_id]

    def once(self, what: str) -> bool:
        """True the first time: for what one person tries on behalf of all."""
        first = what not in self.tasted
        self.tasted.add(what)
        return first

    async def assignments(self, caller: Caller | None = None) -> list[Json]:
        """The campaign's assignments that this caller (Bappeda: all) sees."""
        return await (caller or self.bappeda).pages("/v1/assignments", campaign_id=self.campaign_id)
