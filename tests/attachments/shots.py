"""Photos that tests send: drawn here, with the EXIF of a phone where a test asks for it."""

import hashlib
import io
from typing import Any
from uuid import UUID

import httpx
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from tests.support.house import House
from tests.support.make import Team
from tests.sync.parcels import doors
from tests.visits.bodies import visit

DOOR = "door.jpg"
JPEG = {"Content-Type": "image/jpeg"}


def exif(**more: Any) -> Image.Exif:
    """What a phone writes: where, when, with which camera, and that it was held upright."""
    told = Image.Exif()
    told[Base.Orientation] = more.get("orientation", 6)
    told[Base.Make], told[Base.Model] = "Sambang", more.get("model", "HP-1")
    told.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = "2022:11:03 09:12:00"
    place = told.get_ifd(IFD.GPSInfo)
    place[GPS.GPSLatitudeRef], place[GPS.GPSLatitude] = "S", (7.0, 59.0, 31.5)
    place[GPS.GPSLongitudeRef], place[GPS.GPSLongitude] = "E", (112.0, 37.0, 6.0)
    return told


def shot(size: tuple[int, int] = (640, 480), colour: str = "green", kind: str = "JPEG", **options: Any) -> bytes:
    """A photo: one half of it of this colour, the other white."""
    image = Image.new("RGB", size, "white")
    image.paste(colour, (0, 0, size[0] // 2, size[1]))
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def noise(size: tuple[int, int] = (1200, 900), **options: Any) -> bytes:
    """A photo that compresses badly, to send in pieces."""
    written = io.BytesIO()
    Image.effect_noise(size, 80).convert("RGB").save(written, "JPEG", quality=90, **options)
    return written.getvalue()


def announced(*photos: bytes, names: tuple[str, ...] = (DOOR, "kitchen.jpg", "roof.jpg")) -> list[dict[str, Any]]:
    """What a visit says of its photos."""
    return [
        {"name": name, "sha256": hashlib.sha256(photo).hexdigest(), "bytes": len(photo)}
        for name, photo in zip(names, photos, strict=False)
    ]


def path_of(visit_id: Any, name: str = DOOR) -> str:
    return f"/v1/visits/{visit_id}/attachments/{name}"


async def knocked(house: House, *photos: bytes, **changes: Any) -> tuple[Team, UUID, dict[str, Any]]:
    """Siti's visit that announces these photos: her team, the assignment, the visit."""
    team, (assignment,) = await doors(house)
    body = visit(assignment, attachments=announced(*photos), **changes)
    answer = await (await house.as_(team.siti)).post("/v1/visits", json=body)
    assert answer.status_code == 201, answer.text
    return team, assignment, body


async def put(
    phone: httpx.AsyncClient, visit_id: Any, photo: bytes, name: str = DOOR, **headers: str
) -> httpx.Response:
    """Send a photo, or a piece of one."""
    told = {key.replace("_", "-"): value for key, value in headers.items()}
    return await phone.put(path_of(visit_id, name), content=photo, headers=JPEG | told)
