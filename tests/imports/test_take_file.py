"""`POST /v1/imports`."""

from collections.abc import AsyncIterator
from uuid import uuid4

from api.access.roles import Role
from api.core.settings import Settings
from tests.imports.sending import count, place_of, send
from tests.support.dirt import clean_rows, nik, write
from tests.support.house import House

FILE = write(clean_rows(2)).encode()


def stored(wanted: Settings) -> int:
    """Sealed files that lie there now."""
    return len(list((wanted.files_folder / "imports").glob("*")))


async def test_only_bappeda_sends_files(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    others = [team.ratna, team.siti, await house.make.arif(), await house.make.observer()]

    for person in (*others, await house.make.machine("dinsos", "releases:read")):
        answer = await send(house, person, campaign, FILE)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), person.role
    nobody = await house.as_(None)
    assert (await nobody.post("/v1/imports", files={"file": ("a.csv", FILE)})).status_code == 401
    assert (await nobody.post("/v1/imports", json={})).status_code == 401
    for path in ("", f"/{uuid4()}", f"/{uuid4()}/findings", f"/{uuid4()}/findings.csv"):
        assert (await (await house.as_(team.ratna)).get(f"/v1/imports{path}")).status_code == 403


async def test_an_unknown_header_is_refused_with_our_names_of_the_missing_columns(
    house: House, wanted: Settings
) -> None:
    dewi, campaign, before = await house.make.dewi(), await house.make.campaign(), stored(wanted)
    lines = FILE.decode().split("\n")

    lacking = await send(
        house, dewi, campaign, "\n".join([lines[0].replace(",NIK,", f",{nik(1)},"), *lines[1:]]).encode()
    )
    twice = await send(house, dewi, campaign, "\n".join([lines[0].replace(",RW,", ",RT,"), *lines[1:]]).encode())
    other = await send(house, dewi, campaign, b"not a list")

    assert (lacking.status_code, lacking.json()["code"]) == (422, "unknown_layout")
    assert lacking.json()["missing_columns"] == ["NIK"]
    assert nik(1) not in lacking.text
    assert twice.json()["missing_columns"] == ["RT", "RW"]
    assert len(other.json()["missing_columns"]) == 23
    assert stored(wanted) == before
    assert await count(house, "imports") == await count(house, "pgqueuer") == 0


async def test_a_broken_form_is_refused_by_its_part(house: House, wanted: Settings) -> None:
    dewi, campaign, before = await house.make.dewi(), await house.make.campaign(), stored(wanted)
    client = await house.as_(dewi)

    async def refusal(file: bytes | None, *, campaign_id: object = campaign, **fields: str) -> tuple[int, str, str]:
        data = {"campaign_id": str(campaign_id)} | fields
        answer = await client.post("/v1/imports", data=data, files=None if file is None else {"file": ("a.csv", file)})
        error = (answer.json().get("errors") or [{"pointer": "-", "code": answer.json()["code"]}])[0]
        return answer.status_code, error["pointer"], error["code"]

    assert await refusal(FILE, campaign_id="x") == (422, "/campaign_id", "uuid_parsing")
    assert await refusal(FILE, campaign_id=uuid4()) == (422, "/campaign_id", "unknown_campaign")
    assert await refusal(FILE, campaign_id="") == (422, "/campaign_id", "missing")
    assert await refusal(FILE, layout="dtks") == (422, "/layout", "literal_error")
    assert await refusal(FILE, layout="staff") == (422, "-", "unknown_layout")
    assert await refusal(FILE, dry_run="perhaps") == (422, "/dry_run", "bool_parsing")
    assert await refusal(FILE, dry_run="y" * 500) == (422, "", "string_too_long")
    assert await refusal(FILE, colour="red") == (422, "", "extra_forbidden")
    assert await refusal(FILE + b"\0") == (422, "/file", "nul_character")
    assert (await refusal(b""))[:2] == (422, "-")
    assert await refusal(None) == (415, "-", "unsupported_media_type")
    assert stored(wanted) == before


