"""`private_key_jwt` (RFC 7523) and introspection (RFC 7662): machines that prove who they are with a key."""

import json
import time
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from api.access.roles import Role
from tests.support.house import House

KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ISSUER = "https://sambang.malangkota.go.id"
BODY = {"client_id": "dinsos-siks", "name": "SIKS", "agency": "Dinsos", "scopes": ["regions:read", "releases:read"]}
KEY, STRANGER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


def public(key: ec.EllipticCurvePrivateKey, kid: str = "2026-1") -> dict[str, Any]:
    told = json.loads(ECAlgorithm.to_jwk(key.public_key()))
    return {name: told[name] for name in ("kty", "crv", "x", "y")} | {"kid": kid}


def claims(**changed: Any) -> dict[str, Any]:
    present = int(time.time())
    said = {"iss": "dinsos-siks", "sub": "dinsos-siks", "aud": ISSUER, "jti": str(uuid4()), "exp": present + 50}
    return {name: value for name, value in (said | changed).items() if value is not None}


def signed(key: Any = KEY, alg: str = "ES256", headers: dict[str, Any] | None = None, **changed: Any) -> str:
    return jwt.encode(claims(**changed), key, algorithm=alg, headers={"kid": "2026-1"} | (headers or {}))


async def ask(nobody: httpx.AsyncClient, assertion: str, **more: str) -> httpx.Response:
    form = {"grant_type": "client_credentials", "client_assertion_type": KIND, "client_assertion": assertion}
    return await nobody.post("/v1/oauth/token", data=form | more)


@pytest.fixture
async def nobody(house: House) -> httpx.AsyncClient:
    """Somebody without a token, after Diskominfo has registered the machine's key."""
    arif = await house.as_(await house.make.arif())
    made = await arif.post("/v1/clients", json=BODY | {"jwks": {"keys": [public(KEY)]}})
    assert made.status_code == 201, made.text
    assert made.json()["jwks"]["keys"][0]["kid"] == "2026-1"
    return await house.as_(None)


async def test_what_is_no_assertion_of_this_client_is_refused(nobody: httpx.AsyncClient) -> None:
    far = int(time.time()) + 600
    attacks = {
        "another key": signed(STRANGER),
        "no key": jwt.encode(claims(), "", algorithm="none", headers={"kid": "2026-1"}),
        "the public half as a secret": signed(public(KEY)["x"], "HS256"),
        "unknown kid": signed(headers={"kid": "2026-2"}),
        "a key in the header": signed(headers={"jwk": public(STRANGER)}),
        "another issuer": signed(iss="nobody"),
        "another subject": signed(sub="nobody"),
        "for another server": signed(aud="https://evil.example"),
        "for two servers": signed(aud=[ISSUER, "https://evil.example"]),
        "for nobody": signed(aud=None),
        "ended": signed(exp=int(time.time()) - 60),
        "lasts too long": signed(exp=far),
        "never ends": signed(exp=None),
        "without a number": signed(jti=None),
        "an empty number": signed(jti=""),
        "no text of three parts": "a.b",
        "large": "A" * 5000,
        "deep": "[" * 400 + ".x.y",
    }
    answers = {name: await ask(nobody, assertion) for name, assertion in attacks.items()}

    told = {name: (answer.status_code, answer.json()["error"]) for name, answer in answers.items()}
    assert told == dict.fromkeys(attacks, (401, "invalid_client"))
    assert (await ask(nobody, signed(), client_assertion_type="jwt")).status_code == 401
    assert (await ask(nobody, signed(), client_id="another")).status_code == 401
    assert (await ask(nobody, signed(), client_secret="x")).json()["error"] == "invalid_request"


