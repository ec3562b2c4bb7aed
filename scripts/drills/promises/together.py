"""Two processes of the API count as one: calls of a machine, and a call that comes to both at once (trust.md T48)."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from scripts.drills.known import machine_token
from scripts.drills.promises.canary_doors import Doors
from scripts.drills.promises.promise import Line, none_of
from scripts.drills.throw_away import ThrowAwayHouse

QUOTA, CALLS, LINES, TWINS = 600, 900, 20, 12  # what a machine may call a minute; what it tries; how many at once


async def keep(house: ThrowAwayHouse) -> AsyncIterator[Line]:
    """Every call comes on a line of its own, so either process takes it."""
    doors, serving = Doors(house), len(house.pids("serve"))
    yield Line("P2", f"processes of the API that answer: {serving}", serving > 1)
    headers = {"Authorization": await machine_token(doors, "both"), "Connection": "close"}
    began, left = time.monotonic(), iter(range(CALLS))
    codes: list[int] = []

    async def spend(caller: httpx.AsyncClient) -> None:
        for _ in left:
            codes.append((await caller.get("/v1/me", headers=headers)).status_code)

    async with httpx.AsyncClient(base_url=house.url, timeout=60) as caller:
        await asyncio.gather(*(spend(caller) for _ in range(LINES)))
        most = QUOTA + (time.monotonic() - began) * QUOTA / 60 + 1
        taken, refused = codes.count(httpx.codes.OK), codes.count(httpx.codes.TOO_MANY_REQUESTS)
        said = f"calls beyond {QUOTA} a minute taken by two processes ({taken} taken, {refused} refused)"
        yield none_of("P2", said, max(0, int(taken - most)), CALLS * bool(refused))
        effects = await twice(house, doors, caller)
        yield none_of("P1", "effects of the same call beyond one", effects - 1, TWINS)
    await doors.close()


async def twice(house: ThrowAwayHouse, doors: Doors, caller: httpx.AsyncClient) -> int:
    """How many people one call made that came a dozen times at once."""
    token = (await doors.sign_in("dewi")).headers["Authorization"]
    headers = {"Authorization": token, "Idempotency-Key": str(uuid4()), "Connection": "close"}
    new: dict[str, Any] = {"username": "tari.drill", "name": "Tari Utami", "role": "enumerator"}
    await asyncio.gather(*(caller.post("/v1/staff", json=new, headers=headers) for _ in range(TWINS)))
    owner = await asyncpg.connect(house.owner_url)
    made: int = await owner.fetchval(
        "select count(*) + (select greatest(count(*) - 1, 0) from audit_events where action = 'staff.added'"
        " and subject_id = (select id from staff where username = $1)) from staff where username = $1", new["username"]
    )  # fmt: skip
    await owner.close()
    return made
