"""A house with keys of its own: what is done to them, no other test sees."""

import shutil
from pathlib import Path

import asyncpg
import pytest

from api.core.embedded import EmbeddedPostgres
from api.core.settings import Settings
from api.core.vault import Vault, open_vault
from tests.conftest import LOGIN


@pytest.fixture
def wanted(owner: asyncpg.Connection, cluster: EmbeddedPostgres, keys_folder: Path, tmp_path: Path) -> Settings:
    """The settings of the app under test, with a copy of the session's keys."""
    shutil.copytree(keys_folder, tmp_path / "keys")
    database = owner._params.database  # asyncpg names it nowhere else
    return Settings(
        env="test",
        database_url=cluster.database_url(database, LOGIN),
        database_owner_url=cluster.database_url(database),
        private_folder=tmp_path,
        calls_person=1_000_000,
        calls_address=1_000_000,
    )


@pytest.fixture
def vault(wanted: Settings) -> Vault:
    """The vault that the app under test uses, as it is before a rotation."""
    return open_vault(wanted.keys_folder)
