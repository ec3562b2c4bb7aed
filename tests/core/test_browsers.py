"""An app in a browser reads answers and refusals of ours, and only where its place is named."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest

from api.core.settings import Settings
from api.core.vault import Vault
from api.main import create_app
from tests.support.contract import Contract
from tests.support.house import open_house

DASHBOARD = "https://dasbor.malangkota.go.id"


@pytest.fixture
async def browser(wanted: Settings, owner: asyncpg.Connection, vault: Vault) -> AsyncIterator[httpx.AsyncClient]:
    """What a script in a page of the dashboard calls with."""
    app = create_app(wanted.model_copy(update={"cors_origins": [DASHBOARD]}))
    async with open_house(app, Contract(app), owner, wanted, vault) as house:
        client = await house.as_(None)
        client.headers["Origin"] = DASHBOARD
        yield client


async def test_another_page_may_read_nothing(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/v1/meta", headers={"Origin": "https://elsewhere.test"})

    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [("/v1/me", None, 401), ("/v1/sessions", "{", 422), ("/v1/sessions", '"' + "a" * 1_100_000 + '"', 413)],
)
async def test_a_page_reads_why_it_was_refused(
    browser: httpx.AsyncClient, path: str, body: str | None, status: int
) -> None:
    json = {"Content-Type": "application/json"}
    answer = await (browser.get(path) if body is None else browser.post(path, content=body, headers=json))

    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == DASHBOARD


async def test_a_page_reads_the_headers_that_the_guides_speak_of(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/v1/meta")

    exposed = set(answer.headers["access-control-expose-headers"].split(", "))
    assert {"ETag", "Link", "Location", "Retry-After", "X-Request-Id", "Content-Disposition"} <= exposed


async def test_a_page_may_send_what_a_change_needs(browser: httpx.AsyncClient) -> None:
    asked = {
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,if-match,idempotency-key,purpose",
    }
    browser.event_hooks = {}  # it is the browser's own call: no operation of the contract
    answer = await browser.options("/v1/campaigns/a", headers=asked)

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-headers"] == asked["Access-Control-Request-Headers"]
