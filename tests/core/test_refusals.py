"""A process does not start with what would break a promise: eight ways, each refused with what to change."""

import shutil
from pathlib import Path

import asyncpg
import pytest

from api.core.database import open_database
from api.core.process import open_process
from api.core.refusals import UnsafeToStart, refuse_unsafe_database, refuse_unsafe_place
from api.core.settings import Settings

LOUD = "the database's log"


async def reasons(wanted: Settings) -> str:
    """Why the database is refused, or nothing."""
    database = open_database(wanted)
    try:
        await refuse_unsafe_database(database, wanted)
    except UnsafeToStart as refused:
        return str(refused)
    finally:
        await database.close()
    return ""


async def test_a_login_role_with_too_much_power_is_refused(wanted: Settings, owner: asyncpg.Connection) -> None:
    name = await owner.fetchval("select current_database()")
    for power in ("superuser noinherit", "bypassrls noinherit", "inherit", "noinherit"):
        await owner.execute(f"create role mighty login {power}")
        await owner.execute(f'grant connect on database "{name}" to mighty')
        try:
            refused = await reasons(
                wanted.model_copy(update={"database_url": wanted.database_url.replace("sambang_login", "mighty")})
            )
        finally:
            await owner.execute(f'revoke connect on database "{name}" from mighty')
            await owner.execute("drop role mighty")
        assert ("login role" in refused) == (power != "noinherit"), power


async def test_a_login_role_that_owns_a_table_is_refused(wanted: Settings, owner: asyncpg.Connection) -> None:
    await owner.execute("create table owned (id int); alter table owned owner to sambang_login")
    refused = await reasons(wanted)
    await owner.execute("drop table owned")
    assert "own nothing" in refused
    assert await reasons(wanted) == ""


@pytest.mark.parametrize("env", ["production", "development"])
async def test_a_database_that_may_forget_is_refused(wanted: Settings, env: str) -> None:
    assert "fsync" in await reasons(wanted.model_copy(update={"env": env}))


@pytest.mark.parametrize(
    "loud",
    [
        {"log_error_verbosity": "default"},
        {"log_parameter_max_length_on_error": "-1"},
        {"log_statement": "all"},
        {"log_min_duration_statement": "1000"},
    ],
)
async def test_a_server_that_logs_values_is_refused_in_production(
    wanted: Settings, owner: asyncpg.Connection, loud: dict[str, str]
) -> None:
    production = wanted.model_copy(update={"env": "production"})
    assert LOUD not in await reasons(production)
    name = await owner.fetchval("select current_database()")
    for setting, value in loud.items():
        await owner.execute(f"alter database \"{name}\" set {setting} = '{value}'")
    assert LOUD in await reasons(production)
    assert await reasons(wanted) == ""
    await owner.execute(f'alter database "{name}" set log_parameter_max_length = 0')
    told = any("statement" in setting for setting in loud)
    assert (LOUD in await reasons(production)) != told  # a logged statement without its parameters tells nothing


def test_keys_that_others_read_and_the_demo_and_debug_mode_are_refused_in_production(
    wanted: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "private"
    shutil.copytree(wanted.keys_folder, private / "keys")
    production = wanted.model_copy(update={"env": "production", "private_folder": private})
    refuse_unsafe_place(production)
    key = next((private / "keys").glob("*"))
    key.chmod(0o640)
    with pytest.raises(UnsafeToStart, match=f"chmod 600 {key}"):
        refuse_unsafe_place(production)
    key.chmod(0o600)
    (private / "demo.json").touch()
    with pytest.raises(UnsafeToStart, match="demo's logins"):
        refuse_unsafe_place(production)
    (private / "demo.json").unlink()
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")
    with pytest.raises(UnsafeToStart, match="debug mode"):
        refuse_unsafe_place(production)
    refuse_unsafe_place(wanted)


async def test_a_process_asks_before_it_serves(wanted: Settings, tmp_path: Path) -> None:
    (tmp_path / "demo.json").touch()
    with pytest.raises(UnsafeToStart):
        async with open_process(wanted.model_copy(update={"env": "production", "private_folder": tmp_path}), None):
            pass
