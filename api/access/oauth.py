"""The token endpoint (RFC 6749), revocation (RFC 7009), and what a gateway must know (RFC 8414)."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from api.access import authorizing, families
from api.access.client_proof import name_client, prove_client
from api.access.families import token_hash
from api.access.front_door import FrontDoor
from api.access.oauth_schemas import Refusal, ServerMetadataOut, TokenOut, TokenStateOut
from api.access.schemas import BEARER
from api.access.tokens import InvalidToken
from api.core import clock
from api.core.settings import Settings

GRANTS: Final = ("authorization_code", "refresh_token", "client_credentials")
PROOFS: Final = ("client_secret_basic", "client_secret_post", "private_key_jwt")
# whether the principal and the session behind a token are still what they were
STILL = """
select p.kind, $3::uuid is null or exists (
    select from refresh_tokens t where t.family_id = $3 and t.revoked_at is null) as alive
from principals p where p.id = $1 and p.version = $2 and p.active
"""
REFRESHES = """
select t.principal_id, t.issued_at, t.expires_at, c.client_id from refresh_tokens t
join principals p on p.id = t.principal_id left join clients c on c.id = t.client_id
where t.token_hash = $1 and t.used_at is null and t.revoked_at is null and t.expires_at > $2 and p.active
"""
FORM = "application/x-www-form-urlencoded"


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
    if grant == "authorization_code":
        return await authorizing.redeem_code(door, form, authorization)
    if grant == "refresh_token":
        return await _refresh(door, form, authorization)
    if grant == "client_credentials":
        return await _client_credentials(door, form, authorization)
    return Refusal("unsupported_grant_type", ", ".join(GRANTS))


async def _refresh(door: FrontDoor, form: Mapping[str, str], authorization: str | None) -> TokenOut | Refusal:
    presented = form.get("refresh_token")
    if presented is None:
        return Refusal("invalid_request", "refresh_token is required")
    now, wanted = clock.now(), door.settings
    asked = frozenset(form["scope"].split()) if "scope" in form else None
    async with door.open() as connection:
        app = await name_client(door, connection, form, authorization)
        if isinstance(app, Refusal):
            return app
        whose = app["id"] if app else None
        rotated = await families.rotate(connection, presented, asked, now, wanted.refresh_token_days, whose)
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
    async with door.open() as connection:
        found = await prove_client(door, connection, form, authorization)
        if isinstance(found, Refusal):
            return found
        held = frozenset(found["scopes"])
        asked = frozenset(form["scope"].split()) if "scope" in form else held
        if not asked or not asked <= held:
            return Refusal("invalid_scope", "the client does not hold this scope")
        await door.note(connection, found["id"], "client.signed_in", found["id"], scopes=sorted(asked))
    lifetime = door.settings.access_token_s
    access = door.keys.issue(found["id"], found["version"], asked, lifetime, None)
    return TokenOut(access_token=access, token_type=BEARER, expires_in=lifetime, scope=" ".join(sorted(asked)))


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


async def introspect(door: FrontDoor, form: Mapping[str, str], authorization: str | None) -> TokenStateOut | Refusal:
    """What a token is worth at this moment (RFC 7662), for a client that proves who it is; no name is told."""
    token = form.get("token")
    async with door.open() as connection:
        asking = await prove_client(door, connection, form, authorization)
        if isinstance(asking, Refusal):
            return asking
        if token is None:
            return Refusal("invalid_request", "token is required")
        try:
            claims = door.keys.verify(token)
        except InvalidToken:
            kept = await connection.fetchrow(REFRESHES, token_hash(token), clock.now())
            if kept is None:
                return TokenStateOut(active=False)
            return TokenStateOut(
                active=True,
                sub=str(kept["principal_id"]),
                client_id=kept["client_id"],
                iat=int(kept["issued_at"].timestamp()),
                exp=int(kept["expires_at"].timestamp()),
            )
        found = await connection.fetchrow(STILL, claims.subject, claims.version, claims.family_id)
    if found is None or not found["alive"]:
        return TokenStateOut(active=False)
    return TokenStateOut(
        active=True,
        scope=" ".join(sorted(claims.scopes)),
        sub=str(claims.subject),
        client_id=str(claims.subject),
        iss=door.settings.issuer,
        aud=door.settings.audience,
        iat=claims.issued,
        exp=claims.expires,
        token_type=BEARER,
    )


def server_metadata(wanted: Settings) -> ServerMetadataOut:
    """What RFC 8414 lets a client find out by itself."""
    base = wanted.issuer.rstrip("/")
    return ServerMetadataOut(
        issuer=wanted.issuer,
        authorization_endpoint=f"{base}/v1/oauth/authorize",
        token_endpoint=f"{base}/v1/oauth/token",
        revocation_endpoint=f"{base}/v1/oauth/revoke",
        introspection_endpoint=f"{base}/v1/oauth/introspect",
        jwks_uri=f"{base}/.well-known/jwks.json",
        scopes_supported=sorted(authorizing.EVERYTHING),
        response_types_supported=["code"],
        response_modes_supported=["query"],
        code_challenge_methods_supported=["S256"],
        authorization_response_iss_parameter_supported=True,
        grant_types_supported=list(GRANTS),
        token_endpoint_auth_methods_supported=[*PROOFS, "none"],
        token_endpoint_auth_signing_alg_values_supported=["ES256"],
        introspection_endpoint_auth_methods_supported=list(PROOFS),
        introspection_endpoint_auth_signing_alg_values_supported=["ES256"],
        revocation_endpoint_auth_methods_supported=["none"],
        service_documentation=f"{base}/docs",
        ui_locales_supported=["id", "en"],
    )
