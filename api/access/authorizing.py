"""The authorization code with PKCE (RFC 6749 4.1, 7636, 9207, 9700): what an app may ask, and the code that it gets.

Written here and not taken from Authlib: its server side awaits nothing, so it would need a second, synchronous way into
the database (trust.md 5.1). There is no cryptography in it but SHA-256 and a comparison.
"""

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from asyncpg import Record
from uuid_utils.compat import uuid7

from api.access import client_proof, families
from api.access.families import new_token, token_hash
from api.access.front_door import FrontDoor
from api.access.oauth_schemas import Refusal, TokenOut
from api.access.proving import prove
from api.access.roles import GRANTS, SECOND_FACTOR, Role, scopes_of
from api.access.schemas import BEARER, SessionIn
from api.access.second_factors import is_missing
from api.core import clock
from api.core.database import Connection

CODE_LIVES: Final = timedelta(seconds=60)
CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
EVERYTHING: Final = frozenset(str(permission) for held in GRANTS.values() for permission in held)
INVALID_GRANT: Final = Refusal("invalid_grant", "the code is not valid; begin again")

APP = "select c.id, c.client_id, c.name, c.redirect_uris from clients c join principals p on p.id = c.id"
ADD_CODE = """
insert into authorization_codes
    (id, code_hash, client_id, principal_id, version, redirect_uri, code_challenge, scopes, issued_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
# locked: of two who bring the same code at once the second finds it used
CODE = """
select a.*, p.active, p.role, p.scopes as held, p.version as present,
       exists (select from second_factors f where f.staff_id = p.id and f.confirmed_at is not null) as has_factor
from authorization_codes a join principals p on p.id = a.principal_id where a.code_hash = $1 for update of a
"""


class NoSuchApp(Exception):
    """Not a client of ours, or not its address: the person is told here, and nobody is sent anywhere."""


class SecondFactorMissing(Exception):
    """Who needs an authenticator app and has none enrols it first: on the page, or by `POST /v1/sessions`."""

    def __init__(self, principal: UUID, version: int) -> None:
        super().__init__()
        self.principal, self.version = principal, version


@dataclass(frozen=True, slots=True)
class Asked:
    """What an app asks for, at an address that is its own."""

    app_id: UUID
    app: str
    redirect_uri: str
    state: str | None
    challenge: str
    scopes: tuple[str, ...] | None

    def back(self, issuer: str, **said: str) -> str:
        """The app's address with an answer, its state, and who answers (RFC 9207)."""
        answer = said | ({} if self.state is None else {"state": self.state}) | {"iss": issuer}
        return f"{self.redirect_uri}{'&' if '?' in self.redirect_uri else '?'}{urlencode(answer)}"


async def read_request(door: FrontDoor, pairs: Sequence[tuple[str, str]]) -> tuple[Asked, str | None]:
    """What is asked for, and the error that the app is sent back with, if any.

    Raises `NoSuchApp` while it is not certain that the address is the app's own: compared whole, sign by sign.
    """
    fields = dict(pairs)
    client_id, redirect_uri = fields.get("client_id", ""), fields.get("redirect_uri", "")
    if len(fields) != len(pairs) or any("\x00" in value or not value.isprintable() for value in fields.values()):
        raise NoSuchApp
    async with door.open() as connection:
        app = await connection.fetchrow(f"{APP} where c.client_id = $1 and p.active", client_id)
    if app is None or redirect_uri not in app["redirect_uris"]:
        raise NoSuchApp
    wanted = tuple(fields["scope"].split()) if "scope" in fields else None
    challenge = fields.get("code_challenge", "")
    asked = Asked(app["id"], app["name"], redirect_uri, fields.get("state"), challenge, wanted)
    return asked, _mistake(fields, wanted)


