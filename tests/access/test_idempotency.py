"""Stored first answers (contract section 1, retries), on `POST /v1/staff`."""

import asyncio

import pytest

from tests.support.house import House

NEW = {"username": "tari", "name": "Tari Utami", "role": "enumerator"}
KEY = {"Idempotency-Key": "7b0e5a52-1"}


async def test_another_body_under_the_same_key_is_refused(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    await dewi.post("/v1/staff", json=NEW, headers=KEY)

    answer = await dewi.post("/v1/staff", json=NEW | {"username": "lain"}, headers=KEY)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert await house.owner.fetchval("select count(*) from staff where username = 'lain'") == 0


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_a_key_that_cannot_be_stored_is_refused_not_ignored(house: House, key: str) -> None:
    dewi = await house.as_(await house.make.dewi())

    answer = await dewi.post("/v1/staff", json=NEW, headers={"Idempotency-Key": key})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "header:Idempotency-Key")


async def test_the_same_call_while_the_first_runs_is_409(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    blocker = house.owner.transaction()
    await blocker.start()
    await house.owner.execute("lock table staff in share mode")
    first = asyncio.create_task(dewi.post("/v1/staff", json=NEW, headers=KEY))
    waits = "select count(*) from pg_locks where not granted and relation = 'staff'::regclass"
    for _ in range(100):
        if await house.owner.fetchval(waits):
            break
        await asyncio.sleep(0.02)

    second = await dewi.post("/v1/staff", json=NEW, headers=KEY)
    await blocker.rollback()

    assert (second.status_code, second.json()["code"]) == (409, "still_running")
    assert (await first).status_code == 201
    assert (await dewi.post("/v1/staff", json=NEW, headers=KEY)).headers["Idempotency-Replayed"] == "true"


async def test_a_refusal_is_not_stored(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    await dewi.post("/v1/staff", json=NEW)

    assert (await dewi.post("/v1/staff", json=NEW, headers=KEY)).status_code == 409
    assert await house.owner.fetchval("select count(*) from idempotency_keys") == 0
    await house.owner.execute("update staff set username = 'other' where username = 'tari'")
    assert (await dewi.post("/v1/staff", json=NEW, headers=KEY)).status_code == 201


async def test_a_failure_of_ours_is_not_stored(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    await house.owner.execute("set lock_timeout = '5s'; alter table staff rename column name to title")

    with pytest.raises(Exception, match="name"):  # the test's transport shows what a server answers with 500
        await dewi.post("/v1/staff", json=NEW, headers=KEY)

    assert await house.owner.fetchval("select count(*) from idempotency_keys") == 0
    await house.owner.execute("alter table staff rename column title to name")
    assert (await dewi.post("/v1/staff", json=NEW, headers=KEY)).status_code == 201


async def test_the_first_answer_comes_again_and_nothing_is_done_twice(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    first = await dewi.post("/v1/staff", json=NEW, headers=KEY)
    again = await dewi.post("/v1/staff", json=NEW, headers=KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert (again.headers["ETag"], again.headers["Location"]) == (first.headers["ETag"], first.headers["Location"])
    assert "Idempotency-Replayed" not in first.headers
    assert (again.headers["Idempotency-Replayed"], again.headers["Cache-Control"]) == ("true", "no-store")
    assert await house.owner.fetchval("select count(*) from audit_events") == 1


@pytest.mark.parametrize("kind", ["Application/JSON", "application/vnd.malang+json"])
async def test_json_by_another_of_its_names_is_done_once_too(house: House, kind: str) -> None:
    dewi = await house.as_(await house.make.dewi())
    headers = KEY | {"Content-Type": kind}

    await dewi.post("/v1/staff", json=NEW, headers=headers)
    again = await dewi.post("/v1/staff", json=NEW | {"username": "wayan"}, headers=headers)

    assert (again.status_code, again.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_key_is_its_callers_own(house: House) -> None:
    dewi, arif = await house.as_(await house.make.dewi()), await house.as_(await house.make.arif())

    await dewi.post("/v1/staff", json=NEW, headers=KEY)
    other = await arif.post("/v1/staff", json={"username": "wayan", "name": "Wayan", "role": "observer"}, headers=KEY)

    assert other.status_code == 201
    assert "Idempotency-Replayed" not in other.headers


async def test_a_key_is_forgotten_after_72_hours(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    await dewi.post("/v1/staff", json=NEW, headers=KEY)
    await house.owner.execute("update idempotency_keys set created_at = now() - interval '73 hours'")

    answer = await dewi.post("/v1/staff", json=NEW | {"username": "lain"}, headers=KEY)

    assert answer.status_code == 201


async def test_what_is_stored_is_sealed(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    await dewi.post("/v1/staff", json=NEW, headers=KEY)

    kept = await house.owner.fetchrow("select principal_id, answer from idempotency_keys")
    assert b"Tari" not in kept["answer"]
    assert b"tari" not in kept["answer"]
    opened = house.state["vault"].open("idempotency.answer", kept["principal_id"], kept["answer"])
    assert "Tari Utami" in opened


async def test_answers_with_secrets_take_no_key_and_are_never_stored(house: House) -> None:
    arif, dewi = await house.as_(await house.make.arif()), await house.as_(await house.make.dewi())
    machine = await house.make.machine("dinsos-siks", "releases:read")
    observer = await house.make.observer()

    for calling, url in (
        (arif, f"/v1/clients/{machine.id}/secrets"),
        (dewi, f"/v1/staff/{observer.id}/activation-codes"),
        (dewi, "/v1/me/second-factor"),
    ):
        first, second = [await calling.post(url, headers=KEY) for _ in range(2)]
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.content != second.content
    assert await house.owner.fetchval("select count(*) from idempotency_keys") == 0
    for path, operation in house.app.openapi()["paths"].items():
        named = {parameter["name"] for parameter in operation.get("post", {}).get("parameters", [])}
        if (
            path.endswith(("/secrets", "/activation-codes", "/second-factor", "/sessions", "/activations"))
            or "/oauth/" in path
        ):
            assert "Idempotency-Key" not in named, path
