"""Personal numbers and raw submissions: MultiFernet bound to the row, and a keyed blind index to find a number by.

The recipe of `trust.md` 4: the library chooses nonce, mode and padding; a ciphertext moved to another row or field
does not open; the index is an HMAC, because every NIK of a city can be enumerated and hashed in minutes.
"""

import hmac
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class WrongSeal(Exception):
    """A ciphertext does not belong to this row and field, or no live key opens it."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals, opens and indexes. The first key of each list writes, all of them read."""

    keys: MultiFernet
    index_keys: tuple[bytes, ...]

    def seal(self, field: str, row: UUID | str, value: str) -> bytes:
        """Encrypt one value for one field of one row."""
        return self.seal_bytes(field, row, value.encode())

    def open(self, field: str, row: UUID, sealed: bytes) -> str:
        """Decrypt a value; raises `WrongSeal` when it was sealed for another row or field."""
        return self.open_bytes(field, row, sealed).decode()

    def seal_bytes(self, field: str, row: UUID | str, value: bytes) -> bytes:
        """Encrypt bytes for one field of one row."""
        return self.keys.encrypt(f"1|{field}|{row}|".encode() + value)

    def open_bytes(self, field: str, row: UUID, sealed: bytes) -> bytes:
        """Decrypt bytes; raises `WrongSeal` when they were sealed for another row or field."""
        try:
            version, kind, owner, value = self.keys.decrypt(sealed).split(b"|", 3)
        except InvalidToken as broken:
            raise WrongSeal(field) from broken
        if (version, kind, owner) != (b"1", field.encode(), str(row).encode()):
            raise WrongSeal(field)
        return value

    def index(self, kind: str, number: str) -> bytes:
        """The blind index that is stored beside a number of this kind (`nik` or `no_kk`): 32 bytes."""
        return hmac.digest(self.index_keys[0], f"{kind}|{number}".encode(), "sha256")

    def indexes(self, kind: str, number: str) -> list[bytes]:
        """The blind indexes under every live key, to search with `= any(...)`."""
        return [hmac.digest(key, f"{kind}|{number}".encode(), "sha256") for key in self.index_keys]


def make_vault_keys(folder: Path) -> None:
    """Make the vault's two key files on first run; an existing file is never touched."""
    for name in ("vault.keys", "index.keys"):
        path = folder / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_bytes(Fernet.generate_key() + b"\n")


def open_vault(folder: Path) -> Vault:
    """Read the key files, one key a line, the writing key first; a missing file is an error, never a default."""
    fernets = [Fernet(line) for line in (folder / "vault.keys").read_bytes().split()]
    return Vault(MultiFernet(fernets), tuple((folder / "index.keys").read_bytes().split()))