async def test_a_body_that_is_no_form_or_is_cut_off_is_refused(house: House, wanted: Settings) -> None:
    dewi, before = await house.as_(await house.make.dewi()), stored(wanted)
    form = {"Content-Type": "multipart/form-data; boundary=b"}
    cut_off = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + FILE

    for headers, content, status in (
        ({"Content-Type": "application/json"}, b"{}", 415),
        ({"Content-Type": "text/csv"}, FILE, 415),
        ({"Content-Type": "multipart/form-data"}, FILE, 422),
        (form, FILE, 422),
        (form, cut_off, 422),
        (form, b"", 422),
        (form, cut_off.replace(b"a.csv", b"caf\xe9.csv") + b"\r\n--b--\r\n", 422),
    ):
        answer = await dewi.post("/v1/imports", headers=headers, content=content)
        assert answer.status_code == status, (headers, content[:20])
    assert stored(wanted) == before


async def test_more_than_256_mib_is_refused_before_it_is_read(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    async def nothing() -> AsyncIterator[bytes]:
        yield b"--b\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(257 * 1024 * 1024)}
    answer = await dewi.post("/v1/imports", headers=headers, content=nothing())

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_more_than_a_mebibyte_is_taken(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    file = write(clean_rows(2500)).encode()
    assert len(file) > 1024 * 1024

    answer = await send(house, dewi, campaign, file)

    assert answer.status_code == 202
    sealed = wanted.files_folder / "imports" / answer.json()["id"]
    assert sealed.stat().st_size > len(file)
    assert b"SLAMET" not in sealed.read_bytes()


async def test_a_closed_campaign_takes_no_file(house: House) -> None:
    dewi = await house.make.dewi()

    answer = await send(house, dewi, await house.make.campaign(status="closed"), FILE)

    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert answer.json()["allowed"] == ["preparation", "fieldwork", "review"]


async def test_the_same_key_and_file_is_the_same_import(house: House, wanted: Settings) -> None:
    dewi, campaign, key = await house.make.dewi(), await house.make.campaign(), {"Idempotency-Key": "one"}
    first = await send(house, dewi, campaign, FILE, headers=key)

    again = await send(house, dewi, campaign, FILE, headers=key)
    other = await send(house, dewi, campaign, FILE + b"\n", headers=key)
    dry = await send(house, dewi, campaign, FILE, headers=key, dry_run=True)

    assert (again.status_code, again.json(), again.headers["Location"]) == (
        202,
        first.json(),
        first.headers["Location"],
    )
    assert again.headers["Idempotency-Replayed"] == "true"
    assert [answer.json()["code"] for answer in (other, dry)] == ["idempotency_key_reused"] * 2
    assert await count(house, "imports") == await count(house, "pgqueuer") == 1


async def test_imports_are_listed_newest_first_and_read_with_an_etag(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    sent = [(await send(house, dewi, campaign, FILE)).json()["id"] for _ in range(3)]
    client = await house.as_(dewi)

    first = (await client.get("/v1/imports?limit=2")).json()
    rest = (await client.get(f"/v1/imports?limit=2&cursor={first['next']}")).json()
    one = await client.get(f"/v1/imports/{sent[0]}")
    same = await client.get(f"/v1/imports/{sent[0]}", headers={"If-None-Match": one.headers["ETag"]})

    assert [item["id"] for item in first["items"] + rest["items"]] == sent[::-1]
    assert (await client.get("/v1/imports?status=done")).json()["items"] == []
    assert (one.json()["status"], same.status_code) == ("queued", 304)
    assert (await client.get(f"/v1/imports/{uuid4()}")).status_code == 404
    assert (await client.get(f"/v1/imports/{uuid4()}/findings")).status_code == 404
    assert (await client.get(f"/v1/imports/{uuid4()}/findings.csv")).status_code == 404


async def test_deeds_stand_in_the_name_of_who_sent_the_file(house: House, wanted: Settings) -> None:
    dewi = await house.make.person("Dewi", Role.BAPPEDA)
    sent = await send(house, dewi, await house.make.campaign(), FILE)
    assert place_of(house, wanted).attempt == 0

    deeds = await house.owner.fetch("select actor_id, action, subject_id::text from audit_events")

    assert [tuple(deed) for deed in deeds] == [(dewi.id, "import.received", sent.json()["id"])]
