"""The days of the season, one after another: field work by day, reviews in the evening, Bappeda on Fridays.

Nobody waits for the clock: a simulated day is over when its work is done, and its visits are dated that day.
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta

from scripts.season_play import bappeda, coordinators, field, found, inbox, lineage, meetings
from scripts.season_play.callers import Caller, Surprise
from scripts.season_play.carriers import Carrier
from scripts.season_play.phone import Phone
from scripts.season_play.release import make_release
from scripts.season_play.season import Season
from scripts.season_play.troubles import BadLine

FRIDAY, SUNDAY = 4, 6
FIRST_RELEASE = 0.3  # decided: as much as the city could tell on 25 November
SAMPLE_OF_REMARKS = 40


async def play_days(season: Season) -> None:
    """From the first day to the last, or until nothing is left to do; the last release ends it."""
    season.carriers = {one.id: _with_a_phone(season, one) for one in season.enumerators}
    total = len(await season.assignments())
    first = await _first_day(season)
    days = list(_days(first, season.ends_on))
    season.last_day = days[-1]
    for day in days:
        began, calls = time.perf_counter(), sum(map(len, season.ledger.by_week.values()))
        season.begin_day(day)
        doors = await field.work_a_day(season)
        if day == first:
            await found.try_what_is_not_theirs(season)
            await found.try_another_family(season)
        await inbox.hand_on_unsent(season)
        await inbox.empty_inboxes(season)
        reviews = await coordinators.review_evening(season)
        if day == first or day.weekday() == SUNDAY:
            await _change_the_list(season, first=day == first)
        quiet = not doors and not reviews and field.nothing_left(season)
        moves = await _friday(season, total) if day.weekday() == FRIDAY or quiet or day == days[-1] else 0
        seconds = time.perf_counter() - began
        rate = (sum(map(len, season.ledger.by_week.values())) - calls) / seconds
        _tell(season, doors, reviews, seconds, rate)
        if quiet and not moves:
            break
    await _check_remarks(season)
    await make_release(season)


def _with_a_phone(season: Season, holder: Caller) -> Carrier:
    line = BadLine(holder, season.chances, season.luck(f"line {season.earlier_releases}", holder.name), season.count)
    return Carrier(holder, line, Phone(line, holder.login["device_id"]))


async def _friday(season: Season, total: int) -> int:
    """Bappeda's week: decisions, meetings, objections, and the release of what is decided by 25 November."""
    moves = 0
    with suppress(Surprise):
        moves += await bappeda.decide_week(season)
        await bappeda.hear_objections(season)  # before a meeting makes some of them the colleague's own work
        await lineage.merge_duplicates(season)
        await meetings.send_back_the_rejected(season)
        await meetings.hold_meetings(season)
        if not season.releases and not season.goes_on and season.done["decided"] >= total * FIRST_RELEASE:
            await make_release(season)
    return moves


async def _change_the_list(season: Season, *, first: bool) -> None:
    """On the first evening and on Sundays households change hands, for the phones that ask the next morning."""
    if first and not season.goes_on:
        await lineage.settle_the_list(season)
    await coordinators.spread_work(season)
    await coordinators.correct_addresses(season)


async def _check_remarks(season: Season) -> None:
    returned = [one for one in await season.verdicts(season.bappeda, status="completed") if one["revision"] > 1]
    for verdict in returned[:SAMPLE_OF_REMARKS]:
        with suppress(Surprise):
            await found.check_remarks(season, verdict)


def _days(first: date, last: date) -> Iterator[date]:
    """The campaign's days; where somebody goes on after its end, two weeks for what is left."""
    last = max(last, first + timedelta(days=14)) if first > last - timedelta(days=14) else last
    while first <= last:
        yield first
        first += timedelta(days=1)


async def _first_day(season: Season) -> date:
    """The campaign's first day; where somebody played before, the day after the last visit."""
    if not season.goes_on:
        return season.starts_on
    day = season.starts_on
    while (await season.bappeda.call("GET", "/v1/visits", query={"from": day.isoformat(), "limit": 1}))["items"]:
        day += timedelta(days=1)
    return day


def _tell(season: Season, doors: int, reviews: int, seconds: float, rate: float) -> None:
    done = season.done
    season.console.print(
        f"[bold]{season.day:%a %d %b}[/bold]  {doors:>5} doors  {reviews:>5} reviews  |  "
        f"visited {done['visited']:>6,}  decided {done['decided'] + done['amended']:>6,}  |  "
        f"{seconds:>5.1f} s  {rate:>4.0f} calls/s  {sum(season.ledger.surprises.values())} unexpected",
        highlight=False,
    )
