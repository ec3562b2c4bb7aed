"""`POST /v1/imports/{id}/activation-codes`: one code for everybody who has none yet, as a sheet, CSV or JSON."""

import asyncio
import csv
import io
import logging
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import orjson
import pytest

from api.access.roles import GRANTS, Permission, Role
from api.access.staff import code_hash
from api.core.settings import Settings
from tests.imports.sending import count, send, take
from tests.imports.test_take_staff import row
from tests.support.dirt import clean_rows, write
from tests.support.house import House
from tests.support.make import Person
from tests.support.people import file_of_people, people

PASSWORD = "sepeda ontel merah"


async def codes_path(house: House, wanted: Settings, dewi: Person, file: bytes) -> str:
    done = await take(house, wanted, dewi, await house.make.campaign(), file)
    assert done["status"] == "done"
    return f"/v1/imports/{done['id']}/activation-codes"


async def test_only_bappeda_is_given_codes(house: House, wanted: Settings) -> None:
    dewi = await house.make.dewi()
    path = await codes_path(house, wanted, dewi, file_of_people(people(1)))
    ratna = await house.make.person("Ratna", Role.COORDINATOR)

    for other in (ratna, await house.make.arif(), await house.make.observer()):
        client = await house.as_(other)
        assert (await client.post(path)).status_code == 403, other.role
        assert (await client.get(path.replace("activation-codes", "people"))).status_code == 403, other.role
    assert (await (await house.as_(None)).post(path)).status_code == 401
    narrow = await house.as_(None)
    scopes = frozenset(map(str, GRANTS[Role.BAPPEDA])) - {Permission.STAFF_WRITE.value}
    token = house.state["key_ring"].issue(dewi.id, dewi.version, scopes, 600, None)
    assert (await narrow.post(path, headers={"Authorization": f"Bearer {token}"})).status_code == 403
    assert await count(house, "activation_codes") == 0


async def test_codes_are_for_people_whom_a_finished_import_brought(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    client = await house.as_(dewi)
    dry = await take(house, wanted, dewi, campaign, file_of_people(people(1)), dry_run=True)
    list_of_homes = await take(house, wanted, dewi, campaign, write(clean_rows(1)).encode())
    waiting = (await send(house, dewi, campaign, file_of_people(people(1)))).json()

    refused = [await client.post(f"/v1/imports/{found['id']}/activation-codes") for found in (dry, list_of_homes)]
    early = await client.post(f"/v1/imports/{waiting['id']}/activation-codes")

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(409, "brought_no_people")] * 2
    assert (early.status_code, early.json()["code"], early.json()["allowed"]) == (409, "wrong_state", ["done"])
    assert (await client.post(f"/v1/imports/{uuid4()}/activation-codes")).status_code == 404
    assert (await client.get(f"/v1/imports/{uuid4()}/people")).status_code == 404
    assert (await client.get(f"/v1/imports/{list_of_homes['id']}/people")).json() == {"items": [], "next": None}
    assert await count(house, "activation_codes") == 0


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/csv", "text/csv"),
        ("text/*;q=0.5, application/json", "application/json"),
        ("*/*", "application/json"),
        ("image/png", None),
        ("nonsense", None),
    ],
)
async def test_the_form_is_what_accept_prefers(house: House, wanted: Settings, accept: str, kind: str | None) -> None:
    dewi = await house.make.dewi()
    path = await codes_path(house, wanted, dewi, file_of_people(people(1)))

    answer = await (await house.as_(dewi)).post(path, headers={"Accept": accept})

    if kind is None:
        assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
        assert await count(house, "activation_codes") == 0
    else:
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (201, kind)
        assert answer.headers["cache-control"] == "no-store"


async def test_a_code_sets_a_password_and_who_has_one_gets_no_other(house: House, wanted: Settings) -> None:
    dewi, nobody = await house.make.dewi(), await house.as_(None)
    rows = [row("Ratna", "Koordinator"), row("Siti"), row("Budi"), row("Lina"), row("Tono")]
    path = await codes_path(house, wanted, dewi, file_of_people(rows))
    client = await house.as_(dewi)
    for name, change in (("lina", {"active": False}), ("tono", {"role": "bappeda"})):
        staff_id = await house.owner.fetchval("select id from staff where username = $1", name)
        await client.patch(f"/v1/staff/{staff_id}", json=change, headers={"If-Match": "*"})

    first = (await client.post(path)).json()
    slips = {slip["username"]: slip for slip in first["codes"]}
    assert [slip["name"] for slip in first["codes"]] == ["Ratna", "Budi", "Siti"]
    assert slips["siti"] | {"code": ""} == {
        "team": "Tim 01", "name": "Siti", "role": "enumerator", "username": "siti", "code": "",
    }  # fmt: skip
    set_one = await nobody.post("/v1/activations", json={"code": slips["siti"]["code"], "password": PASSWORD})
    assert set_one.status_code == 204
    signed_in = await nobody.post("/v1/sessions", json={"username": "siti", "password": PASSWORD})
    assert signed_in.status_code == 200
    second = (await client.post(path)).json()

    assert [slip["username"] for slip in second["codes"]] == ["ratna", "budi"]
    old = await nobody.post("/v1/activations", json={"code": slips["budi"]["code"], "password": PASSWORD})
    assert (old.status_code, old.json()["errors"][0]["code"]) == (422, "activation_code_invalid")
    for slip in second["codes"]:
        used = await nobody.post("/v1/activations", json={"code": slip["code"], "password": PASSWORD})
        assert used.status_code == 204
    last = (await client.post(path)).json()
    assert (last["codes"], last["expires_at"]) == ([], None)
    empty = (await client.post(path, headers={"Accept": "text/html"})).text
    assert "Semua petugas sudah membuat kata sandi" in empty


