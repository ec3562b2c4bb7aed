"""Access tokens: ES256 `at+jwt` of ten minutes. The only file that imports jose, fenced by the rules of trust.md 2.1.

python-jose is here because the project's owner asked for it. What it accepts too easily (missing `exp`, odd headers,
deep JSON) is refused before it sees a token; everything it may raise becomes one refusal.
"""

import hashlib
import logging
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from jose import jwk, jws, jwt
from jose.backends.cryptography_backend import CryptographyECKey
from uuid_utils.compat import uuid7

from api.access.signing_keys import Stamp, read_keys, stamp_of

log = logging.getLogger(__name__)
SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
REQUIRED = {f"require_{claim}": True for claim in ("exp", "iat", "nbf", "iss", "aud", "sub", "jti")}
MAX_AGE_S = 900
ASSERTION_S = 65
LEEWAY_S = 5
MOST_VERIFIED = 4096  # tokens of ten minutes; as many digests are a few hundred kilobytes


class InvalidToken(Exception):
    """This is not a token of ours, or no longer."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid token says: whose it is and at which version of the principal it was issued."""

    subject: UUID
    version: int
    scopes: frozenset[str]
    family_id: UUID | None
    issued: int = 0
    expires: int = 0


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The signing keys by kid, the writing one first; issues and verifies. Immutable: `current()` may be another."""

    issuer: str
    audience: str
    private: dict[str, CryptographyECKey]
    public: dict[str, CryptographyECKey]
    folder: Path | None = None
    stamp: Stamp = ()
    verified: dict[bytes, Claims] = field(default_factory=dict, repr=False, compare=False)

    def current(self) -> "KeyRing":
        """The ring as its folder holds it now: a look at the files' dates; all are read when one has changed.

        Files that cannot be read leave the ring as it is: a slip of the operator's must not sign everybody out.
        """
        if self.folder is None or stamp_of(self.folder) == self.stamp:
            return self
        try:
            return open_key_ring(self.folder, self.issuer, self.audience)
        except Exception:
            log.exception("the signing keys have changed and cannot be read: the keys of before stay in force")
            return self

    def issue(
        self, subject: UUID, version: int, scopes: frozenset[str], lifetime_s: int, family_id: UUID | None
    ) -> str:
        """A signed token. It holds no name, no role and no number."""
        kid, key = next(iter(self.private.items()))
        present = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": str(subject),
            "client_id": str(subject),
            "iat": present,
            "nbf": present,
            "exp": present + lifetime_s,
            "jti": str(uuid7()),
            "scope": " ".join(sorted(scopes)),
            "pv": version,
        }
        if family_id is not None:
            claims["sid"] = str(family_id)
        return jwt.encode(claims, key, algorithm="ES256", headers={"kid": kid, "typ": "at+jwt"})

    def sign_document(self, kind: str, document: bytes) -> str:
        """A document of ours as a compact JWS (RFC 7515), for anybody to verify with our JWKS.

        Its `typ` names what it is (RFC 8725 3.11), so whatever it says it can never be taken for a token.
        """
        kid, key = next(iter(self.private.items()))
        return jws.sign(document, key, headers={"kid": kid, "typ": f"sambang-{kind}+jws"}, algorithm="ES256")

    def verify(self, token: str) -> Claims:
        """The claims of a token of ours that is still valid; raises `InvalidToken` for everything else.

        The same token is taken apart once and then known by its sha256. What may change is looked at each time: whether
        it has ended, and the keys (other keys are another ring); whether its session lives only the database says.
        """
        try:
            digest = hashlib.sha256(token.encode()).digest()
            known = self.verified.get(digest)
            if known is not None and known.expires >= int(time.time()) - LEEWAY_S:
                return known
            claims = self._verify(token)
        except Exception as refused:  # jose lets TypeError, RecursionError and JWKError escape: all mean the same
            raise InvalidToken from refused
        if len(self.verified) >= MOST_VERIFIED:
            self.verified.clear()
        self.verified[digest] = claims
        return claims

    def _verify(self, token: str) -> Claims:
        header = _header_of(token)
        if set(header) != {"alg", "kid", "typ"} or header["typ"] != "at+jwt" or header["alg"] != "ES256":
            raise InvalidToken
        key = self.public[header["kid"]]
        claims = jwt.decode(
            token,
            key,
            algorithms=["ES256"],
            audience=self.audience,
            issuer=self.issuer,
            options={**REQUIRED, "leeway": LEEWAY_S},
        )
        issued, expires, version = claims["iat"], claims["exp"], claims["pv"]
        if not all(type(number) is int and 0 <= number < 2**31 for number in (issued, expires, claims["nbf"], version)):
            raise InvalidToken
        if issued > time.time() + 60 or not 0 < expires - issued <= MAX_AGE_S or not claims["client_id"]:
            raise InvalidToken
        family = claims.get("sid")
        return Claims(
            UUID(claims["sub"]),
            version,
            frozenset(claims["scope"].split()),
            UUID(family) if family else None,
            issued,
            expires,
        )

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """The public keys as a JWK set (RFC 7517)."""
        keys = []
        for kid, key in self.public.items():
            published = {
                name: value.decode() if isinstance(value, bytes) else value for name, value in key.to_dict().items()
            }
            if "d" in published:
                raise RuntimeError("a private key would have been published")
            keys.append(published | {"kid": kid, "use": "sig", "alg": "ES256"})
        return {"keys": keys}


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a client's own signed assertion says of itself: its number and when it ends."""

    jti: str
    expires: int


