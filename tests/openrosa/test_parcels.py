"""What comes in a post: broken ones, bombs, names in any writing, and two hundred files."""

import re
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from api.openrosa.parcel import MOST_PARCEL
from api.openrosa.problems import BrokenForm
from api.openrosa.reading import read_form
from tests.attachments.shots import shot
from tests.openrosa.collect import OPENROSA, equipped, instance_of, message
from tests.support.house import House

BOMB = b"""<?xml version='1.0'?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><data id="malang-2022" version="1"><a>&c;</a></data>"""
FILE = (
    b"""<?xml version='1.0'?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><data id="malang-2022">&x;</data>"""
)
DTD = b"""<?xml version='1.0'?><!DOCTYPE d SYSTEM "http://127.0.0.1/d.dtd"><data id="malang-2022" version="1"/>"""
UNREADABLE = {
    "nothing": b"",
    "text": b"kunjungan",
    "cut off": b"<data id='malang-2022'><a>",
    "a bomb": BOMB,
    "a file of ours": FILE,
    "a DTD": DTD,
    "deep": b"<data id='malang-2022'>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</data>",
    "wide": b"<data id='malang-2022'>" + b"<a/>" * 100_000 + b"</data>",
    "an unknown encoding": b"<?xml version='1.0' encoding='klingon'?><data id='malang-2022'/>",
    "no UTF-8": b"<data id='malang-2022'>\xff\xfe\xff</data>",
    "no form": b"<data><meta><instanceID>uuid:1</instanceID></meta></data>",
    "a long form id": b"<data id='" + b"x" * 250 + b"'/>",
}
HEADERS = OPENROSA | {"Content-Type": "multipart/form-data; boundary=x"}


def part(disposition: str, data: bytes) -> bytes:
    return f"--x\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode() + data + b"\r\n"


def xml_part(xml: bytes) -> bytes:
    return part('name="xml_submission_file"; filename="form.xml"', xml)


@pytest.mark.parametrize("kind", UNREADABLE)
async def test_xml_that_cannot_be_read_is_400(house: House, kind: str) -> None:
    field = await equipped(house)

    answer = await field.collect.post(UNREADABLE[kind])

    assert (answer.status_code, message(answer)) == (400, "Isian formulir bukan XML yang dapat dibaca")
    assert await field.count("receipts") == 0


@pytest.mark.parametrize(
    ("inside", "readable"),
    [
        ("<a>" * 28 + "</a>" * 28, True),
        ("<a>" * 29 + "</a>" * 29 + "<a>" * 30 + "</a>" * 30, False),
        ("<a><b/></a>" * 9_998, True),
        ("<a><b/></a>" * 9_999, False),
    ],
)
def test_a_form_may_be_as_deep_and_as_long_as_none_of_ours_is(inside: str, readable: bool) -> None:
    whole = f"<data id='x'>{inside}<meta><instanceID>uuid:1</instanceID></meta></data>".encode()

    if readable:
        assert read_form(whole).form_id == "x"
        return
    with pytest.raises(BrokenForm):
        read_form(whole)


async def test_marks_without_end_are_read_at_once_and_kept(house: House) -> None:
    """Putting them in order takes time with the square of their number: 160 kB took thirteen seconds of everybody's."""
    field = await equipped(house)
    marks = "a" + "\u0301" * 100_000 + "\u0323" * 100_000

    began = time.perf_counter()
    answer = await field.collect.post(field.fill(verdict__comment=marks))

    assert time.perf_counter() - began < 5
    assert answer.status_code == 202
    assert await field.count("receipts") == 1


async def test_a_form_without_an_instance_id_is_400(house: House) -> None:
    field = await equipped(house)

    answer = await field.collect.post(re.sub(rb"<meta>.*</meta>", b"", field.fill()))

    assert (answer.status_code, message(answer)) == (400, "Isian formulir tidak memiliki meta/instanceID")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "Kiriman tidak utuh atau bukan multipart"),
        (b"--y\r\n", "Kiriman tidak utuh atau bukan multipart"),
        (xml_part(b"<data/>"), "Kiriman tidak utuh atau bukan multipart"),  # it does not end
        (part('name="a"; filename="a.jpg"', b"a") * 401 + b"--x--\r\n", "Kiriman tidak utuh atau bukan multipart"),
        (part('name="1.jpg"; filename="1.jpg"', b"a") + b"--x--\r\n", "Kiriman harus memuat satu xml_submission_file"),
        (xml_part(b"<a/>") * 2 + b"--x--\r\n", "Kiriman harus memuat satu xml_submission_file"),
    ],
)
async def test_multipart_that_is_broken_or_has_no_form_is_400(house: House, body: bytes, told: str) -> None:
    field = await equipped(house)

    answer = await field.collect.http.post(f"{field.collect.server_url}/submission", content=body, headers=HEADERS)

    assert (answer.status_code, message(answer)) == (400, told)


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", "text/xml"])
async def test_another_content_type_is_400_and_an_encoded_body_415(house: House, kind: str) -> None:
    field = await equipped(house)
    url = f"{field.collect.server_url}/submission"

    answer = await field.collect.http.post(url, content=b"{}", headers=OPENROSA | {"Content-Type": kind})
    packed = await field.collect.http.post(url, content=b"", headers=HEADERS | {"Content-Encoding": "gzip"})

    assert (answer.status_code, packed.status_code) == (400, 415)
    assert message(packed)


