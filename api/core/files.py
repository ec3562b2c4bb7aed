"""Files that came in: each chunk sealed before it touches a disk, found by the id of what it belongs to."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from api.core.vault import Vault

CHUNK = 256 * 1024
BEING_WRITTEN = ".writing"


@dataclass(slots=True)
class SealedFile:
    """A file being written: `write()` as bytes come, `close()` at the end; sha256 and size are of the plain bytes."""

    path: Path
    vault: Vault
    owner: UUID
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    waiting: bytearray = field(default_factory=bytearray)

    def write(self, data: bytes) -> None:
        """Take more of the file."""
        self.size += len(data)
        self.digest.update(data)
        self.waiting += data
        while len(self.waiting) >= CHUNK:
            self._flush(CHUNK)

    def close(self) -> None:
        """Write what is left."""
        if self.waiting or not self.path.exists():
            self._flush(len(self.waiting))

    def _flush(self, length: int) -> None:
        # an upload may last longer than a key: each chunk is sealed with the newest of that moment
        sealed = self.vault.current().seal_bytes("file", self.owner, bytes(self.waiting[:length]))
        del self.waiting[:length]
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.path.open("ab") as file:
            file.write(sealed + b"\n")


def seal_whole(path: Path, vault: Vault, owner: UUID, data: bytes) -> None:
    """Write a sealed file as a whole: it is there with all its bytes, on the disk itself, or it is not there."""
    beside = path.with_name(path.name + BEING_WRITTEN)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(beside, "wb", opener=_private) as file:  # Path.open has no opener
        file.write(sealed_bytes(vault, owner, data))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def sealed_bytes(vault: Vault, owner: UUID, data: bytes) -> bytes:
    """The same bytes as a sealed file holds them: a chunk a line."""
    chunks = (data[place : place + CHUNK] for place in range(0, len(data) or 1, CHUNK))
    return b"".join(vault.seal_bytes("file", owner, chunk) + b"\n" for chunk in chunks)


def opened_bytes(vault: Vault, owner: UUID, sealed: bytes) -> bytes:
    """The plain bytes of what `sealed_bytes` made; raises `WrongSeal`."""
    return b"".join(vault.open_bytes("file", owner, line) for line in sealed.splitlines())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def read_sealed(path: Path, vault: Vault, owner: UUID) -> Iterator[bytes]:
    """The plain bytes of a sealed file, a chunk at a time; the plain file never lies on a disk."""
    with path.open("rb") as file:
        for line in file:
            yield vault.open_bytes("file", owner, line.rstrip(b"\n"))
