"""What Collect may send beside answers: a log of how a form was filled, entities, encryption, photos without end."""

from typing import Any

import pytest

from api.openrosa.auditing import paradata_of
from api.questionnaires.paradata import MOST_EDITS, MOST_POSITIONS, MOST_TIMINGS
from tests.attachments.shots import shot
from tests.openrosa.collect import Field, equipped, instance_of, message
from tests.support.house import House

BEGAN = 1667440800000  # 2022-11-03 09:00 WIB, in milliseconds
HEAD = "event,node,start,end,latitude,longitude,accuracy,old-value,new-value"
LOG = f"""{HEAD}
form start,,{BEGAN},,,,,,
question,/data/visit/outcome,{BEGAN + 1000},{BEGAN + 5200},-7.9921,112.6183,9.5,,completed
question,/data/answers/each-member[2]/members/works,{BEGAN + 6000},{BEGAN + 9000},-7.9921,112.6183,9.5,1,2
question,/data/answers/housing/floor,{BEGAN + 9000},{BEGAN + 9500},-7.9922,112.6183,,"8, tanah","2"
form finalize,,{BEGAN + 9500},,,,,,
""".encode()
NOTED = {
    "timings": [
        {"question": "outcome", "at": "2022-11-03T02:00:01Z", "seconds": 4.2},
        {"question": "works", "at": "2022-11-03T02:00:06Z", "seconds": 3.0},
        {"question": "floor", "at": "2022-11-03T02:00:09Z", "seconds": 0.5},
    ],
    "positions": [
        {"at": "2022-11-03T02:00:01Z", "lat": -7.9921, "lon": 112.6183, "accuracy_m": 9.5, "mock": False},
        {"at": "2022-11-03T02:00:09Z", "lat": -7.9922, "lon": 112.6183, "accuracy_m": None, "mock": False},
    ],
    "edits": [
        {"question": "works", "at": "2022-11-03T02:00:09Z"},
        {"question": "floor", "at": "2022-11-03T02:00:09.500000Z"},
    ],
}


def logged(field: Field) -> bytes:
    """A filled form that names its log, as Collect writes it."""
    return field.fill().replace(b"<meta>", b"<meta><audit>audit.csv</audit>")


async def paradata(field: Field, xml: bytes) -> dict[str, Any]:
    """What supervision reads of it."""
    ratna = await field.house.as_(field.team.ratna)
    shown = await ratna.get(f"/v1/visits/{instance_of(xml)}/paradata")
    assert shown.status_code == 200, shown.text
    return {part: told for part, told in shown.json().items() if part in NOTED}


async def test_the_form_asks_collect_for_its_log(house: House) -> None:
    field = await equipped(house)

    (form,) = field.collect.forms.values()

    assert b'nodeset="/data/meta/audit" type="binary"' in form
    assert b'track-changes="true"' in form


async def test_collects_log_is_the_paradata_of_the_visit_without_any_answer(house: House) -> None:
    field = await equipped(house)
    xml = logged(field)

    done, shown = await field.collect.send(xml, ("audit.csv", LOG))

    assert (done, shown) == (True, "Kunjungan diterima")
    assert await paradata(field, xml) == NOTED
    (kept,) = await house.owner.fetch("select id, body from receipts")
    assert b"tanah" not in house.make.vault.open_bytes("receipt.body", kept["id"], kept["body"])
    assert await field.count("attachments") == 0, "a log is no photo"


@pytest.mark.parametrize(
    "log",
    [
        b"",
        b"\x89PNG\r\n\x1a\n\0\0\0",
        b"event;node;start\nquestion;a;b",
        b'event,node,start,end\nquestion,"' + b"x" * 200_000,
        f"{HEAD}\nquestion,/data/a,{'9' * 40},1,91,181,-1,,\nquestion,/data/{'a' * 300},1,2,nan,inf,x,y,z".encode(),
    ],
    ids=["empty", "a picture", "another separator", "a field without end", "values that cannot be"],
)
async def test_a_log_that_cannot_be_read_costs_the_visit_nothing(house: House, log: bytes) -> None:
    field = await equipped(house)
    xml = logged(field)

    done, shown = await field.collect.send(xml, ("audit.csv", log), ("other.csv", LOG))

    assert (done, shown) == (True, "Kunjungan diterima")
    assert await paradata(field, xml) == {"timings": [], "positions": [], "edits": []}


