"""`/v1/clients`."""

import base64
from typing import Any
from uuid import uuid4

import pytest

from tests.support.house import House

NEW = {"client_id": "dinsos-siks", "name": "SIKS Dinsos", "agency": "Dinas Sosial", "scopes": ["releases:read"]}


async def test_only_diskominfo_writes_and_bappeda_reads(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    machine = await house.make.machine("dinkes-mobil", "releases:read")
    dewi = await house.make.dewi()
    for person in (team.siti, team.ratna, await house.make.observer(), machine, dewi):
        calling = await house.as_(person)

        assert (await calling.post("/v1/clients", json=NEW)).status_code == 403
        changed = await calling.patch(f"/v1/clients/{machine.id}", json={"active": False}, headers={"If-Match": "*"})
        assert changed.status_code == 403
        assert (await calling.post(f"/v1/clients/{machine.id}/secrets")).status_code == 403
        expected = 200 if person is dewi else 403
        assert (await calling.get("/v1/clients")).status_code == expected
        assert (await calling.get(f"/v1/clients/{machine.id}")).status_code == expected


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"client_id": "Dinsos SIKS"}, "/client_id"),
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["everything"]}, "/scopes/0"),
        ({"scopes": ["releases:read", "households:read"]}, "/scopes/1"),
        ({"scopes": "releases:read"}, "/scopes"),
        ({"name": None}, "/name"),
        ({"secret": "x"}, ""),
    ],
)
async def test_bad_fields_are_named(house: House, change: dict[str, Any], pointer: str) -> None:
    arif = await house.as_(await house.make.arif())

    answer = await arif.post("/v1/clients", json=NEW | change)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_a_client_id_is_given_once(house: House) -> None:
    arif = await house.as_(await house.make.arif())
    await arif.post("/v1/clients", json=NEW)

    answer = await arif.post("/v1/clients", json=NEW)

    assert (answer.status_code, answer.json()["code"]) == (409, "client_id_taken")


async def test_changes_need_the_etag(house: House) -> None:
    arif = await house.as_(await house.make.arif())
    made = await arif.post("/v1/clients", json=NEW)
    url = made.headers["Location"]

    assert (await arif.patch(url, json={"name": "x"})).status_code == 428
    assert (await arif.patch(url, json={"name": "x"}, headers={"If-Match": '"7"'})).status_code == 412
    assert (await arif.patch(f"/v1/clients/{uuid4()}", json={}, headers={"If-Match": "*"})).status_code == 404
    assert (await arif.patch(url, json={"scopes": None}, headers={"If-Match": "*"})).status_code == 422
    changed = await arif.patch(url, json={"agency": "Dinsos-P3AP2KB"}, headers={"If-Match": made.headers["ETag"]})
    assert (changed.status_code, changed.json()["agency"], changed.json()["name"]) == (
        200,
        "Dinsos-P3AP2KB",
        NEW["name"],
    )
    unchanged = await arif.get(url, headers={"If-None-Match": changed.headers["ETag"]})
    assert unchanged.status_code == 304


async def test_a_secret_for_nobody_is_not_found(house: House) -> None:
    arif = await house.as_(await house.make.arif())

    assert (await arif.post(f"/v1/clients/{uuid4()}/secrets")).status_code == 404


async def test_two_secrets_live_and_a_third_ends_the_oldest(house: House) -> None:
    arif, nobody = await house.as_(await house.make.arif()), await house.as_(None)
    url = (await arif.post("/v1/clients", json=NEW)).headers["Location"]

    given = [(await arif.post(f"{url}/secrets")).json() for _ in range(3)]

    assert [len(secret["revoked_secret_ids"]) for secret in given] == [0, 0, 1]
    assert given[2]["revoked_secret_ids"] == [given[0]["id"]]
    statuses = []
    for secret in given:
        proof = base64.b64encode(f"dinsos-siks:{secret['client_secret']}".encode()).decode()
        answer = await nobody.post(
            "/v1/oauth/token", data={"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {proof}"}
        )
        statuses.append(answer.status_code)
    assert statuses == [401, 200, 200]
    for table in ("client_secrets", "audit_events", "idempotency_keys"):
        rows = await house.owner.fetch(f"select t::text as line from {table} t")
        assert not [row for row in rows if any(secret["client_secret"] in row["line"] for secret in given)]


async def test_other_scopes_and_switching_off_act_on_the_next_request(house: House) -> None:
    arif = await house.as_(await house.make.arif())
    machine = await house.make.machine("dinkes-mobil", "releases:read", "regions:read")
    calling = await house.as_(machine)
    assert (await calling.get("/v1/me")).status_code == 200

    changed = await arif.patch(
        f"/v1/clients/{machine.id}", json={"scopes": ["releases:read"]}, headers={"If-Match": "*"}
    )

    assert changed.json()["scopes"] == ["releases:read"]
    assert (await calling.get("/v1/me")).status_code == 401


async def test_machines_come_in_pages(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    for number in range(3):
        await house.make.machine(f"sistem-{number}", "releases:read")

    first = (await dewi.get("/v1/clients?limit=2&active=true")).json()
    second = (await dewi.get(f"/v1/clients?limit=2&active=true&cursor={first['next']}")).json()

    assert [machine["client_id"] for machine in first["items"] + second["items"]] == [
        "sistem-0",
        "sistem-1",
        "sistem-2",
    ]
    assert second["next"] is None
