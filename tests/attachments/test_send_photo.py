"""A phone sends the photos that its visit announced: whole, in pieces, twice; what is wrong is refused and not kept."""

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from uuid_utils.compat import uuid7

from api.attachments import decoding
from api.attachments.arriving import MOST_BYTES
from api.attachments.store import PhotoStore, folder_of
from api.attachments.sweeping import sweep_photos
from api.core.files import seal_whole
from tests.attachments.shots import DOOR, announced, exif, knocked, noise, path_of, put, shot
from tests.support.house import House
from tests.sync.parcels import doors, push
from tests.visits.bodies import MORNING, absent, visit

PHOTO = shot(exif=exif())


def files(house: House) -> set[Path]:
    folder = house.state["settings"].files_folder / "photos"
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def before(house: House) -> set[Path]:
    """The folder is the session's: what lay there before."""
    return files(house)


async def nothing_kept(house: House, before: set[Path]) -> None:
    assert files(house) == before
    for table in ("photos", "photo_parts"):
        assert await house.owner.fetchval(f"select count(*) from {table}") == 0, table


async def test_nobody_else_sends_photos(house: House, before: set[Path]) -> None:
    team, _, body = await knocked(house, PHOTO)

    assert (await put(await house.as_(None), body["id"], PHOTO)).status_code == 401
    for person in (team.ratna, await house.make.dewi(), await house.make.arif(), await house.make.observer()):
        answer = await put(await house.as_(person), body["id"], PHOTO)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), person.name
    strange = await put(await house.as_(team.budi), body["id"], PHOTO)
    absent = await put(await house.as_(team.budi), uuid7(), PHOTO)
    assert (
        (strange.status_code, strange.json()["detail"]) == (absent.status_code, absent.json()["detail"]) == (404, None)
    )
    await nothing_kept(house, before)


async def test_what_is_not_the_announced_photo_is_refused(house: House, before: set[Path]) -> None:
    team, _, body = await knocked(house, PHOTO, b"<svg/>")
    siti = await house.as_(team.siti)
    swapped = bytes([*PHOTO[:-1], PHOTO[-1] ^ 1])

    for photo, name, status, code in (
        (PHOTO, "roof.jpg", 404, "not_found"),
        (PHOTO + b"x", DOOR, 422, "differs_from_announced"),
        (swapped, DOOR, 422, "differs_from_announced"),
        (b"", DOOR, 422, "differs_from_announced"),
        (b"<svg/>", "kitchen.jpg", 422, "not_a_photo"),
        (b"x" * (MOST_BYTES + 1), DOOR, 413, "too_large"),
    ):
        answer = await put(siti, body["id"], photo, name)
        assert (answer.status_code, answer.json()["code"]) == (status, code), (name, answer.text)
    for name in ("..%2Fa.jpg", ".hidden", "a b.jpg", "%00.jpg"):
        assert (await put(siti, body["id"], PHOTO, name)).status_code in (404, 422), name
    plain = await siti.put(path_of(body["id"]), content=PHOTO, headers={"Content-Type": "application/octet-stream"})
    assert (plain.status_code, plain.json()["code"]) == (415, "unsupported_media_type")
    await nothing_kept(house, before)
    deeds = await house.owner.fetch("select detail from audit_events where action = 'attachment.refused'")
    assert len(deeds) == 4


@pytest.mark.parametrize(
    "header",
    [
        "bytes 0-9",
        "bytes 9-0/10",
        "bytes 0-10/10",
        "bytes 5-2/*",
        "items 0-1/2",
        "bytes -1-2/3",
        "bytes 0-1/" + "9" * 40,
    ],
)
async def test_a_span_that_is_none_is_422(house: House, header: str) -> None:
    team, _, body = await knocked(house, PHOTO)

    answer = await put(await house.as_(team.siti), body["id"], PHOTO, Content_Range=header)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "header:Content-Range")


async def test_a_photo_is_drawn_upright_without_exif_and_lies_sealed(house: House, before: set[Path]) -> None:
    team, _, body = await knocked(house, PHOTO)
    siti = await house.as_(team.siti)

    first, again = await put(siti, body["id"], PHOTO), await put(siti, body["id"], PHOTO)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["whole"]
    seen = await siti.get(path_of(body["id"]))
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
    assert seen.headers["content-disposition"].startswith("attachment")
    assert DOOR not in seen.headers["content-disposition"]
    picture = Image.open(io.BytesIO(seen.content))
    assert (picture.size, dict(picture.getexif()), "exif" in picture.info) == ((480, 640), {}, False)
    assert picture.getpixel((240, 10)) != (255, 255, 255)  # the green half is above now
    (kept,) = files(house) - before
    assert seen.content[:200] not in kept.read_bytes()
    assert kept.stat().st_mode & 0o077 == 0
    assert await house.owner.fetchval("select count(*) from audit_events where action = 'attachment.kept'") == 1


