"""`/docs` and `/guides`: everything they need comes from us, and nothing else may load."""

import json
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser

import httpx
import pytest

from api.oversight.outline import CHAPTERS, shipped
from api.oversight.reference import ASSETS, GUIDES, INDONESIAN
from tests.support.house import House
from tests.verdicts.season import proposed

PAGES = ["/docs", "/guides", *(f"/guides/{name}" for name in GUIDES)]


class Addresses(HTMLParser):
    """What a page loads or links to, and what of it would be inline."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        if tag == "a":
            self.links.append(given["href"])
        elif tag in ("link", "script", "img", "iframe"):
            self.loads.append(given.get("href") or given["src"])


@pytest.fixture
async def browser(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A caller without a token: the pages are for people and stand outside the contract."""
    async with httpx.AsyncClient(transport=house.transport, base_url="http://sambang.test") as opened:
        yield opened


async def test_an_unknown_guide_or_asset_is_not_found(browser: httpx.AsyncClient) -> None:
    for path in ("/guides/nothing", "/guides/..%2fnothing", "/docs/assets/core.py", "/docs/assets/..%2f__init__.py"):
        answer = await browser.get(path)

        assert answer.status_code == 404, path
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_loads_nothing_but_what_we_serve(browser: httpx.AsyncClient, page: str) -> None:
    shown = await browser.get(page)
    found = Addresses(shown.text)

    assert shown.status_code == 200
    assert found.inline == []
    told = re.sub(r"<(pre|code)>.*?</\1>", "", shown.text, flags=re.DOTALL)  # text that loads nothing
    assert not re.search(r"(https?:)?//(?!127\.0\.0\.1)[a-z]", told)
    for address in found.loads:
        if address != "data:,":
            answer = await browser.get(str(shown.url.join(address)))
            assert answer.status_code == 200, address
            assert answer.url.host == "sambang.test"


@pytest.mark.parametrize("page", PAGES)
async def test_every_link_of_a_page_leads_somewhere(browser: httpx.AsyncClient, page: str) -> None:
    shown = await browser.get(page)

    for address in Addresses(shown.text).links:
        assert (await browser.get(str(shown.url.join(address)))).status_code == 200, address


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_allows_no_inline_code_and_no_other_host(browser: httpx.AsyncClient, page: str) -> None:
    headers = (await browser.get(page)).headers
    policy = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))

    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["form-action"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["content-type"] == "text/html; charset=utf-8"


async def test_assets_have_their_types_and_may_be_kept_for_an_hour(browser: httpx.AsyncClient) -> None:
    for name, path in ASSETS.items():
        answer = await browser.get(f"/docs/assets/{name}")

        assert answer.content == path.read_bytes()
        assert answer.headers["content-type"].partition(";")[0] in ("text/javascript", "text/css")
        assert answer.headers["cache-control"] == "public, max-age=3600"


def test_the_script_of_the_reference_asks_no_validator_and_keeps_no_token() -> None:
    script = ASSETS["reference.js"].read_text(encoding="utf-8")

    assert "validatorUrl: null" in script
    assert "persistAuthorization: false" in script
    assert "//" not in re.sub(r"^ *//.*$", "", script, flags=re.MULTILINE)


def test_chapters_are_described_in_both_languages_in_the_order_of_the_season(house: House) -> None:
    document = house.app.openapi()
    used = {tag for path in document["paths"].values() for operation in path.values() for tag in operation["tags"]}

    assert [tag["name"] for tag in document["tags"]] == [tag for tag, _, _ in CHAPTERS]
    assert used <= {tag for tag, _, _ in CHAPTERS}, "a new tag needs its line in api/oversight/outline.py"
    assert all(english and indonesian for _, english, indonesian in CHAPTERS)


def test_a_summary_is_a_sentence_and_not_a_function_name(house: House) -> None:
    for path in house.app.openapi()["paths"].values():
        for operation in path.values():
            words = re.sub(r"(?<!^)(?=[A-Z])", " ", operation["operationId"]).title()
            assert operation["summary"] != words
            assert 8 <= len(operation["summary"]) <= 120, operation["operationId"]


def test_the_way_to_a_token_is_told_where_it_is_asked_for(house: House) -> None:
    document = house.app.openapi()

    assert "/v1/sessions" in document["components"]["securitySchemes"]["HTTPBearer"]["description"]
    assert "Authorize" in document["info"]["description"]


async def test_a_guide_is_found_with_and_without_its_ending(browser: httpx.AsyncClient) -> None:
    for name in GUIDES:
        shown = await browser.get(f"/guides/{name}.md")

        assert shown.text == (await browser.get(f"/guides/{name}")).text
        assert f'<html lang="{"id" if name in INDONESIAN else "en"}">' in shown.text


async def test_the_refusal_printed_in_the_guide_is_what_the_api_answers(house: House) -> None:
    season = await proposed(house)
    await season.put("approved", "reviewed")
    guide = (shipped("guides") / "errors-and-retries.md").read_text(encoding="utf-8")
    printed = json.loads(guide.partition("```json")[2].partition("```")[0])

    client = await house.as_(season.team.ratna)
    answer = (await client.post(f"/v1/verdicts/{season.verdict}/reviews", json={"decision": "approve"})).json()

    assert answer | {"request_id": ""} == printed | {"request_id": ""}


def test_every_call_that_a_guide_names_is_in_the_contract(house: House) -> None:
    paths = house.app.openapi()["paths"]
    known = {(method.upper(), re.sub(r"\{\w+\}", "{}", path)) for path, named in paths.items() for method in named}

    for name in GUIDES:
        for method, path in re.findall(
            r"`(GET|POST|PATCH|PUT) (/[^`?]+)", (shipped("guides") / f"{name}.md").read_text()
        ):
            spelled = re.sub(r"\{\w+\}", "{}", path)
            assert (method, spelled) in known or path == "/problems/wrong_state", f"{name}: {method} {path}"


def test_every_guide_is_listed() -> None:
    assert {path.stem for path in shipped("guides").glob("*.md")} == set(GUIDES)
