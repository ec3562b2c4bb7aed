"""The photos in a FormGear submission: kept once, each by itself, and never in the documents."""

import json
from uuid import UUID

import pytest

from api.visits.schemas import MOST_ATTACHMENTS
from tests.attachments.shots import shot
from tests.formgear.gear import filled, opened, path_of, prepared
from tests.support.house import House
from tests.sync.parcels import count


async def test_of_more_photos_than_a_visit_may_have_the_first_are_kept_and_the_visit_is_taken_in(house: House) -> None:
    _, siti, assignment = await prepared(house)
    gear = filled(await opened(siti, assignment))
    gear.photograph(shot((8, 6)))
    taken = gear.answers.pop("visit-house_photo")
    submission = gear.submission()
    submission["media"]["media"] = [{"dataKey": f"foto{n}", "answer": taken} for n in range(MOST_ATTACHMENTS + 1)]

    told = (await siti.post(path_of(assignment), json=submission)).json()

    assert told["status"] == "accepted", told
    assert [one["status"] for one in told["photos"]] == ["held"] * MOST_ATTACHMENTS + ["refused"]


async def test_photos_come_in_the_documents_or_after_them(house: House) -> None:
    team, siti, assignment = await prepared(house)
    gear = filled(await opened(siti, assignment))
    gear.photograph(shot())
    whole = gear.submission()

    first = (await siti.post(path_of(assignment), json=whole)).json()
    again = (await siti.post(path_of(assignment), json=whole)).json()

    assert first["status"] == "accepted", first
    assert [(one["data_key"], one["status"]) for one in first["photos"]] == [("visit-house_photo", "held")]
    assert again["photos"] == first["photos"]
    ratna = await house.as_(team.ratna)
    url = f"/v1/visits/{first['id']}/attachments/visit-house_photo"
    assert (await ratna.get(url)).headers["Content-Type"] == "image/jpeg"
    assert await count(house, "photos") == 1
    (kept,) = await house.owner.fetch(
        "select body, documents from receipts r join formgear_submissions on receipt_id = id"
    )
    receipt, open_bytes = UUID(first["receipt"]), house.make.vault.open_bytes
    assert b"data:image" not in open_bytes("receipt.body", receipt, kept["body"])
    documents = open_bytes("formgear.documents", receipt, kept["documents"])
    assert documents.count(b"data:image/jpeg;base64,sha256:") == 2
    assert len(documents) < 12_000, "a photo lies where photos lie"
    assert b"visit-respondent_name" in documents
    for table in ("photos", "attachments"):  # its time is over
        await house.owner.execute(f"delete from {table}")
    (late,) = (await siti.post(path_of(assignment), json=whole)).json()["photos"]
    assert (late["status"], late["problem"]["code"]) == ("refused", "not_found")


@pytest.mark.parametrize(
    ("plain", "spelled"),
    [("data:image/", r"data:image\/"), ("data:image/", r"\u0064ata:image\u002f"), (";base64,", r"\u003bbase64\u002c")],
)
async def test_a_photo_is_kept_once_however_its_address_is_spelled(house: House, plain: str, spelled: str) -> None:
    _, siti, assignment = await prepared(house)
    gear = filled(await opened(siti, assignment))
    gear.photograph(shot())
    body = json.dumps(gear.submission(), ensure_ascii=False).replace(plain, spelled).encode()

    told = await siti.post(path_of(assignment), content=body, headers={"Content-Type": "application/json"})

    assert [one["status"] for one in told.json()["photos"]] == ["held"], told.text
    (kept,) = await house.owner.fetch("select receipt_id, documents from formgear_submissions")
    documents = house.make.vault.open_bytes("formgear.documents", kept["receipt_id"], kept["documents"])
    assert len(documents) < 12_000, "a photo lies where photos lie"
    assert json.dumps(json.loads(documents)).count("data:image/jpeg;base64,sha256:") == 2


async def test_a_photo_that_is_none_takes_nothing_along_and_one_only_named_is_awaited(house: House) -> None:
    _, siti, assignment = await prepared(house)
    gear = filled(await opened(siti, assignment))
    gear.photograph(b"<svg onload=alert(1)>")
    broken = gear.submission()
    gear.answers["visit-house_photo"] = [{"value": True, "type": "image/jpeg", "label": "IMG_1.jpg"}]
    named = gear.submission()

    first = (await siti.post(path_of(assignment), json=broken)).json()
    assert (first["status"], first["photos"][0]["status"], first["photos"][0]["problem"]["code"]) == (
        "accepted", "refused", "not_a_photo",
    )  # fmt: skip
    await house.owner.execute("update assignments set status = 'open', revision = 1")
    second = (await siti.post(path_of(assignment), json=named)).json()

    assert second["photos"][0]["status"] == "missing"
    url = f"/v1/visits/{second['id']}/attachments/visit-house_photo"
    sent = await siti.put(url, content=shot(), headers={"Content-Type": "image/jpeg"})
    assert sent.status_code == 201, sent.text
