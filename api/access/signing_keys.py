"""The files of the signing keys: what signs now, what will sign next, what signed before.

`next` is published with the others a day before it signs, so that whoever keeps our keys for a while knows it by then,
and every process of ours verifies what another has begun to sign. `previous` stays until its last token has ended.
Each file is replaced as a whole; a process reads all of them anew as soon as one has changed.
"""

import os
import time
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

CURRENT, NEXT, PREVIOUS = (f"signing-{name}.pem" for name in ("current", "next", "previous"))
NAMES: Final = (CURRENT, NEXT, PREVIOUS)
PUBLISHED_S: Final = 24 * 3600
Stamp: TypeAlias = tuple[tuple[int, int] | None, ...]


class TooEarly(RuntimeError):
    """The next key has not been published for long enough; the message says until when."""


def make_signing_key(folder: Path) -> None:
    """Make the current and the next key where they are missing; existing keys are never touched.

    A key of before the files had names (`signing-<seconds>.pem`) becomes the current one.
    """
    older = sorted(folder.glob("signing-[0-9]*.pem"))
    if older and not (folder / CURRENT).exists():
        older[-1].replace(folder / CURRENT)
    for name in (CURRENT, NEXT):
        if not (folder / name).exists():
            _replace(folder / name, _new_key())


def rotate(folder: Path, *, at_once: bool = False) -> None:
    """Let the next key sign, keep the present one for verifying, and make another next one.

    Raises `TooEarly` while the next key is younger than a day, unless a suspicion cannot wait (`at_once`). Between any
    two of the three steps, what signs and what signed a moment ago can both be verified.
    """
    age = time.time() - (folder / NEXT).stat().st_mtime
    if age < PUBLISHED_S and not at_once:
        raise TooEarly(f"the next key has been published for {age / 3600:.1f} of 24 hours; --at-once does not wait")
    _replace(folder / PREVIOUS, (folder / CURRENT).read_bytes())
    (folder / NEXT).replace(folder / CURRENT)
    _replace(folder / NEXT, _new_key())


def stamp_of(folder: Path) -> Stamp:
    """What tells one state of the files from the next: each is replaced as a whole, so it is another file."""
    return tuple(_stamp(path) for path in _files(folder))


def read_keys(folder: Path) -> tuple[list[str], Stamp]:
    """The private keys in PEM, the signing one first, and the state of the files that they were read in.

    Read again while somebody rotates: a mixture of two states could lack a key that is in use.
    """
    while True:
        before = stamp_of(folder)
        try:
            found = [(folder / name).read_text() for name, there in zip(NAMES, before, strict=True) if there]
        except FileNotFoundError:  # it was renamed since it was looked at
            continue
        if before == stamp_of(folder):
            if before[0] is None:
                raise RuntimeError(f"no signing key in {folder}: run `sambang keys make`")
            return found, before


@cache
def _files(folder: Path) -> tuple[Path, ...]:
    """Made once: they are looked at in every call, and a path costs more to make than to look at."""
    return tuple(folder / name for name in NAMES)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def _new_key() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _replace(path: Path, content: bytes) -> None:
    """Write beside it and put it in its place, readable by this user alone from its first byte."""
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
