"""What tests of row security start from: a connection as the app has it, and a season of two teams."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from api.core.settings import Settings
from tests.access.two_teams import Season, play
from tests.support.house import House


@pytest.fixture
async def login(wanted: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A raw connection as the app has it, without the app."""
    connection = await asyncpg.connect(wanted.database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def season(house: House) -> Season:
    """Two teams, each with a household of each of its enumerators, and something in every table."""
    return await play(house)
