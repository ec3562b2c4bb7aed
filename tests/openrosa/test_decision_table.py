"""`POST /v1/openrosa/{token}/submission`: the decision table of openrosa.md 5.6, row by row."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from tests.attachments.shots import exif, noise, shot
from tests.openrosa.collect import FORM, Field, enrolled, equipped, instance_of, message
from tests.support.house import House
from tests.sync.parcels import hand_on

PHOTO: dict[str, Any] = {"visit__house_photo": "1.jpg"}


async def photos(field: Field, xml: bytes) -> dict[str, str]:
    """Name and status of the photos of a visit, as Ratna sees them."""
    ratna = await field.house.as_(field.team.ratna)
    shown = (await ratna.get(f"/v1/visits/{instance_of(xml)}/attachments")).json()["items"]
    return {one["name"]: one["status"] for one in shown}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b'id="malang-2022"', b'id="malang-1999"', "Formulir ini tidak dikenal"),
        *(
            (b'version="1"', b'version="' + version + b'"', "Versi formulir ini tidak dikenal")
            for version in (b"7", b"", b"0", b"-1", b"99999999999", b"satu")
        ),
    ],
)
async def test_form_or_version_unknown_is_404_and_leaves_nothing(
    house: House, old: bytes, new: bytes, told: str
) -> None:
    field = await equipped(house)

    answer = await field.collect.post(field.fill().replace(old, new))

    assert (answer.status_code, message(answer)) == (404, told)
    assert await field.count("receipts") == 0


@pytest.mark.parametrize("closed", ["draft", "asked by nobody"])
async def test_a_form_that_is_not_accepting_is_409_and_leaves_nothing(house: House, closed: str) -> None:
    field = await equipped(house)
    if closed == "draft":
        await house.owner.execute(
            "insert into questionnaire_versions (id, questionnaire_id, version, status, content, created_at)"
            " select $1, v.questionnaire_id, 9, 'draft', v.content, v.created_at from questionnaire_versions v"
            " join questionnaires q on q.id = v.questionnaire_id where q.code = $2 and v.version = 1",
            uuid7(),
            FORM,
        )
        xml = field.fill().replace(b'version="1"', b'version="9"')
    else:
        await house.owner.execute("update campaigns set questionnaire_id = null")
        xml = field.fill()

    answer = await field.collect.post(xml)

    assert (answer.status_code, message(answer)) == (409, "Formulir ini tidak menerima kiriman")
    assert await field.count("receipts") == 0


async def test_known_instance_with_other_xml_is_409_and_changes_nothing(house: House) -> None:
    field = await equipped(house)
    xml = field.fill()
    assert (await field.collect.post(xml)).status_code == 201

    answer = await field.collect.post(xml.replace(b">36<", b">37<"))

    assert (answer.status_code, message(answer)) == (409, "Kiriman dengan id ini sudah diterima dengan isi lain")
    assert (await field.count("visits"), await field.count("receipts")) == (1, 1)


async def test_deprecated_id_that_is_unknown_or_a_colleagues_is_404(house: House) -> None:
    field = await equipped(house, 2)
    budis = field.fill()
    await hand_on(house, field.assignments[0], field.team.budi)
    budi = await enrolled(house, field.team.budi)
    assert (await budi.post(budis)).status_code == 201

    for edits in (f"uuid:{uuid4()}", f"uuid:{instance_of(budis)}"):
        answer = await field.collect.post(field.fill(1, meta={"edits": edits}))
        told = "Kiriman yang diperbaiki belum diterima; kirim yang lama dahulu"
        assert (answer.status_code, message(answer)) == (404, told)
    assert await field.count("visits") == 1


async def test_an_edit_of_what_was_replaced_already_is_409_but_a_resend_of_the_replacement_is_not(house: House) -> None:
    field = await equipped(house)
    first = field.fill()
    second, other = (field.fill(meta={"edits": f"uuid:{instance_of(first)}"}) for _ in range(2))
    assert [(await field.collect.post(xml)).status_code for xml in (first, second)] == [201, 201]

    answer, again = await field.collect.post(other), await field.collect.post(second)

    assert (answer.status_code, message(answer)) == (409, "Kiriman ini sudah diganti versi yang lebih baru")
    assert (again.status_code, message(again)) == (201, "Kunjungan ini sudah ada")
    assert await field.count("visits") == 2


async def test_two_edits_of_one_version_at_once_are_one_edit(house: House) -> None:
    field = await equipped(house)
    first = field.fill()
    assert (await field.collect.post(first)).status_code == 201
    edits = [field.fill(meta={"edits": f"uuid:{instance_of(first)}"}) for _ in range(3)]

    found = await asyncio.gather(*(field.collect.post(xml) for xml in edits))

    assert sorted(answer.status_code for answer in found) == [201, 409, 409]
    assert (await field.count("visits"), await field.count("openrosa_submissions")) == (2, 2)


async def test_an_old_version_sent_again_is_409(house: House) -> None:
    field = await equipped(house)
    first = field.fill()
    second = field.fill(meta={"edits": f"uuid:{instance_of(first)}"})
    for xml in (first, second):
        assert (await field.collect.post(xml)).status_code == 201

    answer = await field.collect.post(first)

    assert (answer.status_code, message(answer)) == (409, "Kiriman ini sudah diganti versi yang lebih baru")


async def test_the_id_of_an_edit_that_is_used_already_is_409(house: House) -> None:
    field = await equipped(house, 2)
    first, other = field.fill(), field.fill(1)
    for xml in (first, other):
        assert (await field.collect.post(xml)).status_code == 201

    meta = {"edits": f"uuid:{instance_of(first)}", "instance_id": f"uuid:{instance_of(other)}"}
    answer = await field.collect.post(field.fill(meta=meta))

    assert answer.status_code == 409
    assert await field.count("visits") == 2


async def test_what_a_person_put_aside_is_409_when_it_comes_again(house: House) -> None:
    field = await equipped(house)
    await hand_on(house, field.assignments[0], field.team.budi)
    xml = field.fill()
    assert (await field.collect.post(xml)).status_code == 202
    ratna = await house.as_(field.team.ratna)
    (waiting,) = (await ratna.get("/v1/quarantine")).json()["items"]
    settled = await ratna.post(
        f"/v1/quarantine/{waiting['id']}/resolutions", json={"action": "discard", "reason": "Kunjungan uji coba"}
    )
    assert settled.status_code == 201

    answer = await field.collect.post(xml)

    assert (answer.status_code, message(answer)) == (409, "Kiriman ini sudah dikesampingkan petugas")


async def test_a_new_instance_is_201_once_and_201_again_whatever_comes_at_once(house: House) -> None:
    field = await equipped(house)
    xml = field.fill(**PHOTO)

    found = await asyncio.gather(*(field.collect.post(xml, ("1.jpg", shot())) for _ in range(5)))
    again = await field.collect.post(xml, ("1.jpg", shot()))

    assert [answer.status_code for answer in (*found, again)] == [201] * 6
    assert sorted(map(message, found)) == ["Kunjungan diterima"] + ["Kunjungan ini sudah ada"] * 4
    counted = [await field.count(table) for table in ("visits", "receipts", "openrosa_submissions", "photos")]
    assert counted == [1, 1, 1, 1]


async def test_identical_xml_brings_more_files_and_the_form_alone_says_which_are_missing(house: House) -> None:
    field = await equipped(house)
    xml = field.fill(**PHOTO)

    first = await field.collect.post(xml, incomplete=False)  # whatever the flag says
    assert (first.status_code, message(first)) == (201, "Kunjungan diterima. 1 foto masih ditunggu")
    assert await photos(field, xml) == {"1.jpg": "missing"}
    second = await field.collect.post(xml, ("1.jpg", shot()), incomplete=True)

    assert (second.status_code, message(second)) == (201, "Kunjungan ini sudah ada")
    assert await photos(field, xml) == {"1.jpg": "held"}


async def test_an_edit_becomes_a_visit_that_corrects_and_inherits_the_photos_it_still_names(house: House) -> None:
    field = await equipped(house)
    new = [{"member-whereabouts": "new", "member-name": "Ani", "member-new-sex": "female"}]
    first = field.fill(0, new, **PHOTO)
    assert (await field.collect.post(first, ("1.jpg", shot(exif=exif(model="HP-1"))))).status_code == 201
    ratna = await house.as_(field.team.ratna)
    (verdict,) = (await ratna.get("/v1/verdicts")).json()["items"]
    returned = {"decision": "return", "comment": "Luas lantai keliru"}
    assert (await ratna.post(f"/v1/verdicts/{verdict['id']}/reviews", json=returned)).status_code == 200
    revision = await house.owner.fetchval("select revision from assignments")
    meta = {"edits": f"uuid:{instance_of(first)}"}

    second = field.fill(0, new, meta, visit__based_on=str(revision), answers__housing__floor_area="24", **PHOTO)
    answer = await field.collect.post(second)

    assert (answer.status_code, message(answer)) == (201, "Kunjungan diterima")
    visit = (await ratna.get(f"/v1/visits/{instance_of(second)}")).json()
    assert (visit["corrects"], visit["submits"], visit["flags"]) == (
        str(instance_of(first)),
        True,
        ["answers_to_check"],
    )
    assert await photos(field, second) == {"1.jpg": "held"}
    assert (await ratna.get(f"/v1/visits/{instance_of(second)}/attachments/1.jpg")).status_code == 200
    (found,) = (await ratna.get(f"/v1/visits/{instance_of(second)}/paradata")).json()["photos"]
    assert (found["name"], found["model"]) == ("1.jpg", "HP-1"), "what the camera wrote goes along"
    assert await house.owner.fetchval("select count(*) from members where name = 'Ani'") == 1, "the same new person"


async def test_an_edit_chain_may_come_in_any_order(house: House) -> None:
    field = await equipped(house)
    first = field.fill()
    second = field.fill(meta={"edits": f"uuid:{instance_of(first)}"})
    third = field.fill(meta={"edits": f"uuid:{instance_of(second)}"})

    found = [(await field.collect.post(xml)).status_code for xml in (first, third, second, third)]

    assert found == [201, 404, 201, 201]
    rows = await house.owner.fetch("select id, corrects from visits order by sequence")
    assert [row["corrects"] for row in rows] == [None, rows[0]["id"], rows[1]["id"]]
    assert await house.owner.fetchval("select count(distinct root_id) from openrosa_submissions") == 1


QUARANTINED: dict[str, dict[str, Any]] = {
    "not the holder's any more": {},
    "campaign closed": {},
    "no assignment": {"visit__assignment_id": ""},
    "another's assignment": {"visit__assignment_id": str(uuid4())},
    "no sound visit": {"visit__outcome": "menyelesaikan"},
    "no place": {"visit__location": "di rumah"},
    "no time": {"started_at": "kemarin"},
    "verdict missing": {"verdict__eligibility": ""},
}


@pytest.mark.parametrize("why", QUARANTINED)
async def test_what_a_retry_would_not_mend_is_kept_whole_with_its_photos_and_202(house: House, why: str) -> None:
    field = await equipped(house)
    if why.startswith("not the holder"):
        await hand_on(house, field.assignments[0], field.team.budi)
    if why.startswith("campaign"):
        await house.owner.execute("update campaigns set status = 'closed'")
        await house.owner.execute("update assignments set holder_id = null")
    xml = field.fill(**QUARANTINED[why], **PHOTO)

    answer, again = [await field.collect.post(xml, ("1.jpg", shot())) for _ in range(2)]

    assert (answer.status_code, again.status_code) == (202, 202)
    assert message(answer) == message(again)
    assert message(answer).startswith("Disimpan utuh, koordinator yang memutuskan: ")
    counted = [await field.count(table) for table in ("visits", "quarantined_items", "photos", "openrosa_submissions")]
    assert counted == [0, 1, 1, 1]
    sealed, receipt = await house.owner.fetchrow("select xml, receipt_id from openrosa_submissions")
    assert house.make.vault.open_bytes("openrosa.xml", receipt, sealed) == xml


async def test_what_waits_in_quarantine_can_be_adopted_and_is_201_from_then_on(house: House) -> None:
    field = await equipped(house)
    await hand_on(house, field.assignments[0], field.team.budi)
    xml = field.fill(**PHOTO)
    assert (await field.collect.post(xml, ("1.jpg", shot()))).status_code == 202
    ratna = await house.as_(field.team.ratna)
    (waiting,) = (await ratna.get("/v1/quarantine")).json()["items"]
    content = (await ratna.get(f"/v1/quarantine/{waiting['id']}")).json()["content"]
    assert (content["outcome"], content["answers"]) == ("completed", {"floor_area": 36})

    body = {"action": "adopt", "reason": "Siti memang ke sana"}
    assert (await ratna.post(f"/v1/quarantine/{waiting['id']}/resolutions", json=body)).status_code == 201

    assert (await field.collect.post(xml)).status_code == 201
    assert await photos(field, xml) == {"1.jpg": "held"}


async def test_overload_is_503_with_retry_after_in_the_envelope_and_the_next_try_is_taken(house: House) -> None:
    field = await equipped(house)
    xml = field.fill()
    lock = f"{field.team.siti.id}/{instance_of(xml)}"

    async with house.owner.transaction():  # somebody stores the same and does not come to an end
        await house.owner.execute("select pg_advisory_xact_lock(hashtextextended($1, 4))", lock)
        busy = await field.collect.post(xml)

    assert (busy.status_code, message(busy)) == (503, "Layanan sedang penuh atau basis data tidak terjangkau")
    assert busy.headers["Retry-After"]
    assert (await field.collect.post(xml)).status_code == 201


async def test_a_photo_that_is_no_photo_costs_the_visit_nothing(house: House) -> None:
    field = await equipped(house, 2)
    xml = field.fill(**PHOTO)
    large = field.fill(1, visit__house_photo="2.jpg")

    answer = await field.collect.post(xml, ("1.jpg", b"no photo"), ("not-named.jpg", shot()))
    too_large = await field.collect.post(large, ("2.jpg", noise((3600, 2400)) + b"x" * 5 * 1024 * 1024))

    assert (answer.status_code, message(answer)) == (201, "Kunjungan diterima. 1 foto tidak dapat dipakai")
    assert (too_large.status_code, message(too_large)) == (201, "Kunjungan diterima. 1 foto tidak dapat dipakai")
    assert await photos(field, xml) == {"1.jpg": "missing"}, "what the form does not name is not taken"
    assert await field.count("photos") == 0
    arriving = house.state["settings"].files_folder / "photos" / "arriving"
    assert not any(arriving.iterdir()), "nothing is left on the disk"
