"""The base of every table: constraint names, UUIDv7 keys, enums as text with a CHECK, and what a column of bytes is."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


class Table(SQLModel):
    """Every table inherits this, so the naming convention stands before the first table is declared."""


class Identified(Table):
    """A table with a UUIDv7 key, made here: it sorts by time, and PostgreSQL 15 cannot make it."""

    id: UUID = Field(default_factory=uuid7, primary_key=True)


def text_enum(enum: type[StrEnum]) -> sa.Enum:
    """An enum stored as its value in a text column with a CHECK (a native type would store the member's name)."""
    return sa.Enum(
        enum,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=enum.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


@dataclass(frozen=True, slots=True)
class Sealed:
    """Bytes that the vault seals as `field`, bound to the id in the column `row` of the same row."""

    field: str
    row: str


@dataclass(frozen=True, slots=True)
class Digest:
    """The keyed digest, as `kind`, of what the column `of` of the same row seals."""

    kind: str
    of: str


@dataclass(frozen=True, slots=True)
class Hashed:
    """The bare hash of a random secret: too long to be guessed, so it depends on no key."""


def sealed(field: str, *, row: str = "id", **options: Any) -> Any:
    """A column of sealed bytes. The rotation of keys finds it by this declaration; a test asks for one of the three."""
    return _bytes(Sealed(field, row), options)


def digest(kind: str, *, of: str, **options: Any) -> Any:
    """A column of keyed digests, by which what `of` seals can be found."""
    return _bytes(Digest(kind, of), options)


def hashed(**options: Any) -> Any:
    """A column of hashes of random secrets."""
    return _bytes(Hashed(), options)


def _bytes(what: Sealed | Digest | Hashed, options: dict[str, Any]) -> Any:
    return Field(sa_type=sa.LargeBinary, sa_column_kwargs={"info": {"bytes": what}}, **options)
