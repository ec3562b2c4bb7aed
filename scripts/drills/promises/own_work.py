"""Four eyes: Siti, who knocked at the doors, becomes coordinator, then Bappeda, and judges her own work by every path.

She is promoted over the owner's connection and given a token of the house's own key, so that nothing but the rule
about own work stands between her and the verdicts. Comes after `canaries`, whose visits she made.
"""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx

from api.access.roles import GRANTS, Role
from api.access.tokens import open_key_ring
from api.core.settings import Settings
from scripts.drills.promises.canary_doors import Doors
from scripts.drills.promises.promise import Line, none_of
from scripts.drills.throw_away import ThrowAwayHouse

OWN = """
select distinct r.verdict_id from verdict_revisions r join staff s on s.id = r.author_id
where s.username = 'siti' order by 1
"""
MOVES = "select (select count(*) from verdict_events) + (select count(*) from verdict_revisions)"
PROMOTE = """
update principals set role = $1::varchar, team_id = case when $1::varchar = 'coordinator' then team_id end
where id = (select id from staff where username = 'siti')
returning id, version
"""
OTHER: dict[str, Any] = {
    "field_result": "completed", "eligibility": "to_deliberation", "reasons": [], "criteria": [],
    "registry_action": "keep", "comment": None,
}  # fmt: skip
REVIEWS: tuple[dict[str, Any], ...] = (
    {"decision": "approve"},
    {"decision": "return", "comment": "x"},
    {"decision": "revoke", "comment": "x"},
)
DECISIONS: tuple[dict[str, Any], ...] = (
    {"decision": "confirm"},
    {"decision": "amend", "verdict": OTHER},
    {"decision": "return", "comment": "x"},
)


async def keep(house: ThrowAwayHouse) -> AsyncIterator[Line]:
    """No review, decision, list of decisions or objection of hers is accepted, and nothing is written of any."""
    owner, doors = await asyncpg.connect(house.owner_url), Doors(house)
    own = [str(row["verdict_id"]) for row in await owner.fetch(OWN)]
    ratna = await doors.sign_in("ratna")
    siti = await promoted(house, owner, Role.COORDINATOR)
    before = await owner.fetchval(MOVES)
    answers = [await siti.post(f"/v1/verdicts/{one}/reviews", json=body) for one in own for body in REVIEWS]
    moved = await owner.fetchval(MOVES) - before
    await siti.aclose()

    approved = [await ratna.post(f"/v1/verdicts/{one}/reviews", json=REVIEWS[0]) for one in own]
    siti = await promoted(house, owner, Role.BAPPEDA)
    before = await owner.fetchval(MOVES)
    for one in own:
        answers += [await siti.post(f"/v1/verdicts/{one}/decisions", json=body) for body in DECISIONS]
        objection = {"verdict_id": one, "by": "family", "reason": "x"}
        answers.append(await siti.post("/v1/objections", json=objection))
    many = await siti.post(
        "/v1/verdicts/decisions", json={"items": [{"verdict_id": one} | DECISIONS[0] for one in own]}
    )
    moved += await owner.fetchval(MOVES) - before
    await siti.aclose()
    await doors.close()
    await owner.close()

    accepted = sum(answer.is_success for answer in answers)
    accepted += sum(not item["problem"] for item in many.json()["results"])
    tried = len(answers) + len(own)
    ready = sum(answer.is_success for answer in approved)  # without Ratna's word nothing could have been decided
    yield none_of(
        "P5", f"own-work verdicts ({ready} of {len(own)} approved by another)", accepted + moved, tried * bool(ready)
    )


async def promoted(house: ThrowAwayHouse, owner: asyncpg.Connection, role: Role) -> httpx.AsyncClient:
    """Siti in another role, with a token of everything that role may."""
    siti = await owner.fetchrow(PROMOTE, role.value)
    named = Settings.model_fields
    ring = open_key_ring(house.folder / "keys", named["issuer"].default, named["audience"].default)
    token = ring.issue(siti["id"], siti["version"], frozenset(GRANTS[role]), 600, None)
    return httpx.AsyncClient(base_url=house.url, timeout=30, headers={"Authorization": f"Bearer {token}"})
