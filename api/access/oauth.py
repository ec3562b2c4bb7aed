"""The token endpoint (RFC 6749), revocation (RFC 7009), and what a gateway must know (RFC 8414)."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

from api.access import families
from api.access.families import token_hash
from api.access.front_door import FrontDoor
from api.access.oauth_schemas import OAuthError, ServerMetadataOut, TokenOut
from api.access.roles import CLIENT_SCOPES
from api.access.schemas import BEARER
from api.access.tokens import InvalidToken
from api.core import clock
from api.core.settings import Settings

MACHINE = """
select p.id, p.scopes, p.version from clients c
join principals p on p.id = c.id join client_secrets s on s.client_id = c.id
where c.client_id = $1 and s.secret_hash = $2 and s.revoked_at is null and p.active
"""
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal of RFC 6749 5.2. Returned, not raised: what was written at the door must stay."""

    error: OAuthError
    description: str

    @property
    def status(self) -> int:
        """401 where the client did not prove who it is, 400 otherwise."""
        return 401 if self.error == "invalid_client" else 400


def read_form(content_type: str, body: bytes) -> dict[str, str] | Refusal:
    """A form, each field at most once (RFC 6749 3.2); empty fields count as left out."""
    if content_type.partition(";")[0].strip().lower() != FORM:
        return Refusal("invalid_request", f"Content-Type must be {FORM}")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        return Refusal("invalid_request", "the form cannot be read")
    if len({name for name, _ in pairs}) != len(pairs) or any("\x00" in value for _, value in pairs):
        return Refusal("invalid_request", "a field comes twice or holds a NUL character")
    return {name: value for name, value in pairs if value}


async def give_token(door: FrontDoor, form: Mapping[str, str], authorization: str | None) -> TokenOut | Refusal:
    """Answer the token endpoint."""
    grant = form.get("grant_type")
    if grant is None:
        return Refusal("invalid_request", "grant_type is required")
    if grant == "refresh_token":
        return await _refresh(door, form)
    if grant == "client_credentials":
        return await _client_credentials(door, form, authorization)
    return Refusal("unsupported_grant_type", "refresh_token and client_credentials are supported")


async def _refresh(door: FrontDoor, form: Mapping[str, str]) -> TokenOut | Refusal:
    presented = form.get("refresh_token")
    if presented is None:
        return Refusal("invalid_request", "refresh_token is required")
    now, wanted = clock.now(), door.settings
    asked = frozenset(form["scope"].split()) if "scope" in form else None
    async with door.open() as connection:
        rotated = await families.rotate(connection, presented, asked, now, wanted.refresh_token_days)
        if rotated.refusal == "reused":
            await door.note(connection, rotated.principal_id, "session.reuse_refused", rotated.family_id)
        if rotated.lost_answer:
            await door.note(connection, rotated.principal_id, "session.retried", rotated.family_id)
    if rotated.refusal == "scope":
        return Refusal("invalid_scope", "a refresh cannot widen the scope")
    if rotated.refusal is not None or rotated.principal_id is None:
        return Refusal("invalid_grant", "the refresh token is not valid; sign in again")
    lifetime = wanted.access_token_s
    access = door.keys.issue(rotated.principal_id, rotated.version, rotated.scopes, lifetime, rotated.family_id)
    return TokenOut(
        access_token=access,
        token_type=BEARER,
        expires_in=lifetime,
        scope=" ".join(sorted(rotated.scopes)),
        refresh_token=rotated.refresh_token,
    )


async def _client_credentials(
    door: FrontDoor, form: Mapping[str, str], authorization: str | None
) -> TokenOut | Refusal:
    proof = _client_proof(form, authorization)
    if isinstance(proof, Refusal):
        return proof
    client_id, secret = proof
    async with door.open() as connection:
        found = await connection.fetchrow(MACHINE, client_id, token_hash(secret))
        if found is None:
            await door.note(connection, None, "client.refused", None)
            return Refusal("invalid_client", "unknown client or wrong secret")
        held = frozenset(found["scopes"])
        asked = frozenset(form["scope"].split()) if "scope" in form else held
        if not asked or not asked <= held:
            return Refusal("invalid_scope", "the client does not hold this scope")
        await door.note(connection, found["id"], "client.signed_in", found["id"], scopes=sorted(asked))
    lifetime = door.settings.access_token_s
    access = door.keys.issue(found["id"], found["version"], asked, lifetime, None)
    return TokenOut(access_token=access, token_type=BEARER, expires_in=lifetime, scope=" ".join(sorted(asked)))


def _client_proof(form: Mapping[str, str], authorization: str | None) -> tuple[str, str] | Refusal:
    """The client's id and secret, from the header or the form but never both (RFC 6749 2.3)."""
    if authorization is None:
        if "client_id" not in form or "client_secret" not in form:
            return Refusal("invalid_client", "client authentication is required")
        return form["client_id"], form["client_secret"]
    if "client_secret" in form:
        return Refusal("invalid_request", "use one way of client authentication")
    scheme, _, encoded = authorization.partition(" ")
    try:
        client_id, colon, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return Refusal("invalid_client", "the Authorization header cannot be read")
    client_id, secret = unquote_plus(client_id), unquote_plus(secret)
    if scheme.lower() != "basic" or not colon or "\x00" in client_id:
        return Refusal("invalid_client", "the Authorization header cannot be read")
    return client_id, secret


async def revoke_token(door: FrontDoor, form: Mapping[str, str]) -> Refusal | None:
    """End the session that a refresh or access token belongs to; a token we do not know is no error (RFC 7009 2.2)."""
    token = form.get("token")
    if token is None:
        return Refusal("invalid_request", "token is required")
    now = clock.now()
    async with door.open() as connection:
        whose = await families.revoke_by_token(connection, token, now)
        if whose is None:
            try:
                claims = door.keys.verify(token)
            except InvalidToken:
                return None
            if claims.family_id is None or not await families.revoke(connection, claims.family_id, now):
                return None
            whose = claims.subject
        await door.note(connection, whose, "session.ended", whose)
    return None


def server_metadata(wanted: Settings) -> ServerMetadataOut:
    """What RFC 8414 lets a client find out by itself."""
    base = wanted.issuer.rstrip("/")
    return ServerMetadataOut(
        issuer=wanted.issuer,
        token_endpoint=f"{base}/v1/oauth/token",
        revocation_endpoint=f"{base}/v1/oauth/revoke",
        jwks_uri=f"{base}/.well-known/jwks.json",
        scopes_supported=sorted(CLIENT_SCOPES),
        response_types_supported=[],
        grant_types_supported=["refresh_token", "client_credentials"],
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post", "none"],
        revocation_endpoint_auth_methods_supported=["none"],
        service_documentation=f"{base}/docs",
        ui_locales_supported=["id", "en"],
    )
