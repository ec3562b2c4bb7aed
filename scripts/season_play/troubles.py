"""The bad luck of the field: lines that break, buttons pressed twice, days without a network. Drawn from the seed."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final

import httpx

from scripts.season_play.callers import Caller
from scripts.season_play.phone import PUSH, NoAnswer

ANSWERS = (200, 304, 410)


@dataclass(frozen=True, slots=True)
class Chances:
    """How often something goes wrong: of calls, of phones each day, of a late phone's finished work each evening."""

    lost: float  # of calls: half never arrive, of half the answer is lost
    doubled: float  # of pushes: the same body several times at once
    away: float  # of phones, each morning: no network for up to `days_away` days
    days_away: int
    handed_on: float  # of late phones, each evening: finished work that was not sent is given to somebody else
    replaced: float  # of phones, each evening: cut off with unsent work, and replaced
    at_once: int = 3


ORDINARY: Final = Chances(lost=0.05, doubled=0.04, away=0.05, days_away=3, handed_on=0.3, replaced=0.003)
CHAOS: Final = Chances(lost=0.4, doubled=0.35, away=0.3, days_away=5, handed_on=0.8, replaced=0.03, at_once=5)


@dataclass(slots=True)
class BadLine:
    """A phone's way to the API, as bad as the field is. It sees every answer, also those that its phone never gets."""

    caller: Caller
    chances: Chances
    luck: Random
    count: Callable[[str], None]
    good: bool = False  # in the office
    accepted: Counter[str] = field(default_factory=Counter)  # by item: how often the API said that it took it in
    receipts: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    async def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """An answer, if it comes through."""
        lost, doubled, where = self.luck.random(), self.luck.random(), self.luck.random()
        is_lost = not self.good and lost < self.chances.lost
        if is_lost and where < 0.5:
            self.count("calls that never arrived")
            raise NoAnswer
        times = 1
        if path == PUSH and not self.good and doubled < self.chances.doubled:
            times = self.chances.at_once
            self.count("pushes doubled")
        said = {"query": query or {}, "headers": headers or {}} | ({} if content is None else {"content": content})
        answers = await asyncio.gather(
            *(
                self.caller.answer(method, path, **said, expect=ANSWERS, keyed=False)  # type: ignore[arg-type]
                for _ in range(times)
            )
        )
        if path == PUSH:
            for answer in answers:
                for result in answer.json()["results"]:
                    self.accepted[result["id"]] += result["status"] == "accepted"
                    self.receipts[result["id"]].add(result["receipt"])
        if is_lost:
            self.count("answers lost")
            raise NoAnswer
        return answers[0]
