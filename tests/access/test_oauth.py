"""The token endpoint's forms, machines, revocation, and what is published."""

import base64
from typing import Any

import httpx
import pytest

from tests.support.house import House

CLIENT = {"grant_type": "client_credentials"}


@pytest.fixture
async def nobody(house: House) -> httpx.AsyncClient:
    """Somebody without a token."""
    return await house.as_(None)


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


async def test_forms_that_cannot_be_read_are_invalid_request(nobody: httpx.AsyncClient) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for content, headers in (
        (b"", form),
        (b"grant_type=", form),
        (b"grant_type=refresh_token", form),
        (b"grant_type=refresh_token&grant_type=refresh_token", form),
        (b"grant_type=refresh_token&refresh_token=%00", form),
        (b"grant_type=refresh_token&refresh_token=%ff", form),
        (b"\xff\xfe", form),
        (b"&".join(b"a%d=1" % number for number in range(50)), form),
        (b'{"grant_type": "refresh_token"}', {"Content-Type": "application/json"}),
        (b"grant_type=refresh_token", {}),
    ):
        answer = await nobody.post("/v1/oauth/token", content=content, headers=headers)

        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), content
        assert answer.headers["Cache-Control"] == "no-store"


async def test_other_grants_are_not_supported(nobody: httpx.AsyncClient) -> None:
    for grant in ("password", "implicit", "refresh_token "):
        answer = await nobody.post("/v1/oauth/token", data={"grant_type": grant})

        assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type"), grant


async def test_a_machine_must_prove_who_it_is(house: House, nobody: httpx.AsyncClient) -> None:
    machine = await house.make.machine("dinsos-siks", "releases:read")
    secret = await house.make.secret(machine)
    other = await house.make.secret(await house.make.machine("dinkes-mobil", "releases:read"))

    for headers, form in (
        ({}, {}),
        ({}, {"client_id": "dinsos-siks"}),
        ({}, {"client_id": "dinsos-siks", "client_secret": "wrong"}),
        ({}, {"client_id": "nobody", "client_secret": secret}),
        (basic("dinsos-siks", other), {}),
        (basic("dinsos-siks", ""), {}),
        (basic("dinsos-siks\x00", secret), {}),
        ({"Authorization": "Basic !!!"}, {}),
        ({"Authorization": "Basic /w=="}, {}),
        ({"Authorization": "Basic"}, {}),
        ({"Authorization": f"Bearer {secret}"}, {}),
    ):
        answer = await nobody.post("/v1/oauth/token", data=CLIENT | form, headers=headers)

        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), (headers, form)
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
        assert secret not in answer.text

    both = CLIENT | {"client_id": "dinsos-siks", "client_secret": secret}
    twice = await nobody.post("/v1/oauth/token", data=both, headers=basic("dinsos-siks", secret))
    assert (twice.status_code, twice.json()["error"]) == (400, "invalid_request")


async def test_a_revoked_secret_and_a_switched_off_machine_are_refused(house: House, nobody: httpx.AsyncClient) -> None:
    machine = await house.make.machine("dinsos-siks", "releases:read")
    headers = basic("dinsos-siks", await house.make.secret(machine))
    given = (await nobody.post("/v1/oauth/token", data=CLIENT, headers=headers)).json()
    calling = {"Authorization": f"Bearer {given['access_token']}"}
    assert (await nobody.get("/v1/me", headers=calling)).status_code == 200

    await house.owner.execute("update principals set active = false")
    assert (await nobody.post("/v1/oauth/token", data=CLIENT, headers=headers)).status_code == 401
    assert (await nobody.get("/v1/me", headers=calling)).status_code == 401

    await house.owner.execute("update principals set active = true")
    await house.owner.execute("update client_secrets set revoked_at = now()")
    assert (await nobody.post("/v1/oauth/token", data=CLIENT, headers=headers)).status_code == 401


