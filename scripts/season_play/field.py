"""What an enumerator does all day: takes up the work, knocks, goes back another day, and hands in in the evening."""

import asyncio
from contextlib import suppress
from datetime import date, timedelta
from random import Random
from uuid import uuid4

from scripts.season_play.callers import Surprise
from scripts.season_play.found import answer_remark
from scripts.season_play.phone import Door, Phone
from scripts.season_play.season import Json, Season
from scripts.season_play.stories import Knock, answers_of, knocks_of, moment, place_of, story_of

# dossier 5: 7.0 households a day up to 25 November, then what is needed to be through
PACE, PACE_UNTIL = 7, date(2022, 11, 25)
LAST_ABSENCES = 5  # days at the end for those who were away
SENT_TWICE = 0.03


async def work_a_day(season: Season) -> int:
    """All enumerators at once; how many doors were knocked on."""
    return sum(await asyncio.gather(*(_day_of(season, phone) for phone in season.phones.values())))


def nothing_left(season: Season) -> bool:
    """Whether no phone holds a door that somebody will still go to."""
    return not any(_wanted(door) for phone in season.phones.values() for door in phone.doors.values())


async def _day_of(season: Season, phone: Phone) -> int:
    with suppress(Surprise):  # it is in the ledger; tomorrow is another day
        await phone.take_up(everything=season.refreshes)
        doors = _doors_of_today(season, phone)
        for slot, door in enumerate(doors):
            with suppress(Surprise):
                await _knock(season, phone, door, slot, len(doors))
        for visit, told in await phone.hand_in():
            await _look_at_answer(season, phone, visit, told)
        return len(doors)
    return 0


def _wanted(door: Door) -> bool:
    return door.plan is None or bool(door.plan)


def _doors_of_today(season: Season, phone: Phone) -> list[Door]:
    """Those that were put off to today or sent back, then new ones as far as the day reaches."""
    wanted = [door for door in phone.doors.values() if _wanted(door)]
    new = [door for door in wanted if door.plan is None and not door.returned]
    due = [door for door in wanted if door.returned or (door.due is not None and door.due <= season.day)]
    days_left = max(1, (season.ends_on - season.day).days + 1 - LAST_ABSENCES)
    pace = PACE if season.day <= PACE_UNTIL else max(PACE, -(-len(new) // days_left))
    return due + new[:pace]


async def _knock(season: Season, phone: Phone, door: Door, slot: int, slots: int) -> None:
    household = await phone.look(door)
    season.names_of_doors.setdefault(household["id"], _name_of(household))
    returned = door.returned
    if returned:
        await answer_remark(season, phone, door)
    luck = season.luck(f"{'again' if returned else 'door'} {door.assignment['revision']}", household["id"])
    if door.plan is None:
        door.plan = await _plan_of(season, phone, door, luck)
        season.count("visited again" if returned else "visited")
    knock = door.plan.pop(0)
    door.due = season.day + timedelta(days=max(1, door.plan[0].days)) if door.plan else None
    began = moment(luck, season.day, slot, slots)
    talked = knock.outcome in ("completed", "refused", "appointment")
    visit: Json = {
        "id": str(uuid4()),
        "assignment_id": door.id,
        "based_on": door.assignment["revision"],
        "started_at": began.isoformat(),
        "ended_at": (began + timedelta(minutes=luck.randrange(4, 40))).isoformat(),
        "outcome": knock.outcome,
        "location": place_of(luck),
        "notice_given": talked,
        "answers": answers_of(luck) if knock.outcome == "completed" else {},
        "members": knock.members,
        "attachments": [],
    }
    if returned and door.id in phone.last_visits:
        visit["corrects"] = phone.last_visits[door.id]
    if talked:
        visit["respondent"] = {"name": None, "relation": "head"}
    if season.questionnaire_version is not None and knock.outcome == "completed":
        visit["questionnaire_version"] = season.questionnaire_version
    if knock.verdict is not None:
        visit["verdict"] = knock.verdict
    phone.write_down(visit)


async def _plan_of(season: Season, phone: Phone, door: Door, luck: Random) -> list[Knock]:
    """What will happen at this door; where somebody sent the enumerator back, somebody is at home."""
    household = door.household or {}
    people = [one for one in household["members"] if one["whereabouts"] not in ("deceased", "prelist_error")]
    if door.returned or await _was_visited(season, phone, door):
        return knocks_of("interview" if people else "all_deceased", luck, people or household["members"])
    return knocks_of(story_of(luck), luck, people or household["members"])


async def _was_visited(season: Season, phone: Phone, door: Door) -> bool:
    """Who is reached in a later playing was away in an earlier one; this time somebody is at home."""
    if not season.goes_on:
        return False
    earlier = await phone.holder.call("GET", "/v1/visits", query={"assignment_id": door.id, "limit": 1})
    return bool(earlier["items"])


async def _look_at_answer(season: Season, phone: Phone, visit: Json, told: Json) -> None:
    submits = "verdict" in visit
    season.count("visits")
    season.count("handed in", submits)
    season.ledger.demand(told["submits"] is submits, f"a visit {visit['outcome']} submits wrongly")
    season.ledger.demand("stale" not in told["flags"], "a fresh visit was called stale")
    if season.luck("sent twice", visit["id"]).random() < SENT_TWICE:
        with suppress(Surprise):
            await phone.hand_in_again(visit, told)
            season.count("sent twice")


def _name_of(household: Json) -> str:
    names = sorted(source["external_id"] for source in household["sources"] if source["source"] != "field")
    return str(names[0]) if names else str(household["id"])