async def test_too_large_is_413_whether_it_says_so_or_not(house: House) -> None:
    field = await equipped(house)
    url = f"{field.collect.server_url}/submission"

    async def endless() -> AsyncIterator[bytes]:
        yield xml_part(field.fill()) + b'--x\r\nContent-Disposition: form-data; name="a"; filename="a.jpg"\r\n\r\n'
        for _ in range(MOST_PARCEL // 1_000_000 + 1):
            yield b"a" * 1_000_000

    form = await field.collect.post(b"<data id='x'>" + b" " * (1024 * 1024) + b"</data>")
    said = await field.collect.http.post(url, content=b"a" * (MOST_PARCEL + 1), headers=HEADERS)
    unsaid = await field.collect.http.post(url, content=endless(), headers=HEADERS)  # chunked

    assert [answer.status_code for answer in (form, said, unsaid)] == [413] * 3
    assert {message(answer) for answer in (form, said, unsaid)} == {"Terlalu besar"}
    assert await field.count("receipts") == 0
    arriving = house.state["settings"].files_folder / "photos" / "arriving"
    assert not arriving.exists() or not any(arriving.iterdir())


async def test_whoever_refuses_collect_is_understood(house: House) -> None:
    """Before a route is reached, where there is none, and when we fail: one sentence in the envelope."""
    field = await equipped(house)
    url = field.collect.server_url

    unknown = await field.collect.http.get(f"{url}/nothing", headers=OPENROSA)
    method = await field.collect.http.delete(f"{url}/submission", headers=OPENROSA)
    await house.owner.execute("alter table openrosa_tokens rename column expires_at to ends_at")
    house.transport.raise_app_exceptions = False
    async with httpx.AsyncClient(transport=house.transport) as phone:  # no contract lists an error of ours
        failed = await phone.get(f"{url}/formList", headers=OPENROSA)
    await house.owner.execute("alter table openrosa_tokens rename column ends_at to expires_at")
    house.state["settings"] = house.state["settings"].model_copy(update={"calls_address": 1})
    while (many := await field.collect.http.get(f"{url}/formList", headers=OPENROSA)).status_code == 200:
        pass

    assert [answer.status_code for answer in (unknown, method, failed, many)] == [404, 405, 500, 429]
    assert [message(answer) for answer in (failed, many)] == [
        "Kesalahan di pihak kami",
        "Terlalu banyak panggilan, coba lagi nanti",
    ]
    assert message(unknown)
    assert message(method)
    assert int(many.headers["Retry-After"]) >= 1
    people = await (await house.as_(None)).post("/v1/openrosa/phones", json={"name": "HP"})
    assert people.headers["content-type"] == "application/problem+json"


async def test_files_may_come_before_the_form_in_a_chunked_post_with_names_in_any_writing(house: House) -> None:
    field = await equipped(house)
    names = {"utf-8": "rumah é.jpg", "latin-1": "dapur ü.jpg", "decomposed": "atap e\u0301.jpg"}
    xml = field.fill(visit__house_photo="rumah é.jpg", verdict__comment="dapur ü.jpg", device_id="atap é.jpg")
    body = b"".join(
        f'--x\r\nContent-Disposition: form-data; name="f"; filename="{name}"\r\n\r\n'.encode(
            "latin-1" if kind == "latin-1" else "utf-8"
        )
        + shot(colour=colour)
        + b"\r\n"
        for (kind, name), colour in zip(names.items(), ("red", "green", "blue"), strict=True)
    )

    async def chunks() -> AsyncIterator[bytes]:
        whole = body + xml_part(xml) + b"--x--\r\n"
        for place in range(0, len(whole), 7001):
            yield whole[place : place + 7001]

    url = f"{field.collect.server_url}/submission"
    answer = await field.collect.http.post(url, content=chunks(), headers=HEADERS)

    assert (answer.status_code, message(answer)) == (201, "Kunjungan diterima")
    ratna = await house.as_(field.team.ratna)
    held = (await ratna.get(f"/v1/visits/{instance_of(xml)}/attachments")).json()["items"]
    assert [one["status"] for one in held] == ["held"] * 3
    for one in held:
        assert (await ratna.get(f"/v1/visits/{instance_of(xml)}/attachments/{one['name']}")).status_code == 200


async def test_two_hundred_files_come_in_posts_of_a_hundred_and_are_one_visit(house: House) -> None:
    field = await equipped(house)
    names = [f"{number}.jpg" for number in range(200)]
    extra = "".join(f"<foto{number}>{name}</foto{number}>" for number, name in enumerate(names))
    xml = field.fill().replace(b"</data>", extra.encode() + b"</data>")
    photo = shot((64, 48))

    done, shown = await field.collect.send(xml, *((name, photo) for name in names))

    assert (done, shown, field.collect.posts) == (True, "Kunjungan ini sudah ada", 2)
    assert (await field.count("visits"), await field.count("photos")) == (1, 200)


async def test_a_session_whose_line_breaks_goes_on_where_it_was(house: House) -> None:
    field = await equipped(house)
    names = [f"{number}.jpg" for number in range(6)]
    extra = "".join(f"<foto{number}>{name}</foto{number}>" for number, name in enumerate(names))
    xml = field.fill().replace(b"</data>", extra.encode() + b"</data>")
    field.collect.accept_bytes = len(xml) + 3 * len(shot())
    assert (await field.collect.post(xml, *((name, shot()) for name in names[:2]))).status_code == 201

    done, shown = await field.collect.send(xml, *((name, shot()) for name in names))

    assert (done, shown) == (True, "Kunjungan ini sudah ada")
    assert (await field.count("visits"), await field.count("photos")) == (1, 6)