def who_asserts(assertion: str) -> str:
    """Whom an assertion claims to be from, before anything is proved; raises `InvalidToken` for what is none."""
    try:
        _header_of(assertion)
        return str(jwt.get_unverified_claims(assertion)["sub"])
    except Exception as refused:
        raise InvalidToken from refused


def read_assertion(assertion: str, keys: list[dict[str, Any]], client_id: str, audiences: set[str]) -> Assertion:
    """A client's assertion (RFC 7523), signed ES256 by one of its registered keys, for us, for a minute at most.

    Raises `InvalidToken` for everything else. That it comes once is for the caller to see to.
    """
    try:
        header = _header_of(assertion)
        if not {"alg", "kid"} <= header.keys() <= {"alg", "kid", "typ"} or header["alg"] != "ES256":
            raise InvalidToken
        key = jwk.construct(next(key for key in keys if key["kid"] == header["kid"]), "ES256")
        # jose takes one audience, and any of a list that holds it: whom it is for is looked at below
        options = {f"require_{claim}": True for claim in ("exp", "iss", "sub", "jti")} | {"verify_aud": False}
        claims = jwt.decode(assertion, key, algorithms=["ES256"], issuer=client_id, subject=client_id, options=options)
        audience, jti, expires = claims["aud"], claims["jti"], claims["exp"]
        aimed = [audience] if isinstance(audience, str) else audience
        if len(aimed) != 1 or aimed[0] not in audiences or not isinstance(jti, str) or not 0 < len(jti) <= 200:
            raise InvalidToken
        if type(expires) is not int or expires > time.time() + ASSERTION_S:
            raise InvalidToken
        return Assertion(jti, expires)
    except Exception as refused:
        raise InvalidToken from refused


def is_public_key(key: dict[str, Any]) -> bool:
    """Whether these coordinates are a point of the curve."""
    try:
        return isinstance(jwk.construct(key, "ES256"), CryptographyECKey)
    except Exception:
        return False


def _header_of(token: str) -> dict[str, Any]:
    """The header of a token that is small and has three parts: jose is not asked about anything else."""
    head = token.partition(".")[0]
    if len(token) > 4096 or len(head) > 512 or not token.isascii() or SHAPE.fullmatch(token) is None:
        raise InvalidToken
    header: dict[str, Any] = orjson.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    return header


def open_key_ring(folder: Path, issuer: str, audience: str) -> KeyRing:
    """Read the signing keys; a missing key is an error, never a default."""
    while True:
        ring = _read(folder, stamp_of(folder), issuer, audience)
        if ring.stamp == stamp_of(folder):
            return ring


@lru_cache(maxsize=8)
def _read(folder: Path, stamp: Stamp, issuer: str, audience: str) -> KeyRing:
    private, public = {}, {}
    keys, read = read_keys(folder)
    for pem in keys:
        key = jwk.construct(pem, "ES256")
        if not isinstance(key, CryptographyECKey):
            raise RuntimeError("python-jose must use the cryptography backend")
        kid = _thumbprint(key.public_key().to_dict())
        private[kid], public[kid] = key, key.public_key()
    return KeyRing(issuer, audience, private, public, folder, read)


def _thumbprint(key: dict[str, Any]) -> str:
    members = {name: key[name] for name in ("crv", "kty", "x", "y")}
    canonical = orjson.dumps(
        {k: v.decode() if isinstance(v, bytes) else v for k, v in members.items()},
        option=orjson.OPT_SORT_KEYS,
    )
    return urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode()