async def test_a_machine_gets_no_scope_that_it_does_not_hold(house: House, nobody: httpx.AsyncClient) -> None:
    machine = await house.make.machine("dinsos-siks", "releases:read", "regions:read")
    headers = basic("dinsos-siks", await house.make.secret(machine))

    for scope in ("households:read", "releases:read households:read", "*", " "):
        answer = await nobody.post("/v1/oauth/token", data=CLIENT | {"scope": scope}, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope"), scope


async def test_a_machine_gets_a_token_by_header_or_form_and_no_refresh_token(
    house: House, nobody: httpx.AsyncClient
) -> None:
    machine = await house.make.machine("dinsos-siks", "releases:read", "regions:read")
    secret = await house.make.secret(machine)

    by_header = await nobody.post("/v1/oauth/token", data=CLIENT, headers=basic("dinsos-siks", secret))
    by_form = await nobody.post(
        "/v1/oauth/token",
        data=CLIENT | {"client_id": "dinsos-siks", "client_secret": secret, "scope": "regions:read"},
    )

    assert (by_header.status_code, by_header.headers["Cache-Control"]) == (200, "no-store")
    assert by_header.json()["scope"] == "regions:read releases:read"
    assert set(by_header.json()) == {"access_token", "token_type", "expires_in", "scope"}
    assert by_form.json()["scope"] == "regions:read"
    calling = {"Authorization": f"Bearer {by_form.json()['access_token']}"}
    assert (await nobody.get("/v1/me", headers=calling)).json()["scopes"] == ["me:read", "regions:read"]


async def sign_in(house: House, nobody: httpx.AsyncClient) -> dict[str, Any]:
    password = await house.make.password(await house.make.dewi())
    body = {"username": "dewi", "password": password, "otp": await house.make.otp()}
    given: dict[str, Any] = (await nobody.post("/v1/sessions", json=body)).json()
    return given


async def test_revoking_needs_a_token(nobody: httpx.AsyncClient) -> None:
    answer = await nobody.post("/v1/oauth/revoke", data={"token_type_hint": "refresh_token"})

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_revoking_what_we_do_not_know_is_no_error(nobody: httpx.AsyncClient) -> None:
    for token in ("x", "a.b.c", "é", "a" * 9000):
        assert (await nobody.post("/v1/oauth/revoke", data={"token": token})).status_code == 200


@pytest.mark.parametrize("kind", ["refresh_token", "access_token"])
async def test_revoking_either_token_ends_the_session_on_the_next_request(
    house: House, nobody: httpx.AsyncClient, kind: str
) -> None:
    given = await sign_in(house, nobody)
    headers = {"Authorization": f"Bearer {given['access_token']}"}
    assert (await nobody.get("/v1/me", headers=headers)).status_code == 200

    for _ in range(2):
        assert (await nobody.post("/v1/oauth/revoke", data={"token": given[kind]})).status_code == 200

    assert (await nobody.get("/v1/me", headers=headers)).status_code == 401
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    assert (await nobody.post("/v1/oauth/token", data=form)).status_code == 400


async def test_metadata_says_where_to_get_tokens_and_names_nothing_that_is_not_there(
    house: House, nobody: httpx.AsyncClient
) -> None:
    answer = await nobody.get("/.well-known/oauth-authorization-server")

    told = answer.json()
    issuer = house.state["settings"].issuer
    assert (told["issuer"], told["token_endpoint"]) == (issuer, f"{issuer}/v1/oauth/token")
    assert told["grant_types_supported"] == ["authorization_code", "refresh_token", "client_credentials"]
    paths = house.app.openapi()["paths"]
    for name in (
        "authorization_endpoint",
        "token_endpoint",
        "revocation_endpoint",
        "introspection_endpoint",
        "jwks_uri",
    ):
        assert told[name].removeprefix(issuer) in paths


async def test_keys_are_published_without_their_private_half(nobody: httpx.AsyncClient) -> None:
    answer = await nobody.get("/.well-known/jwks.json")

    assert "max-age=300" in answer.headers["Cache-Control"]
    for key in answer.json()["keys"]:
        assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
