"""Personal numbers and raw submissions: MultiFernet bound to the row, and a keyed blind index to find a number by.

The recipe of `trust.md` 4: the library chooses nonce, mode and padding; a ciphertext moved to another row or field
does not open; the index is an HMAC, because every NIK of a city can be enumerated and hashed in minutes.

The keys of a folder may change while a process runs: `current()` is this vault with those that lie there now.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

SEALS, INDEXES = "vault.keys", "index.keys"
Stamp: TypeAlias = tuple[tuple[int, int], ...]


class WrongSeal(Exception):
    """A ciphertext does not belong to this row and field, or no live key opens it."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals, opens and indexes. The first key of each list writes, all of them read."""

    keys: MultiFernet
    newest: Fernet
    older: tuple[Fernet, ...]
    index_keys: tuple[bytes, ...]
    folder: Path
    stamp: Stamp

    def current(self) -> "Vault":
        """The vault as its folder holds it now: two looks at a file's date; the files are read when one has changed."""
        stamp = _stamp(self.folder)
        return self if stamp == self.stamp else _read(self.folder, stamp)

    def seal(self, field: str, row: UUID | str, value: str) -> bytes:
        """Encrypt one value for one field of one row."""
        return self.seal_bytes(field, row, value.encode())

    def open(self, field: str, row: UUID | str, sealed: bytes) -> str:
        """Decrypt a value; raises `WrongSeal` when it was sealed for another row or field."""
        return self.open_bytes(field, row, sealed).decode()

    def seal_bytes(self, field: str, row: UUID | str, value: bytes) -> bytes:
        """Encrypt bytes for one field of one row."""
        return self.keys.encrypt(f"1|{field}|{row}|".encode() + value)

    def open_bytes(self, field: str, row: UUID | str, sealed: bytes) -> bytes:
        """Decrypt bytes; raises `WrongSeal` when they were sealed for another row or field."""
        try:
            return self._bound(field, row, self.keys.decrypt(sealed))
        except InvalidToken as broken:
            later = self.current()
            if later is self:
                raise WrongSeal(field) from broken
            return later.open_bytes(field, row, sealed)  # sealed anew since this vault was read

    def open_all(self, field: str, rows: Sequence[str], sealed: Sequence[bytes | None]) -> list[str | None]:
        """Decrypt one field of many rows, each as `open` does; None where nothing is sealed."""
        each = zip(rows, sealed, strict=True)
        return [None if one is None else self.open(field, row, one) for row, one in each]

    def renew(self, field: str, row: UUID, sealed: bytes) -> tuple[bytes, bytes | None]:
        """The plain bytes, and the same sealed under the newest key: none when that is what sealed them."""
        try:
            return self._bound(field, row, self.newest.decrypt(sealed)), None
        except InvalidToken:
            plain = self._open_older(field, row, sealed)
            return plain, self.seal_bytes(field, row, plain)

    def _open_older(self, field: str, row: UUID, sealed: bytes) -> bytes:
        """What the newest key does not open: the keys before it first, which a rotation asks 100,000 times."""
        for key in self.older:
            with suppress(InvalidToken):
                return self._bound(field, row, key.decrypt(sealed))
        return self.open_bytes(field, row, sealed)

    @staticmethod
    def _bound(field: str, row: UUID | str, opened: bytes) -> bytes:
        version, kind, owner, value = opened.split(b"|", 3)
        if (version, kind, owner) != (b"1", field.encode(), str(row).encode()):
            raise WrongSeal(field)
        return value

    def index(self, kind: str, number: str) -> bytes:
        """The blind index that is stored beside a number of this kind (`nik` or `no_kk`): 32 bytes."""
        return _digest(self.index_keys[0], kind, number)

    def indexes(self, kind: str, number: str) -> list[bytes]:
        """The blind indexes under every live key, to search with `= any(...)`."""
        return [_digest(key, kind, number) for key in self.index_keys]


def _digest(key: bytes, kind: str, number: str) -> bytes:
    begun = _keyed(key).copy()
    begun.update(f"{kind}|{number}".encode())
    return begun.finalize()


@lru_cache(maxsize=8)
def _keyed(key: bytes) -> HMAC:
    """An HMAC under this key, to be copied: a fifth of the price of beginning one."""
    return HMAC(key, SHA256())


def make_vault_keys(folder: Path) -> None:
    """Make the vault's two key files on first run; an existing file is never touched."""
    for name in (SEALS, INDEXES):
        path = folder / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_bytes(Fernet.generate_key() + b"\n")


def open_vault(folder: Path) -> Vault:
    """Read the key files, one key a line, the writing key first; a missing file is an error, never a default."""
    return _read(folder, _stamp(folder))


def _stamp(folder: Path) -> Stamp:
    """What tells one state of the key files from the next: each is replaced as a whole, so it is another file."""
    return tuple((found.st_ino, found.st_mtime_ns) for found in (path.stat() for path in _files(folder)))


@cache
def _files(folder: Path) -> tuple[Path, ...]:
    """Made once: they are looked at in every call, and a path costs more to make than to look at."""
    return tuple(folder / name for name in (SEALS, INDEXES))


@lru_cache(maxsize=8)
def _read(folder: Path, stamp: Stamp) -> Vault:
    fernets = [Fernet(line) for line in (folder / SEALS).read_bytes().split()]
    indexes = tuple((folder / INDEXES).read_bytes().split())
    return Vault(MultiFernet(fernets), fernets[0], tuple(fernets[1:]), indexes, folder, stamp)
