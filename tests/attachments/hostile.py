"""Photos that nobody should send, and odd ones that somebody may: name to bytes, and whether a picture comes of it."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator

from PIL import Image

from tests.attachments.shots import exif, shot

GOOD = shot(exif=exif())
NEW_MODES = ("L", "RGB", "RGBA", "LA", "P", "1", "I;16")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(width: int, height: int, depth: int = 8, colour: int = 2, *, honest: bool = True) -> bytes:
    """A PNG of one colour: small as a file, huge as a picture; a dishonest one only says that it is huge."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    packer = zlib.compressobj(9)
    line = b"\0" * (1 + (width if honest else 9) * depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour] // 8)
    rows = b"".join(packer.compress(line) for _ in range(height if honest else 1)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("../../etc/passwd", "x")
    return packed.getvalue()


def frames(kind: str, count: int = 3) -> bytes:
    pictures = [Image.new("RGB", (64, 64), colour) for colour in ("red", "green", "blue")[:count]]
    return saved(pictures[0], kind, save_all=True, append_images=pictures[1:])


def drawn() -> Iterator[tuple[str, bytes]]:
    """Odd, and yet photos: a picture comes of each."""
    yield "exif with a place", GOOD
    for orientation in range(1, 9):
        yield f"orientation {orientation}", shot(exif=exif(orientation=orientation))
    yield "orientation 99", shot(exif=exif(orientation=99))
    for mode in NEW_MODES:
        yield f"png of {mode}", saved(Image.new(mode, (300, 200)), "PNG")
    yield "png with exif and text", shot(kind="PNG", exif=exif())
    yield "webp with exif", shot(kind="WEBP", exif=exif())
    yield "cmyk", saved(Image.new("CMYK", (300, 200), (9, 90, 200, 0)), "JPEG")
    yield "grey jpeg", saved(Image.new("L", (300, 200), 90), "JPEG")
    yield "progressive", shot((3000, 2000), progressive=True)
    yield "one pixel", shot((2, 1))
    yield "a long strip", shot((20000, 3))
    yield "39 million pixels", shot((7800, 5000))
    yield "23 million pixels with alpha", png_bomb(4796, 4796, 8, 6)
    yield "mpo of a phone", frames("MPO")
    yield "jpeg and zip", GOOD + archive()
    yield "jpeg and script", GOOD + b"<script>alert(1)</script><?php system('id'); ?>"
    yield "jpeg with a comment", shot(comment=b"<script>" * 200)
    yield "jpeg with a broken exif", shot(exif=b"Exif\0\0" + bytes(range(256)))
    yield "jpeg with a profile", shot(icc_profile=b"\0" * 5000)
    yield "png with 16 bits of colour", png_bomb(60, 40, 16, 2)


def refused() -> Iterator[tuple[str, bytes]]:
    """No photos: nothing of them is kept."""
    yield "900 million pixels", png_bomb(30000, 30000, 1, 0)
    yield "says 4 billion pixels", png_bomb(65535, 65535, honest=False)
    yield "says 2^31 wide", png_bomb(2**31 - 1, 1, honest=False)
    yield "no width", png_bomb(0, 5)
    yield "41 million pixels", shot((8200, 5001))
    yield "25 million pixels png", png_bomb(5001, 5001)
    yield "jpeg that says 65500 square", GOOD.replace(struct.pack(">HH", 480, 640), struct.pack(">HH", 65500, 65500), 1)
    yield "text bomb", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 2, 0, 0, 0)) + chunk(
        b"zTXt", b"k\0\0" + zlib.compress(b"\0" * 80_000_000, 9)
    )  # fmt: skip
    for kind in ("PNG", "WEBP"):
        yield f"animated {kind}", frames(kind)
    yield "animated gif", frames("GIF")
    for kind in ("GIF", "BMP", "TIFF", "ICO", "PPM", "TGA", "PDF", "EPS"):
        yield f"a {kind}", saved(Image.new("RGB", (64, 64), "red"), kind)
    for part in (2, 3, 10):
        yield f"jpeg cut at 1/{part}", GOOD[: len(GOOD) // part]
        yield f"png cut at 1/{part}", (png := shot(kind="PNG"))[: len(png) // part]
        yield f"webp cut at 1/{part}", (webp := shot(kind="WEBP"))[: len(webp) // part]
    yield "gzip", zlib.compress(b"\0" * 1000)
    yield "zip", archive()
    yield "svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    yield "svg with an entity", b'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>'
    yield "heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 400
    yield "avif", b"\0\0\0\x18ftypavif\0\0\0\0mif1avif" + b"\0" * 400
    yield "html", b"<html><script>alert(1)</script></html>"
    yield "magick script", b"push graphic-context\nfill 'url(https://127.0.0.1/x)'\npop graphic-context"
    yield "postscript", b"%!PS\n(/etc/passwd) (r) file"
    yield "nothing but a magic number", b"\xff\xd8\xff\xe0"
    yield "png magic and noise", b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(3000)  # noqa: S311  # no secret
    yield "noise", random.Random(2).randbytes(5000)  # noqa: S311
    yield "zeroes", b"\0" * 100_000
    yield "one byte", b"\xff"
