"""A restricted person's name stands in no answer but Bappeda's (UU 27/2022, 40-41): all is read before and after.

Comes after `canaries`, whose people have names that nobody else has: found means found. Siti's visits named them as who
opened the door; here she says the name once more in each place where people use words of their own.
"""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from scripts.drills.promises.canary_doors import MORNING, Doors
from scripts.drills.promises.hunting import NAME
from scripts.drills.promises.promise import Line, all_of, none_of
from scripts.drills.throw_away import ThrowAwayHouse

READERS = ("siti", "ratna", "arif", "bps.malang")
WAITING = """
select a.id, a.household_id, a.revision, m.id as member_id from assignments a join members m using (household_id)
join staff s on s.id = a.holder_id
where s.username = 'siti' and a.status in ('open', 'downloaded') order by m.name like $1 || '%' desc limit 1
"""
RENAME = "update members set name = $2 where id = $1"
LISTS = ("/v1/households", "/v1/visits", "/v1/verdicts", "/v1/quarantine", "/v1/assignments", "/v1/sync/pull")


async def keep(house: ThrowAwayHouse) -> AsyncIterator[Line]:
    """The name is there before (or nothing was tried), for Bappeda alone while it is restricted, and again after."""
    owner, doors = await asyncpg.connect(house.owner_url), Doors(house)
    for username in ("dewi", *READERS):
        await doors.sign_in(username)
    found = await owner.fetchrow(WAITING, NAME)
    name = f"{NAME} RAHASIA"
    await owner.execute(RENAME, found["member_id"], name)
    visit = await spoken_of(doors, found, name)
    verdict = await owner.fetchval("select id from verdicts where assignment_id = $1", found["id"])
    household, person = found["household_id"], {"member_id": str(found["member_id"]), "reason": "permohonan"}
    paths = (
        *LISTS, f"/v1/households/{household}", f"/v1/households/{household}/members",
        f"/v1/households/{household}/history", f"/v1/visits/{visit}", f"/v1/visits/{visit}/paradata",
        f"/v1/assignments/{found['id']}/history", f"/v1/formgear/assignments/{found['id']}",
        f"/v1/verdicts/{verdict}", f"/v1/verdicts/{verdict}/history",
    )  # fmt: skip
    before = [await naming(doors, reader, paths) for reader in READERS]
    etags = [await etag(doors.people["ratna"], path) for path in paths]
    at = f"/v1/households/{household}/restrictions"
    await doors.call("dewi", "POST", at, json=person)
    during = [await naming(doors, reader, paths) for reader in READERS]
    stale = [
        path
        for path, seen in zip(paths, etags, strict=True)
        if seen and path in before[1] and await unmoved(doors.people["ratna"], path, seen)
    ]
    bappeda = await naming(doors, "dewi", (f"/v1/visits/{visit}",))
    await doors.call("dewi", "POST", at, json=person | {"restricted": False})
    again = [await naming(doors, reader, paths) for reader in READERS]
    await doors.close()
    await owner.close()

    shown = sum(map(len, before))
    yield none_of(
        "P2", f"answers with a restricted person's name ({shown} had it before)", sum(map(len, during)), shown
    )
    yield none_of("P2", "ETags by which a cache would keep it", len(stale), sum(map(bool, etags)))
    still = sum(len({*had} & {*has}) for had, has in zip(before, again, strict=True)) + len(bappeda)
    yield all_of("P2", "answers that have it again when it is lifted, and Bappeda's all the while", still, shown + 1)


async def spoken_of(doors: Doors, found: Any, name: str) -> str:
    """Siti's visit with the name in every free text, returned by Ratna who says it too; the visit's id."""
    remark, visit = {"pointer": "/answers/catatan", "comment": f"Tanya {name}"}, str(uuid4())
    judged = {"field_result": "completed", "eligibility": "eligible", "reasons": [], "criteria": ["K5"]}
    told = {
        "id": visit, "assignment_id": str(found["id"]), "based_on": found["revision"],
        "started_at": MORNING.isoformat(), "ended_at": MORNING.isoformat(), "outcome": "completed",
        "respondent": {"name": name, "relation": "head"}, "notice_given": True, "questionnaire_version": 1,
        "answers": {"catatan": f"Kata {name.lower()} begitu"}, "remarks": [remark],
        "verdict": judged | {"registry_action": "keep", "comment": f"{name} mampu"}, "device": {"id": "hp-siti"},
    }  # fmt: skip
    sent = await doors.call("siti", "POST", "/v1/visits", json=told)
    back = {"decision": "return", "comment": f"Temui {name}", "remarks": [remark]}
    verdicts = await doors.call("siti", "GET", f"/v1/verdicts?assignment_id={found['id']}")
    returned = await doors.call("ratna", "POST", f"/v1/verdicts/{verdicts.json()['items'][0]['id']}/reviews", json=back)
    sent.raise_for_status()
    returned.raise_for_status()
    return visit


async def naming(doors: Doors, reader: str, paths: tuple[str, ...]) -> list[str]:
    """Where this reader finds the name."""
    answers = [(path, await doors.call(reader, "GET", path)) for path in paths]
    return [path for path, answer in answers if "rahasia" in answer.text.lower()]


async def etag(caller: httpx.AsyncClient, path: str) -> str | None:
    """What a cache would remember the answer by."""
    said: str | None = (await caller.get(path)).headers.get("etag")
    return said


async def unmoved(caller: httpx.AsyncClient, path: str, seen: str) -> bool:
    """Whether a cache is told that what it has still stands."""
    return (await caller.get(path, headers={"If-None-Match": seen})).status_code == httpx.codes.NOT_MODIFIED