async def test_a_file_that_the_form_does_not_call_its_log_is_none(house: House) -> None:
    field = await equipped(house)
    xml = field.fill()

    assert (await field.collect.send(xml, ("audit.csv", LOG)))[0]

    assert await paradata(field, xml) == {"timings": [], "positions": [], "edits": []}


def test_of_a_log_without_end_as_much_is_kept_as_a_visit_may_hold() -> None:
    rows = (f"question,/data/q{n},{BEGAN + n},{BEGAN + n},-7.{n:05},112.6,1,a,b" for n in range(3000))

    noted = paradata_of("\n".join([HEAD, *rows]).encode())

    assert {kind: len(told) for kind, told in noted.items()} == {
        "timings": MOST_TIMINGS, "positions": MOST_POSITIONS, "edits": MOST_EDITS,
    }  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        b"<data id='malang-2022' version='1' encrypted='yes' xmlns='http://opendatakit.org/submissions'>%s</data>",
        b"<data id='malang-2022' version='1'>%s</data>",
    ],
)
async def test_an_encrypted_form_stays_on_the_phone_and_is_told_why(house: House, body: bytes) -> None:
    """Collect forgets what is answered 201 or 202; nobody here could ever read this."""
    field = await equipped(house)
    inside = (
        b"<base64EncryptedKey>AAAA</base64EncryptedKey><meta><instanceID>uuid:3f1c8a0e-98c4-4f9b-9a49-5a1e2f6c7d10"
        b"</instanceID></meta><media><file>1.jpg.enc</file></media>"
        b"<encryptedXmlFile>submission.xml.enc</encryptedXmlFile>"
    )

    answer = await field.collect.post(body % inside, ("submission.xml.enc", b"x" * 100), ("1.jpg.enc", b"y" * 100))

    told = "Isian terenkripsi tidak dapat dibaca di sini; gunakan formulir tanpa enkripsi"
    assert (answer.status_code, message(answer)) == (422, told)
    assert await field.count("receipts") == 0


async def test_entities_made_on_the_phone_are_not_taken_and_the_visit_is(house: House) -> None:
    field = await equipped(house)
    entity = b"<meta><entity dataset='members' id='%s' create='1'><label>Ani</label></entity>"
    xml = field.fill().replace(b"<meta>", entity % b"0c5cf02f-3a86-4f8e-a6ac-6f6d05e1f3a3")
    before = await field.count("members")

    done, shown = await field.collect.send(xml)

    assert (done, shown) == (True, "Kunjungan diterima. Entitas buatan ponsel tidak diambil")
    assert (await field.count("visits"), await field.count("members")) == (1, before)


async def test_of_photos_without_end_the_first_are_expected_and_the_rest_is_told(house: House) -> None:
    field = await equipped(house)
    names = [f"{number}.jpg" for number in range(403)]
    extra = "".join(f"<foto{number}>{name}</foto{number}>" for number, name in enumerate(names))
    xml = field.fill().replace(b"</data>", extra.encode() + b"</data>")

    done, shown = await field.collect.send(xml, ("0.jpg", shot()), ("402.jpg", shot()))

    assert (done, shown) == (True, "Kunjungan diterima. 3 foto melebihi batas. 399 foto masih ditunggu")
    assert (await field.count("attachments"), await field.count("photos")) == (400, 1)


async def test_who_filled_in_what_had_changed_meanwhile_is_told_that_it_moves_nothing(house: House) -> None:
    field = await equipped(house)
    await house.owner.execute("update assignments set revision = 2")
    xml = field.fill(visit__based_on="1")

    done, shown = await field.collect.send(xml)
    again = await field.collect.post(xml)

    assert (done, shown) == (True, "Kunjungan diterima. Tugasnya sudah berubah: tidak ada yang dipindahkan")
    assert message(again) == "Kunjungan ini sudah ada"
    assert await house.owner.fetchval("select status from assignments") != "submitted"
