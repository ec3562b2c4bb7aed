"""What Bappeda does on Fridays: decides what coordinators approved, and hears those who object."""

from contextlib import suppress
from random import Random

from scripts.season_play.callers import Surprise
from scripts.season_play.season import Json, Season

MANY = 500
AMENDED, SENT_BACK, LEFT = 0.03, 0.015, 0.005
OBJECTIONS = 0.006
WORDS = {"confirm": "decided", "amend": "amended", "return": "sent back by Bappeda"}


async def decide_week(season: Season) -> int:
    """Decide what coordinators approved, many at a time; how many moves were made."""
    before = season.done.total()
    waiting = await season.verdicts(season.bappeda, status="approved")
    chosen = [(verdict, item) for verdict in waiting if (item := _decision(season, verdict))]
    season.decided_this_week = []
    for first in range(0, len(chosen), MANY):
        await _decide_many(season, chosen[first : first + MANY])
    amended = next((item["verdict_id"] for _, item in chosen if item["decision"] == "amend"), None)
    if amended is not None and season.once("own work of Bappeda"):
        body = {"decision": "return", "comment": "Saya berubah pikiran."}
        await season.bappeda.refused(409, "own_work", "POST", "/v1/verdicts/{}/decisions", amended, body=body)
    return season.done.total() - before


def _decision(season: Season, verdict: Json) -> Json | None:
    luck: Random = season.luck(f"decide {season.earlier_releases}", verdict["household_id"])
    place, item = luck.random(), {"verdict_id": verdict["id"], "revision": verdict["revision"]}
    if place > 1 - LEFT:
        return None
    first = verdict["revision"] == 1
    if first and place < SENT_BACK:
        return item | {"decision": "return", "reason_code": "unclear", "comment": "Mohon diperjelas."}
    if first and place < SENT_BACK + AMENDED and verdict["field_result"] == "completed":
        kept = {name: verdict[name] for name in ("field_result", "reasons", "criteria", "registry_action")}
        changed = {"eligibility": "to_deliberation" if verdict["eligibility"] == "eligible" else verdict["eligibility"]}
        return item | {"decision": "amend", "comment": "Ditetapkan lain.", "verdict": kept | changed}
    return item | {"decision": "confirm"}


async def _decide_many(season: Season, chosen: list[tuple[Json, Json]]) -> None:
    with suppress(Surprise):
        items = [item for _, item in chosen]
        answer = await season.bappeda.call("POST", "/v1/verdicts/decisions", body={"items": items})
        for (verdict, item), result in zip(chosen, answer["results"], strict=True):
            if result["problem"] is not None:
                season.ledger.surprise(f"bappeda: decision {item['decision']} → {result['problem']['code']}")
                continue
            season.count(WORDS[item["decision"]])
            season.revised[item["verdict_id"]] += item["decision"] == "amend"
            if item["decision"] == "confirm":
                season.decided_this_week.append(verdict)


async def hear_objections(season: Season) -> None:
    """Families object to a few of the week's decisions: their verdicts are open again, and somebody goes back."""
    for verdict in season.decided_this_week:
        place = season.luck(f"objection {season.earlier_releases}", verdict["household_id"]).random()
        if place >= OBJECTIONS or not season.once(f"objection|{verdict['id']}"):
            continue
        by = "family" if place < OBJECTIONS * 0.8 else "village"
        body = {"verdict_id": verdict["id"], "by": by, "reason": "Keadaan keluarga sudah berubah."}
        with suppress(Surprise):
            if season.once("objection by a coordinator"):
                await season.coordinators[0].refused(403, "forbidden", "POST", "/v1/objections", body=body)
            made = await season.colleague.call("POST", "/v1/objections", body=body, expect=(201,))
            season.ledger.demand(
                made["household_id"] == verdict["household_id"], "an objection names another household"
            )
            season.count("objections")
            if season.once("objection twice"):
                await season.colleague.refused(409, "wrong_state", "POST", "/v1/objections", body=body)
