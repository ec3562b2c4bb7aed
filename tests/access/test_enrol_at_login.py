"""The login page gives an authenticator app to who must have one: refusals first, then the whole way of Bu Dewi."""

import re
import time

import httpx
import pyotp
import pytest

from tests.access.test_authorize import ASKED, app, exchange, log_in, said
from tests.support.house import House
from tests.support.make import PASSWORD

PATH = "/v1/oauth/authorize"
SECRET = re.compile(r"<code>([A-Z2-7 ]+)</code>")
HIDDEN = re.compile(r'name="(form_token|enrolment)" value="([^"]+)"')


@pytest.fixture
async def browser(house: House) -> httpx.AsyncClient:
    """A browser; Bu Dewi has a password and no authenticator app yet."""
    await app(house)
    await house.make.password(await house.make.dewi())
    await house.owner.execute("delete from second_factors")
    return await house.as_(None)


async def send(browser: httpx.AsyncClient, page: httpx.Response, **fields: str) -> httpx.Response:
    """Send the page's form as a browser does."""
    cookie = {"Cookie": page.headers["Set-Cookie"].partition(";")[0]}
    return await browser.post(PATH, params=ASKED, data=dict(HIDDEN.findall(page.text)) | fields, headers=cookie)


def secret_of(page: httpx.Response) -> str:
    found = SECRET.search(page.text)
    assert found, page.text
    return found[1].replace(" ", "")


def code_of(page: httpx.Response, step: int = 0) -> str:
    return pyotp.TOTP(secret_of(page)).at(time.time(), counter_offset=step)


async def confirmed(house: House) -> bool:
    return bool(await house.owner.fetchval("select count(*) from second_factors where confirmed_at is not null"))


async def test_a_wrong_password_shows_no_secret(house: House, browser: httpx.AsyncClient) -> None:
    answer = await log_in(browser, ASKED, username="dewi", password="wrong")

    assert (answer.status_code, SECRET.search(answer.text)) == (401, None)
    assert await house.owner.fetchval("select count(*) from second_factors") == 0


async def test_who_needs_no_second_factor_is_asked_for_none(house: House, browser: httpx.AsyncClient) -> None:
    await house.make.password(await house.make.observer())

    assert said(await log_in(browser, ASKED, username="wayan"))["code"]


async def test_a_code_of_another_app_confirms_nothing_and_shows_the_same_secret(
    house: House, browser: httpx.AsyncClient
) -> None:
    page = await log_in(browser, ASKED, username="dewi")
    for wrong in (code_of(page, 5), "", "x", "٠٠٠٠٠٠"):
        again = await send(browser, page, otp=wrong)

        assert (again.status_code, secret_of(again)) == (401, secret_of(page))
        assert "Location" not in again.headers
    assert not await confirmed(house)


async def test_a_ticket_is_no_other_token_and_no_other_token_is_a_ticket(
    house: House, browser: httpx.AsyncClient
) -> None:
    page = await log_in(browser, ASKED, username="dewi")
    ticket = dict(HIDDEN.findall(page.text))["enrolment"]
    headers = {"Authorization": f"Bearer {ticket}"}
    assert (await browser.get("/v1/households", headers=headers)).status_code == 403
    dewi = await house.owner.fetchval("select id from principals where role = 'bappeda'")
    whole = house.state["key_ring"].issue(dewi, 1, frozenset({"second_factor:write", "staff:read"}), 600, None)
    ended = house.state["key_ring"].issue(dewi, 1, frozenset({"second_factor:write"}), -60, None)
    for other in (whole, ended, "x.y.z", ticket[:-2]):
        answer = await send(browser, page, otp=code_of(page), enrolment=other)
        assert answer.status_code == 400, other
    foreign = {"enrolment": ticket, "otp": code_of(page), "form_token": "0" * 64}
    assert (await browser.post(PATH, params=ASKED, data=foreign)).status_code == 400, "another site's form"
    await house.owner.execute("update principals set version = version + 1 where role = 'bappeda'")
    assert (await send(browser, page, otp=code_of(page))).status_code == 400, "changed since"
    assert not await confirmed(house)


async def test_the_page_runs_and_loads_nothing(browser: httpx.AsyncClient) -> None:
    page = await log_in(browser, ASKED, username="dewi")

    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'nonce-")
    for forbidden in ("<script", "src=", "href=", " style=", "data:", "<img"):
        assert forbidden not in page.text, forbidden
    assert page.text.count("<svg") == 1


async def test_who_scans_the_code_confirms_it_and_signs_in_with_the_next(
    house: House, browser: httpx.AsyncClient
) -> None:
    page = await log_in(browser, ASKED, username="dewi")

    done = await send(browser, page, otp=code_of(page))

    assert (done.status_code, "enrolled" in done.text, await confirmed(house)) == (200, True, True)
    assert (await send(browser, page, otp=code_of(page, 1))).status_code == 400, "once"
    assert (await log_in(browser, ASKED, username="dewi", otp=code_of(page))).status_code == 401, "used up"
    assert (await log_in(browser, ASKED, username="dewi")).status_code == 401
    told = said(await log_in(browser, ASKED, username="dewi", otp=code_of(page, 1)))
    assert (await exchange(browser, told["code"])).status_code == 200
    deeds = await house.owner.fetch("select action from audit_events order by seq")
    assert [row["action"] for row in deeds][:3] == [
        "session.to_enrol", "second_factor.enrolled", "second_factor.confirmed",
    ]  # fmt: skip
    stored = await house.owner.fetch("select t::text as line from second_factors t, audit_events e")
    assert not [row for row in stored if secret_of(page) in row["line"] or PASSWORD in row["line"]]
