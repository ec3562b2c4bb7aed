"""The second factor: `/v1/me/second-factor`, `otp` at sign-in, and what happens when the app is lost."""

import asyncio
import time
from typing import Any

import httpx
import pyotp
import pytest

from api.access import seeding
from api.access.roles import GRANTS, SECOND_FACTOR, Permission, Role
from tests.support.house import House
from tests.support.make import OTP_SECRET, PASSWORD, Person


async def sign_in(house: House, username: str, **more: str | None) -> httpx.Response:
    body = {"username": username, "password": PASSWORD} | more
    return await (await house.as_(None)).post("/v1/sessions", json=body)


async def without_factor(house: House, person: Person) -> dict[str, str]:
    """The person's header after signing in without ever having enrolled."""
    await house.make.password(person)
    await house.owner.execute("delete from second_factors where staff_id = $1", person.id)
    given = (await sign_in(house, person.name.lower())).json()
    return {"Authorization": f"Bearer {given['access_token']}"}


def code(secret: str, step: int, present: float | None = None) -> str:
    return pyotp.TOTP(secret).at(present or time.time(), counter_offset=step)


async def test_without_a_code_nobody_of_these_roles_comes_in(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    for person in (await house.make.dewi(), await house.make.arif(), team.ratna):
        await house.make.password(person)

        for otp in (None, ""):
            answer = await sign_in(house, person.name.lower(), otp=otp)

            assert (answer.status_code, answer.json()["code"]) == (401, "otp_required")
            assert "WWW-Authenticate" in answer.headers
    assert await house.owner.fetchval("select count(*) from refresh_tokens") == 0


async def test_a_wrong_code_looks_like_a_wrong_password(house: House) -> None:
    await house.make.password(await house.make.dewi())
    right = await house.make.otp()

    answers = [
        await sign_in(house, "dewi", otp="000000" if right != "000000" else "000001"),
        await sign_in(house, "dewi", otp="٠٠٠٠٠٠"),
        await sign_in(house, "dewi", otp=code(OTP_SECRET, -3)),
        await sign_in(house, "dewi", otp=code(OTP_SECRET, 3)),
        await sign_in(house, "dewi", password="wrong", otp=right),
        await sign_in(house, "nobody", otp=right),
    ]

    told = [{name: value for name, value in answer.json().items() if name != "request_id"} for answer in answers]
    assert told == [told[0]] * 6
    assert (answers[0].status_code, told[0]["code"]) == (401, "invalid_credentials")
    assert (await sign_in(house, "dewi", otp=right)).status_code == 200, "a wrong password has used no code up"


async def test_a_code_works_once_also_for_eight_at_once(house: House) -> None:
    await house.make.password(await house.make.dewi())
    otp = await house.make.otp()

    answers = await asyncio.gather(*(sign_in(house, "dewi", otp=otp) for _ in range(8)))

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] + [401] * 7
    assert (await sign_in(house, "dewi", otp=code(OTP_SECRET, -1))).status_code == 401, "nor one from before it"
    assert (await sign_in(house, "dewi", otp=code(OTP_SECRET, 1))).status_code == 200


async def test_who_needs_a_factor_and_has_none_can_do_nothing_but_enrol(house: House) -> None:
    dewi, nobody = await house.make.dewi(), await house.as_(None)
    headers = await without_factor(house, dewi)
    given = (await sign_in(house, "dewi")).json()

    assert (given["scope"], given["refresh_token"]) == ("second_factor:write", None)
    assert await house.owner.fetchval("select count(*) from refresh_tokens") == 0
    for path in ("/v1/staff", "/v1/households", "/v1/regions", "/v1/campaigns", "/v1/clients"):
        assert (await nobody.get(path, headers=headers)).status_code == 403, path
    assert (await nobody.get("/v1/me", headers=headers)).json()["scopes"] == ["me:read", "second_factor:write"]


async def test_enrolling_confirming_and_signing_in(house: House) -> None:
    dewi, nobody = await house.make.dewi(), await house.as_(None)
    headers = await without_factor(house, dewi)

    early = await nobody.post("/v1/me/second-factor/confirmations", json={"otp": "123456"}, headers=headers)
    first = (await nobody.post("/v1/me/second-factor", headers=headers)).json()
    given = await nobody.post("/v1/me/second-factor", headers=headers)
    secret = given.json()["secret"]

    async def confirm(otp: str) -> httpx.Response:
        return await nobody.post("/v1/me/second-factor/confirmations", json={"otp": otp}, headers=headers)

    assert (early.status_code, early.json()["errors"][0]["code"]) == (422, "otp_invalid")
    assert given.headers["Cache-Control"] == "no-store"
    assert given.json()["uri"].startswith("otpauth://totp/Sambang:dewi?secret=" + secret)
    assert (await confirm(code(first["secret"], 0))).status_code == 422, "asking again replaced the first"
    assert (await sign_in(house, "dewi")).json()["scope"] == "second_factor:write", "not confirmed, not in force"
    present = time.time()
    assert (await confirm(code(secret, -1, present))).status_code == 204
    assert (await confirm(code(secret, 0))).status_code == 409
    assert (await nobody.post("/v1/me/second-factor", headers=headers)).json()["code"] == "second_factor_stands"
    assert (await sign_in(house, "dewi", otp=code(secret, -1, present))).status_code == 401, (
        "the confirming code is used up"
    )
    whole: dict[str, Any] = (await sign_in(house, "dewi", otp=code(secret, 0))).json()
    assert set(whole["scope"].split()) == {str(scope) for scope in GRANTS[Role.BAPPEDA]}
    rows = await house.owner.fetch("select t::text as line from audit_events t union all"
                                   " select t::text from second_factors t union all"
                                   " select t::text from idempotency_keys t")  # fmt: skip
    assert not [row for row in rows if secret in row["line"]]


