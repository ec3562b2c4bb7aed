"""Which client calls the OAuth endpoints, and how it proves that: a secret, or a signed assertion (RFC 7523)."""

import binascii
import json
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import unquote_plus

from asyncpg import Record

from api.access.families import token_hash
from api.access.front_door import FrontDoor
from api.access.oauth_schemas import Refusal
from api.access.tokens import InvalidToken, read_assertion, who_asserts
from api.core import clock
from api.core.database import Connection

ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CLIENT = """
select p.id, p.scopes, p.version, c.client_id, c.jwks::text as jwks, c.redirect_uris, exists (
    select from client_secrets s where s.client_id = c.id and s.revoked_at is null) as has_secret
from clients c join principals p on p.id = c.id where c.client_id = $1 and p.active
"""
HOLDS = "select true from client_secrets where client_id = $1 and secret_hash = $2 and revoked_at is null"
USE_ASSERTION = """
insert into used_assertions (assertion_hash, expires_at) values ($1, $2) on conflict do nothing returning true
"""
REFUSED: Final = Refusal("invalid_client", "unknown client, or it did not prove who it is")


async def prove_client(
    door: FrontDoor, connection: Connection, form: Mapping[str, str], authorization: str | None
) -> Record | Refusal:
    """The client that proves who it is, by one way and no more (RFC 6749 2.3); a note stays of one that does not."""
    ways = [authorization is not None, "client_secret" in form, "client_assertion" in form]
    if sum(ways) > 1:
        return Refusal("invalid_request", "use one way of client authentication")
    if not any(ways):
        return Refusal("invalid_client", "client authentication is required")
    found = (
        await _by_assertion(door, connection, form)
        if "client_assertion" in form
        else await _by_secret(connection, form, authorization)
    )
    if found is None or form.get("client_id", found["client_id"]) != found["client_id"]:
        await door.note(connection, None, "client.refused", found["id"] if found else None)
        return REFUSED
    return found


async def name_client(
    door: FrontDoor, connection: Connection, form: Mapping[str, str], authorization: str | None
) -> Record | Refusal | None:
    """The client of a person's grant: an app without a secret or key just says its name; None when there is no name."""
    if authorization is not None or "client_secret" in form or "client_assertion" in form:
        return await prove_client(door, connection, form, authorization)
    if "client_id" not in form:
        return None
    found: Record | None = await connection.fetchrow(CLIENT, form["client_id"])
    if found is None or found["has_secret"] or found["jwks"] is not None:
        return REFUSED
    return found


async def _by_secret(connection: Connection, form: Mapping[str, str], authorization: str | None) -> Record | None:
    proof = (form.get("client_id", ""), form["client_secret"]) if authorization is None else _basic(authorization)
    if proof is None:
        return None
    found: Record | None = await connection.fetchrow(CLIENT, proof[0])
    right = found is not None and await connection.fetchval(HOLDS, found["id"], token_hash(proof[1]))
    return found if right else None


def _basic(authorization: str) -> tuple[str, str] | None:
    scheme, _, encoded = authorization.partition(" ")
    try:
        client_id, colon, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    client_id, secret = unquote_plus(client_id), unquote_plus(secret)
    return None if scheme.lower() != "basic" or not colon or "\x00" in client_id else (client_id, secret)


async def _by_assertion(door: FrontDoor, connection: Connection, form: Mapping[str, str]) -> Record | None:
    """Signed by a key that Diskominfo registered, for us, within a minute, and never seen before."""
    if form.get("client_assertion_type") != ASSERTION:
        return None
    assertion = form["client_assertion"]
    try:
        found: Record | None = await connection.fetchrow(CLIENT, who_asserts(assertion))
        if found is None or found["jwks"] is None:
            return None
        keys: list[dict[str, Any]] = json.loads(found["jwks"])["keys"]
        base = door.settings.issuer.rstrip("/")
        read = read_assertion(assertion, keys, found["client_id"], {door.settings.issuer, f"{base}/v1/oauth/token"})
    except InvalidToken:
        return None
    await connection.execute("delete from used_assertions where expires_at < $1", clock.now())
    once, expires_at = token_hash(f"{found['client_id']} {read.jti}"), datetime.fromtimestamp(read.expires, UTC)
    return found if await connection.fetchval(USE_ASSERTION, once, expires_at) else None
