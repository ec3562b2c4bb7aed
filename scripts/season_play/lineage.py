"""Households that are one at the door, or two: Bappeda merges and splits, and both stay to be read."""

from collections import defaultdict
from contextlib import suppress

from scripts.season_play.callers import Surprise
from scripts.season_play.season import Json, Season

PAIRS, DIVIDED, DUPLICATES_A_WEEK = 6, 6, 10
ONE = "/v1/households/{}"
MERGES, SPLITS = f"{ONE}/merges", f"{ONE}/splits"


async def settle_the_list(season: Season) -> None:
    """On the first evening: double entries of the lists are merged before anybody goes there, large ones divided."""
    query = {"campaign_id": season.campaign_id, "limit": 1000}
    with suppress(Surprise):
        listed = list[Json]()
        for status in ("open", "downloaded"):
            asked = query | {"assignment_status": status}
            listed += (await season.bappeda.call("GET", "/v1/households", query=asked))["items"]
        by_place: defaultdict[tuple[str, ...], list[Json]] = defaultdict(list)
        for household in listed:
            by_place[household["region_code"], household["rw"] or "", household["rt"] or ""].append(household)
        pairs = [households[:2] for households in by_place.values() if len(households) > 2]
        for gone, into in pairs[:PAIRS]:
            await _merge(season, gone["id"], into["id"], "Satu keluarga tercatat dua kali", cancels=True)
        touched = {household["id"] for pair in pairs for household in pair}
        await _divide(season, [household["id"] for household in listed if household["id"] not in touched])


async def merge_duplicates(season: Season) -> None:
    """On Fridays: where the city decided `merge`, the household goes into a neighbour that is decided too."""
    merging = [one for one in season.decided_this_week if one["registry_action"] == "merge"]
    for verdict in merging[:DUPLICATES_A_WEEK]:
        with suppress(Surprise):
            household = await season.bappeda.call("GET", ONE, verdict["household_id"])
            place = {name: household[name] for name in ("region_code", "rw", "rt") if household[name]}
            query = place | {"campaign_id": season.campaign_id, "assignment_status": "completed", "limit": 10}
            near = (await season.bappeda.call("GET", "/v1/households", query=query))["items"]
            merged = {one["household_id"] for one in merging}
            into = next((one["id"] for one in near if one["id"] not in merged and one["status"] == "active"), None)
            if into is not None:
                await _merge(season, household["id"], into, "Data ganda", verdict_id=verdict["id"])


async def _merge(
    season: Season, gone: str, into: str, reason: str, *, verdict_id: str | None = None, cancels: bool = False
) -> None:
    body = {"into_household_id": into, "reason": reason, "verdict_id": verdict_id}
    first = season.once("merges")
    if first:
        await season.coordinators[0].refused(403, "forbidden", "POST", MERGES, gone, body=body)
        itself = body | {"into_household_id": gone}
        await season.bappeda.refused(422, "same_household", "POST", MERGES, gone, body=itself)
        await _try_under_review(season, into, body)
    told = await season.bappeda.call("POST", MERGES, gone, body=body, expect=(201,))
    season.ledger.demand(
        bool(told["cancelled_assignment_ids"]) is cancels, "a merge cancelled other work than it should"
    )
    season.count("merged")
    season.count("cancelled by merges", len(told["cancelled_assignment_ids"]))
    seen = await season.bappeda.call("GET", ONE, gone)
    season.ledger.demand((seen["status"], seen["merged_into"]) == ("merged", into), "a merge left no trace")
    if first:
        await season.bappeda.refused(409, "household_ended", "POST", MERGES, gone, body=body)


async def _try_under_review(season: Season, into: str, body: Json) -> None:
    """Nobody's finding is pulled away from under its review."""
    query = {"campaign_id": season.campaign_id, "assignment_status": "submitted", "limit": 1}
    submitted = (await season.bappeda.call("GET", "/v1/households", query=query))["items"]
    if submitted:
        waits = body | {"into_household_id": into, "verdict_id": None}
        await season.bappeda.refused(409, "work_under_way", "POST", MERGES, submitted[0]["id"], body=waits)


async def _divide(season: Season, households: list[str]) -> None:
    divided = 0
    for household in households[:200]:
        if divided == DIVIDED:
            return
        with suppress(Surprise):
            members = (await season.bappeda.call("GET", f"{ONE}/members", household))["items"]
            leaving = [one["id"] for one in members if one["relation"] != "head"][-2:]
            if len(members) < 5 or len({one["family_no"] for one in members}) > 1:
                continue
            part = {"member_ids": leaving, "head_member_id": leaving[0]}
            body = {"households": [part], "reason": "Tinggal terpisah dengan dapur sendiri"}
            if season.once("splits"):
                stranger = body | {"households": [part | {"head_member_id": members[0]["id"]}]}
                await season.bappeda.refused(422, "head_not_among", "POST", SPLITS, household, body=stranger)
            told = await season.bappeda.call("POST", SPLITS, household, body=body, expect=(201,))
            seen = await season.bappeda.call("GET", ONE, told["household_ids"][0])
            season.ledger.demand(seen["split_from"] == household, "a split left no trace")
            season.count("split off", len(told["household_ids"]))
            season.split_off |= set(told["household_ids"])
            divided += 1