async def test_others_have_no_factor_to_enrol(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    await house.make.password(team.siti)
    for person in (team.siti, await house.make.observer(), await house.make.machine("dinsos", "regions:read")):
        assert (await (await house.as_(person)).post("/v1/me/second-factor")).status_code == 403
    assert (await sign_in(house, "siti", otp="anything")).status_code == 200
    assert {role for role, held in GRANTS.items() if Permission.SECOND_FACTOR_WRITE in held} == SECOND_FACTOR


async def test_a_factor_is_taken_away_by_who_appoints_and_nobody_else(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    dewi, arif = await house.make.dewi(), await house.make.arif()
    lestari = await house.make.person("Lestari", Role.BAPPEDA)
    everybody = (dewi, arif, lestari, team.ratna)
    for person in everybody:
        await house.make.password(person)
    outcomes = {
        (by.name, whose.name): (
            await (await house.as_(by)).post(f"/v1/staff/{whose.id}/second-factor-resets")
        ).status_code
        for by, whose in (
            (team.ratna, team.siti), (team.siti, team.ratna), (arif, team.ratna), (arif, dewi), (dewi, arif),
            (dewi, dewi), (dewi, lestari), (dewi, team.ratna),
        )
    }  # fmt: skip

    assert outcomes == {
        ("Ratna", "Siti"): 403, ("Siti", "Ratna"): 403, ("Arif", "Ratna"): 403, ("Arif", "Dewi"): 403,
        ("Dewi", "Arif"): 403, ("Dewi", "Dewi"): 409, ("Dewi", "Lestari"): 204, ("Dewi", "Ratna"): 204,
    }  # fmt: skip
    kept = {row["staff_id"] for row in await house.owner.fetch("select staff_id from second_factors")}
    assert kept == {dewi.id, arif.id}
    absent = await (await house.as_(dewi)).post("/v1/staff/019ab000-0000-7000-8000-000000000000/second-factor-resets")
    assert absent.status_code == 404


async def test_after_a_reset_every_session_has_ended_and_the_person_enrols_anew(house: House) -> None:
    dewi, nobody = await house.as_(await house.make.dewi()), await house.as_(None)
    team = await house.make.team(await house.make.campaign())
    await house.make.password(team.ratna)
    given = (await sign_in(house, "ratna", otp=await house.make.otp())).json()

    await dewi.post(f"/v1/staff/{team.ratna.id}/second-factor-resets")

    headers = {"Authorization": f"Bearer {given['access_token']}"}
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    assert (await nobody.get("/v1/me", headers=headers)).status_code == 401
    assert (await nobody.post("/v1/oauth/token", data=form)).status_code == 400
    assert (await sign_in(house, "ratna", otp=code(OTP_SECRET, 1))).json()["scope"] == "second_factor:write"


async def test_a_new_password_leaves_the_factor(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    team = await house.make.team(await house.make.campaign())
    await house.make.password(team.ratna)
    issued = (await dewi.post(f"/v1/staff/{team.ratna.id}/activation-codes")).json()
    body = {"code": issued["code"], "password": "jendela kayu jati"}
    assert (await (await house.as_(None)).post("/v1/activations", json=body)).status_code == 204

    assert (await sign_in(house, "ratna", password="jendela kayu jati")).json()["code"] == "otp_required"


@pytest.mark.parametrize("how", ["promoted", "from before"])
async def test_no_session_without_a_factor_refreshes_into_a_role_that_needs_one(house: House, how: str) -> None:
    dewi, nobody = await house.as_(await house.make.dewi()), await house.as_(None)
    siti = await house.make.person("Siti", Role.ENUMERATOR)
    await house.make.password(siti)
    given = (await sign_in(house, "siti")).json()

    if how == "promoted":  # and she had a factor from an earlier time as coordinator
        await seeding.seed_second_factors(house.owner, house.state["vault"], {siti.id: OTP_SECRET})
        await dewi.patch(f"/v1/staff/{siti.id}", json={"role": "coordinator"}, headers={"If-Match": "*"})
    else:  # her session is older than the rule
        await house.owner.execute("update principals set role = 'coordinator' where id = $1", siti.id)

    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    assert (await nobody.post("/v1/oauth/token", data=form)).json()["error"] == "invalid_grant"
