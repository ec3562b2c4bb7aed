"""`/v1/oauth/authorize` and the code that it gives: refusals first, then the whole way of an app in a browser."""

import asyncio
import hashlib
import re
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.support.house import House
from tests.support.make import PASSWORD

CALLBACK = "https://dasbor.malangkota.go.id/callback"
VERIFIER = "an-app-makes-this-up-anew-for-every-login-7351"
CHALLENGE = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {
    "response_type": "code", "client_id": "dasbor", "redirect_uri": CALLBACK, "state": "x y&z",
    "code_challenge": CHALLENGE, "code_challenge_method": "S256",
}  # fmt: skip


async def app(house: House, name: str = "dasbor", *uris: str) -> None:
    made = await house.make.machine(name, "regions:read")
    await house.owner.execute("update clients set redirect_uris = $2 where id = $1", made.id, list(uris or (CALLBACK,)))


@pytest.fixture
async def browser(house: House) -> httpx.AsyncClient:
    """A browser of nobody in particular; the app of the dashboard is registered, Wayan has a password."""
    await app(house)
    await house.make.password(await house.make.observer())
    return await house.as_(None)


def said(answer: httpx.Response) -> dict[str, str]:
    """What the app is told in the address that the browser is sent to."""
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"].startswith(CALLBACK + "?")
    return {name: value[0] for name, value in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


async def log_in(browser: httpx.AsyncClient, asked: dict[str, str], **fields: str) -> httpx.Response:
    """Open the page and send its form, as a browser does."""
    page = await browser.get("/v1/oauth/authorize", params=asked)
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', page.text)
    assert found, page.text
    # the test's own address is http, the cookie is for this path alone
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    form = {"form_token": found[1], "username": "wayan", "password": PASSWORD} | fields
    return await browser.post("/v1/oauth/authorize", params=asked, data=form, headers={"Cookie": cookie})


async def exchange(browser: httpx.AsyncClient, given: str, /, **fields: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code", "code": given, "client_id": "dasbor", "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }  # fmt: skip
    return await browser.post("/v1/oauth/token", data=form | fields)


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "nobody"},
        {"client_id": ""},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": CALLBACK + "?x=1"},
        {"redirect_uri": CALLBACK.upper()},
        {"redirect_uri": CALLBACK.replace("https", "http")},
        {"redirect_uri": "https://dasbor.malangkota.go.id.evil.example/callback"},
        {"redirect_uri": "https://dasbor.malangkota.go.id/callback%2f.."},
        {"redirect_uri": "javascript:alert(1)"},
        {"state": "a\x00b"},
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_the_apps_own(
    browser: httpx.AsyncClient, wrong: dict[str, str]
) -> None:
    for method in ("GET", "POST"):
        answer = await browser.request(method, "/v1/oauth/authorize", params=ASKED | wrong)

        assert answer.status_code == 400
        assert "Location" not in answer.headers
        assert "<form" not in answer.text
        assert "evil" not in answer.text


async def test_an_address_twice_or_a_switched_off_app_is_refused(house: House, browser: httpx.AsyncClient) -> None:
    twice = f"{httpx.QueryParams(ASKED)}&redirect_uri=https://evil.example/"
    assert (await browser.get(f"/v1/oauth/authorize?{twice}")).status_code == 400
    await house.owner.execute("update principals set active = false where kind = 'client'")
    assert (await browser.get("/v1/oauth/authorize", params=ASKED)).status_code == 400


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": CHALLENGE + "="}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"scope": " "}, "invalid_scope"),
    ],
)
async def test_the_app_is_told_what_it_asked_wrongly(
    browser: httpx.AsyncClient, wrong: dict[str, str], error: str
) -> None:
    told = said(await browser.get("/v1/oauth/authorize", params=ASKED | wrong))

    assert told == {"error": error, "state": "x y&z", "iss": "https://sambang.malangkota.go.id"}


