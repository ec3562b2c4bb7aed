"""From bytes that say they are a photo to a picture of ours: decoded, turned upright, scaled, written anew.

What is kept is only what was to be seen: no EXIF, no profile, no bytes behind the picture. Runs in a process of its own
with little memory (`decoding.py`), so that a bomb or a hole in a decoder takes no request with it. Pillow alone
decodes. Limits after trust.md H14.
"""

import hashlib
import io
import resource
import warnings
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.ExifTags import GPS, IFD, Base

FORMATS = ("JPEG", "PNG", "WEBP")  # MPO, which many phones write, opens as JPEG
MOST_PIXELS = 40_000_000
MOST_PIXELS_AT_ONCE = 24_000_000  # PNG and WEBP are decoded whole; a JPEG at a fraction of its size
LONGEST_SIDE = 1600
QUALITY = 85
MEMORY = 1024 * 1024 * 1024
LONGEST_WORD = 80


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept, a JPEG; `found` is what the EXIF said of place, time and camera."""

    data: bytes
    sha256: str
    width: int
    height: int
    found: dict[str, Any]


def draw_alone(raw: bytes) -> Picture | None:
    """`draw` in a process that has nothing else to do, with a bound on its memory."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the photo
    return draw(raw)


def draw(raw: bytes) -> Picture | None:
    """The picture in these bytes, or none: whatever a decoder says of them, they are not kept."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _drawn(raw)
    except (
        UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning, OSError, ValueError,
        SyntaxError, MemoryError, ArithmeticError, LookupError, TypeError, AttributeError, EOFError, RuntimeError,
    ):  # fmt: skip
        return None


def _drawn(raw: bytes) -> Picture | None:
    with Image.open(io.BytesIO(raw), formats=FORMATS) as image:
        most = MOST_PIXELS if image.format in ("JPEG", "MPO") else MOST_PIXELS_AT_ONCE
        if image.width * image.height > most or _is_animated(image):
            return None
        found, upright = _found(image), image.getexif().get(Base.Orientation, 1)
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG decodes at a fraction of its size
        image.load()
        if image.mode in ("RGB", "RGBA", "L", "LA", "CMYK"):
            image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))  # before it is copied
        seen = _in_colour(image)
    seen.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    turned = Image.new("RGB", seen.size)
    turned.paste(seen)
    turned.getexif()[Base.Orientation] = upright
    ImageOps.exif_transpose(turned, in_place=True)
    written = io.BytesIO()
    turned.save(written, "JPEG", quality=QUALITY, exif=b"", icc_profile=None, comment=b"")
    data = written.getvalue()
    return Picture(data, hashlib.sha256(data).hexdigest(), turned.width, turned.height, found)


def _is_animated(image: Image.Image) -> bool:
    # a phone's JPEG may hold a second picture for depth: the first is what was seen
    return image.format in ("PNG", "WEBP") and getattr(image, "n_frames", 1) > 1


def _in_colour(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):  # 16 bits of grey; Pillow would cut instead of scaling
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        seen = image.convert("RGBA")
        white = Image.new("RGB", seen.size, "white")
        white.paste(seen, mask=seen.getchannel("A"))
        return white
    return image.convert("RGB")


def _found(image: Image.Image) -> dict[str, Any]:
    """Place, time and camera as far as the EXIF says them soundly; whoever took the photo may have written anything."""
    try:
        exif = image.getexif()
        more, place = exif.get_ifd(IFD.Exif), exif.get_ifd(IFD.GPSInfo)
    except Exception:  # of an EXIF that cannot be read nothing is known
        return {}
    told = {
        "taken_at": _word(more.get(Base.DateTimeOriginal) or exif.get(Base.DateTime)),
        "offset": _word(more.get(Base.OffsetTimeOriginal)),
        "make": _word(exif.get(Base.Make)),
        "model": _word(exif.get(Base.Model)),
        "software": _word(exif.get(Base.Software)),
        "lat": _degrees(place.get(GPS.GPSLatitude), place.get(GPS.GPSLatitudeRef), 90),
        "lon": _degrees(place.get(GPS.GPSLongitude), place.get(GPS.GPSLongitudeRef), 180),
    }
    return {name: value for name, value in told.items() if value is not None}


def _word(value: Any) -> str | None:
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    kept = "".join(letter for letter in text if letter.isprintable()).strip() if isinstance(text, str) else ""
    return kept[:LONGEST_WORD] or None


def _degrees(parts: Any, side: Any, most: int) -> float | None:
    try:
        whole, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ArithmeticError):
        return None
    found = (whole + minutes / 60 + seconds / 3600) * (-1 if side in ("S", "W", b"S", b"W") else 1)
    return round(found, 7) if -most <= found <= most else None  # NaN is in no range
