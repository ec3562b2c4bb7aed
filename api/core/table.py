"""The base of every table: constraint names, UUIDv7 keys, enums as text with a CHECK."""

from enum import StrEnum
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