async def test_a_photo_comes_in_pieces_over_a_thin_line(house: House, before: set[Path]) -> None:
    photo = noise()
    team, _, body = await knocked(house, photo)
    siti, size, third = await house.as_(team.siti), len(photo), len(photo) // 3

    async def send(first: int, last: int) -> tuple[int, int]:
        span = f"bytes {first}-{last - 1}/{size}" if last else f"bytes */{size}"
        answer = await put(siti, body["id"], photo[first:last], Content_Range=span)
        return answer.status_code, answer.json().get("held_bytes", -1)

    assert await send(0, 0) == (202, 0)
    assert await send(third, 2 * third) == (409, 0)  # begins beyond what is held
    assert await send(0, third) == (202, third)
    assert await send(0, third) == (202, third)  # the answer was lost
    assert await send(0, 0) == (202, third)
    told = (await siti.get(f"/v1/visits/{body['id']}/attachments")).json()["items"][0]
    assert (told["status"], told["held_bytes"]) == ("partial", third)
    assert (await siti.get(path_of(body["id"]))).status_code == 404
    assert await send(third // 2, 2 * third) == (202, 2 * third)  # half of it is held already
    assert await send(2 * third, size) == (201, size)
    assert await house.owner.fetchval("select count(*) from photo_parts") == 0
    assert len(files(house) - before) == 1


async def test_pieces_of_another_photo_are_forgotten_so_that_the_phone_can_begin_again(house: House) -> None:
    photo = noise()
    team, _, body = await knocked(house, photo)
    siti, half, wrong = await house.as_(team.siti), len(photo) // 2, b"\0" * len(photo)

    assert (
        await put(siti, body["id"], wrong[:half], Content_Range=f"bytes 0-{half - 1}/{len(photo)}")
    ).status_code == 202
    rest = await put(siti, body["id"], photo[half:], Content_Range=f"bytes {half}-{len(photo) - 1}/{len(photo)}")

    assert (rest.status_code, rest.json()["code"]) == (422, "differs_from_announced")
    assert await house.owner.fetchval("select count(*) from photo_parts") == 0
    assert (await put(siti, body["id"], photo)).status_code == 201


async def test_photos_of_quarantined_visits_come_before_anybody_decides(house: House) -> None:
    team, (assignment,) = await doors(house)
    siti, ratna = await house.as_(team.siti), await house.as_(team.ratna)
    body = visit(assignment, attachments=announced(PHOTO), based_on=7)
    (told,) = await push(siti, body)
    assert told["status"] == "quarantined"

    assert (await put(siti, body["id"], PHOTO)).status_code == 201

    assert (await ratna.get(path_of(body["id"]))).status_code == 200
    (item,) = (await ratna.get("/v1/quarantine")).json()["items"]
    adopted = {"action": "adopt", "reason": "Revisi ponsel keliru."}
    assert (await ratna.post(f"/v1/quarantine/{item['id']}/resolutions", json=adopted)).status_code == 201
    assert (await siti.get(path_of(body["id"]))).status_code == 200
    assert (await (await house.as_(team.budi)).get(path_of(body["id"]))).status_code == 404


async def test_a_broken_visit_brings_its_photos_too_and_the_mended_one_need_not_send_them_again(house: House) -> None:
    team, (assignment,) = await doors(house)
    siti = await house.as_(team.siti)
    body = visit(assignment, attachments=[*announced(PHOTO), {"name": "../x", "sha256": "0", "bytes": 1}])
    (told,) = await push(siti, body)
    assert told["status"] == "invalid"
    assert (await put(siti, body["id"], PHOTO)).status_code == 201

    (told,) = await push(siti, body | {"attachments": announced(PHOTO)})

    assert told["status"] == "accepted"
    assert (await put(siti, body["id"], PHOTO)).status_code == 201
    assert (await put(siti, body["id"], PHOTO)).status_code == 200


async def test_one_picture_at_two_doors_is_seen_even_with_other_exif(house: House) -> None:
    team, (first, second) = await doors(house, 2)
    siti, ratna = await house.as_(team.siti), await house.as_(team.ratna)
    twin, own = shot(exif=exif(model="HP-2")), shot(colour="blue")
    assert twin != PHOTO
    bodies = [visit(first, attachments=announced(PHOTO, own)), visit(second, attachments=announced(twin))]
    for body in bodies:
        assert (await siti.post("/v1/visits", json=body)).status_code == 201
    assert (await put(siti, bodies[0]["id"], PHOTO)).status_code == 201
    assert (await put(siti, bodies[1]["id"], twin)).status_code == 201

    reused = (await ratna.get("/v1/attachments", params={"reused": True})).json()["items"]
    missing = (await ratna.get("/v1/attachments", params={"status": "missing", "team_id": str(team.id)})).json()

    assert [(one["visit_id"], one["reused_in"]) for one in reused] == [
        (bodies[0]["id"], [bodies[1]["id"]]),
        (bodies[1]["id"], [bodies[0]["id"]]),
    ]
    assert [one["name"] for one in missing["items"]] == ["kitchen.jpg"]
    pages = [(await ratna.get("/v1/attachments", params={"limit": 2})).json()]
    pages.append((await ratna.get("/v1/attachments", params={"limit": 2, "cursor": pages[0]["next"]})).json())
    assert [len(one["items"]) for one in pages] == [2, 1]
    assert len({(one["receipt_id"], one["name"]) for each in pages for one in each["items"]}) == 3


async def test_the_same_picture_at_the_same_door_again_is_not_one_that_was_used_twice(house: House) -> None:
    team, (door,) = await doors(house)
    siti, ratna = await house.as_(team.siti), await house.as_(team.ratna)
    for day in range(2):
        body = absent(door, at=MORNING + timedelta(days=day), attachments=announced(PHOTO))
        told = await siti.post("/v1/visits", json=body)
        assert told.status_code == 201, told.text
        assert (await put(siti, body["id"], PHOTO)).status_code == 201

    shown = (await ratna.get("/v1/attachments")).json()["items"]

    assert [one["reused_in"] for one in shown] == [[], []]


async def test_after_a_reassignment_the_new_holder_sees_the_photo_and_the_sender_can_still_send(house: House) -> None:
    team, _, body = await knocked(house, PHOTO, noise())
    siti, budi = await house.as_(team.siti), await house.as_(team.budi)
    await house.owner.execute("update assignments set holder_id = $1, enumerator_id = $1", team.budi.id)
    await house.owner.execute("update households set enumerator_id = $1", team.budi.id)

    assert (await put(siti, body["id"], PHOTO)).status_code == 201
    assert (await siti.get(path_of(body["id"]))).status_code == 404
    assert (await budi.get(path_of(body["id"]))).status_code == 200
    assert (await put(budi, body["id"], PHOTO)).status_code == 404


async def test_the_picture_is_known_by_its_etag_and_a_look_is_on_record(house: House) -> None:
    team, _, body = await knocked(house, PHOTO)
    siti, ratna = await house.as_(team.siti), await house.as_(team.ratna)
    await put(siti, body["id"], PHOTO)

    seen = await ratna.get(path_of(body["id"]))
    again = await ratna.get(path_of(body["id"]), headers={"If-None-Match": seen.headers["etag"]})

    assert (seen.status_code, again.status_code, again.content) == (200, 304, b"")
    looks = await house.owner.fetch("select actor_id, fields from disclosures where operation = 'read_attachment'")
    assert [(row["actor_id"], row["fields"]) for row in looks] == [(team.ratna.id, ["photos"])]


async def test_a_crash_between_file_and_row_leaves_a_file_that_is_swept_and_nothing_else(house: House) -> None:
    team, _, body = await knocked(house, PHOTO)
    assert (await put(await house.as_(team.siti), body["id"], PHOTO)).status_code == 201
    wanted, orphan = house.state["settings"], uuid7()
    path = PhotoStore(folder_of(wanted)).path_of(orphan)
    seal_whole(path, house.make.vault, orphan, PHOTO)
    known = PhotoStore(folder_of(wanted)).path_of(await house.owner.fetchval("select id from photos"))
    torn = known.with_name(f"{known.name}.writing")  # a picture that is there was once begun and broken off
    torn.write_bytes(b"half")

    await sweep_photos(wanted, house.owner)
    assert (path.exists(), torn.exists(), known.exists()) == (True, True, True)  # somebody may be writing them

    for one in (path, torn, known):
        os.utime(one, (0, 0))
    assert await sweep_photos(wanted, house.owner) >= 2
    assert (path.exists(), torn.exists(), known.exists()) == (False, False, True)


async def test_a_decoder_that_takes_too_long_is_no_verdict_about_the_photo(
    house: House, before: set[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    team, _, body = await knocked(house, PHOTO)
    siti = await house.as_(team.siti)
    monkeypatch.setattr(decoding, "PATIENCE_S", 0.0)

    late = await put(siti, body["id"], PHOTO)

    assert (late.status_code, late.headers["retry-after"]) == (503, "30")
    await nothing_kept(house, before)
    monkeypatch.undo()
    assert (await put(siti, body["id"], PHOTO)).status_code == 201
