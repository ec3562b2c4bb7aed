"""`POST /v1/sessions`."""

import asyncio
import statistics
import threading
import time

import pytest

from api.access import passwords
from api.access.passwords import QUEUE, THREADS, HashingPool
from api.core.problems import Unavailable
from tests.support.house import House


async def test_bad_bodies_name_the_field_and_never_the_value(house: House) -> None:
    nobody = await house.as_(None)

    for body, pointer in (
        ({"username": "siti"}, "/password"),
        ({"username": "siti", "password": "x" * 129}, "/password"),
        ({"username": "siti", "password": "canary-7351", "colour": "red"}, ""),
        ({"username": "siti\x00", "password": "canary-7351"}, ""),
        ({"username": 7, "password": "canary-7351"}, "/username"),
        ({"username": "siti", "password": ["canary-7351"]}, "/password"),
        ({"username": "siti", "password": "canary-7351", "device_id": ""}, "/device_id"),
    ):
        answer = await nobody.post("/v1/sessions", json=body)

        assert answer.status_code == 422, body
        assert answer.json()["errors"][0]["pointer"] == pointer
        assert "canary" not in answer.text


async def test_a_text_that_is_no_unicode_is_refused(house: House) -> None:
    nobody = await house.as_(None)

    answer = await nobody.post(
        "/v1/sessions",
        content=b'{"username": "\\ud800", "password": "\\udfff x"}',
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 422


async def test_unknown_wrong_unactivated_and_switched_off_look_the_same(house: House) -> None:
    nobody = await house.as_(None)
    dewi, arif, wayan = await house.make.dewi(), await house.make.arif(), await house.make.observer()
    await house.make.password(dewi)
    password = await house.make.password(wayan)
    await house.owner.execute("update principals set active = false where id = $1", wayan.id)

    answers = [
        await nobody.post("/v1/sessions", json={"username": username, "password": tried})
        for username, tried in (("nobody", password), ("dewi", "wrong"), ("arif", password), ("wayan", password))
    ]

    assert arif.name == "Arif"
    assert {answer.status_code for answer in answers} == {401}
    told = [{name: value for name, value in answer.json().items() if name != "request_id"} for answer in answers]
    assert told == [told[0]] * 4
    assert told[0]["code"] == "invalid_credentials"
    assert all("WWW-Authenticate" in answer.headers for answer in answers)


async def test_an_unknown_name_costs_a_hash_too(house: House) -> None:
    nobody, dewi = await house.as_(None), await house.make.dewi()
    await house.make.password(dewi)
    took: dict[str, list[float]] = {"dewi": [], "nobody": []}

    for _ in range(8):
        for username, times in took.items():
            began = time.perf_counter()
            await nobody.post("/v1/sessions", json={"username": username, "password": "wrong"})
            times.append(time.perf_counter() - began)

    known, unknown = (min(times) for times in took.values())
    assert 0.5 < unknown / known < 2, {name: statistics.median(times) for name, times in took.items()}


async def test_every_attempt_leaves_a_note_without_the_name(house: House) -> None:
    nobody, dewi = await house.as_(None), await house.make.dewi()
    password = await house.make.password(dewi)
    right = {"username": "dewi", "password": password, "otp": await house.make.otp()}

    await nobody.post("/v1/sessions", json={"username": "nobody", "password": "wrong"})
    await nobody.post("/v1/sessions", json={"username": "dewi", "password": "wrong"})
    await nobody.post("/v1/sessions", json=right)

    noted = await house.owner.fetch("select action, actor_id, subject_id, detail from audit_events order by seq")
    assert [(row["action"], row["actor_id"]) for row in noted] == [
        ("session.refused", None),
        ("session.refused", None),
        ("session.started", dewi.id),
    ]
    assert (noted[0]["subject_id"], noted[1]["subject_id"]) == (None, dewi.id)
    assert all(row["detail"] == "{}" for row in noted)


async def test_name_and_password_give_a_token_that_works(house: House) -> None:
    nobody, dewi = await house.as_(None), await house.make.dewi()
    password = await house.make.password(dewi)

    answer = await nobody.post(
        "/v1/sessions",
        json={"username": "Dewi", "password": password, "otp": await house.make.otp(), "device_id": "tablet-1"},
    )

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    given = answer.json()
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 600)
    me = await nobody.get("/v1/me", headers={"Authorization": f"Bearer {given['access_token']}"})
    assert (me.status_code, me.json()["username"]) == (200, "dewi")


async def test_of_the_refresh_token_only_the_hash_is_stored(house: House) -> None:
    nobody, wayan = await house.as_(None), await house.make.observer()
    password = await house.make.password(wayan)

    given = (await nobody.post("/v1/sessions", json={"username": "wayan", "password": password})).json()

    stored = await house.owner.fetchrow("select * from refresh_tokens")
    assert given["refresh_token"] not in str(stored)
    assert len(stored["token_hash"]) == 32
    assert len(given["refresh_token"]) >= 43  # 256 bits in base64url


async def test_spaces_belong_to_a_password(house: House) -> None:
    nobody, wayan = await house.as_(None), await house.make.observer()
    await house.make.password(wayan, " dua spasi  ")

    stripped = await nobody.post("/v1/sessions", json={"username": "wayan", "password": "dua spasi"})
    whole = await nobody.post("/v1/sessions", json={"username": "wayan", "password": " dua spasi  "})

    assert (stripped.status_code, whole.status_code) == (401, 200)


async def test_two_threads_hash_and_sixty_four_wait_the_rest_is_told_to_come_back() -> None:
    pool, gate, running = HashingPool(), threading.Event(), 0
    most, lock = 0, threading.Lock()

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        gate.wait(20)
        with lock:
            running -= 1

    waiting = [asyncio.create_task(pool.run(work)) for _ in range(THREADS + QUEUE)]
    await asyncio.sleep(0.05)
    with pytest.raises(Unavailable) as refused:
        await pool.run(work)
    gate.set()
    await asyncio.gather(*waiting)

    assert refused.value.headers["Retry-After"] == "5"
    assert (most, THREADS, QUEUE) == (2, 2, 64)
    assert pool.inside == 0


async def test_more_sign_ins_than_connections_and_places_are_answered_200_or_503(house: House) -> None:
    """Seventy at once on a pool of ten: nobody holds a connection while a hash waits for its turn."""
    nobody, wayan = await house.as_(None), await house.make.observer()
    password = await house.make.password(wayan)
    body = {"username": "wayan", "password": password}

    answers = await asyncio.gather(*(nobody.post("/v1/sessions", json=body) for _ in range(70)))

    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {200, 503}
    assert statuses.count(200) >= 60
    assert all(answer.headers["Retry-After"] for answer in answers if answer.status_code == 503)
    assert passwords.POOL.inside == 0
