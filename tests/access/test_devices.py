"""`/v1/devices`: enrolled at sign-in, listed by whom they concern, cut off for good and at once."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from uuid_utils.compat import uuid7

from tests.access.two_teams import Season, refused
from tests.support.house import House
from tests.support.make import PASSWORD, Person, Team

LOST = {"reason": "Lost on the way home"}


async def sign_in(house: House, person: Person, device_id: str = "hp-1", **more: Any) -> httpx.Response:
    """The person signs in on this phone."""
    body = {"username": person.name.lower(), "password": PASSWORD, "device_id": device_id} | more
    return await (await house.as_(None)).post("/v1/sessions", json=body)


async def bearer(house: House, answer: httpx.Response) -> dict[str, str]:
    """The header of a phone's own session."""
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def refreshed(house: House, answer: httpx.Response) -> httpx.Response:
    """The phone asks for its next token."""
    form = {"grant_type": "refresh_token", "refresh_token": answer.json()["refresh_token"]}
    return await (await house.as_(None)).post("/v1/oauth/token", data=form)


async def team(house: House) -> Team:
    """Ratna's team, whose enumerators have passwords."""
    made = await house.make.team(await house.make.campaign())
    for person in (made.siti, made.budi):
        await house.make.password(person)
    return made


async def device_of(house: House, person: Person, device_id: str = "hp-1") -> UUID:
    """The enrolment of this person on this phone."""
    found: UUID = await house.owner.fetchval(
        "select id from devices where staff_id = $1 and device_id = $2", person.id, device_id
    )
    return found


async def test_only_who_leads_may_cut_a_phone_off_and_only_in_the_own_team(house: House) -> None:
    ours = await team(house)
    theirs = await house.make.team(ours.campaign_id, names=("Agus", "Lina", "Joko"))
    await sign_in(house, ours.siti)
    place = f"/v1/devices/{await device_of(house, ours.siti)}/revocations"

    for person, status in ((ours.siti, 403), (await house.make.arif(), 403), (await house.make.observer(), 403)):
        assert (await (await house.as_(person)).post(place, json=LOST)).status_code == status
    stranger = await (await house.as_(theirs.ratna)).post(place, json=LOST)
    absent = await (await house.as_(theirs.ratna)).post(f"/v1/devices/{uuid7()}/revocations", json=LOST)
    assert (stranger.status_code, absent.status_code) == (404, 404)
    assert stranger.json()["title"] == absent.json()["title"]
    assert (await (await house.as_(ours.ratna)).post(place, json={})).json()["errors"][0]["pointer"] == "/reason"
    assert await house.owner.fetchval("select revoked_at from devices") is None


async def test_phones_are_listed_to_whom_they_concern(house: House) -> None:
    ours = await team(house)
    theirs = await house.make.team(ours.campaign_id, names=("Agus", "Lina", "Joko"))
    await house.make.password(theirs.siti)
    for person, name in ((ours.siti, "hp-siti"), (ours.budi, "hp-budi"), (theirs.siti, "hp-lina")):
        await sign_in(house, person, name)

    async def seen(person: Person, query: str = "") -> list[str]:
        found = (await (await house.as_(person)).get(f"/v1/devices{query}")).json()
        return [device["device_id"] for device in found["items"]]

    assert await seen(ours.siti) == ["hp-siti"]
    assert await seen(ours.ratna) == ["hp-siti", "hp-budi"]
    assert await seen(ours.ratna, f"?staff_id={theirs.siti.id}") == []
    for office in (await house.make.dewi(), await house.make.arif()):
        assert await seen(office) == ["hp-siti", "hp-budi", "hp-lina"]
        assert await seen(office, "?revoked=true") == []
    assert (await (await house.as_(await house.make.observer())).get("/v1/devices")).status_code == 403


async def test_a_phone_is_enrolled_once_and_told_apart_from_others(house: House) -> None:
    ours = await team(house)

    await sign_in(house, ours.siti, device_name="Samsung A15", app_version="1.0.0")
    await sign_in(house, ours.siti, app_version="1.1.0")
    await sign_in(house, ours.budi)  # a shared phone is an enrolment of each
    await (await house.as_(None)).post("/v1/sessions", json={"username": "siti", "password": PASSWORD})
    await sign_in(house, ours.siti, "hp-2", password="wrong")

    rows = await house.owner.fetch("select staff_id, device_id, name, app_version from devices order by id")
    assert [tuple(row) for row in rows] == [
        (ours.siti.id, "hp-1", "Samsung A15", "1.1.0"),
        (ours.budi.id, "hp-1", None, None),
    ]


