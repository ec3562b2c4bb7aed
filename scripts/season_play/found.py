"""What an enumerator meets on the way: families that no list has, and households that are somebody else's."""

from contextlib import suppress
from random import Random
from uuid import uuid4

from scripts.season_play.callers import Surprise
from scripts.season_play.phone import Door, Phone
from scripts.season_play.season import Json, Season

FINDERS = 8
ONE = "/v1/households/{}"


async def find_families(season: Season) -> None:
    """A few families that no list has; each comes with its assignment, open to the finder."""
    every = max(1, len(season.enumerators) // FINDERS)
    for number, person in enumerate(season.enumerators[::every][:FINDERS]):
        luck = season.luck("found", f"{person.name}|{season.earlier_releases}")
        door = next((door for door in season.phones[person.id].doors.values()), None)
        if door is None:
            continue
        with suppress(Surprise):
            near = await person.call("GET", ONE, door.assignment["household_id"])
            body = _family(season, near, luck, number)
            added = await person.call("POST", "/v1/households", body=body, expect=(201,), keyed=False)
            again = await person.call("POST", "/v1/households", body=body, expect=(200, 201), keyed=False)
            season.ledger.demand(again["id"] == added["id"], "a family told twice was found twice")
            other = body | {"address": "JL. LAIN NO. 1"}
            if season.once("found"):
                await person.refused(409, "household_conflict", "POST", "/v1/households", body=other, keyed=False)
            season.count("found in the field")


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


async def try_what_is_not_theirs(season: Season) -> None:
    """Somebody else's household looks absent, and nobody reviews the own work."""
    phones = list(season.phones.values())
    for phone, other in zip(phones, [*phones[1:], *phones[:1]], strict=True):
        door = next(iter(other.doors.values()), None)
        with suppress(Surprise):
            if door is not None and season.once(f"stranger|{phone.holder.id}"):
                await phone.holder.refused(404, "not_found", "GET", ONE, door.assignment["household_id"])
    with suppress(Surprise):
        own = (await phones[0].holder.call("GET", "/v1/verdicts", query={"limit": 1}))["items"]
        if own:
            approve = {"decision": "approve"}
            await phones[0].holder.refused(
                403, "forbidden", "POST", "/v1/verdicts/{}/reviews", own[0]["id"], body=approve
            )


async def answer_remark(season: Season, phone: Phone, door: Door) -> None:
    """A remark may be answered in words by who holds the work, once; a stranger sees none. Most wait for the visit."""
    verdict = door.verdict or {"events": []}
    remarks = [remark for event in verdict["events"] for remark in event["remarks"]]
    if not remarks or not season.once(f"remark|{phone.holder.id}"):
        return
    path, body = "/v1/verdicts/{}/remarks/1/resolutions", {"comment": "Sudah saya lihat lagi."}
    with suppress(Surprise):
        stranger = next(one for one in season.phones.values() if one is not phone).holder
        await stranger.refused(404, "not_found", "POST", path, verdict["verdict_id"], body=body)
        await phone.holder.call("POST", path, verdict["verdict_id"], body=body, expect=(201,))
        await phone.holder.refused(409, "already_resolved", "POST", path, verdict["verdict_id"], body=body)
        season.count("remarks answered in words")


async def check_remarks(season: Season, verdict: Json) -> None:
    """The visit that corrects an earlier one answers every remark that was still open."""
    history = await season.bappeda.call("GET", "/v1/verdicts/{}/history", verdict["id"])
    remarks = [remark for event in history["events"] for remark in event["remarks"]]
    season.ledger.demand(all(remark["resolution"] for remark in remarks), "a correcting visit left a remark open")
    answered = sum(1 for remark in remarks if (remark["resolution"] or {}).get("visit_id"))
    season.count("remarks answered by a visit", answered)
