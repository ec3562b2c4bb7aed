"""`POST /v1/staff/{id}/activation-codes` and `POST /v1/activations`."""

import asyncio
import json
from uuid import uuid4

import asyncpg
import httpx
import pytest
from uuid_utils.compat import uuid7

from api.access.roles import Role
from api.core.settings import Settings
from tests.support.house import House

PASSWORD = "sepeda ontel biru"


async def code_for_siti(house: House) -> str:
    dewi, siti = await house.as_(await house.make.dewi()), await house.make.person("Siti", Role.ENUMERATOR)
    answer = await dewi.post(f"/v1/staff/{siti.id}/activation-codes")
    assert answer.status_code == 201
    return str(answer.json()["code"])


async def activate(house: House, code: str, password: str = PASSWORD) -> httpx.Response:
    return await (await house.as_(None)).post("/v1/activations", json={"code": code, "password": password})


async def test_a_code_for_nobody_is_not_found(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    assert (await dewi.post(f"/v1/staff/{uuid4()}/activation-codes")).status_code == 404


async def test_unknown_expired_used_replaced_and_switched_off_codes_get_one_answer(house: House) -> None:
    used = await code_for_siti(house)
    assert (await activate(house, used)).status_code == 204
    siti = await house.owner.fetchval("select id from staff where username = 'siti'")
    dewi = await house.as_(await house.make.person("Dewi Dua", Role.BAPPEDA))
    replaced, expired = [(await dewi.post(f"/v1/staff/{siti}/activation-codes")).json()["code"] for _ in range(2)]
    replacement = await activate(house, replaced)
    await house.owner.execute("update activation_codes set expires_at = now() - interval '1 second'")

    answers = [replacement, *[await activate(house, code) for code in ("AAAA-BBBB-CCCC-DDDD", "\x7f", used, expired)]]
    await house.owner.execute("update activation_codes set expires_at = now() + interval '1 day'")
    await house.owner.execute("update principals set active = false where id = $1", siti)
    answers.append(await activate(house, expired))

    for answer in answers:
        assert answer.status_code == 422
        assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
            ("/code", "activation_code_invalid")
        ]


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("sedikit", "string_too_short"),
        ("123456789", "string_too_short"),
        ("x" * 129, "string_too_long"),
        ("1234567890", "password_too_common"),
        ("Password123", "password_too_common"),
        ("aaaaaaaaaaaa", "password_too_common"),
        ("abababababab", "password_too_common"),
        ("bismillah99", "password_too_common"),
        ("SITI-di-sukun-22", "password_holds_username"),
    ],
)
async def test_weak_passwords_are_refused_and_the_code_stays_good(house: House, password: str, code: str) -> None:
    given = await code_for_siti(house)

    answer = await activate(house, given, password)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    assert answer.json()["errors"][0]["pointer"] == "/password"
    assert password not in answer.text
    assert (await activate(house, given)).status_code == 204


async def test_a_code_is_good_once_even_for_two_at_once(house: House) -> None:
    code = await code_for_siti(house)

    answers = await asyncio.gather(*(activate(house, code) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [204, 422, 422, 422]


async def test_a_code_typed_in_small_letters_without_dashes_lets_the_person_in(house: House) -> None:
    code = await code_for_siti(house)

    answer = await activate(house, code.lower().replace("-", " "))

    assert (answer.status_code, answer.content) == (204, b"")
    nobody = await house.as_(None)
    assert (await nobody.post("/v1/sessions", json={"username": "siti", "password": PASSWORD})).status_code == 200
    stored = await house.owner.fetchval("select password_hash from credentials")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    actions = {row["action"] for row in await house.owner.fetch("select action from audit_events")}
    assert actions == {"staff.code_issued", "staff.activated", "session.started"}


async def test_the_code_is_stored_as_a_hash_only(house: House) -> None:
    code = await code_for_siti(house)

    for table in ("activation_codes", "audit_events", "idempotency_keys"):
        rows = await house.owner.fetch(f"select t::text as line from {table} t")
        assert not [row for row in rows if code in row["line"] or code.replace("-", "") in row["line"]]


async def test_a_new_password_ends_the_sessions_of_the_old_one(house: House) -> None:
    nobody = await house.as_(None)
    await activate(house, await code_for_siti(house))
    given = (await nobody.post("/v1/sessions", json={"username": "siti", "password": PASSWORD})).json()
    siti = await house.owner.fetchval("select id from staff where username = 'siti'")
    dewi = await house.as_(await house.make.person("Dewi Dua", Role.BAPPEDA))
    code = (await dewi.post(f"/v1/staff/{siti}/activation-codes")).json()["code"]

    assert (await activate(house, code, "jendela kayu jati")).status_code == 204

    headers = {"Authorization": f"Bearer {given['access_token']}"}
    assert (await nobody.get("/v1/me", headers=headers)).status_code == 401
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    assert (await nobody.post("/v1/oauth/token", data=form)).status_code == 400
    assert (await nobody.post("/v1/sessions", json={"username": "siti", "password": PASSWORD})).status_code == 401


async def test_a_refresh_under_way_does_not_outlive_a_new_password(house: House, wanted: Settings) -> None:
    nobody = await house.as_(None)
    await activate(house, await code_for_siti(house))
    await nobody.post("/v1/sessions", json={"username": "siti", "password": PASSWORD})
    parent = await house.owner.fetchrow("select * from refresh_tokens")
    refresh = await asyncpg.connect(wanted.database_url.replace("sambang_login@", "sambang_owner@"))
    try:
        async with refresh.transaction():
            await refresh.execute(
                "select pg_advisory_xact_lock(hashtextextended($1::text, 2))", str(parent["family_id"])
            )
            await refresh.execute(
                "insert into refresh_tokens select (r).* from (select jsonb_populate_record(t, $1) as r"
                " from refresh_tokens t) s",
                json.dumps({"id": str(uuid7()), "token_hash": "\\x01"}),
            )
            ending = asyncio.create_task(house.owner.execute("select end_sessions($1)", parent["principal_id"]))
            await asyncio.sleep(0.2)
            assert not ending.done(), "it waits for the refresh"
        await ending
        assert await refresh.fetchval("select count(*) from refresh_tokens where revoked_at is null") == 0
        assert await refresh.fetchval("select count(*) from refresh_tokens") == 2
    finally:
        await refresh.close()