async def test_an_assertion_works_once(house: House, nobody: httpx.AsyncClient) -> None:
    assertion = signed()

    first, again = await ask(nobody, assertion), await ask(nobody, assertion)

    assert (first.status_code, first.json()["scope"]) == (200, "regions:read releases:read")
    assert again.status_code == 401
    for audience in ([ISSUER], f"{ISSUER}/v1/oauth/token"):
        assert (await ask(nobody, signed(aud=audience))).status_code == 200
    await house.owner.execute("update principals set active = false where kind = 'client'")
    assert (await ask(nobody, signed())).status_code == 401


async def test_keys_change_over_and_go(house: House, nobody: httpx.AsyncClient) -> None:
    rini = await house.as_(await house.make.person("Rini", Role.DISKOMINFO))
    url = "/v1/clients/" + str(await house.owner.fetchval("select id from clients"))
    change: dict[str, Any] = {"jwks": {"keys": [public(KEY), public(STRANGER, "2026-2")]}}
    await rini.patch(url, json=change, headers={"If-Match": "*"})
    assert (await ask(nobody, signed())).status_code == 200
    assert (await ask(nobody, signed(STRANGER, headers={"kid": "2026-2"}))).status_code == 200
    await rini.patch(url, json={"name": "SIKS-NG"}, headers={"If-Match": "*"})
    assert (await ask(nobody, signed())).status_code == 200, "another change leaves the keys"
    await rini.patch(url, json={"jwks": None}, headers={"If-Match": "*"})
    assert (await ask(nobody, signed())).status_code == 401


async def test_private_halves_and_what_is_no_point_are_not_registered(house: House) -> None:
    arif = await house.as_(await house.make.arif())
    private = json.loads(ECAlgorithm.to_jwk(KEY)) | {"kid": "1"}
    off = public(KEY) | {"y": "A" * 43}
    for keys in ([private], [off], [], [public(KEY), public(STRANGER)], [public(KEY) | {"crv": "P-384"}]):
        answer = await arif.post("/v1/clients", json=BODY | {"jwks": {"keys": keys}})

        assert answer.status_code == 422
        assert private["d"] not in answer.text


async def introspect(nobody: httpx.AsyncClient, token: str) -> dict[str, Any]:
    form = {"token": token, "client_assertion_type": KIND, "client_assertion": signed()}
    answer = await nobody.post("/v1/oauth/introspect", data=form)
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


async def test_only_a_client_that_proves_who_it_is_may_ask_about_a_token(
    house: House, nobody: httpx.AsyncClient
) -> None:
    token = (await ask(nobody, signed())).json()["access_token"]
    for form in (
        {"token": token},
        {"token": token, "client_id": "dinsos-siks"},
        {"token": token, "client_assertion_type": KIND, "client_assertion": signed(STRANGER)},
    ):
        assert (await nobody.post("/v1/oauth/introspect", data=form)).status_code == 401
    form = {"client_assertion_type": KIND, "client_assertion": signed()}
    assert (await nobody.post("/v1/oauth/introspect", data=form)).status_code == 400


async def test_a_token_is_told_as_it_stands_at_this_moment(house: House, nobody: httpx.AsyncClient) -> None:
    wayan = await house.make.observer()
    body = {"username": "wayan", "password": await house.make.password(wayan)}
    given = (await nobody.post("/v1/sessions", json=body)).json()

    access, refresh = await introspect(nobody, given["access_token"]), await introspect(nobody, given["refresh_token"])

    assert (access["active"], access["sub"], access["iss"]) == (True, str(wayan.id), ISSUER)
    assert access["exp"] - access["iat"] == 600
    assert access["scope"] == given["scope"]
    assert (refresh["active"], refresh["sub"]) == (True, str(wayan.id))
    assert "wayan" not in json.dumps([access, refresh]).lower()
    for token in ("x", "a.b.c", given["access_token"] + "x"):
        assert await introspect(nobody, token) == {"active": False}
    await nobody.post("/v1/oauth/revoke", data={"token": given["access_token"]})
    for token in (given["access_token"], given["refresh_token"]):
        assert await introspect(nobody, token) == {"active": False}
