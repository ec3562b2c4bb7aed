"""What is done at a desk: Bappeda brings the list in and shares it out, coordinators review, Bappeda decides."""

import asyncio
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from random import Random

from api.demo.dtks import write_dtks_person_file
from scripts.season_play.callers import Caller, Surprise
from scripts.season_play.season import Json, Season

CAMPAIGN = "malang-2022"
IMPORT_S = 300
HOUSEHOLDS = 3000
MANY = 500
# shares of what is reviewed or decided; what is left waits, and the reckoning names it
RETURNED, REVOKED, LEFT = 0.07, 0.01, 0.005
AMENDED, SENT_BACK = 0.03, 0.015
OBJECTIONS = 0.01


async def open_campaign(season: Season) -> None:
    """Find the demo's campaign, bring a list in if it has none, and see whether somebody played before."""
    campaigns = await season.bappeda.pages("/v1/campaigns", status="fieldwork")
    found = next((one for one in campaigns if one["code"] == CAMPAIGN), campaigns[0] if campaigns else None)
    if found is None:
        raise season.ledger.surprise("no campaign is in fieldwork: start scripts/run with its demo")
    season.campaign = found
    if found["questionnaire_id"] is not None:
        versions = await season.bappeda.pages("/v1/questionnaires/{}/versions", found["questionnaire_id"])
        published = [one["version"] for one in versions if one["status"] == "published"]
        season.questionnaire_version = max(published, default=None)
    if not await season.assignments():
        await _bring_in(season)
    releases = await season.bappeda.pages("/v1/releases", campaign_id=season.campaign_id)
    season.done["earlier releases"] = len(releases)
    season.goes_on = bool(releases)


async def _bring_in(season: Season) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dtks.csv"
        write_dtks_person_file(path, HOUSEHOLDS, season.seed)
        files = {
            "file": ("dtks.csv", await asyncio.to_thread(path.read_bytes), "text/csv"),
            "campaign_id": (None, season.campaign_id),
        }
    begun = await season.bappeda.call("POST", "/v1/imports", files=files, expect=(202,))
    until = time.monotonic() + IMPORT_S
    while time.monotonic() < until:
        state = await season.bappeda.call("GET", "/v1/imports/{}", begun["id"])
        if state["status"] in ("done", "failed"):
            season.ledger.demand(state["status"] == "done", "the import failed")
            return
        await asyncio.sleep(1)
    raise season.ledger.surprise("the import did not end")


async def share_out(season: Season) -> None:
    """A dry run, then the allocation; then every coordinator moves one household between two of the team."""
    for dry_run in (True, False):
        shared = await season.bappeda.call(
            "POST", "/v1/campaigns/{}/allocations", season.campaign_id, body={"dry_run": dry_run}
        )
        season.ledger.demand(not shared["unallocated"], "households were left without an enumerator")
    season.done["allocated"] = shared["households"]
    moved = await asyncio.gather(*(_reassign(season, coordinator) for coordinator in season.coordinators))
    season.done["reassigned"] = sum(moved)


async def _reassign(season: Season, coordinator: Caller) -> int:
    try:
        waiting = [door for door in await season.assignments(coordinator) if door["status"] == "open"]
        if not waiting:
            return 0
        taker = next(person for person in season.team_of(coordinator) if person.id != waiting[0]["enumerator_id"])
        body = {"assignment_ids": [waiting[0]["id"]], "enumerator_id": taker.id, "reason": "Petugas sakit sehari"}
        moved = await coordinator.call("POST", "/v1/assignments/reassignments", body=body)
        season.ledger.demand(moved["results"][0]["status"] == "reassigned", "a reassignment did nothing")
        return 1
    except Surprise:
        return 0


async def review(season: Season, label: str, *, strict: bool) -> None:
    """Every coordinator reviews what the team submitted; a strict round returns some of it."""
    bar = season.progress.add_task(label, total=0)

    async def of(coordinator: Caller) -> None:
        try:
            waiting = await _verdicts(coordinator, season, status="submitted")
        except Surprise:
            return
        season.progress.update(bar, total=(season.progress.tasks[bar].total or 0) + len(waiting))
        for verdict in waiting:
            with suppress(Surprise):  # it is in the ledger; the next verdict waits
                await _review_one(season, coordinator, verdict, strict)
            season.progress.advance(bar)

    await asyncio.gather(*(of(coordinator) for coordinator in season.coordinators))


