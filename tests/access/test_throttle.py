"""Guessing at `POST /v1/sessions`: failures are counted per account and per address, and nothing else is."""

import asyncio
import statistics
import time
from collections import Counter

import httpx
import pytest

from api.access import throttle
from tests.support.house import House
from tests.support.make import OTP_SECRET, PASSWORD

OFFICE, CAFE = "203.0.113.7", "198.51.100.9"


async def sign_in(house: House, username: str, password: str, address: str = OFFICE, **more: str) -> httpx.Response:
    """A try from this address, past any proxy: the address of the connection itself."""
    transport = httpx.ASGITransport(app=house.transport.app, client=(address, 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://sambang.test") as client:
        return await client.post("/v1/sessions", json={"username": username, "password": password} | more)


async def fail(house: House, username: str, times: int, address: str = OFFICE) -> Counter[int]:
    return Counter([(await sign_in(house, username, "wrong", address)).status_code for _ in range(times)])


async def counted(house: House, username: str, address: str, failures: int, limit: throttle.Limit) -> None:
    """As if so many had failed just now."""
    bucket = throttle.buckets(house.state["vault"], username, address).names[limit]
    await house.owner.execute(
        "insert into failed_sign_ins values ($1, $2, now() + $3) on conflict (bucket) do update set failures = $2",
        bucket,
        failures,
        limit.window,
    )


async def pass_by(house: House, minutes: int) -> None:
    await house.owner.execute("update failed_sign_ins set ends_at = ends_at - make_interval(mins => $1)", minutes)


@pytest.mark.parametrize("username", ["wayan", "nobody"])
async def test_the_eleventh_try_is_told_to_wait_even_with_the_right_password(house: House, username: str) -> None:
    await house.make.password(await house.make.observer())

    assert await fail(house, username, 10) == {401: 10}
    for password, address in ((PASSWORD, OFFICE), ("wrong", OFFICE), (PASSWORD, CAFE)):
        answer = await sign_in(house, username, password, address)

        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
        assert 0 < int(answer.headers["Retry-After"]) <= 300
        assert set(answer.json()) == {"type", "title", "status", "code", "detail", "instance", "request_id"}
    noted = await house.owner.fetch("select action, detail from audit_events where action = 'session.throttled'")
    assert [row["detail"] for row in noted] == ['{"limit": "account"}']


async def test_of_a_hundred_at_once_ten_are_judged(house: House) -> None:
    await house.make.password(await house.make.observer())
    tries = [*(sign_in(house, "wayan", f"wrong {number}") for number in range(60)), sign_in(house, "wayan", PASSWORD)]

    answers = await asyncio.gather(*tries)

    statuses = Counter(answer.status_code for answer in answers)
    assert statuses[401] == 10
    assert statuses[401] + statuses[429] + statuses[503] >= 60
    assert (await sign_in(house, "wayan", PASSWORD)).status_code == 429


async def test_after_five_minutes_the_account_is_open_again(house: House) -> None:
    await house.make.password(await house.make.observer())
    await fail(house, "wayan", 10)

    await pass_by(house, 5)

    assert (await sign_in(house, "wayan", PASSWORD)).status_code == 200
    assert await fail(house, "wayan", 10) == {401: 10}


async def test_a_session_that_runs_goes_on(house: House) -> None:
    nobody = await house.as_(None)
    await house.make.password(await house.make.observer())
    given = (await sign_in(house, "wayan", PASSWORD, CAFE)).json()
    await fail(house, "wayan", 11)

    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    again = await nobody.post("/v1/oauth/token", data=form)

    assert again.status_code == 200
    assert (await nobody.get("/v1/me", headers={"Authorization": f"Bearer {again.json()['access_token']}"})).is_success


async def test_an_office_that_failed_too_often_waits_and_its_neighbours_do_not(house: House) -> None:
    await house.make.password(await house.make.observer())
    await counted(house, "whoever", OFFICE, 199, throttle.ADDRESS)

    assert await fail(house, "nobody", 1) == {401: 1}
    assert (await sign_in(house, "wayan", PASSWORD, OFFICE)).status_code == 429
    assert (await sign_in(house, "wayan", PASSWORD, CAFE)).status_code == 200


async def test_ipv6_is_counted_by_network(house: House) -> None:
    await counted(house, "whoever", "2001:db8:1:2::", 200, throttle.ADDRESS)

    assert (await sign_in(house, "nobody", "wrong", "2001:db8:1:2:ffff::1")).status_code == 429
    assert (await sign_in(house, "nobody", "wrong", "2001:db8:1:3::1")).status_code == 401


async def test_what_is_right_is_never_counted(house: House) -> None:
    await house.make.password(await house.make.dewi())
    for _ in range(12):
        assert (await sign_in(house, "dewi", PASSWORD)).json()["code"] == "otp_required"
        assert (await sign_in(house, "dewi", PASSWORD, otp=await house.make.otp())).status_code == 200

    assert await house.owner.fetchval("select count(*) from failed_sign_ins") == 0


async def test_codes_are_counted_for_a_day_once_the_password_is_known(house: House) -> None:
    dewi = await house.make.dewi()
    await house.make.password(dewi)
    await counted(house, "dewi", OFFICE, 19, throttle.CODES)
    wrong = "000000" if await house.make.otp() != "000000" else "000001"

    assert (await sign_in(house, "dewi", PASSWORD, otp=wrong)).status_code == 401
    await pass_by(house, 60)
    answer = await sign_in(house, "dewi", PASSWORD, otp=await house.make.otp())

    assert (answer.status_code, int(answer.headers["Retry-After"]) > 3600) == (429, True)
    assert OTP_SECRET not in answer.text


async def test_no_name_and_no_address_is_stored(house: House) -> None:
    await fail(house, "nobody-7351", 1)

    rows = await house.owner.fetch("select t::text as line from failed_sign_ins t")
    assert len(rows) == 2
    assert not [row for row in rows if "7351" in row["line"] or OFFICE in row["line"]]


async def test_what_is_over_is_swept(house: House) -> None:
    await counted(house, "long-ago", OFFICE, 3, throttle.ACCOUNT)
    await pass_by(house, 6)

    await fail(house, "nobody", 1)

    assert await house.owner.fetchval("select count(*) from failed_sign_ins") == 2


async def test_known_and_unknown_names_take_the_same_time(house: House) -> None:
    await house.make.password(await house.make.dewi())
    took: dict[str, list[float]] = {"dewi": [], "nobody": [], "code": []}

    for _ in range(15):
        for username, times in took.items():
            await house.owner.execute("delete from failed_sign_ins")
            name, password = ("dewi", PASSWORD) if username == "code" else (username, "wrong")
            began = time.perf_counter()
            await sign_in(house, name, password, otp="000000")
            times.append(time.perf_counter() - began)

    medians = {name: statistics.median(times) for name, times in took.items()}
    assert max(medians.values()) / min(medians.values()) < 1.25, medians
