"""Every table that holds seals or keyed digests, read from the tables' own declarations, so that none is forgotten."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel

from api.core.table import Digest, Sealed
from api.core.vault import Vault, WrongSeal
from api.sync.push_reading import read_item
from api.tables import ReceiptKind

Row: TypeAlias = Mapping[str, Any]
# What a digest of each kind is made of: the opened value, and the rest of its row. A test asks for every kind.
SAID: dict[str, Callable[[Row, bytes], str]] = {
    "nik": lambda _, number: number.decode(),
    "no_kk": lambda _, number: number.decode(),
    "receipt.bytes": lambda _, body: hashlib.sha256(body).hexdigest(),
    "receipt.content": lambda row, body: read_item(ReceiptKind(row["kind"]), body).received.content.hex(),
}
BESIDE = {"receipt.content": ("kind",)}


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table, its key with the types of its columns, and what its columns of bytes are."""

    name: str
    key: dict[str, str]
    sealed: dict[str, Sealed]
    digests: dict[str, Digest]

    @property
    def read(self) -> tuple[str, ...]:
        """The columns that a renewal looks at."""
        bound = (seal.row for seal in self.sealed.values())
        beside = (name for digest in self.digests.values() for name in BESIDE.get(digest.kind, ()))
        return tuple(dict.fromkeys((*self.key, *self.sealed, *self.digests, *bound, *beside)))

    def renewed(self, row: Row, vault: Vault) -> dict[str, bytes]:
        """The columns of a row that the newest keys did not make, as they make them; raises `WrongSeal`."""
        changed, opened = {}, {}
        for name, seal in self.sealed.items():
            if row[name]:  # what is empty seals nothing
                opened[name], anew = vault.renew(seal.field, row[seal.row], row[name])
                if anew is not None:
                    changed[name] = anew
        for name, digest in self.digests.items():
            if digest.of in opened:
                made = vault.index(digest.kind, SAID[digest.kind](row, opened[digest.of]))
                if made != row[name]:
                    changed[name] = made
        return changed


def renew_rows(
    table: SealedTable, rows: list[dict[str, Any]], vault: Vault
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of a batch that change, as they will stand, and the keys of those that no live key opens."""
    changed, unreadable = [], []
    for row in rows:
        try:
            if found := table.renewed(row, vault):
                changed.append(row | found)
        except WrongSeal:
            unreadable.append({name: row[name] for name in table.key})
    return changed, unreadable


def sealed_tables() -> list[SealedTable]:
    """Every table with a seal, but for those whose rows are made anew from a file whenever they are needed."""
    found = []
    for table in SQLModel.metadata.sorted_tables:
        what = {column.name: column.info.get("bytes") for column in table.columns}
        sealed = {name: one for name, one in what.items() if isinstance(one, Sealed)}
        if sealed and not table.info.get("made_anew"):
            digests = {name: one for name, one in what.items() if isinstance(one, Digest)}
            key = {column.name: _type(column) for column in table.primary_key.columns}
            found.append(SealedTable(table.name, key, sealed, digests))
    return found


def tables_made_anew() -> list[str]:
    """Tables of seals whose rows an interrupted job begins without."""
    return [table.name for table in SQLModel.metadata.sorted_tables if table.info.get("made_anew")]


def _type(column: sa.Column[Any]) -> str:
    return column.type.compile(postgresql.dialect())  # type: ignore[no-untyped-call]  # the library's own