async def test_the_page_runs_and_loads_nothing_and_sends_its_form_home(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/v1/oauth/authorize", params=ASKED, headers={"Accept-Language": "id"})

    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'nonce-")
    assert "form-action 'self' https://dasbor.malangkota.go.id; base-uri 'none'; frame-ancestors 'none'" in policy
    assert (page.headers["Cache-Control"], page.headers["X-Frame-Options"]) == ("no-store", "DENY")
    assert "<script" not in page.text
    assert "Kata sandi" in page.text
    assert all(part in page.headers["Set-Cookie"].lower() for part in ("httponly", "samesite=strict", "path=/v1/oauth"))


async def test_what_an_app_is_called_is_text_and_not_a_page(house: House, browser: httpx.AsyncClient) -> None:
    await house.owner.execute("update clients set name = '<script>alert(1)</script>'")

    assert "<script" not in (await browser.get("/v1/oauth/authorize", params=ASKED)).text


async def test_a_form_that_another_site_sends_is_not_taken(browser: httpx.AsyncClient) -> None:
    form = {"username": "wayan", "password": PASSWORD, "form_token": "0" * 64}
    without = await browser.post("/v1/oauth/authorize", params=ASKED, data=form)
    guessed = await browser.post("/v1/oauth/authorize", params=ASKED, data=form, headers={"Cookie": "sambang_login=x"})
    page = await browser.get("/v1/oauth/authorize", params=ASKED)
    stolen = re.search(r'form_token" value="([0-9a-f]+)"', page.text)
    cookie = {"Cookie": page.headers["Set-Cookie"].partition(";")[0]}
    assert stolen
    other = await browser.post(
        "/v1/oauth/authorize", params=ASKED | {"state": "other"}, data=form | {"form_token": stolen[1]}, headers=cookie
    )

    assert [answer.status_code for answer in (without, guessed, other)] == [400, 400, 400]


async def test_wrong_names_passwords_and_codes_look_the_same_and_are_counted(
    house: House, browser: httpx.AsyncClient
) -> None:
    await house.make.password(await house.make.dewi())
    answers = [
        await log_in(browser, ASKED, username="nobody"),
        await log_in(browser, ASKED, password="wrong"),
        await log_in(browser, ASKED, password=""),
        await log_in(browser, ASKED, username="dewi", otp="000000"),
    ]
    hidden = re.compile(r'(value|nonce)="[^"]*"')
    assert {answer.status_code for answer in answers} == {401}
    assert len({hidden.sub("", answer.text) for answer in answers}) == 1
    asks = await log_in(browser, ASKED, username="dewi")
    assert (asks.status_code, "authenticator app is needed" in asks.text) == (401, True)
    for _ in range(8):
        await log_in(browser, ASKED, password="wrong")
    told = await log_in(browser, ASKED, password="wrong")
    await log_in(browser, ASKED, password="wrong")
    held = await log_in(browser, ASKED)
    assert (told.status_code, held.status_code, int(held.headers["Retry-After"]) > 0) == (401, 429, True)


async def test_the_whole_way_of_an_app(house: House, browser: httpx.AsyncClient) -> None:
    await house.make.password(await house.make.dewi())
    otp = await house.make.otp()

    told = said(await log_in(browser, ASKED | {"scope": "staff:read regions:read"}, username="Dewi", otp=otp))
    given = await exchange(browser, told["code"])

    assert (told["state"], told["iss"]) == ("x y&z", "https://sambang.malangkota.go.id")
    assert (given.status_code, given.headers["Cache-Control"]) == (200, "no-store")
    tokens: dict[str, Any] = given.json()
    assert tokens["scope"] == "regions:read staff:read"
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await browser.get("/v1/staff", headers=headers)).status_code == 200
    assert (await browser.get("/v1/households", headers=headers)).status_code == 403
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (await browser.post("/v1/oauth/token", data=refresh)).json()["error"] == "invalid_grant", "the app's alone"
    again = await browser.post("/v1/oauth/token", data=refresh | {"client_id": "dasbor"})
    assert again.json()["scope"] == "regions:read staff:read", "a refresh never widens it"
    stored = await house.owner.fetchval("select t::text from authorization_codes t")
    assert told["code"] not in stored


