"""What an enumerator meets on the way: families that no list has, and households that are somebody else's."""

import json
from contextlib import suppress
from random import Random
from uuid import uuid4

from scripts.season_play.callers import Surprise
from scripts.season_play.carriers import Carrier
from scripts.season_play.knocking import write_visit
from scripts.season_play.phone import PUSH
from scripts.season_play.season import Json, Season
from scripts.season_play.stories import knocks_of

FINDERS = 8
ONE = "/v1/households/{}"


def find_family(season: Season, carrier: Carrier) -> None:
    """On the first day a few meet a family that no list has: written down with the visit to it, sent in one push."""
    number, odd = divmod(season.enumerators.index(carrier.holder), max(1, len(season.enumerators) // FINDERS))
    near = next(iter(carrier.phone.households.values()), None)
    if odd or number >= FINDERS or near is None or not season.once(f"found by {carrier.holder.id}"):
        return
    luck = season.luck("found", f"{carrier.holder.name}|{season.earlier_releases}")
    family = _family(season, near, luck, number)
    carrier.write_down("households", family)
    for knock in knocks_of("interview", luck, family["members"]):
        write_visit(season, carrier, family["assignment_id"], 1, knock, luck)


async def try_another_family(season: Season) -> None:
    """Another family under an id that is taken is no second one, and replaces nothing: a person looks at it."""
    for carrier in season.carriers.values():
        found = next((one for one in carrier.done.values() if one.kind == "households"), None)
        if found is None or found.id in carrier.phone.unsent or not season.once("another family"):
            continue
        other = json.loads(found.said) | {"address": "JL. LAIN NO. 1"}
        body = {"device_id": carrier.phone.device_id, "households": [other]}
        with suppress(Surprise):
            told = (await carrier.holder.call("POST", PUSH, body=body, keyed=False))["results"][0]
            season.ledger.demand(told["status"] == "conflict", f"another family under a taken id was {told['status']}")
            season.count("conflicts")


def _family(season: Season, near: Json, luck: Random, number: int) -> Json:
    born = {"born_on": f"{luck.randrange(1955, 1995)}-0{luck.randrange(1, 10)}-1{luck.randrange(10)}", "sex": "female"}
    unknown = {"nik_missing_reason": "no_document", "family_no": 1}
    head = {"id": str(uuid4()), "name": luck.choice(("PAINAH", "SUMIATI", "LASMI")), "relation": "head"}
    child = {"id": str(uuid4()), "name": "ALIF RAMADHAN", "relation": "child", "sex": "male", "born_on": "2016-05-04"}
    return {
        "id": str(uuid4()),
        "assignment_id": str(uuid4()),
        "campaign_id": season.campaign_id,
        "region_code": near["region_code"],
        "rw": near["rw"],
        "rt": near["rt"],
        "address": f"{near['address'][:200]} BELAKANG {number + 1}",
        "families": [{"no": 1}],
        "members": [head | born | unknown, child | unknown],
    }


async def try_what_is_not_theirs(season: Season) -> None:
    """Somebody else's household looks absent, and nobody reviews the own work."""
    carriers = list(season.carriers.values())
    for carrier, other in zip(carriers, [*carriers[1:], *carriers[:1]], strict=True):
        theirs = next(iter(other.phone.assignments.values()), None)
        with suppress(Surprise):
            if theirs is not None and season.once(f"stranger|{carrier.holder.id}"):
                await carrier.holder.refused(404, "not_found", "GET", ONE, theirs["household_id"])
    with suppress(Surprise):
        own = (await carriers[0].holder.call("GET", "/v1/verdicts", query={"limit": 1}))["items"]
        if own:
            approve = {"decision": "approve"}
            await carriers[0].holder.refused(
                403, "forbidden", "POST", "/v1/verdicts/{}/reviews", own[0]["id"], body=approve
            )


async def answer_remark(season: Season, carrier: Carrier, verdict: Json) -> None:
    """A remark may be answered in words by who holds the work, once; a stranger sees none. Most wait for the visit."""
    if not verdict["remarks"] or not season.once(f"remark|{carrier.holder.id}"):
        return
    path, ids = "/v1/verdicts/{}/remarks/{}/resolutions", (verdict["id"], str(verdict["remarks"][0]["number"]))
    body = {"comment": "Sudah saya lihat lagi."}
    with suppress(Surprise):
        stranger = next(one for one in season.enumerators if one.team_id != carrier.holder.team_id)
        await stranger.refused(404, "not_found", "POST", path, *ids, body=body)
        await carrier.holder.call("POST", path, *ids, body=body, expect=(201,))
        await carrier.holder.refused(409, "already_resolved", "POST", path, *ids, body=body)
        season.count("remarks answered in words")


async def check_remarks(season: Season, verdict: Json) -> None:
    """The visit that corrects an earlier one answers every remark that was still open."""
    history = await season.bappeda.call("GET", "/v1/verdicts/{}/history", verdict["id"])
    remarks = [remark for event in history["events"] for remark in event["remarks"]]
    season.ledger.demand(all(remark["resolution"] for remark in remarks), "a correcting visit left a remark open")
    answered = sum(1 for remark in remarks if (remark["resolution"] or {}).get("visit_id"))
    season.count("remarks answered by a visit", answered)
