"""`POST /v1/oauth/token` with a refresh token: rotation, the lost answer, reuse (trust.md 5.4)."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.support.house import House


@pytest.fixture
async def nobody(house: House) -> httpx.AsyncClient:
    """Somebody without a token."""
    return await house.as_(None)


@pytest.fixture
async def session(house: House, nobody: httpx.AsyncClient) -> dict[str, Any]:
    """Dewi's session."""
    dewi = await house.make.dewi()
    password = await house.make.password(dewi)
    body = {"username": "dewi", "password": password, "otp": await house.make.otp()}
    given: dict[str, Any] = (await nobody.post("/v1/sessions", json=body)).json()
    return given


async def refresh(nobody: httpx.AsyncClient, token: str, **more: str) -> httpx.Response:
    return await nobody.post("/v1/oauth/token", data={"grant_type": "refresh_token", "refresh_token": token, **more})


async def works(nobody: httpx.AsyncClient, access_token: str) -> bool:
    answer = await nobody.get("/v1/me", headers={"Authorization": f"Bearer {access_token}"})
    return answer.status_code == 200


async def age(house: House, minutes: int) -> None:
    await house.owner.execute("update refresh_tokens set used_at = used_at - make_interval(mins => $1)", minutes)


async def test_what_is_no_token_of_ours_is_invalid_grant(nobody: httpx.AsyncClient) -> None:
    for token in ("x", "0" * 43, "\x00", "é", "a" * 5000):
        answer = await refresh(nobody, token)

        assert answer.status_code == 400, token
        assert answer.json()["error"] in ("invalid_grant", "invalid_request")
        assert answer.headers["Cache-Control"] == "no-store"
        assert set(answer.json()) == {"error", "error_description"}


async def test_a_wider_scope_is_refused_and_costs_nothing(
    house: House, nobody: httpx.AsyncClient, session: dict[str, Any]
) -> None:
    for scope in ("clients:write", "regions:read visits:write", "*", " "):
        answer = await refresh(nobody, session["refresh_token"], scope=scope)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope"), scope

    narrow = (await refresh(nobody, session["refresh_token"], scope="regions:read")).json()

    assert narrow["scope"] == "regions:read"
    headers = {"Authorization": f"Bearer {narrow['access_token']}"}
    assert (await nobody.get("/v1/staff", headers=headers)).status_code == 403


async def test_an_expired_token_is_refused(house: House, nobody: httpx.AsyncClient, session: dict[str, Any]) -> None:
    await house.owner.execute("update refresh_tokens set expires_at = now() - interval '1 second'")

    assert (await refresh(nobody, session["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_switched_off_person_cannot_refresh(
    house: House, nobody: httpx.AsyncClient, session: dict[str, Any]
) -> None:
    await house.owner.execute("update principals set active = false")

    assert (await refresh(nobody, session["refresh_token"])).json()["error"] == "invalid_grant"


async def test_each_refresh_gives_the_next_pair(nobody: httpx.AsyncClient, session: dict[str, Any]) -> None:
    seen, token = {session["refresh_token"]}, session["refresh_token"]

    for _ in range(3):
        answer = await refresh(nobody, token)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
        given = answer.json()
        assert await works(nobody, given["access_token"])
        token = given["refresh_token"]
        assert token not in seen
        seen.add(token)


async def test_a_lost_answer_is_given_once_more_and_its_token_is_dead(
    house: House, nobody: httpx.AsyncClient, session: dict[str, Any]
) -> None:
    lost = (await refresh(nobody, session["refresh_token"])).json()
    await age(house, 9)

    again = await refresh(nobody, session["refresh_token"])

    assert again.status_code == 200
    assert await works(nobody, again.json()["access_token"])
    assert (await refresh(nobody, again.json()["refresh_token"])).status_code == 200
    assert (await refresh(nobody, lost["refresh_token"])).status_code == 400


async def test_after_ten_minutes_a_used_token_ends_the_family(
    house: House, nobody: httpx.AsyncClient, session: dict[str, Any]
) -> None:
    child = (await refresh(nobody, session["refresh_token"])).json()
    await age(house, 11)

    refused = await refresh(nobody, session["refresh_token"])

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert not await works(nobody, child["access_token"])
    assert (await refresh(nobody, child["refresh_token"])).status_code == 400


async def test_a_token_whose_child_was_used_ends_the_family(
    house: House, nobody: httpx.AsyncClient, session: dict[str, Any]
) -> None:
    child = (await refresh(nobody, session["refresh_token"])).json()
    grandchild = (await refresh(nobody, child["refresh_token"])).json()

    refused = await refresh(nobody, session["refresh_token"])

    assert refused.status_code == 400
    for access_token in (session["access_token"], child["access_token"], grandchild["access_token"]):
        assert not await works(nobody, access_token)
    assert (await refresh(nobody, grandchild["refresh_token"])).status_code == 400
    assert await house.owner.fetchval("select bool_and(revoked_at is not null) from refresh_tokens")
    assert await house.owner.fetchval("select count(*) from audit_events where action = 'session.reuse_refused'") >= 1


async def test_a_token_is_never_taken_a_third_time(nobody: httpx.AsyncClient, session: dict[str, Any]) -> None:
    await refresh(nobody, session["refresh_token"])
    second = await refresh(nobody, session["refresh_token"])
    third = await refresh(nobody, session["refresh_token"])

    assert (second.status_code, third.status_code) == (200, 400)
    assert not await works(nobody, second.json()["access_token"])


async def test_the_end_of_one_family_is_not_the_end_of_another(
    house: House, nobody: httpx.AsyncClient, session: dict[str, Any]
) -> None:
    body = {"username": "dewi", "password": "sepeda ontel biru", "otp": await house.make.otp()}
    other = (await nobody.post("/v1/sessions", json=body)).json()
    child = (await refresh(nobody, session["refresh_token"])).json()
    await refresh(nobody, child["refresh_token"])
    await refresh(nobody, session["refresh_token"])

    assert await works(nobody, other["access_token"])
    assert (await refresh(nobody, other["refresh_token"])).status_code == 200


async def test_twelve_at_once_leave_at_most_one_living_token(
    house: House, nobody: httpx.AsyncClient, session: dict[str, Any]
) -> None:
    answers = await asyncio.gather(*(refresh(nobody, session["refresh_token"]) for _ in range(12)))

    assert sorted({answer.status_code for answer in answers}) in ([200], [200, 400])
    assert [answer.status_code for answer in answers].count(200) <= 2
    living = "select count(*) from refresh_tokens where used_at is null and revoked_at is null"
    assert await house.owner.fetchval(living) == 0


async def test_a_family_ends_however_often_it_is_used(
    house: House, nobody: httpx.AsyncClient, session: dict[str, Any]
) -> None:
    days = house.state["settings"].session_days
    span = await house.owner.fetchval("select family_ends_at - issued_at from refresh_tokens")
    assert span.days == days
    await house.owner.execute("update refresh_tokens set family_ends_at = now() + interval '1 hour'")

    child = await refresh(nobody, session["refresh_token"])

    assert child.status_code == 200
    newest = "select expires_at = family_ends_at and expires_at < now() + interval '61 minutes' from refresh_tokens"
    assert await house.owner.fetchval(f"{newest} order by issued_at desc limit 1")
    await house.owner.execute("update refresh_tokens set expires_at = now(), family_ends_at = now()")
    assert (await refresh(nobody, child.json()["refresh_token"])).json()["error"] == "invalid_grant"
