"""What everybody in the season shares: who takes part, the campaign, the day, and what was done so far."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from rich.console import Console

from scripts.season_play.callers import Caller, Ledger
from scripts.season_play.carriers import Carrier
from scripts.season_play.stories import drawn
from scripts.season_play.troubles import Chances

Json = dict[str, Any]


@dataclass(slots=True)
class Season:
    """One playing of the season."""

    seed: int
    chances: Chances
    ledger: Ledger
    console: Console
    bappeda: Caller  # Bu Dewi, who decides
    coordinators: list[Caller]
    enumerators: list[Caller]
    machine: Caller | None
    colleague: Caller  # of Bappeda: takes up what is Bu Dewi's own work
    campaign: Json = field(default_factory=dict)
    questionnaire_version: int | None = None
    households: int | None = None  # to bring in, where the campaign has none
    earlier_releases: int = 0  # somebody played before on the same data
    day: date = date.min
    last_day: date = date.max  # everybody comes to the office
    carriers: dict[str, Carrier] = field(default_factory=dict)  # by enumerator
    done: Counter[str] = field(default_factory=Counter)
    by_week: defaultdict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    tasted: set[str] = field(default_factory=set)
    names_of_doors: dict[str, str] = field(default_factory=dict)
    decided_this_week: list[Json] = field(default_factory=list)  # the verdicts as they were confirmed
    revised: Counter[str] = field(default_factory=Counter)  # by verdict: how often Bappeda or a meeting changed it
    split_off: set[str] = field(default_factory=set)  # households
    put_aside: set[str] = field(default_factory=set)  # what coordinators took out of quarantine for good
    visits_before: set[str] = field(default_factory=set)  # of an earlier playing
    visited_before: set[str] = field(default_factory=set)  # assignments of these
    revisions_before: Counter[str] = field(default_factory=Counter)  # by assignment
    releases: list[Json] = field(default_factory=list)  # made in this playing
    released: dict[str, dict[str, Json]] = field(default_factory=dict)  # release → household → row of its file

    @property
    def campaign_id(self) -> str:
        """The campaign that is played."""
        return str(self.campaign["id"])

    @property
    def goes_on(self) -> bool:
        """Whether somebody played before."""
        return self.earlier_releases > 0

    @property
    def starts_on(self) -> date:
        """First day of the campaign."""
        return date.fromisoformat(self.campaign["starts_on"])

    @property
    def ends_on(self) -> date:
        """Last day of the campaign."""
        return date.fromisoformat(self.campaign["ends_on"])

    def begin_day(self, day: date) -> None:
        """It is another day; a week of the season ends on Friday, when Bappeda decides."""
        self.day = day
        first_friday = self.starts_on + timedelta(days=(4 - self.starts_on.weekday()) % 7)
        self.ledger.week = max(1, 2 + (day - first_friday - timedelta(days=1)).days // 7)

    def count(self, what: str, number: int = 1) -> None:
        """Count what was done, over all and for this week."""
        self.done[what] += number
        self.by_week[self.ledger.week][what] += number

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

    async def assignments(self, caller: Caller | None = None, **query: Any) -> list[Json]:
        """The campaign's assignments that this caller (Bappeda: all) sees."""
        return await (caller or self.bappeda).pages("/v1/assignments", campaign_id=self.campaign_id, **query)

    async def verdicts(self, caller: Caller, **query: Any) -> list[Json]:
        """The campaign's verdicts that this caller sees."""
        return await caller.pages("/v1/verdicts", campaign_id=self.campaign_id, **query)
