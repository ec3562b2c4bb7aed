"""The vault's key files while they are rotated: a new key is added, becomes the writing one, and stays alone at last.

A third file, `rotation`, says which keys are to go, so that a rotation that was broken off goes on where it stood.
Each file is replaced as a whole and is on the disk before anything is done with its keys.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
from cryptography.fernet import Fernet

from api.core.vault import INDEXES, SEALS

RINGS = (SEALS, INDEXES)
MARK = "rotation"


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """A folder of keys in which the named rings are being rotated."""

    folder: Path

    def begin(self, rings: Sequence[str]) -> bool:
        """Say which keys are to go, unless a rotation that was broken off has said so; whether this one is new."""
        if (self.folder / MARK).exists():
            return False
        leaving = {ring: _name(self._keys(ring)[0]) for ring in rings}
        _replace(self.folder / MARK, orjson.dumps(leaving))
        return True

    @property
    def leaving(self) -> dict[str, str]:
        """The names of the keys that are to go, by ring."""
        found: dict[str, str] = orjson.loads((self.folder / MARK).read_bytes())
        return found

    def add(self) -> None:
        """Give each ring a key that reads, where it has none yet: the leaving one goes on writing."""
        for ring, leaving in self.leaving.items():
            keys = self._keys(ring)
            if len(keys) == 1 and _name(keys[0]) == leaving:
                self._write(ring, [*keys, Fernet.generate_key()])

    def switch(self) -> None:
        """Let the new keys write."""
        for ring, leaving in self.leaving.items():
            keys = self._keys(ring)
            if _name(keys[0]) == leaving:
                self._write(ring, [keys[-1], *keys[:-1]])

    def retire(self) -> None:
        """Take every key away but the writing one, and end the rotation."""
        for ring in self.leaving:
            self._write(ring, self._keys(ring)[:1])
        (self.folder / MARK).unlink()
        _sync(self.folder)

    def _keys(self, ring: str) -> list[bytes]:
        return (self.folder / ring).read_bytes().split()

    def _write(self, ring: str, keys: Sequence[bytes]) -> None:
        _replace(self.folder / ring, b"".join(key + b"\n" for key in keys))


def _name(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:16]


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
