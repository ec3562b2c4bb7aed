"""A real PostgreSQL on a RAM disk, a template built by the migrations, a clone a test, HTTP over the real app."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from fastapi import FastAPI

from api import standalone
from api.access import database_roles
from api.core import migrations
from api.core.embedded import EmbeddedPostgres, start
from api.core.settings import Settings, database_settings
from api.core.vault import Vault, open_vault
from api.main import create_app
from tests.support.contract import Contract
from tests.support.house import House, open_house

TEMPLATE = "sambang_template"
LOGIN = "sambang_login"


@pytest.fixture(scope="session")
def cluster() -> Iterator[EmbeddedPostgres]:
    """One cluster for the session; nothing in it needs to survive."""
    memory = Path("/dev/shm")  # noqa: S108  # a RAM disk, not a place for secrets
    with tempfile.TemporaryDirectory(prefix="sambang-test-", dir=memory if memory.exists() else None) as folder:
        Path(folder).chmod(0o755)
        running = start(Path(folder) / "cluster", durable=False)
        try:
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="session")
def keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys of this session only."""
    folder = tmp_path_factory.mktemp("keys") / "keys"
    standalone.make_keys(folder)
    return folder


@pytest.fixture(scope="session")
def vault(keys_folder: Path) -> Vault:
    """The vault that the app under test uses."""
    return open_vault(keys_folder)


@pytest.fixture(scope="session")
def template(cluster: EmbeddedPostgres) -> str:
    """A database migrated up, down and up again, with its roles and policies."""

    async def build() -> None:
        owner = await asyncpg.connect(cluster.owner_url)
        await owner.execute(f"create database {TEMPLATE}")
        await owner.close()

    async def secure() -> None:
        owner = await asyncpg.connect(cluster.database_url(TEMPLATE))
        await database_roles.install(owner, "sambang_", LOGIN, None)
        await owner.close()

    asyncio.run(build())
    os.environ["SAMBANG_DATABASE_URL"] = cluster.database_url(TEMPLATE)
    database_settings.cache_clear()
    for revision in ("head", "base", "head"):
        (migrations.upgrade if revision == "head" else migrations.downgrade)(revision)
    asyncio.run(secure())
    return TEMPLATE


@pytest.fixture(scope="session")
def app(template: str, keys_folder: Path) -> FastAPI:
    """The one app of the session."""
    return create_app(Settings(env="test", private_folder=keys_folder.parent))


@pytest.fixture(scope="session")
def contract(app: FastAPI) -> Contract:
    """What the app publishes, to hold every answer against."""
    return Contract(app)


@asynccontextmanager
async def own_database(cluster: EmbeddedPostgres, template: str) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection to a clone of the template, gone afterwards."""
    name = f"test_{os.urandom(6).hex()}"
    admin = await asyncpg.connect(cluster.owner_url)
    await admin.execute(f"create database {name} template {template}")
    connection = await asyncpg.connect(cluster.database_url(name))
    yield connection
    await connection.close()
    await admin.execute(f"drop database {name} with (force)")
    await admin.close()


@pytest.fixture
async def owner(cluster: EmbeddedPostgres, template: str) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection to this test's own database, a clone of the template."""
    async with own_database(cluster, template) as connection:
        yield connection


@pytest.fixture
def wanted(owner: asyncpg.Connection, cluster: EmbeddedPostgres, keys_folder: Path) -> Settings:
    """The settings of the app under test: the login role, this test's database."""
    database = owner._params.database  # asyncpg names it nowhere else
    return Settings(
        env="test",
        database_url=cluster.database_url(database, LOGIN),
        private_folder=keys_folder.parent,
    )


@pytest.fixture
async def house(
    app: FastAPI, contract: Contract, owner: asyncpg.Connection, wanted: Settings, vault: Vault
) -> AsyncIterator[House]:
    """The running app, its HTTP clients, and makers over the owner's connection."""
    async with open_house(app, contract, owner, wanted, vault) as opened:
        yield opened


@pytest.fixture
async def login(wanted: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A raw connection as the app has it, without the app."""
    connection = await asyncpg.connect(wanted.database_url)
    yield connection
    await connection.close()
