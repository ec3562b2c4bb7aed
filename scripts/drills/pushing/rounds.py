"""The five trials: cut lines, killed API, killed PostgreSQL, one push five times at once, 126 phones at 17:00."""

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles
from typing import Any, TypeAlias

import httpx

from scripts.drills.own_house import House
from scripts.drills.pushing.phone import Ledger, Phone
from scripts.drills.pushing.proxy import Proxy

AT_ONCE, BATCH = 8, 10
ONE_A_CONNECTION = httpx.Limits(max_connections=None, max_keepalive_connections=0)
MANY = httpx.Limits(max_connections=None, max_keepalive_connections=None)
TIMEOUT = httpx.Timeout(30)
Call: TypeAlias = Callable[[httpx.AsyncClient], Coroutine[Any, Any, None]]


def client(url: str, limits: httpx.Limits = MANY) -> httpx.AsyncClient:
    """A client of the drill's; errors of the API are not its own."""
    return httpx.AsyncClient(base_url=url, limits=limits, timeout=TIMEOUT)


async def in_turns(phones: Sequence[Phone], http: httpx.AsyncClient, goes_on: Callable[[int], bool]) -> int:
    """Eight phones at a time push ten visits each, every third parcel with one that submits; how many pushes."""
    waiting, pushes = asyncio.Queue[Phone](), 0
    for phone in phones:
        waiting.put_nowait(phone)

    async def send() -> None:
        nonlocal pushes
        while goes_on(pushes):
            pushes += 1
            phone, turn = await waiting.get(), pushes
            await phone.push(http, phone.parcel(BATCH, submits=turn % 3 == 0))
            waiting.put_nowait(phone)

    await asyncio.gather(*(send() for _ in range(AT_ONCE)))
    return pushes


async def cut_lines(house: House, phones: Sequence[Phone], chance: random.Random, wanted: int) -> str:
    """Pushes over a line that is cut at random places until each is answered."""
    proxy = Proxy(house.port, chance)
    async with proxy.listening() as url, client(url, ONE_A_CONNECTION) as http:
        pushes = await in_turns(phones, http, lambda begun: begun < wanted)
    return f"{pushes} pushes over {proxy.cuts.total()} cut lines ({_listed(proxy.cuts)})"


def kills(house: House, phones: Sequence[Phone], chance: random.Random, rounds: int, kill: Callable[[], None]) -> str:
    """`kill -9` during pushes, so many times; the phones go on meanwhile, on a thread of their own."""
    ledger, over, back = phones[0].ledger, threading.Event(), list[float]()
    before = ledger.broken, ledger.busy.total()

    async def pushing() -> int:
        async with client(house.url) as http:
            return await in_turns(phones, http, lambda _: not over.is_set())

    with ThreadPoolExecutor(1) as thread:
        pushed = thread.submit(asyncio.run, pushing())
        try:
            for _ in range(rounds):
                time.sleep(0.3 + chance.random())
                kill()
                back.append(house.await_ready())
            time.sleep(0.3)
        finally:
            over.set()
        pushes = pushed.result()
    broken, busy = ledger.broken - before[0], ledger.busy.total() - before[1]
    return (
        f"{rounds} kills during {pushes} pushes: {broken} lines broken, {busy} answers 503,"
        f" ready again in {max(back):.1f} s at most"
    )


def killed_api(house: House) -> Callable[[], None]:
    """What kills the API and starts it again."""

    def kill() -> None:
        house.kill_api()
        house.start_api()

    return kill


def killed_postgres(house: House, chance: random.Random) -> Callable[[], None]:
    """What kills PostgreSQL, leaves it dead for a moment, and starts it again."""

    def kill() -> None:
        house.kill_postgres()
        time.sleep(chance.random() / 2)
        house.start_postgres()

    return kill


async def five_at_once(house: House, phones: Sequence[Phone], rounds: int) -> str:
    """One push posted by five at the same time: one is accepted, four are duplicates, under one receipt."""
    async with client(house.url) as http:
        for phone in [phones[turn % len(phones)] for turn in range(rounds)]:
            parcel = phone.parcel(BATCH, submits=1)
            answers = await asyncio.gather(*(phone.push(http, parcel) for _ in range(5)))
            told = [Counter(one["status"] for one in same) for same in zip(*answers, strict=True)]
            if any(statuses != {"accepted": 1, "duplicate": 4} for statuses in told):
                phone.ledger.wrong["five at once were not one accepted and four duplicates"] += 1
    return f"{rounds} pushes posted five times at once: one accepted, four duplicate, one receipt"


async def at_seventeen(house: House, phones: Sequence[Phone]) -> list[str]:
    """All phones at once: refresh, pull 50, push 20 visits. A line a call, and when all were done."""
    ledger = phones[0].ledger
    ledger.milliseconds.clear()
    ledger.busy.clear()

    async def one(phone: Phone) -> None:
        await phone.renew(http)
        await phone.pull(http)
        # one submits at each of sixteen doors, four are half done at the others
        await phone.push(http, phone.parcel(20, submits=min(16, len(phone.doors) - 5)))

    async with client(house.url) as http:
        began = time.perf_counter()
        await asyncio.gather(*map(one, phones))
        passed = time.perf_counter() - began
    lines = [f"{len(phones)} phones at 17:00 all done in {passed:.1f} s; 503: {_listed(ledger.busy) or 'none'}"]
    for operation, took in ledger.milliseconds.items():
        cuts = quantiles(took, n=100, method="inclusive")
        lines.append(f"  {operation:<20} p50 {cuts[49]:5.0f}  p95 {cuts[94]:5.0f}  p99 {cuts[98]:5.0f} ms")
    return lines


async def sign_in(house: House, ledger: Ledger, logins: Sequence[dict[str, Any]]) -> list[Phone]:
    """Everybody who enumerates, signed in, a few at a time."""
    phones = [Phone(one["username"], one["password"], ledger) for one in logins if one["role"] == "enumerator"]
    await _few_at_a_time(house, [phone.sign_in for phone in phones])
    return phones


async def _few_at_a_time(house: House, calls: Sequence[Call]) -> None:
    gate = asyncio.Semaphore(4)

    async def one(call: Call) -> None:
        async with gate:
            await call(http)

    async with client(house.url) as http:
        await asyncio.gather(*map(one, calls))


async def renew(house: House, phones: Sequence[Phone]) -> None:
    """New tokens for everybody, before a trial outlives the old ones."""
    await _few_at_a_time(house, [phone.renew for phone in phones])


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in sorted(counted.items()))