async def _review_one(season: Season, coordinator: Caller, verdict: Json, strict: bool) -> None:
    place = season.luck("review", verdict["household_id"]).random()

    async def judge(decision: str, revision: int, **why: object) -> Json:
        body = {"decision": decision, "revision": revision, **why}
        moved: Json = await coordinator.call("POST", "/v1/verdicts/{}/reviews", verdict["id"], body=body)
        season.done[{"approve": "approved", "return": "returned", "revoke": "revoked"}[decision]] += 1
        return moved

    if strict and place < RETURNED:
        remark = {"pointer": "/answers/floor", "comment": "Tidak cocok dengan foto; mohon dilihat lagi."}
        await judge("return", verdict["revision"], comment="Mohon dikunjungi lagi.", remarks=[remark])
    elif strict and place < RETURNED + REVOKED:
        moved = await judge("approve", verdict["revision"])
        await judge("revoke", moved["revision"], comment="Disetujui terlalu cepat.")
    elif place < 1 - LEFT:
        await judge("approve", verdict["revision"])


async def decide(season: Season, label: str, *, strict: bool) -> None:
    """Bappeda decides what coordinators approved, many at a time; a strict round amends some and sends some back."""
    waiting = await _verdicts(season.bappeda, season, status="approved")
    bar = season.progress.add_task(label, total=len(waiting))
    chosen = [item for verdict in waiting if (item := _decision(season, verdict, strict))]
    for first in range(0, len(chosen), MANY):
        await _decide_many(season, chosen[first : first + MANY])
        season.progress.advance(bar, MANY)
    season.progress.update(bar, completed=len(waiting))
    amended = next((item["verdict_id"] for item in chosen if item["decision"] == "amend"), None)
    if amended is not None:
        await _judge_own_work(season, amended)


async def _judge_own_work(season: Season, verdict_id: str) -> None:
    """Bappeda wrote this amendment itself, so somebody else must judge it."""
    body = {"decision": "return", "comment": "Saya berubah pikiran."}
    with suppress(Surprise):
        await season.bappeda.call("POST", "/v1/verdicts/{}/decisions", verdict_id, body=body, expect=(409,))


def _decision(season: Season, verdict: Json, strict: bool) -> Json | None:
    luck: Random = season.luck("decide", verdict["household_id"])
    place, item = luck.random(), {"verdict_id": verdict["id"], "revision": verdict["revision"]}
    if place > 1 - LEFT:
        return None
    if strict and place < SENT_BACK:
        return item | {"decision": "return", "reason_code": "unclear", "comment": "Mohon diperjelas."}
    if strict and place < SENT_BACK + AMENDED and verdict["field_result"] == "completed":
        kept = {name: verdict[name] for name in ("field_result", "reasons", "criteria", "registry_action")}
        changed = {"eligibility": "to_deliberation" if verdict["eligibility"] == "eligible" else verdict["eligibility"]}
        return item | {"decision": "amend", "comment": "Ditetapkan lain.", "verdict": kept | changed}
    return item | {"decision": "confirm"}


async def _decide_many(season: Season, items: list[Json]) -> None:
    words = {"confirm": "decided", "amend": "amended", "return": "sent back by Bappeda"}
    try:
        answer = await season.bappeda.call("POST", "/v1/verdicts/decisions", body={"items": items})
    except Surprise:
        return
    for item, result in zip(items, answer["results"], strict=True):
        if result["problem"] is None:
            season.done[words[item["decision"]]] += 1
        else:
            season.ledger.surprise(f"bappeda: decision {item['decision']} → {result['problem']['code']}")


async def take_objections(season: Season) -> None:
    """Where somebody played before, families object to a few decisions, and their households are visited again."""
    completed = await _verdicts(season.bappeda, season, status="completed")
    # what Bappeda wrote itself it may not judge again
    decided = [one for one in completed if one["stage"] == "decided" and one["author_id"] != season.bappeda.id]
    why = {"decision": "return", "reason_code": "objection", "comment": "Keluarga mengajukan keberatan."}
    chosen = [
        {"verdict_id": one["id"], **why}
        for one in decided
        if season.luck(f"objection {season.done['earlier releases']}", one["household_id"]).random() < OBJECTIONS
    ]
    for first in range(0, len(chosen), MANY):
        await _decide_many(season, chosen[first : first + MANY])


async def _verdicts(caller: Caller, season: Season, *, status: str) -> list[Json]:
    return await caller.pages("/v1/verdicts", campaign_id=season.campaign_id, status=status)
