"""The hunt for canaries: invented numbers and names that nobody else has, looked for in every spelling of bytes."""

import base64
import hashlib
import mmap
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

COUNT = 100
# what all canaries of a kind share; the demo makes no such numbers, for none of its people is so old
NIK, NO_KK, NAME = "35730417084590", "35730411084591", "KENARIZQ"
HEX = re.compile(rb"(?<![0-9a-f])(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?![0-9a-f])")


def nik(number: int) -> str:
    """The NIK of canary `number`."""
    return f"{NIK}{number:02}"


def no_kk(number: int) -> str:
    """The family card of canary `number`."""
    return f"{NO_KK}{number:02}"


def name(number: int) -> str:
    """The name of canary `number`."""
    return f"{NAME} WULAN {number:02}"


def spellings(core: str) -> dict[str, bytes]:
    """How the shared part may stand in bytes: plain, backwards, in 16 bits, as hex, as percents, as three base64."""
    plain = core.encode()
    found = {
        "plain": plain,
        "reversed": plain[::-1],
        "utf-16": core.encode("utf-16-le"),
        "hex": plain.hex().encode(),
        "percent": "".join(f"%{byte:02X}" for byte in plain).encode(),
    }
    for shift in range(3):
        # only the letters that do not hang on what stands before and after
        coded = base64.b64encode(b"\0" * shift + plain)
        first, last = -(-shift * 8 // 6), (shift + len(plain)) * 8 // 6
        found[f"base64 at {shift}"] = coded[first:last]
    return found


@dataclass(frozen=True, slots=True)
class Hunt:
    """What is looked for: numbers always, names only where no name may be."""

    numbers: dict[str, bytes]
    names: dict[str, bytes]
    hashes: frozenset[bytes]

    def found_in(self, data: bytes | mmap.mmap, *, names: bool, hashes: bool = True) -> list[str]:
        """The spellings that stand in these bytes; bare hashes too, for a number can be guessed from one."""
        looked_for = self.numbers | (self.names if names else {})
        found = [spelling for spelling, needle in looked_for.items() if data.find(needle) >= 0]
        if hashes and any(one in self.hashes for one in HEX.findall(data)):
            found.append("a bare hash")
        return found


def hunt() -> Hunt:
    """The hunt for all canaries."""
    numbers = {f"{kind} {how}": needle for kind in (NIK, NO_KK) for how, needle in spellings(kind).items()}
    cases = (NAME, NAME.lower(), NAME.title())
    names = {f"{core} {how}": needle for core in cases for how, needle in spellings(core).items()}
    whole = [made(number).encode() for made in (nik, no_kk) for number in range(COUNT)]
    hashes = frozenset(
        hashlib.new(kind, one).hexdigest().encode() for one in whole for kind in ("md5", "sha1", "sha256")
    )
    return Hunt(numbers, names, hashes)


def files_of(*folders: Path) -> Iterator[Path]:
    """Every file beneath, with something in it."""
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def found_in_files(hunted: Hunt, paths: Iterable[Path], *, names: bool, hashes: bool = True) -> tuple[int, list[str]]:
    """How many files were looked through, and where something was found."""
    looked, found = 0, []
    for path in paths:
        try:
            with path.open("rb") as file:
                looked += 1
                if path.stat().st_size:
                    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                        found += [f"{path}: {one}" for one in hunted.found_in(data, names=names, hashes=hashes)]
        except FileNotFoundError:  # a segment of the log that was recycled
            continue
    return looked, found


def planted_in(hunted: Hunt) -> list[bool]:
    """Whether the hunt finds a canary that is planted in each spelling, inside other bytes; a hunt may be blind too."""
    seen = []
    for kind in (nik(7), no_kk(8), name(9)):
        plain = kind.encode()
        for spelling in (
            plain, plain[::-1], kind.encode("utf-16-le"), plain.hex().encode(),
            "".join(f"%{byte:02X}" for byte in plain).encode(),
            *(base64.b64encode(b"x" * shift + plain + b"y") for shift in range(3)),
            *([] if kind == name(9) else [hashlib.sha256(plain).hexdigest().encode()]),
        ):  # fmt: skip
            seen.append(bool(hunted.found_in(b'{"event": "' + spelling + b'"}', names=True)))
    return seen
