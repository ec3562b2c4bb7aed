"""The database says the same as the code: migrations are complete, and each CHECK lists exactly its enum's words."""

import asyncpg
import sqlalchemy as sa
from alembic import command
from sqlmodel import SQLModel

from api.core import migrations
from api.core.table import Digest, Hashed, Sealed


async def test_every_check_lists_the_words_of_its_enum(owner: asyncpg.Connection) -> None:
    checks = {
        (row["table_name"], row["name"]): row["definition"]
        for row in await owner.fetch(
            "select c.conrelid::regclass::text as table_name, c.conname as name,"
            " pg_get_constraintdef(c.oid) as definition from pg_constraint c where c.contype = 'c'"
        )
    }
    seen = 0
    for table in SQLModel.metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, sa.Enum):
                definition = checks[table.name, f"ck_{table.name}_{column.type.name}"]
                words = set(definition.replace("'", '"').split('"')[1::2])
                assert words == set(column.type.enums), f"{table.name}.{column.name}"
                seen += 1
    assert seen > 15


def test_the_migrations_make_exactly_the_tables(template: str) -> None:
    command.check(migrations.config())


def test_every_column_of_bytes_says_whether_it_is_sealed_a_digest_or_a_hash() -> None:
    # a column that does not would be forgotten by `sambang vault rotate` and unreadable ever after
    for table in SQLModel.metadata.tables.values():
        for column in table.columns:
            if not isinstance(column.type, sa.LargeBinary):
                continue
            what = column.info.get("bytes")
            assert isinstance(what, Sealed | Digest | Hashed), f"{table.name}.{column.name}"
            if isinstance(what, Sealed):
                assert what.row in table.columns, f"{table.name}.{column.name}"
            if isinstance(what, Digest):
                assert isinstance(table.columns[what.of].info["bytes"], Sealed), f"{table.name}.{column.name}"