async def test_one_deed_with_the_count_and_no_code_outside_the_answer(
    house: House, wanted: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    dewi = await house.make.dewi()
    path = await codes_path(house, wanted, dewi, file_of_people(people(3)))
    await house.owner.execute("delete from audit_events")
    caplog.set_level(logging.DEBUG)

    answer = await (await house.as_(dewi)).post(path, headers={"Idempotency-Key": "one"})

    codes = [slip["code"] for slip in answer.json()["codes"]]
    assert len(set(codes)) == 24
    deeds = await house.owner.fetch("select actor_id, action, subject_id::text, detail::text from audit_events")
    assert [tuple(deed)[:3] for deed in deeds] == [(dewi.id, "import.codes_issued", path.split("/")[3])]
    detail = orjson.loads(deeds[0]["detail"])
    assert (detail["count"], len(detail["staff_ids"])) == (24, 24)
    logged = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "activation-codes" in logged
    stored = "".join([str(await house.owner.fetch(f"select * from {table}")) for table in ("audit_events", "staff")])
    assert not [code for code in codes if code in logged + stored]
    hashes = {row["code_hash"] for row in await house.owner.fetch("select code_hash from activation_codes")}
    assert hashes == {code_hash(code) for code in codes}
    assert await count(house, "idempotency_keys") == 0


async def test_of_two_callers_one_is_given_codes(house: House, wanted: Settings) -> None:
    dewi = await house.make.dewi()
    path = await codes_path(house, wanted, dewi, file_of_people(people()))
    client = await house.as_(dewi)
    async with house.owner.transaction():
        await house.owner.execute("lock table activation_codes in share mode")  # the first caller waits with its lock
        first = asyncio.create_task(client.post(path))
        waiting = "select exists (select from pg_locks where relation = 'activation_codes'::regclass and not granted)"
        async with asyncio.timeout(20):
            while not await house.owner.fetchval(waiting):  # noqa: ASYNC110  # another connection waits
                await asyncio.sleep(0.02)
        second = await client.post(path)

    assert (second.status_code, second.json()["code"]) == (409, "still_running")
    assert len((await first).json()["codes"]) == await count(house, "activation_codes") == 144


class Sheet(HTMLParser):
    """The tags of a page, and the texts in them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


async def test_the_sheet_has_a_slip_for_each_person_team_by_team_and_runs_nothing(
    house: House, wanted: Settings
) -> None:
    dewi = await house.make.dewi()
    rows = [*people(2, 2), row("<script>alert(1)</script> & 'Co'", team="Tim 02", username="odd.one")]
    path = await codes_path(house, wanted, dewi, file_of_people(rows))

    answer = await (await house.as_(dewi)).post(path, headers={"Accept": "text/html"})

    page = Sheet(answer.text)
    names = [tag for tag, _ in page.tags]
    assert (names.count("section"), names.count("li"), answer.text.count('class="wide code"')) == (2, 7, 7)
    assert not {"script", "img", "link", "iframe", "form", "a", "object"} & set(names)
    assert not [attrs for _, attrs in page.tags if {"src", "href", "style", "onload", "onclick"} & set(attrs)]
    assert "://" not in answer.text
    assert "url(" not in answer.text
    assert "<script>alert(1)</script> & 'Co'" in page.texts
    assert [text for text in page.texts if text in ("Tim 01", "Tim 02")] == ["Tim 01", "Tim 02"]
    assert page.texts.index("Ratna Dewae") < page.texts.index("Siti Dewae Dewae, S.Sos") < page.texts.index("Tim 02")
    for phrase in ("Kode aktivasi", "Activation code", "Masukkan di aplikasi", "Enter it in the field app", " WIB"):
        assert phrase in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    meta = [attrs for tag, attrs in page.tags if tag == "meta" and "http-equiv" in attrs]
    assert [attrs["content"] for attrs in meta] == [policy]


async def test_the_csv_is_no_formula_and_says_the_same(house: House, wanted: Settings) -> None:
    dewi = await house.make.dewi()
    rows = [row("Ratna", "Koordinator"), row("=HYPERLINK(Siti)", username="siti")]
    path = await codes_path(house, wanted, dewi, file_of_people(rows))

    answer = await (await house.as_(dewi)).post(path, headers={"Accept": "text/csv"})

    sheet = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert list(sheet[0]) == ["team", "name", "role", "username", "code", "expires_at"]
    assert [(slip["name"], slip["role"], slip["username"]) for slip in sheet] == [
        ("Ratna", "coordinator", "ratna"),
        ("'=HYPERLINK(Siti)", "enumerator", "siti"),
    ]
    hashes = {row["code_hash"] for row in await house.owner.fetch("select code_hash from activation_codes")}
    assert {code_hash(slip["code"]) for slip in sheet} == hashes
    assert sheet[0]["expires_at"].endswith("+07:00")
