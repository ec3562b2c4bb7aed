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


async def test_no_trigger_compares_every_row_before_with_every_row_after(owner: asyncpg.Connection) -> None:
    # its plan is made once a connection, for as few rows as came first, and kept for a whole city's
    told = await owner.fetch(
        "select p.proname, 'enable_nestloop=off' = any(p.proconfig) as safe from pg_proc p where exists (select from"
        " pg_trigger t where t.tgfoid = p.oid and t.tgoldtable is not null and t.tgnewtable is not null)"
    )
    assert {row["proname"]: row["safe"] for row in told} == {"tell_of_assignments": True, "tell_of_households": True}
