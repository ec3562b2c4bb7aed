"""What is counted is counted over all processes: two real ones, each with its own memory, on one database."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from itertools import pairwise

import httpx
import pytest

from api.core.settings import Settings
from api.core.supervisor import listen, tied_to_parent
from api.worker import run_worker
from tests.core.clusters import ROOT
from tests.support.house import House
from tests.support.make import PASSWORD

RECORDED = "select (select count(*) from audit_events) + (select count(*) from disclosures)"
UNSEALED = f"select ({RECORDED}) > coalesce((select sum(count) from audit_seals), 0)"
QUOTA, LUMP = 240, 6  # a minute; a process takes a fortieth at once
READY_S = 60


def serve(wanted: Settings) -> tuple[subprocess.Popen[bytes], str]:
    """A `sambang serve` of its own, and where it answers."""
    environment = os.environ | {
        "SAMBANG_ENV": "test", "SAMBANG_DATABASE_URL": wanted.database_url,
        "SAMBANG_PRIVATE_FOLDER": str(wanted.private_folder), "SAMBANG_CALLS_MACHINE": str(QUOTA),
    }  # fmt: skip
    with listen("127.0.0.1", 0) as listener:
        command = [sys.executable, "-m", "api", "serve", "--fd", str(listener.fileno())]
        started = subprocess.Popen(  # noqa: S603 - our own program
            command, cwd=ROOT, env=environment, pass_fds=[listener.fileno()], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, preexec_fn=tied_to_parent(signal.SIGKILL),
        )  # fmt: skip
        return started, f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
async def processes(wanted: Settings) -> AsyncIterator[list[httpx.AsyncClient]]:
    """A client of each of two processes."""
    started = [serve(wanted) for _ in range(2)]
    clients = [httpx.AsyncClient(base_url=url, timeout=30) for _, url in started]
    try:
        async with asyncio.timeout(READY_S):
            for client in clients:
                while not await ready(client):  # noqa: ASYNC110  # another process tells nobody
                    await asyncio.sleep(0.2)
        yield clients
    finally:
        for client in clients:
            await client.aclose()
        for process, _ in started:
            process.terminate()
            process.wait(20)


async def ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/healthz")).is_success
    except httpx.TransportError:
        return False


async def test_two_processes_give_a_machine_no_call_twice(house: House, processes: list[httpx.AsyncClient]) -> None:
    machine = await house.make.machine("dinsos", "regions:read")
    headers = {"Authorization": f"Bearer {house.token(machine)}"}
    began = time.monotonic()

    async def spend(client: httpx.AsyncClient) -> list[httpx.Response]:
        return [await client.get("/v1/me", headers=headers) for _ in range(QUOTA)]

    answers = [one for of_one in await asyncio.gather(*map(spend, processes * 2)) for one in of_one]

    took, codes = time.monotonic() - began, Counter(answer.status_code for answer in answers)
    assert set(codes) == {200, 429}
    assert codes[200] <= QUOTA + took * QUOTA / 60 + 1, (codes, took)
    assert codes[200] >= QUOTA - 2 * LUMP, (codes, took)  # what one still held while the other refused
    refused = [answer for answer in answers if answer.status_code == 429]
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {f'"machine";q={QUOTA};w=60'}
    assert all(int(answer.headers["Retry-After"]) >= 1 and "r=0" in answer.headers["RateLimit"] for answer in refused)


async def test_wrong_passwords_at_two_processes_are_ten_together(
    house: House, processes: list[httpx.AsyncClient]
) -> None:
    await house.make.password(await house.make.observer())
    guess = {"username": "wayan", "password": "wrong"}

    tried = [(await processes[number % 2].post("/v1/sessions", json=guess)).status_code for number in range(12)]

    assert tried == [401] * 10 + [429] * 2
    for process in processes:
        assert (await process.post("/v1/sessions", json=guess | {"password": PASSWORD})).status_code == 429


async def test_who_is_switched_off_is_out_at_both_at_once(house: House, processes: list[httpx.AsyncClient]) -> None:
    siti = (await house.make.team(await house.make.campaign())).siti
    headers = {"Authorization": f"Bearer {house.token(siti)}"}
    for expected in (200, 401):
        assert {(await one.get("/v1/me", headers=headers)).status_code for one in processes} == {expected}
        await house.owner.execute("update principals set active = false where id = $1", siti.id)


async def test_the_same_call_at_both_has_one_effect(house: House, processes: list[httpx.AsyncClient]) -> None:
    dewi = await house.make.dewi()
    headers = {"Authorization": f"Bearer {house.token(dewi)}", "Idempotency-Key": "7b0e5a52"}
    new = {"username": "tari", "name": "Tari Utami", "role": "enumerator"}

    at_once = await asyncio.gather(*(one.post("/v1/staff", json=new, headers=headers) for one in processes * 3))
    later = [await one.post("/v1/staff", json=new, headers=headers) for one in processes]

    assert {answer.status_code for answer in at_once} <= {201, 409}
    assert [answer.headers.get("Idempotency-Replayed") for answer in later] == ["true", "true"]
    assert {answer.json()["id"] for answer in (*at_once, *later) if answer.status_code == 201} == {
        later[0].json()["id"]
    }
    assert await house.owner.fetchval("select count(*) from staff where username = 'tari'") == 1


async def test_two_workers_seal_one_chain(house: House, wanted: Settings) -> None:
    dewi = await house.make.dewi()
    client, stopping = await house.as_(dewi), asyncio.Event()
    workers = [asyncio.create_task(run_worker(wanted, stopping=stopping)) for _ in range(2)]
    try:
        for number in range(20):
            new = {"username": f"tari{number}", "name": "Tari Utami", "role": "enumerator"}
            assert (await client.post("/v1/staff", json=new)).status_code == 201
        async with asyncio.timeout(READY_S):
            while await house.owner.fetchval(UNSEALED):  # noqa: ASYNC110  # the worker tells nobody
                await asyncio.sleep(0.2)
    finally:
        stopping.set()
        await asyncio.gather(*workers)

    seals = await house.owner.fetch("select n, prev, digest, count from audit_seals order by n")
    assert [seal["n"] for seal in seals] == list(range(1, len(seals) + 1))
    assert all(later["prev"] == earlier["digest"] for earlier, later in pairwise(seals))
    assert sum(seal["count"] for seal in seals) == await house.owner.fetchval(RECORDED)
