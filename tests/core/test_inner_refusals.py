"""What a page of another origin may read: every answer, refusals by whatever comes before a route among them."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest

from api.core.settings import Settings
from api.core.vault import Vault
from api.main import create_app
from tests.support.contract import Contract
from tests.support.house import House, open_house

ORIGIN = "https://dasbor.malangkota.go.id"


@pytest.fixture
async def house(owner: asyncpg.Connection, contract: Contract, wanted: Settings, vault: Vault) -> AsyncIterator[House]:
    """A house that lets one origin in, with a door that breaks."""
    chosen = wanted.model_copy(update={"cors_origins": [ORIGIN], "calls_address": 60})
    app = create_app(chosen)

    async def break_down() -> None:
        raise RuntimeError("an error of ours")

    app.add_api_route("/broken", break_down)
    async with open_house(app, contract, owner, chosen, vault) as opened:
        opened.transport.raise_app_exceptions = False
        yield opened


async def readable(house: House, method: str, path: str, origin: str = ORIGIN, **sent: str) -> tuple[int, bool]:
    """The status, and whether the page may read it with the code that is in it."""
    async with httpx.AsyncClient(transport=house.transport, base_url="http://sambang.test") as page:
        answer = await page.request(method, path, headers={"Origin": origin}, **sent)  # type: ignore[arg-type]
    assert answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    allowed = answer.headers.get("access-control-allow-origin") == origin
    return answer.status_code, allowed and "Retry-After" in answer.headers["access-control-expose-headers"]


async def test_another_origin_reads_nothing(house: House) -> None:
    assert await readable(house, "GET", "/v1/me", origin="https://jahat.example") == (401, False)


async def test_whoever_refuses_a_page_reads_why(house: House) -> None:
    too_large = "x" * 2 * 1024 * 1024

    assert await readable(house, "GET", "/v1/me") == (401, True)
    assert await readable(house, "POST", "/v1/sessions", content=too_large) == (413, True)
    assert await readable(house, "GET", "/broken") == (500, True)
    while (told := await readable(house, "GET", "/v1/meta"))[0] == 200:
        pass
    assert told == (429, True)
    assert await readable(house, "POST", "/v1/sessions", content=too_large) == (429, True), "too large is counted too"
