"""What an enumerator does all day: takes up the work, knocks, goes back another day, and hands in in the evening."""

import asyncio
from contextlib import suppress
from datetime import date, timedelta
from random import Random

from scripts.season_play.callers import Surprise
from scripts.season_play.carriers import Carrier, Door
from scripts.season_play.found import answer_remark, find_family
from scripts.season_play.knocking import write_visit
from scripts.season_play.replacing import replace_phone
from scripts.season_play.season import Json, Season
from scripts.season_play.stories import Knock, knocks_of, story_of
from scripts.season_play.syncing import begin_morning, end_day

# dossier 5: 7.0 households a day up to 25 November, then what is needed to be through
PACE, PACE_UNTIL = 7, date(2022, 11, 25)
LAST_ABSENCES = 5  # days at the end for those who were away


async def work_a_day(season: Season) -> int:
    """All enumerators at once; how many doors were knocked on."""
    return sum(await asyncio.gather(*(_day_of(season, carrier) for carrier in season.carriers.values())))


def nothing_left(season: Season) -> bool:
    """Whether no phone holds a door that somebody will still go to, or work that is not sent."""
    return not any(
        carrier.phone.unsent or any(door.wanted for door in carrier.doors()) for carrier in season.carriers.values()
    )


async def _day_of(season: Season, carrier: Carrier) -> int:
    with suppress(Surprise):  # it is in the ledger; tomorrow is another day
        await begin_morning(season, carrier)
        doors = _doors_of_today(season, carrier)
        for slot, door in enumerate(doors):
            with suppress(Surprise):
                await _knock(season, carrier, door, slot, len(doors))
        find_family(season, carrier)
        await replace_phone(season, carrier)
        await end_day(season, carrier)
        return len(doors)
    return 0


def _doors_of_today(season: Season, carrier: Carrier) -> list[Door]:
    """Those that were put off to today or sent back, then new ones as far as the day reaches."""
    wanted = [door for door in carrier.doors() if door.wanted and door.household_id in carrier.phone.households]
    new = [door for door in wanted if door.plan is None and not door.sent_back]
    due = [door for door in wanted if door.sent_back or (door.due is not None and door.due <= season.day)]
    days_left = max(1, (season.ends_on - season.day).days + 1 - LAST_ABSENCES)
    pace = PACE if season.day <= PACE_UNTIL else max(PACE, -(-len(new) // days_left))
    return due + new[:pace]


async def _knock(season: Season, carrier: Carrier, door: Door, slot: int, slots: int) -> None:
    household = carrier.phone.households[door.household_id]
    season.names_of_doors.setdefault(household["id"], _name_of(household))
    corrects = None
    if door.sent_back:
        verdict = carrier.phone.returned.get(door.assignment_id, {"remarks": [], "visit_id": None})
        corrects = verdict["visit_id"] or carrier.last_visits.get(door.assignment_id)
        if carrier.away_until is None:
            await answer_remark(season, carrier, verdict)
    luck = season.luck(f"{'again' if door.sent_back else 'door'} {door.revision}", household["id"])
    if door.plan is None:
        season.count("visited again" if door.sent_back else "visited")
        door.plan = _plan_of(season, door, household, luck)
    knock = door.plan.pop(0)
    door.due = season.day + timedelta(days=max(1, door.plan[0].days)) if door.plan else None
    write_visit(
        season, carrier, door.assignment_id, door.revision, knock, luck, slot=slot, slots=slots, corrects=corrects
    )


def _plan_of(season: Season, door: Door, household: Json, luck: Random) -> list[Knock]:
    """What will happen at this door; where somebody was before, in this playing or an earlier one, they are met."""
    people = [one for one in household["members"] if one["whereabouts"] not in ("deceased", "prelist_error")]
    if door.returned or door.assignment_id in season.visited_before:
        return knocks_of("interview" if people else "all_deceased", luck, people or household["members"])
    return knocks_of(story_of(luck), luck, people or household["members"])


def _name_of(household: Json) -> str:
    names = sorted(source["external_id"] for source in household["sources"] if source["source"] != "field")
    return str(names[0]) if names else str(household["id"])
