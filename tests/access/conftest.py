"""What tests of row security start from: a season of two teams."""

import pytest

from tests.access.two_teams import Season, play
from tests.support.house import House


@pytest.fixture
async def season(house: House) -> Season:
    """Two teams, each with a household of each of its enumerators, and something in every table."""
    return await play(house)
