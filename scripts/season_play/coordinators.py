"""What coordinators do: review the evening's work, move households between two of the team, correct addresses."""

import asyncio
from contextlib import suppress

from scripts.season_play.callers import Caller, Surprise
from scripts.season_play.season import Json, Season

# shares of what is reviewed; what is left waits, and the reckoning names it
RETURNED, REVOKED, LEFT = 0.07, 0.01, 0.005
WORDS = {"approve": "approved", "return": "returned", "revoke": "revoked"}
REVIEWS = "/v1/verdicts/{}/reviews"


async def review_evening(season: Season) -> int:
    """Every coordinator reviews what the team handed in; how many reviews were made."""
    return sum(await asyncio.gather(*(_review_team(season, one) for one in season.coordinators)))


async def _review_team(season: Season, coordinator: Caller) -> int:
    made = 0
    with suppress(Surprise):  # it is in the ledger
        for verdict in await season.verdicts(coordinator, status="submitted"):
            with suppress(Surprise):
                made += await _review(season, coordinator, verdict)
    return made


async def _review(season: Season, coordinator: Caller, verdict: Json) -> int:
    first = verdict["revision"] == 1
    place = season.luck(f"review {season.earlier_releases}", verdict["household_id"]).random()
    if place > 1 - LEFT:
        return 0
    if first and place < RETURNED:
        remark = {"pointer": "/answers/floor", "comment": "Tidak cocok dengan foto; mohon dilihat lagi."}
        await _judge(season, coordinator, verdict, "return", comment="Mohon dikunjungi lagi.", remarks=[remark])
        return 1
    moved = await _judge(season, coordinator, verdict, "approve")
    if first and place < RETURNED + REVOKED and season.once(f"revoked|{verdict['id']}"):
        await _judge(season, coordinator, verdict, "revoke", comment="Disetujui terlalu cepat.")
    elif season.once(f"wrong state|{coordinator.id}"):
        await _try_what_does_not_fit(season, coordinator, verdict, moved)
    return 1


async def _judge(season: Season, coordinator: Caller, verdict: Json, decision: str, **why: object) -> Json:
    body = {"decision": decision, "revision": verdict["revision"], **why}
    moved: Json = await coordinator.call("POST", REVIEWS, verdict["id"], body=body)
    season.count(WORDS[decision])
    return moved


async def _try_what_does_not_fit(season: Season, coordinator: Caller, verdict: Json, moved: Json) -> None:
    """Approved is approved; a coordinator does not decide; another team's verdict looks absent."""
    approve = {"decision": "approve"}
    await coordinator.refused(409, "wrong_state", "POST", REVIEWS, moved["verdict_id"], body=approve)
    confirm = {"decision": "confirm"}
    await coordinator.refused(403, "forbidden", "POST", "/v1/verdicts/{}/decisions", verdict["id"], body=confirm)
    stranger = next(other for other in season.coordinators if other is not coordinator)
    await stranger.refused(404, "not_found", "POST", REVIEWS, verdict["id"], body=approve)


async def spread_work(season: Season) -> None:
    """Somebody is ill for a day: each coordinator moves a household that nobody visited yet to another of the team."""
    moved = await asyncio.gather(*(_reassign(season, one) for one in season.coordinators))
    season.count("reassigned", sum(moved))


async def _reassign(season: Season, coordinator: Caller) -> int:
    with suppress(Surprise):
        untouched = {
            door.assignment_id
            for carrier in season.carriers.values()
            for door in carrier.doors()
            if door.plan is None and not door.returned
        }
        held = [
            door for status in ("open", "downloaded") for door in await season.assignments(coordinator, status=status)
        ]
        waiting = [door for door in held if door["id"] in untouched]
        if not waiting:
            return 0
        taker = next(one for one in season.team_of(coordinator) if one.id != waiting[0]["enumerator_id"])
        body = {"assignment_ids": [waiting[0]["id"]], "enumerator_id": taker.id, "reason": "Petugas sakit sehari"}
        moved = await coordinator.call("POST", "/v1/assignments/reassignments", body=body)
        season.ledger.demand(moved["results"][0]["status"] == "reassigned", "a reassignment did nothing")
        return 1
    return 0


async def correct_addresses(season: Season) -> None:
    """Each coordinator corrects one address; every change names the version that was seen."""
    done = await asyncio.gather(*(_correct(season, one) for one in season.coordinators))
    season.count("corrected", sum(done))


async def _correct(season: Season, coordinator: Caller) -> int:
    path = "/v1/households/{}"
    with suppress(Surprise):
        query = {"campaign_id": season.campaign_id, "limit": 1, "assignment_status": "submitted"}
        listed = (await coordinator.call("GET", "/v1/households", query=query))["items"]
        if not listed:
            return 0
        household = listed[0]["id"]
        seen = await coordinator.answer("GET", path, household)
        etag, told = seen.headers["ETag"], seen.json()
        body = {"address": f"{told['address'][:280]} (LAMA)", "reason": "Nomor rumah diganti"}
        await coordinator.refused(428, "precondition_required", "PATCH", path, household, body=body)
        changed = await coordinator.call("PATCH", path, household, body=body, headers={"If-Match": etag})
        season.ledger.demand(changed["address"] == body["address"], "an address was not corrected")
        stale = {"If-Match": etag}
        await coordinator.refused(412, "precondition_failed", "PATCH", path, household, body=body, headers=stale)
        stranger = next(other for other in season.coordinators if other is not coordinator)
        await stranger.refused(404, "not_found", "PATCH", path, household, body=body, headers=stale)
        history = (await coordinator.call("GET", "/v1/households/{}/history", household))["items"]
        season.ledger.demand(history[0]["cause"] == "correction", "a correction is not in the household's history")
        return 1
    return 0
