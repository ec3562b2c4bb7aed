"""How many calls: counted for whom the token is, or for the address; over all processes, from one bucket."""

import asyncio
import re
import time
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest

from api.core.database import open_database
from api.core.leases import WINDOW_S, Leases, Policy
from api.core.settings import Settings
from tests.support.house import House

POLICY = Policy("machine", 600)
LEFT = re.compile(r'"(\w+)";r=(\d+);t=(\d+)')


def narrow(house: House, **quotas: int) -> None:
    """So few calls a minute."""
    house.state["settings"] = house.state["settings"].model_copy(update=quotas)


def left(answer: httpx.Response) -> tuple[str, int]:
    found = LEFT.fullmatch(answer.headers["RateLimit"])
    assert found is not None
    return found[1], int(found[2])


@pytest.fixture
async def processes(wanted: Settings, owner: asyncpg.Connection) -> AsyncIterator[list[Leases]]:
    """What three processes of the API count with: each its own pool and memory, one database."""
    databases = [open_database(wanted.model_copy(update={"pool_size": 3})) for _ in range(3)]
    yield [Leases(database) for database in databases]
    for database in databases:
        await database.close()


async def test_who_calls_too_often_is_told_when_to_come_again(house: House) -> None:
    narrow(house, calls_machine=60)
    machine = await house.as_(await house.make.machine("dinsos", "regions:read"))

    answers = [await machine.get("/v1/me") for _ in range(70)]

    codes = [answer.status_code for answer in answers]
    assert codes[:60] == [200] * 60
    refused = answers[-1]
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_calls")
    assert refused.headers["RateLimit-Policy"] == '"machine";q=60;w=60'
    assert left(refused) == ("machine", 0)
    assert int(refused.headers["Retry-After"]) >= 1
    await asyncio.sleep(1.1)  # one call a second comes back
    assert (await machine.get("/v1/me")).status_code == 200


async def test_one_caller_takes_nothing_from_another_nor_from_those_without_a_token(house: House) -> None:
    narrow(house, calls_machine=60, calls_address=60)
    machine = await house.as_(await house.make.machine("dinsos", "regions:read"))
    other = await house.as_(await house.make.machine("bpjs", "regions:read"))
    nobody = await house.as_(None)
    while (await machine.get("/v1/me")).status_code == 200:
        pass

    assert (await other.get("/v1/me")).status_code == 200
    assert left(await nobody.get("/v1/meta")) == ("address", 59)


async def test_a_guessed_token_counts_for_the_address_even_at_an_open_door(house: House) -> None:
    narrow(house, calls_address=60)
    nobody = await house.as_(None)

    codes = [
        (await nobody.get(path, headers={"Authorization": "Bearer x.y.z"})).status_code
        for path in ["/v1/meta", "/v1/households", "/v1/unknown"] * 21
    ]

    assert codes[:6] == [200, 401, 404] * 2
    assert codes[60:] == [429, 429, 429]
    assert (await nobody.get("/healthz")).status_code == 200, "whoever watches over us is not counted"


async def test_people_are_counted_apart_from_machines(house: House) -> None:
    siti = (await house.make.team(await house.make.campaign())).siti
    family = await house.owner.fetchval(
        "insert into refresh_tokens (id, family_id, principal_id, token_hash, issued_at, expires_at, family_ends_at)"
        " values (gen_random_uuid(), gen_random_uuid(), $1, '\\x00', now(), now() + interval '1 day', now())"
        " returning family_id",
        siti.id,
    )
    token = house.state["key_ring"].issue(siti.id, 1, frozenset(), 600, family)

    answer = await (await house.as_(None)).get("/v1/me", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 200
    assert answer.headers["RateLimit-Policy"] == '"person";q=3000;w=60'


async def test_processes_together_give_no_call_twice(processes: list[Leases]) -> None:
    """Three processes are asked at once, 900 calls of one machine that may make 600."""
    began = time.monotonic()
    standings = await asyncio.gather(*(processes[number % 3].spend(POLICY, "machine:x") for number in range(900)))
    took = time.monotonic() - began

    given = sum(standing.retry_after_s is None for standing in standings)
    filled = took * POLICY.quota / WINDOW_S
    assert given <= POLICY.quota + filled + 1
    # what one process still held while another refused: never more than a lump each
    assert given >= POLICY.quota - 2 * POLICY.lump


async def test_a_call_asks_the_database_once_in_a_lump(processes: list[Leases], owner: asyncpg.Connection) -> None:
    for _ in range(3 * POLICY.lump):
        await processes[0].spend(POLICY, "machine:y")

    held = await owner.fetchval("select calls from call_buckets where subject = 'machine:y'")
    assert held == pytest.approx(POLICY.quota - 3 * POLICY.lump, abs=2)


async def test_what_was_not_spent_is_given_back(wanted: Settings, processes: list[Leases]) -> None:
    present = 0.0
    processes[0].clock = lambda: present
    first = await processes[0].spend(POLICY, "machine:z")
    present += WINDOW_S + 1

    second = await processes[0].spend(POLICY, "machine:z")

    assert first.left == POLICY.quota - 1
    assert second.left >= POLICY.quota - 2


async def test_without_a_database_each_process_counts_by_itself(wanted: Settings) -> None:
    gone = open_database(wanted.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/nowhere"}))
    present = 0.0
    leases = Leases(gone, clock=lambda: present)

    given = [(await leases.spend(POLICY, "address:1.2.3.4")).retry_after_s is None for _ in range(POLICY.lump)]

    assert all(given)
    await gone.close()


async def test_addresses(house: House) -> None:
    """An IPv6 network of 64 bits is one address, as a customer gets one; no header of a caller's changes who it is."""
    narrow(house, calls_address=60)
    seen = []
    for client, forwarded in (
        ("2001:db8::1", None),
        ("2001:db8::2", None),
        ("2001:db8:0:1::1", None),
        ("::ffff:192.0.2.7", None),
        ("192.0.2.7", "198.51.100.9"),
    ):
        transport = httpx.ASGITransport(app=house.transport.app, client=(client, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://sambang.test") as caller:
            headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
            seen.append(left(await caller.get("/v1/meta", headers=headers))[1])

    assert seen == [59, 58, 59, 59, 58]


@pytest.mark.parametrize("quota", [0, -1, 59, 10**7])
def test_a_limit_that_would_stop_everybody_or_nobody_is_refused(wanted: Settings, quota: int) -> None:
    with pytest.raises(ValueError, match="calls_person"):
        Settings(database_url=wanted.database_url, calls_person=quota)
