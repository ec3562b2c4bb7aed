"""Work that comes in when it is somebody else's: how that comes about, and what coordinators do with it."""

import asyncio
import json
from contextlib import suppress

import httpx

from scripts.season_play.callers import Caller, Surprise
from scripts.season_play.carriers import Carrier
from scripts.season_play.phone import WORK
from scripts.season_play.season import Json, Season

QUARANTINE, RESOLUTIONS = "/v1/quarantine", "/v1/quarantine/{}/resolutions"
UNMET = ("no_respondent", "not_found")
WORDS = {"adopt": "adopted", "keep_both": "kept beside", "discard": "put aside"}
WHY = {
    "adopt": "Sudah dikerjakan di lapangan",
    "keep_both": "Rumah tangga ini sudah dikirim yang lain",
    "discard": "Pemegang baru yang akan datang",
}


async def hand_on_unsent(season: Season) -> None:
    """Of those who do not answer, coordinators give a household to somebody else; it was done, and nobody knew."""
    await asyncio.gather(*(_hand_on(season, carrier) for carrier in season.carriers.values() if carrier.away_until))


async def _hand_on(season: Season, carrier: Carrier) -> None:
    person = carrier.holder
    luck = season.luck(f"handed on {season.day} {season.earlier_releases}", person.name)
    unsent = [json.loads(item.said) for item in carrier.phone.unsent.values() if item.kind == "visits"]
    finished = [visit["assignment_id"] for visit in unsent if "verdict" in visit]
    open_ = {door.assignment_id for door in carrier.doors() if not door.returned}
    chosen = next((id_ for id_ in finished if id_ in open_), None)
    if chosen is None or luck.random() >= season.chances.handed_on:
        return
    coordinator = next(one for one in season.coordinators if one.team_id == person.team_id)
    taker = luck.choice([one for one in season.team_of(coordinator) if one is not person])
    body = {"assignment_ids": [chosen], "enumerator_id": taker.id, "reason": "Petugas tidak bisa dihubungi"}
    with suppress(Surprise):
        before = await coordinator.call("GET", "/v1/assignments/{}", chosen)
        if before["status"] not in ("open", "downloaded") or before["enumerator_id"] != person.id:
            return  # an earlier push arrived although its answer was lost
        told = (await coordinator.call("POST", "/v1/assignments/reassignments", body=body))["results"][0]
        season.ledger.demand(told["status"] == "reassigned", "a reassignment did nothing")
        warned = told["warning"] == "device_holds_work"
        season.ledger.demand(warned is (before["status"] == "downloaded"), "device_holds_work was not told")
        season.visited_before.add(chosen)  # its absences count for the taker too, so this time somebody is at home
        season.count("handed on, done but not sent")


async def empty_inboxes(season: Season) -> None:
    """Every coordinator decides what waits of the team."""
    await asyncio.gather(*(_empty(season, one) for one in season.coordinators))


async def _empty(season: Season, coordinator: Caller) -> None:
    with suppress(Surprise):  # it is in the ledger
        for item in await coordinator.pages(QUARANTINE):
            with suppress(Surprise):
                await _resolve(season, coordinator, item)


async def _resolve(season: Season, coordinator: Caller, item: Json) -> None:
    season.count(f"in quarantine as {item['problem']['code']}")
    if item["kind"] == "household":
        await _resolve_family(season, coordinator, item)
        return
    told = (await coordinator.call("GET", QUARANTINE + "/{}", item["id"]))["content"]
    assignment = await coordinator.call("GET", "/v1/assignments/{}", item["assignment_id"])
    action = _fitting(item, told, assignment)
    if not await _decide(season, coordinator, item, action):
        # Bappeda has changed the household meanwhile: the visit stays on record, and its enumerator goes again
        await _decide(season, coordinator, item, "discard" if told["outcome"] in UNMET else "keep_both")
        season.carriers[item["sent_by"]].stories.pop(item["assignment_id"], None)


def _fitting(item: Json, told: Json, assignment: Json) -> str:
    """Adopt what still is to be done, keep beside what came second. Half a story of one who is not the holder any more
    helps nobody: who holds it now goes there anyway.
    """
    moving = assignment["status"] in WORK
    if item["problem"]["code"] != "not_held" and moving and assignment["enumerator_id"] == item["sent_by"]:
        return "adopt"
    if "verdict" not in told or told["outcome"] in UNMET:
        return "discard"
    return "adopt" if moving and assignment["status"] != "returned" else "keep_both"


async def _resolve_family(season: Season, coordinator: Caller, item: Json) -> None:
    """Only Bappeda adopts a household, and who found it holds it then; one under a taken id is put aside."""
    if item["status"] == "conflict":
        await _decide(season, coordinator, item, "discard")
        return
    told = (await season.bappeda.call("GET", QUARANTINE + "/{}", item["id"]))["content"]
    await _decide(season, season.bappeda, item, "adopt")
    held = await season.bappeda.call("GET", "/v1/assignments/{}", told["assignment_id"])
    season.ledger.demand(held["enumerator_id"] == item["sent_by"], "a finder does not hold what they found")


async def _decide(season: Season, caller: Caller, item: Json, action: str) -> bool:
    """Say what becomes of an item; false when it cannot be adopted as it is."""
    body = {"action": action, "reason": WHY[action]}
    allowed = (201, 422) if action == "adopt" else (201,)
    answer = await caller.answer("POST", RESOLUTIONS, item["id"], body=body, expect=allowed)
    if answer.status_code != httpx.codes.CREATED:
        return False
    season.count(WORDS[action])
    if action == "discard" and item["status"] != "conflict":
        season.put_aside.add(item["item_id"])
    if season.once("resolved twice"):
        await caller.refused(409, "already_resolved", "POST", RESOLUTIONS, item["id"], body=body)
    return True