async def test_a_phone_that_is_cut_off_is_refused_on_its_next_request(house: House) -> None:
    ours = await team(house)
    phone, tablet = await sign_in(house, ours.siti), await sign_in(house, ours.siti, "tablet")
    shared = await sign_in(house, ours.budi)
    nobody, device = await house.as_(None), await device_of(house, ours.siti)
    assert (await nobody.get("/v1/me", headers=await bearer(house, phone))).status_code == 200

    cut = await (await house.as_(ours.ratna)).post(f"/v1/devices/{device}/revocations", json=LOST)

    assert cut.status_code == 200, cut.text
    assert (cut.json()["revoked_by"], cut.json()["reason"]) == (str(ours.ratna.id), LOST["reason"])
    for path in ("/v1/me", "/v1/sync/pull"):
        assert (await nobody.get(path, headers=await bearer(house, phone))).status_code == 401
    assert (await nobody.post("/v1/visits", json={}, headers=await bearer(house, phone))).status_code == 401
    assert (await refreshed(house, phone)).json()["error"] == "invalid_grant"
    for other in (tablet, shared):
        assert (await nobody.get("/v1/me", headers=await bearer(house, other))).status_code == 200
        assert (await refreshed(house, other)).status_code == 200
    deed = await house.owner.fetchrow("select actor_id, subject_id from audit_events where action = 'device.revoked'")
    assert tuple(deed) == (ours.ratna.id, device)


async def test_a_phone_that_was_cut_off_stays_so_and_a_new_id_lets_the_person_in(house: House) -> None:
    ours = await team(house)
    await sign_in(house, ours.siti)
    place = f"/v1/devices/{await device_of(house, ours.siti)}/revocations"
    dewi = await house.as_(await house.make.dewi())
    first = (await dewi.post(place, json=LOST)).json()

    again = await dewi.post(place, json={"reason": "Something else"})
    refused_again = await sign_in(house, ours.siti)
    wrong = await sign_in(house, ours.siti, password="wrong")

    assert again.json() == first
    assert (refused_again.status_code, refused_again.json()["code"]) == (403, "device_revoked")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_credentials")
    assert (await sign_in(house, ours.siti, "hp-2")).status_code == 200
    refusals = "select count(*) from audit_events where action = 'session.refused' and subject_id = $1"
    assert await house.owner.fetchval(refusals, ours.siti.id) == 2


async def test_of_a_cut_off_and_a_refresh_at_once_no_token_lives(house: House) -> None:
    ours = await team(house)
    ratna = await house.as_(ours.ratna)
    for number in range(8):
        phone = await sign_in(house, ours.siti, f"hp-{number}")
        place = f"/v1/devices/{await device_of(house, ours.siti, f'hp-{number}')}/revocations"

        _, next_token = await asyncio.gather(ratna.post(place, json=LOST), refreshed(house, phone))

        for answer in (phone, next_token):
            if answer.status_code == 200:
                me = await (await house.as_(None)).get("/v1/me", headers=await bearer(house, answer))
                assert me.status_code == 401
    assert await house.owner.fetchval("select count(*) from refresh_tokens where revoked_at is null") == 0


async def test_by_raw_sql_nobody_cuts_off_a_strangers_phone(
    house: House, login: asyncpg.Connection, season: Season
) -> None:
    device = uuid7()
    await house.owner.execute(
        "insert into devices (id, staff_id, device_id, enrolled_at, signed_in_at) values ($1, $2, 'hp', now(), now())",
        device,
        season.ours.siti.id,
    )
    await house.owner.execute(
        "insert into refresh_tokens (id, family_id, principal_id, token_hash, device_id, issued_at, expires_at,"
        " family_ends_at)"
        " values ($1, $1, $2, '\\x00', 'hp', now(), now(), now())",
        device,
        season.ours.siti.id,
    )
    cut = "update devices set revoked_at = now() where id = $1"

    for person in (season.theirs.ratna, season.ours.siti, await house.make.arif()):
        assert await refused(login, person, cut, device), person.name
    assert not await refused(login, season.ours.ratna, cut, device)
    assert await refused(login, season.ours.ratna, "update devices set staff_id = $2 where id = $1", device, device)
    # the function that ends sessions does so for phones that were cut off, and for no other
    await refused(login, season.theirs.ratna, "select end_device_sessions($1)", device)
    async with login.transaction():
        await login.execute("select set_config('role', 'sambang_coordinator', true)")
        await login.execute("select end_device_sessions($1)", device)
    assert await house.owner.fetchval("select revoked_at from refresh_tokens where family_id = $1", device) is None
