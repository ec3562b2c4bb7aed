"""`POST /v1/openrosa/phones`: who gets a code, what stands in it, and everything that ends it."""

import base64
import json
import logging
import zlib
from typing import Any

import pytest

from tests.openrosa.collect import OPENROSA, Field, enrolled, equipped, message
from tests.support.house import House

REFUSED = "Kode Collect ini tidak berlaku; masuk dan buat kode QR baru"
CALLS = (
    ("GET", "formList"), ("GET", "manifest"), ("GET", "lists/assignments.csv"), ("GET", "lists/members.csv"),
    ("GET", "integrity?id=x"), ("GET", "forms/malang-2022/1.xml"), ("GET", "submission"), ("HEAD", "submission"),
    ("POST", "submission"),
)  # fmt: skip


async def refused(field: Field, url: str | None = None) -> None:
    """Nothing opens any more: 403, never a 401 that would ask for a password, the same for every call."""
    for method, path in CALLS:
        answer = await field.collect.http.request(method, f"{url or field.collect.server_url}/{path}", headers=OPENROSA)
        assert answer.status_code == 403, (method, path, answer.text)
        assert "www-authenticate" not in answer.headers
        assert method == "HEAD" or message(answer) == REFUSED


async def test_a_code_is_made_by_whom_it_is_for_and_by_nobody_who_judges(house: House) -> None:
    field = await equipped(house)
    team, dewi, arif = field.team, await house.make.dewi(), await house.make.arif()

    async def made(person: Any, **body: Any) -> int:
        answer = await (await house.as_(person)).post("/v1/openrosa/phones", json={"name": "HP"} | body)
        return answer.status_code

    assert await made(None) == 401
    before = await field.count("devices")
    for person in (arif, await house.make.observer(), team.ratna, dewi):
        assert await made(person) == 403
        assert await made(person, staff_id=str(team.siti.id)) == 403, "it would send visits as Siti"
    assert await made(team.budi, staff_id=str(team.siti.id)) == 422
    assert await made(team.siti, name="") == 422
    assert await field.count("devices") == before
    assert await made(team.siti) == 201
    assert [row["staff_id"] for row in await house.owner.fetch("select staff_id from devices order by id")][-1] == (
        team.siti.id
    )


async def test_the_code_is_what_collect_reads_and_is_stored_as_a_hash_alone(house: House) -> None:
    field = await equipped(house)

    answer = await (await house.as_(field.team.siti)).post("/v1/openrosa/phones", json={"name": "HP Siti"})

    made = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    told = json.loads(zlib.decompress(base64.b64decode(made["code"])))
    assert told == made["settings"]
    assert told["general"]["server_url"] == made["server_url"]
    assert (told["admin"], told["project"]["name"]) == ({}, "Sambang Siti")
    token = made["server_url"].rpartition("/")[2]
    assert token == token.lower()
    assert len(token) == 64
    dumped = await house.owner.fetch(
        "select to_jsonb(t)::text from openrosa_tokens t union all select to_jsonb(a)::text from audit_events a"
        " union all select to_jsonb(d)::text from devices d union all select to_jsonb(k)::text from idempotency_keys k"
    )
    assert not [row for row in dumped if token in row[0]]


async def test_the_code_comes_as_a_picture_too(house: House) -> None:
    field = await equipped(house)
    siti = await house.as_(field.team.siti)

    answer = await siti.post("/v1/openrosa/phones", json={"name": "HP"}, headers={"Accept": "image/png"})
    other = await siti.post("/v1/openrosa/phones", json={"name": "HP"}, headers={"Accept": "text/html"})

    assert (answer.status_code, answer.headers["content-type"]) == (201, "image/png")
    assert answer.content.startswith(b"\x89PNG")
    assert (other.status_code, other.json()["code"]) == (406, "collect_code_not_acceptable")


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "%00", "' or true --"])
async def test_a_token_that_is_none_is_403(house: House, token: str) -> None:
    field = await equipped(house)

    if token:
        await refused(field, f"http://sambang.test/v1/openrosa/{token}")
    assert (await field.collect.head()).status_code == 204


@pytest.mark.parametrize("end", ["phone cut off", "time", "new password", "account closed", "another role"])
async def test_a_code_ends_on_the_next_call(house: House, end: str) -> None:
    field = await equipped(house)
    siti, owner = field.team.siti.id, house.owner
    other = await enrolled(house, field.team.siti)

    if end == "phone cut off":
        ratna = await house.as_(field.team.ratna)
        shown = (await ratna.get("/v1/devices", params={"staff_id": str(siti)})).json()["items"]
        phone = min(one["id"] for one in shown if one["device_id"].startswith("collect-"))
        cut = await ratna.post(f"/v1/devices/{phone}/revocations", json={"reason": "Hilang di angkot"})
        assert cut.status_code == 200
    elif end == "time":
        await owner.execute("update openrosa_tokens set expires_at = now() - interval '1 second'")
    elif end == "new password":
        await owner.execute("update principals set version = version + 1 where id = $1", siti)
    elif end == "account closed":
        await owner.execute("update principals set active = false where id = $1", siti)
    else:
        await owner.execute("update principals set role = 'observer', version = version + 1 where id = $1", siti)

    await refused(field)
    assert (await other.head()).status_code == (204 if end == "phone cut off" else 403)


async def test_whoever_may_not_send_is_told_before_the_body_is_read(house: House) -> None:
    field = await equipped(house)
    await house.owner.execute("update openrosa_tokens set expires_at = now() - interval '1 second'")

    answer = await field.collect.post(field.fill())

    assert (answer.status_code, message(answer)) == (403, REFUSED)
    assert await field.count("receipts") == 0


async def test_the_token_stands_in_no_log_and_in_no_problem(house: House, caplog: pytest.LogCaptureFixture) -> None:
    field = await equipped(house)
    token = field.collect.server_url.rpartition("/")[2]
    caplog.set_level(logging.DEBUG)
    url, seen = field.collect.server_url, []

    with caplog.at_level(logging.INFO, logger="sambang"):
        for method, path in (*CALLS, ("POST", "formList"), ("GET", "nothing"), ("DELETE", "submission")):
            answer = await field.collect.http.request(method, f"{url}/{path}", headers=OPENROSA)
            if answer.status_code >= 400:
                seen.append(answer.text)
        wrong = await field.collect.http.get(f"{url}/formList")
        seen.append(wrong.text)

    assert seen
    assert not [text for text in seen if token in text]
    ours = [record for record in caplog.records if record.name == "sambang"]
    assert ours
    assert not [record for record in ours if token in str(record.__dict__)]
    assert "/v1/openrosa/{token}/formList" in {getattr(record, "route", "") for record in ours}
    metrics = await field.collect.http.get("/metrics")
    assert token not in metrics.text
