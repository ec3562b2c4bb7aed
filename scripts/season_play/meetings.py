"""The musyawarah kelurahan: each Friday the kelurahan's meeting says what becomes of the doubtful ones.

Bu Dewi's colleague keeps the minutes, because what Bu Dewi has written herself she may not bring before the meeting.
"""

from collections import defaultdict
from contextlib import suppress

from scripts.season_play.callers import Surprise
from scripts.season_play.season import Json, Season

REJECTED, POSTPONED = 0.08, 0.04
ATTENDANCE = [{"role": "Lurah"}, {"role": "Ketua RW 001"}, {"role": "Ketua RW 002"}, {"role": "Pendamping sosial"}]
MEETINGS = "/v1/deliberations"


async def hold_meetings(season: Season) -> None:
    """One meeting in each kelurahan that has somebody to speak of."""
    by_region: defaultdict[str, list[Json]] = defaultdict(list)
    waiting = await season.verdicts(season.colleague, stage="decided", eligibility="to_deliberation")
    for verdict in waiting:
        if verdict["status"] == "completed" and (item := _said(season, verdict)):
            by_region[verdict["region_code"]].append(item)
    for number, (region, results) in enumerate(sorted(by_region.items()), 1):
        body = {
            "campaign_id": season.campaign_id,
            "region_code": region,
            "held_on": season.day.isoformat(),
            "minutes_number": f"400/{season.day:%d%m}{number:02}/MUSKEL/{season.day.year}-{season.earlier_releases}",
            "attendance": ATTENDANCE,
            "attendance_count": 12,
            "results": results[:500],
        }
        with suppress(Surprise):
            if season.once("meetings"):
                await _try_what_may_not_be(season, body, waiting)
            await _hold(season, body)


def _said(season: Season, verdict: Json) -> Json | None:
    """What the meeting says of a household: nearly always how it is to be changed, sometimes nothing yet."""
    place = season.luck("meeting", verdict["household_id"]).random()
    item = {"verdict_id": verdict["id"], "revision": verdict["revision"]}
    if place < REJECTED:
        return item | {"result": "reject", "comment": "Warga tidak sepakat."}
    if place > 1 - POSTPONED:
        return None
    met = verdict["field_result"] == "completed"
    content = {
        "field_result": verdict["field_result"],
        "eligibility": "eligible" if met else "not_eligible",
        "reasons": verdict["reasons"],
        "criteria": verdict["criteria"] if met else [],
        "registry_action": verdict["registry_action"] if met else "deactivate",
        "comment": "Menurut musyawarah kelurahan.",
    }
    return item | {"result": "change", "verdict": content}


async def _hold(season: Season, body: Json) -> None:
    told = await season.colleague.call("POST", MEETINGS, body=body, expect=(201,))
    for item, result in zip(body["results"], told["results"], strict=True):
        if result["problem"] is not None:
            season.ledger.surprise(f"bappeda: a meeting's {item['result']} → {result['problem']['code']}")
        else:
            season.count("rejected by meetings" if item["result"] == "reject" else "deliberated")
            season.revised[item["verdict_id"]] += item["result"] == "change"
    kept = await season.colleague.call("GET", MEETINGS + "/{}", told["id"])
    season.ledger.demand(len(kept["results"]) == len(body["results"]), "a meeting kept other results than it was told")
    season.count("meetings")


async def _try_what_may_not_be(season: Season, body: Json, waiting: list[Json]) -> None:
    """Coordinators keep no minutes; none is of tomorrow; a meeting answers what it is asked; nobody judges own work."""
    await season.coordinators[0].refused(403, "forbidden", "POST", MEETINGS, body=body)
    tomorrow = body | {"held_on": "2222-01-01"}
    await season.colleague.refused(422, "in_the_future", "POST", MEETINGS, body=tomorrow)
    other = {"minutes_number": f"{body['minutes_number']}-COBA"}
    approve = [{"verdict_id": body["results"][0]["verdict_id"], "result": "approve"}]
    await _item_refused(season, "meeting_decides", body | other | {"results": approve}, "colleague")
    elsewhere = next((one for one in waiting if one["region_code"] != body["region_code"]), None)
    if elsewhere is not None:
        reject = [{"verdict_id": elsewhere["id"], "result": "reject"}]
        await _item_refused(season, "outside_region", body | other | {"results": reject}, "colleague")
    own = next((one for one in waiting if one["author_id"] == season.bappeda.id), None)
    if own is not None:
        reject = [{"verdict_id": own["id"], "result": "reject"}]
        theirs = body | other | {"region_code": own["region_code"], "results": reject}
        await _item_refused(season, "own_work", theirs, "bappeda")


async def _item_refused(season: Season, code: str, body: Json, who: str) -> None:
    caller = season.colleague if who == "colleague" else season.bappeda
    told = await caller.call("POST", MEETINGS, body=body, expect=(201,))
    problem = told["results"][0]["problem"] or {}
    codes = {problem.get("code"), *(error["code"] for error in problem.get("errors") or ())}
    season.ledger.demand(code in codes, f"a meeting's item was not refused as {code}")
    season.ledger.expected_refusals[f"POST {MEETINGS} → one item {code}"] += 1


async def send_back_the_rejected(season: Season) -> None:
    """What a meeting rejected is never endorsed: Bappeda sends half of it back, the rest waits for better papers."""
    rejected = await season.verdicts(season.bappeda, stage="deliberated", eligibility="to_deliberation")
    for verdict in rejected:
        if season.luck("rejected", verdict["household_id"]).random() < 0.5:
            caller = season.colleague if verdict["author_id"] == season.bappeda.id else season.bappeda
            body = {"decision": "return", "comment": "Warga tidak sepakat; mohon dikunjungi lagi."}
            with suppress(Surprise):
                await caller.call("POST", "/v1/verdicts/{}/decisions", verdict["id"], body=body)
                season.count("sent back by Bappeda")
