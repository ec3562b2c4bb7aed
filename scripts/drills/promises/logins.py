"""The door of sign-in: guesses end, nobody learns which names exist, and 126 honest phones come in at once (T32)."""

import asyncio
import math
import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx

from scripts.drills.promises.promise import Line, all_of, none_of
from scripts.drills.throw_away import ThrowAwayHouse

GUESSES, JUDGED = 30, 10  # at one account; as many as five minutes allow
PAIRS, EACH = 40, 4  # known and unknown names, tries at each: fewer than would be throttled
HONEST_S, MEMORY_MIB = 20.0, 300.0
ALIKE = 1.05  # of two medians over names, each of its fastest try: what a busy machine adds is no attacker's clock
WRONG = "bukan kata sandinya"


async def keep(house: ThrowAwayHouse) -> AsyncIterator[Line]:
    """Honest phones first: what comes after makes the door suspicious."""
    people = [one for one in house.logins()["staff"] if one["role"] == "enumerator"]
    limits = httpx.Limits(max_connections=200)
    async with httpx.AsyncClient(base_url=house.url, timeout=60, limits=limits) as caller:
        began = time.monotonic()
        answers = await asyncio.gather(*(honest(caller, person) for person in people))
        took = time.monotonic() - began
        yield all_of("P7", f"honest logins from one address, {took:.1f} s in all", sum(answers), len(people))
        yield Line("P7", f"all of them within {HONEST_S:.0f} s: {took:.1f} s", took <= HONEST_S)
        peak = max(memory_mib(pid) for pid in house.pids("serve"))
        yield Line("P7", f"memory of a process at most {MEMORY_MIB:.0f} MiB: {peak:.0f} MiB", peak <= MEMORY_MIB)

        known = [person["username"] for person in people[-PAIRS:]]
        looks, fastest_s = await told_apart(house, known)
        yield none_of("P2", "answers that tell a name from none", len(looks) - 1, 2 * PAIRS * EACH)
        medians = sorted(statistics.median(times) for times in fastest_s)
        ratio = medians[1] / medians[0]
        yield Line("P2", f"their times alike: medians {ratio:.3f} to 1, at most {ALIKE}", ratio <= ALIKE)

        victim = people[0]
        codes = [(await guess(caller, victim["username"])).status_code for _ in range(GUESSES)]
        judged = sum(code == httpx.codes.UNAUTHORIZED for code in codes)
        yield none_of("P2", f"guesses judged beyond the {JUDGED} of five minutes", judged - JUDGED, GUESSES)
        shut = await honest(caller, victim, retries=0)
        yield Line("P2", "the right password waits with the wrong ones", not shut)
        session = {"Authorization": f"Bearer {TOKENS[victim['username']]}"}
        goes_on = (await caller.get("/v1/me", headers=session)).is_success
        yield Line("P7", "a session that runs goes on while its account is being guessed", goes_on)


async def told_apart(house: ThrowAwayHouse, known: list[str]) -> tuple[set[Any], tuple[list[float], list[float]]]:
    """What guesses at known and at unknown names look like, and the fastest try at each name of either kind.

    They take turns at being first; each round comes from an address of its own, for an address has a limit too.
    """
    looks: set[Any] = set()
    fastest_s: tuple[list[float], list[float]] = ([math.inf] * len(known), [math.inf] * len(known))
    for tries in range(EACH):
        transport = httpx.AsyncHTTPTransport(local_address=f"127.0.0.{tries + 2}")
        async with httpx.AsyncClient(base_url=house.url, timeout=60, transport=transport) as caller:
            for number, username in enumerate(known):
                for kind in (0, 1) if (number + tries) % 2 else (1, 0):
                    began = time.monotonic()
                    answer = await guess(caller, (username, f"tidak.ada.{number}")[kind])
                    took_s = time.monotonic() - began
                    fastest_s[kind][number] = min(fastest_s[kind][number], took_s)
                    looks.add((answer.status_code, tuple(sorted((answer.json() | {"request_id": ""}).items()))))
    return looks, fastest_s


TOKENS: dict[str, str] = {}


async def honest(caller: httpx.AsyncClient, person: dict[str, Any], retries: int = 20) -> bool:
    """Sign in with the right password, and come again when asked to, as a phone does."""
    body = {"username": person["username"], "password": person["password"]}
    for _ in range(retries + 1):
        answer = await caller.post("/v1/sessions", json=body)
        if answer.is_success:
            TOKENS[person["username"]] = answer.json()["access_token"]
            return True
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            return False
        await asyncio.sleep(float(answer.headers["Retry-After"]))
    return False


async def guess(caller: httpx.AsyncClient, username: str) -> httpx.Response:
    """A wrong password."""
    return await caller.post("/v1/sessions", json={"username": username, "password": WRONG})


def memory_mib(pid: int) -> float:
    """The most that a process ever held."""
    said = Path(f"/proc/{pid}/status").read_text()
    return int(said.partition("VmHWM:")[2].split()[0]) / 1024
