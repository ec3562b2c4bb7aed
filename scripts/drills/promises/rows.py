"""Nobody sees what is not theirs: enumerators ask for households that are not in their hands, and for none."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from scripts.drills.promises.promise import Line, none_of
from scripts.drills.throw_away import ThrowAwayHouse

ENUMERATORS, EACH = 5, 40
PATHS = ("", "/members", "/history")
OTHERS = "select id from households order by md5(id::text) limit $1"


async def keep(house: ThrowAwayHouse) -> AsyncIterator[Line]:
    """404 that looks like the one for an id that nobody has."""
    people = [one for one in house.logins()["staff"] if one["role"] == "enumerator"][:ENUMERATORS]
    owner = await asyncpg.connect(house.owner_url)
    strange = [row["id"] for row in await owner.fetch(OTHERS, EACH)]
    await owner.close()
    tried = leaked = 0
    async with httpx.AsyncClient(base_url=house.url, timeout=30) as caller:
        for person in people:
            login = {"username": person["username"], "password": person["password"]}
            token = (await caller.post("/v1/sessions", json=login)).json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            for path in PATHS:
                absent = looks(await caller.get(f"/v1/households/{uuid4()}{path}", headers=headers))
                for household in strange:
                    answer = await caller.get(f"/v1/households/{household}{path}", headers=headers)
                    tried += 1
                    leaked += answer.status_code != httpx.codes.NOT_FOUND or looks(answer) != absent
    yield none_of("P2", "households shown to, or told apart by, who has no part in them", leaked, tried)


def looks(answer: httpx.Response) -> tuple[int, dict[str, Any]]:
    """An answer without what differs between any two."""
    return answer.status_code, answer.json() | {"request_id": ""}
