"""The attack file of access tokens: every row of trust.md 2.1 and every claim that may be wrong is 401, none is 500."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from api.access.tokens import InvalidToken, KeyRing
from tests.support.house import House

Json = dict[str, Any]


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


class Forger:
    """Signs whatever it is told to with our own key: only the rules stand between it and the API."""

    def __init__(self, keys_folder: Path, ring: KeyRing, subject: Any) -> None:
        pem = (keys_folder / "signing-current.pem").read_bytes()
        self.key = cast(ec.EllipticCurvePrivateKey, serialization.load_pem_private_key(pem, password=None))
        self.public = self.key.public_key()
        self.header: Json = {"alg": "ES256", "kid": next(iter(ring.public)), "typ": "at+jwt"}
        present = int(time.time())
        self.claims: Json = {
            "iss": ring.issuer,
            "aud": ring.audience,
            "sub": str(subject),
            "client_id": str(subject),
            "iat": present,
            "nbf": present,
            "exp": present + 600,
            "jti": str(uuid4()),
            "scope": "me:read",
            "pv": 1,
        }

    def sign(self, header: bytes | Json, claims: bytes | Json, key: Any = None) -> str:
        first, second = (part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, claims))
        message = f"{encoded(first)}.{encoded(second)}"
        r, s = decode_dss_signature((key or self.key).sign(message.encode(), ec.ECDSA(SHA256())))
        return f"{message}.{encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def hs256(self, secret: bytes, **header: Any) -> str:
        first = json.dumps(self.header | {"alg": "HS256"} | header).encode()
        message = f"{encoded(first)}.{encoded(json.dumps(self.claims).encode())}"
        return f"{message}.{encoded(hmac.digest(secret, message.encode(), 'sha256'))}"

    def with_header(self, **changed: Any) -> str:
        return self.sign(self.header | changed, self.claims)

    def without_header(self, name: str) -> str:
        return self.sign({key: value for key, value in self.header.items() if key != name}, self.claims)

    def with_claims(self, **changed: Any) -> str:
        return self.sign(self.header, self.claims | changed)

    def without_claim(self, name: str) -> str:
        return self.sign(self.header, {key: value for key, value in self.claims.items() if key != name})


def public_bytes(forger: Forger, encoding: serialization.Encoding, kind: serialization.PublicFormat) -> bytes:
    return bytes(forger.public.public_bytes(encoding, kind))


def key_confusion(forger: Forger) -> Iterator[tuple[str, str]]:
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    der = public_bytes(forger, serialization.Encoding.DER, spki)
    pem = public_bytes(forger, serialization.Encoding.PEM, spki)
    ssh = public_bytes(forger, serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    body = b"".join(pem.splitlines()[1:-1])
    for name, secret in (("DER", der), ("PEM body", body), ("PEM", pem), ("SSH", ssh), ("empty", b"")):
        yield f"HS256 with the public key as {name}", forger.hs256(secret)
        yield f"ES256 said, HS256 signed with {name}", forger.hs256(secret, alg="ES256")
    other = ec.generate_private_key(ec.SECP256R1())
    yield "another environment's key", forger.sign(forger.header, forger.claims, other)


def headers(forger: Forger) -> Iterator[tuple[str, str]]:
    unsigned = (
        f"{encoded(json.dumps(forger.header | {'alg': 'none'}).encode())}.{encoded(json.dumps(forger.claims).encode())}"
    )
    yield "alg none, no signature", f"{unsigned}."
    yield "alg none, some signature", f"{unsigned}.AAAA"
    algorithms: tuple[Any, ...] = ("none", "None", "HS256", "RS256", "ES384", ["ES256"], 256, None, {}, "ES256 ")
    for alg in algorithms:
        yield f"alg {alg!r}", forger.with_header(alg=alg)
    types: tuple[Any, ...] = ("JWT", "at+JWT", "application/at+jwt", None, ["at+jwt"], 1)
    for typ in types:
        yield f"typ {typ!r}", forger.with_header(typ=typ)
    kids: tuple[Any, ...] = ("", "unknown", None, ["x"], {"x": 1}, 7, "../../dev/null", "' or 1=1 --")
    for kid in kids:
        yield f"kid {kid!r}", forger.with_header(kid=kid)
    for name in ("alg", "typ", "kid"):
        yield f"no {name}", forger.without_header(name)
    extras: Json = {
        "crit": ["exp"],
        "jku": "https://evil.test/jwks",
        "jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        "x5u": "https://evil.test",
        "x5c": ["AA"],
        "b64": False,
        "zip": "DEF",
        "cty": "JWT",
    }
    for name, value in extras.items():
        yield f"header {name}", forger.with_header(**{name: value})
    yield "header is a list", forger.sign(b"[1, 2]", forger.claims)
    yield "header is a text", forger.sign(b'"ES256"', forger.claims)
    yield "header is no JSON", forger.sign(b"{", forger.claims)
    yield "header is no UTF-8", forger.sign(b"\xff\xfe", forger.claims)
    yield "lone surrogate", forger.sign(b'{"alg":"ES256","typ":"at+jwt","kid":"\\ud800"}', forger.claims)
    yield "header of 300 nested lists", forger.sign(b"[" * 300, forger.claims)
    yield "header of 40,000 nested lists", forger.sign(b"[" * 40_000, forger.claims)
    yield "header of 64 kB", forger.with_header(kid="k" * 65_536)


def claims(forger: Forger) -> Iterator[tuple[str, str]]:
    present = int(time.time())
    for name in ("exp", "iat", "nbf", "iss", "aud", "sub", "jti", "client_id", "scope", "pv"):
        yield f"no {name}", forger.without_claim(name)
    wrong: dict[str, Json] = {
        "expired": {"iat": present - 700, "nbf": present - 700, "exp": present - 100},
        "not yet": {"nbf": present + 300},
        "issued in the future": {"iat": present + 300, "exp": present + 900},
        "lives for a day": {"exp": present + 86_400},
        "expires before it was issued": {"exp": present, "iat": present + 30},
        "exp as text": {"exp": str(present + 600)},
        "exp as a fraction": {"exp": present + 600.5},
        "exp true": {"exp": True},
        "exp endless": {"exp": 10**400},
        "iat as text": {"iat": str(present)},
        "nbf as text": {"nbf": str(present)},
        "wrong iss": {"iss": "https://evil.test"},
        "iss in a list": {"iss": [forger.claims["iss"]]},
        "wrong aud": {"aud": "another"},
        "aud empty": {"aud": []},
        "aud null": {"aud": None},
        "sub no UUID": {"sub": "dewi"},
        "sub a number": {"sub": 7},
        "sub unknown": {"sub": str(uuid4())},
        "pv older": {"pv": 0},
        "pv as text": {"pv": "1"},
        "pv true": {"pv": True},
        "pv beyond an int": {"pv": 2**63},
        "scope a list": {"scope": ["me:read"]},
        "client_id empty": {"client_id": ""},
        "sid no UUID": {"sid": "x"},
        "sid of no family": {"sid": str(uuid4())},
    }
    for name, changed in wrong.items():
        yield name, forger.with_claims(**changed)
    yield "claims are a list", forger.sign(forger.header, b"[]")
    yield "claims are no JSON", forger.sign(forger.header, b"{")
    yield "claims of deep lists", forger.sign(forger.header, b"[" * 2_000)
    yield "claims hold NaN", forger.sign(forger.header, json.dumps(forger.claims).encode()[:-1] + b', "exp": NaN}')


def shapes(forger: Forger) -> Iterator[tuple[str, str]]:
    good = forger.with_claims()
    head, body, signature = good.split(".")
    yield from {
        "one part": head,
        "two parts": f"{head}.{body}",
        "four parts": f"{good}.{signature}",
        "five parts (JWE)": f"{good}.{signature}.{signature}",
        "empty parts": "..",
        "padded": f"{head}=.{body}.{signature}",
        "signature cut": good[:-4],
        "signature of zeros": f"{head}.{body}.{encoded(bytes(64))}",
        "signature empty": f"{head}.{body}.",
        "body of another": f"{head}.{encoded(json.dumps(forger.claims | {'pv': 2}).encode())}.{signature}",
        "spaces": f"{head} .{body}.{signature}",
        "longer than 4,096": f"{good}{'A' * 4_096}",
        "64 kB": "A" * 65_536,
    }.items()


@pytest.mark.parametrize("attacks", [key_confusion, headers, claims, shapes], ids=lambda found: found.__name__)
async def test_every_attack_is_401_and_none_is_500(
    house: House, keys_folder: Path, attacks: Callable[[Forger], Iterator[tuple[str, str]]]
) -> None:
    dewi, nobody = await house.make.dewi(), await house.as_(None)
    forger = Forger(keys_folder, house.state["key_ring"], dewi.id)
    good = await nobody.get("/v1/me", headers={"Authorization": f"Bearer {forger.with_claims()}"})
    assert good.status_code == 200, "the forger's plain token must work, or nothing below says anything"

    statuses = {}
    for name, token in attacks(forger):
        answer = await nobody.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
        statuses[name] = answer.status_code
        if answer.status_code == 401:
            assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
            assert token[:200] not in answer.text

    assert {name: status for name, status in statuses.items() if status != 401} == {}
    assert len(statuses) >= 10


async def test_headers_that_are_no_bearer_token_are_401(house: House) -> None:
    nobody = await house.as_(None)

    for value in (b"", b"Bearer", b"Bearer ", b"Basic ZGV3aTp4", b"bearer \xe9\xff", b"Token abc", b"Bearer a b c"):
        answer = await nobody.get("/v1/me", headers=httpx.Headers([(b"Authorization", value)]))
        assert answer.status_code == 401, value


@pytest.mark.parametrize("token", ["\ud800.a.b", "é.a.b", "", "a" * 5000, None, 7, b"a.b.c"])
def test_the_ring_refuses_what_is_no_text_of_three_parts(house: House, token: Any) -> None:
    ring: KeyRing = house.state["key_ring"]

    with pytest.raises(InvalidToken):
        ring.verify(token)


def test_a_token_that_is_known_ends_when_its_time_has_come(house: House) -> None:
    ring: KeyRing = house.state["key_ring"]
    forger = Forger(house.state["settings"].keys_folder, ring, uuid4())
    short = forger.with_claims(iat=int(time.time()) - 60, exp=int(time.time()) - 1)

    assert ring.verify(short) == ring.verify(short), "within the five seconds that clocks may differ"
    time.sleep(6)
    with pytest.raises(InvalidToken):
        ring.verify(short)


def test_the_private_half_is_never_published(house: House) -> None:
    ring: KeyRing = house.state["key_ring"]

    with pytest.raises(RuntimeError):
        KeyRing("i", "a", ring.private, ring.private).jwks()
    published = json.dumps(ring.jwks())
    for key in ring.private.values():
        secret: Any = cast(Any, key).to_dict()["d"]
        assert (secret.decode() if isinstance(secret, bytes) else secret) not in published
    assert all("d" not in key for key in ring.jwks()["keys"])


async def test_a_token_holds_no_name_no_role_and_no_number(house: House) -> None:
    dewi = await house.make.dewi()

    body = house.token(dewi).split(".")[1]

    told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    assert set(told) == {"iss", "aud", "sub", "client_id", "iat", "nbf", "exp", "jti", "scope", "pv"}
    assert "dewi" not in json.dumps(told).lower()
    assert "bappeda" not in json.dumps(told).lower()


async def test_a_signed_document_is_no_token_even_when_it_says_all_that_a_token_says(house: House) -> None:
    dewi, nobody = await house.make.dewi(), await house.as_(None)
    ring: KeyRing = house.state["key_ring"]
    body = house.token(dewi).split(".")[1]
    claims = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))

    document = ring.sign_document("manifest", claims)

    key = jwt.PyJWKSet.from_dict(ring.jwks())[jwt.get_unverified_header(document)["kid"]]
    read = jwt.PyJWS().decode_complete(document, key=key, algorithms=["ES256"])  # a library that is not ours
    assert (read["payload"], read["header"]["typ"]) == (claims, "sambang-manifest+jws")
    answer = await nobody.get("/v1/me", headers={"Authorization": f"Bearer {document}"})
    assert answer.status_code == 401


def test_kids_are_the_thumbprints_of_rfc_7638(house: House) -> None:
    for key in house.state["key_ring"].jwks()["keys"]:
        members = {name: key[name] for name in ("crv", "kty", "x", "y")}
        canonical = json.dumps(members, separators=(",", ":"), sort_keys=True).encode()
        assert key["kid"] == encoded(hashlib.sha256(canonical).digest())
