"""What an enumerator does all day: reads the doors, knocks, goes back; and now and then tries what one may not."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

from rich.progress import TaskID

from scripts.season_play.callers import Caller, Surprise
from scripts.season_play.season import Json, Season
from scripts.season_play.stories import Knock, answers_of, knocks_of, moment, place_of, story_of

WORK = ("open", "downloaded", "returned")
RETURNED = ("returned",)
SENT_TWICE, FINDERS = 0.03, 8
LATEST_START = 40  # days into the campaign: absent people still need three days after it


async def knock_on_doors(season: Season, label: str, statuses: tuple[str, ...] = WORK) -> None:
    """All enumerators work at once through what they hold in these statuses."""
    bar = season.progress.add_task(label, total=0)
    await asyncio.gather(*(_work_through(season, person, bar, statuses) for person in season.enumerators))


async def _work_through(season: Season, person: Caller, bar: TaskID, statuses: tuple[str, ...]) -> None:
    try:
        doors = [door for door in await season.assignments(person) if door["status"] in statuses]
    except Surprise:
        return
    season.progress.update(bar, total=(season.progress.tasks[bar].total or 0) + len(doors))
    for place, door in enumerate(doors):
        with suppress(Surprise):  # it is in the ledger; the next door waits
            await _visit_door(season, person, door, LATEST_START * place // len(doors))
        season.progress.advance(bar)
    await _try_what_is_not_theirs(season, person, doors)


async def _visit_door(season: Season, person: Caller, door: Json, day: int) -> None:
    household = await person.call("GET", "/v1/households/{}", door["household_id"])
    season.names_of_doors.setdefault(household["id"], _name_of(household))
    again = door["status"] == "returned"
    luck = season.luck("again" if again else "door", household["id"])
    story = "interview" if again or await _was_visited(season, person, door) else story_of(luck)
    if again:
        await person.call("GET", "/v1/verdicts", query={"assignment_id": door["id"]})  # what the coordinator remarked
        day += 8
    people = [one for one in household["members"] if one["whereabouts"] not in ("deceased", "prelist_error")]
    knocks = knocks_of(story, luck, people or household["members"])
    if again and not people:
        knocks = knocks_of("all_deceased", luck, household["members"])
    for knock in knocks:
        await _knock(season, person, door, knock, luck, day)
    season.done["visited again" if again else "visited"] += 1


async def _was_visited(season: Season, person: Caller, door: Json) -> bool:
    """Who is reached in a later playing was away in an earlier one; this time somebody is at home."""
    if not season.goes_on:
        return False
    earlier = await person.call("GET", "/v1/visits", query={"assignment_id": door["id"], "limit": 1})
    return bool(earlier["items"])


async def _knock(season: Season, person: Caller, door: Json, knock: Knock, luck: Random, day: int) -> None:
    began = moment(luck, season.days[0], day + knock.days, season.days[1])
    talked = knock.outcome in ("completed", "refused", "appointment")
    visit = {
        "id": str(uuid4()),
        "assignment_id": door["id"],
        "based_on": door["revision"],
        "started_at": began.isoformat(),
        "ended_at": (began + timedelta(minutes=luck.randrange(4, 40))).isoformat(),
        "outcome": knock.outcome,
        "location": place_of(luck),
        "notice_given": talked,
        "answers": answers_of(luck) if knock.outcome == "completed" else {},
        "members": knock.members,
        "attachments": [],
        "device": {"id": f"hp-{person.name}", "app_version": "1.0", "clock_at": datetime.now(UTC).isoformat()},
    }
    if talked:
        visit["respondent"] = {"name": None, "relation": "head"}
    if season.questionnaire_version is not None and knock.outcome == "completed":
        visit["questionnaire_version"] = season.questionnaire_version
    if knock.verdict is not None:
        visit["verdict"] = knock.verdict
    told = await person.call("POST", "/v1/visits", body=visit, expect=(200, 201), keyed=False)
    season.done["visits"] += 1
    season.ledger.demand(told["submits"] is (knock.verdict is not None), f"a visit {knock.outcome} submits wrongly")
    season.ledger.demand("stale" not in told["flags"], "a fresh visit was called stale")
    if luck.random() < SENT_TWICE:
        again = await person.call("POST", "/v1/visits", body=visit, expect=(200, 201), keyed=False)
        season.ledger.demand(again == told, "the same visit sent twice got two answers")
        season.done["sent twice"] += 1


async def _try_what_is_not_theirs(season: Season, person: Caller, doors: list[Json]) -> None:
    """Somebody else's household looks absent, and nobody reviews the own work."""
    others = [door for door in season.tasted if door.startswith("door|") and not door.startswith(f"door|{person.id}|")]
    try:
        if doors:
            season.once(f"door|{person.id}|{doors[0]['household_id']}")
        if others and season.once(f"stranger|{person.id}"):
            stranger = others[0].rpartition("|")[2]
            await person.call("GET", "/v1/households/{}", stranger, expect=(404,))
        if person is season.enumerators[0] and season.once("own work"):
            own = (await person.call("GET", "/v1/verdicts", query={"limit": 1}))["items"]
            if own:
                approve = {"decision": "approve"}
                await person.call("POST", "/v1/verdicts/{}/reviews", own[0]["id"], body=approve, expect=(403, 409))
    except Surprise:
        return


async def find_families(season: Season) -> None:
    """A few families that no list has, found on the way; each comes with its assignment, open to the finder."""
    every = max(1, len(season.enumerators) // FINDERS)
    for number, person in enumerate(season.enumerators[::every][:FINDERS]):
        luck = season.luck("found", f"{person.name}|{season.done['earlier releases']}")
        try:
            doors = await person.call("GET", "/v1/assignments", query={"campaign_id": season.campaign_id, "limit": 1})
            if not doors["items"]:
                continue
            near = await person.call("GET", "/v1/households/{}", doors["items"][0]["household_id"])
            await person.call(
                "POST", "/v1/households", body=_family(season, near, luck, number), expect=(201,), keyed=False
            )
            season.done["found in the field"] += 1
        except Surprise:
            continue


def _family(season: Season, near: Json, luck: Random, number: int) -> Json:
    born = {"born_on": f"{luck.randrange(1955, 1995)}-0{luck.randrange(1, 10)}-1{luck.randrange(10)}", "sex": "female"}
    unknown = {"nik_missing_reason": "no_document", "family_no": 1}
    head = {"id": str(uuid4()), "name": luck.choice(("PAINAH", "SUMIATI", "LASMI")), "relation": "head"}
    child = {"id": str(uuid4()), "name": "ALIF RAMADHAN", "relation": "child", "sex": "male", "born_on": "2016-05-04"}
    return {
        "id": str(uuid4()),
        "campaign_id": season.campaign_id,
        "region_code": near["region_code"],
        "rw": near["rw"],
        "rt": near["rt"],
        "address": f"{near['address'][:200]} BELAKANG {number + 1}",
        "families": [{"no": 1}],
        "members": [head | born | unknown, child | unknown],
    }


def _name_of(household: Json) -> str:
    names = sorted(source["external_id"] for source in household["sources"] if source["source"] != "field")
    return str(names[0]) if names else str(household["id"])