def _mistake(fields: Mapping[str, str], wanted: tuple[str, ...] | None) -> str | None:
    if fields.get("response_type") != "code":
        return "unsupported_response_type" if "response_type" in fields else "invalid_request"
    plain = fields.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(fields.get("code_challenge", ""))
    if plain or len(fields.get("state", "")) > 500:
        return "invalid_request"
    return "invalid_scope" if wanted is not None and not (wanted and EVERYTHING.issuperset(wanted)) else None


async def give_code(door: FrontDoor, asked: Asked, proof: SessionIn) -> str:
    """A code for the person who proves who they are: for this app, this address, one minute, once.

    Raises what `prove` raises, and `SecondFactorMissing`.
    """

    async def admit(connection: Connection, account: Record) -> str | SecondFactorMissing:
        if is_missing(account):
            await door.note(connection, account["id"], "session.to_enrol", account["id"])
            return SecondFactorMissing(account["id"], account["version"])
        held = scopes_of(account["role"], account["scopes"])
        scopes = held if asked.scopes is None else held.intersection(asked.scopes)
        code, now = new_token(), clock.now()
        await connection.execute("delete from authorization_codes where expires_at < $1", now - timedelta(days=1))
        await connection.execute(
            ADD_CODE,
            added := uuid7(),
            token_hash(code),
            asked.app_id,
            account["id"],
            account["version"],
            asked.redirect_uri,
            asked.challenge,
            sorted(scopes),
            now,
            now + CODE_LIVES,
        )
        await door.note(connection, account["id"], "session.code_given", added, app=str(asked.app_id))
        return code

    given = await prove(door, proof, admit)
    if isinstance(given, SecondFactorMissing):  # raised here, so that the note of it stays
        raise given
    return given


async def redeem_code(door: FrontDoor, form: Mapping[str, str], authorization: str | None) -> TokenOut | Refusal:
    """The first tokens for a code. A code that comes a second time takes away what it gave the first time."""
    if not {"code", "redirect_uri", "code_verifier"} <= form.keys():
        return Refusal("invalid_request", "code, redirect_uri and code_verifier are required")
    now, wanted = clock.now(), door.settings
    async with door.open() as connection:
        app = await client_proof.name_client(door, connection, form, authorization)
        if app is None or isinstance(app, Refusal):
            return app or Refusal("invalid_request", "client_id is required")
        found = await connection.fetchrow(CODE, token_hash(form["code"]))
        if found is None or found["client_id"] != app["id"]:  # another app's: it stays good for its own
            return INVALID_GRANT
        if found["used_at"] is not None:
            if found["family_id"] is not None:
                await families.revoke(connection, found["family_id"], now)
            await door.note(connection, found["principal_id"], "session.code_reused", found["id"])
            return INVALID_GRANT
        family = refresh = None
        if _is_good(found, form) and found["expires_at"] > now:
            family, refresh = await families.start(
                connection, found["principal_id"], now, wanted, client_id=app["id"], scopes=found["scopes"]
            )
            await door.note(connection, found["principal_id"], "session.started", family, app=str(app["id"]))
        await connection.execute(
            "update authorization_codes set used_at = $2, family_id = $3 where id = $1", found["id"], now, family
        )
    if family is None or refresh is None:
        return INVALID_GRANT
    scopes = scopes_of(found["role"], found["held"]).intersection(found["scopes"])
    access = door.keys.issue(found["principal_id"], found["present"], scopes, wanted.access_token_s, family)
    return TokenOut(
        access_token=access,
        token_type=BEARER,
        expires_in=wanted.access_token_s,
        scope=" ".join(sorted(scopes)),
        refresh_token=refresh,
    )


def _is_good(found: Record, form: Mapping[str, str]) -> bool:
    """The same address as before, the verifier of the challenge, and a person who has not changed since."""
    verifier = form["code_verifier"]
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return (
        found["redirect_uri"] == form["redirect_uri"]
        and VERIFIER.fullmatch(verifier) is not None
        and compare_digest(challenge, found["code_challenge"])
        and found["active"]
        and found["version"] == found["present"]
        and (Role(found["role"]) not in SECOND_FACTOR or found["has_factor"])
    )