@pytest.mark.parametrize(
    ("wrong", "spoils"),
    [
        ({"code_verifier": VERIFIER[:-1] + "2"}, True),
        ({"code_verifier": CHALLENGE}, True),
        ({"code_verifier": "short"}, True),
        ({"redirect_uri": CALLBACK + "/"}, True),
        ({"code": "x"}, False),
        ({"client_id": "other"}, False),
        ({"client_id": "nobody"}, False),
        ({"code_verifier": ""}, False),
    ],
)
async def test_a_code_is_good_for_its_app_its_address_and_its_verifier(
    house: House, browser: httpx.AsyncClient, wrong: dict[str, str], spoils: bool
) -> None:
    await app(house, "other", "https://other.example/")
    code = said(await log_in(browser, ASKED))["code"]

    refused = await exchange(browser, code, **wrong)

    assert refused.status_code in (400, 401)
    assert set(refused.json()) == {"error", "error_description"}
    assert (await exchange(browser, code)).status_code == (400 if spoils else 200)


async def test_a_code_lasts_a_minute_and_dies_with_a_change_of_the_person(
    house: House, browser: httpx.AsyncClient
) -> None:
    for spoil in (
        "update authorization_codes set expires_at = now()",
        "update principals set version = version + 1 where kind = 'staff'",
        "update principals set active = false where kind = 'staff'",
    ):
        code = said(await log_in(browser, ASKED))["code"]
        await house.owner.execute(spoil)
        assert (await exchange(browser, code)).json()["error"] == "invalid_grant", spoil


async def test_a_code_that_comes_again_takes_back_what_it_gave(house: House, browser: httpx.AsyncClient) -> None:
    code = said(await log_in(browser, ASKED))["code"]
    tokens = (await exchange(browser, code)).json()

    assert (await exchange(browser, code)).json()["error"] == "invalid_grant"

    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": "dasbor"}
    assert (await browser.get("/v1/me", headers=headers)).status_code == 401
    assert (await browser.post("/v1/oauth/token", data=form)).status_code == 400
    assert await house.owner.fetchval("select count(*) from audit_events where action = 'session.code_reused'") == 1


async def test_of_eight_at_once_at_most_one_gets_tokens(browser: httpx.AsyncClient) -> None:
    code = said(await log_in(browser, ASKED))["code"]

    answers = await asyncio.gather(*(exchange(browser, code) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7


async def test_an_app_with_a_secret_must_prove_it(house: House, browser: httpx.AsyncClient) -> None:
    code = said(await log_in(browser, ASKED))["code"]
    arif = await house.as_(await house.make.arif())
    machine = (await arif.get("/v1/clients")).json()["items"][0]
    secret = (await arif.post(f"/v1/clients/{machine['id']}/secrets")).json()["client_secret"]

    assert (await exchange(browser, code)).status_code == 401
    assert (await exchange(browser, code, client_secret="wrong")).status_code == 401
    assert (await exchange(browser, code, client_secret=secret)).status_code == 200


@pytest.mark.parametrize(
    "uri",
    [
        "http://dasbor.malangkota.go.id/", "javascript:alert(1)", "https://a.example/#x", "https://a.example/ ; *",
        "https://*.example/", "//a.example/", "https://user@a.example/", "data:text/html,x", "",
    ],
)  # fmt: skip
async def test_addresses_that_cannot_be_an_apps_own_are_not_registered(house: House, uri: str) -> None:
    arif = await house.as_(await house.make.arif())
    body = {"client_id": "dasbor", "name": "Dasbor", "agency": "Diskominfo", "scopes": ["regions:read"]}

    answer = await arif.post("/v1/clients", json=body | {"redirect_uris": [uri]})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/redirect_uris/0")
    good = ["http://127.0.0.1:8080/callback", "id.go.malangkota.capi:/callback", CALLBACK]
    made = await arif.post("/v1/clients", json=body | {"redirect_uris": good})
    assert made.json()["redirect_uris"] == good
