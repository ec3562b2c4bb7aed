"""Machines of agencies: what they may ask for, and their secrets."""

import json
from typing import Any, Final
from uuid import UUID

from asyncpg import Record
from uuid_utils.compat import uuid7

from api.access.actor import Actor
from api.access.client_schemas import ClientChange, ClientFilter, ClientIn, ClientOut, ClientSecretOut, PublicKeys
from api.access.families import new_token, token_hash
from api.access.roles import CLIENT_SCOPES, Permission
from api.access.tokens import is_public_key
from api.core import clock
from api.core.database import Connection
from api.core.problems import Invalid, NotFound
from api.core.revisions import demand

LIVE_SECRETS: Final = 2

MACHINE = """
select c.id, c.client_id, c.name, c.agency, p.scopes, c.redirect_uris, c.jwks::text as jwks, p.active, c.created_at,
       c.revision
from clients c join principals p on p.id = c.id
"""
LIST = f"""{MACHINE}
where ($1::boolean is null or p.active = $1) and ($2::uuid is null or c.id > $2)
order by c.id limit $3
"""
REVOKE_OLDEST = """
update client_secrets set revoked_at = $2 where id in (
    select id from client_secrets where client_id = $1 and revoked_at is null
    order by created_at desc, id desc offset $3
) returning id
"""


async def list_clients(connection: Connection, actor: Actor, wanted: ClientFilter) -> list[ClientOut]:
    """One more machine than a page holds."""
    after = wanted.after(UUID)
    rows = await connection.fetch(LIST, wanted.active, after[0] if after else None, wanted.limit + 1)
    return [_shown(row) for row in rows]


async def read_client(connection: Connection, actor: Actor, client_id: UUID) -> ClientOut:
    """One machine; raises `NotFound`."""
    found = await connection.fetchrow(f"{MACHINE} where c.id = $1", client_id)
    if found is None:
        raise NotFound
    return _shown(found)


async def add_client(connection: Connection, actor: Actor, body: ClientIn) -> ClientOut:
    """A new machine without a secret yet."""
    added, scopes = uuid7(), _allowed(body.scopes)
    await connection.execute(
        "insert into principals (id, kind, role, scopes, active, version) values ($1, 'client', 'client', $2, true, 1)",
        added,
        scopes,
    )
    await connection.execute(
        "insert into clients (id, client_id, name, agency, created_at, redirect_uris, jwks, revision)"
        " values ($1, $2, $3, $4, $5, $6, $7, 1)",
        added,
        body.client_id,
        body.name,
        body.agency,
        clock.now(),
        body.redirect_uris,
        _keys(body.jwks),
    )
    await actor.note("client.added", added, scopes=scopes, redirect_uris=body.redirect_uris)
    return await read_client(connection, actor, added)


async def change_client(
    connection: Connection, actor: Actor, client_id: UUID, seen: str, body: ClientChange
) -> ClientOut:
    """Change a machine; other scopes, or switching it off, act on the next request."""
    revision = await connection.fetchval("select revision from clients where id = $1 for update", client_id)
    if revision is None:
        raise NotFound
    demand(seen, revision)
    present = await read_client(connection, actor, client_id)
    sent: dict[str, Any] = body.model_dump(exclude_unset=True)
    scopes = _allowed(sent["scopes"]) if "scopes" in sent else present.scopes
    active = sent.get("active", present.active)
    if (scopes, active) != (present.scopes, present.active):
        await connection.execute(
            "update principals set scopes = $2, active = $3, version = version + 1 where id = $1",
            client_id,
            scopes,
            active,
        )
    await connection.execute(
        "update clients set name = $2, agency = $3, redirect_uris = $4, "
        " jwks = case when $5 then $6::jsonb else jwks end, revision = revision + 1 where id = $1",
        client_id,
        sent.get("name", present.name),
        sent.get("agency", present.agency),
        sent.get("redirect_uris", present.redirect_uris),
        "jwks" in sent,
        _keys(body.jwks),
    )
    await actor.note("client.changed", client_id, fields=sorted(sent), scopes=scopes, active=active)
    return await read_client(connection, actor, client_id)


async def issue_secret(connection: Connection, actor: Actor, client_id: UUID) -> ClientSecretOut:
    """A new secret; two live side by side so that a system can change over, and the oldest of three ends."""
    named = await connection.fetchval("select client_id from clients where id = $1 for update", client_id)
    if named is None:
        raise NotFound
    added, secret, now = uuid7(), new_token(), clock.now()
    await connection.execute(
        "insert into client_secrets (id, client_id, secret_hash, created_at) values ($1, $2, $3, $4)",
        added,
        client_id,
        token_hash(secret),
        now,
    )
    revoked = [row["id"] for row in await connection.fetch(REVOKE_OLDEST, client_id, now, LIVE_SECRETS)]
    await actor.note("client.secret_issued", client_id, secret=added, revoked=revoked)
    return ClientSecretOut(id=added, client_id=named, client_secret=secret, created_at=now, revoked_secret_ids=revoked)


def _shown(row: Record) -> ClientOut:
    return ClientOut.model_validate(dict(row) | {"jwks": json.loads(row["jwks"]) if row["jwks"] else None})


def _keys(sent: PublicKeys | None) -> str | None:
    """The keys as they are kept; raises `Invalid` for one that is no point of the curve, or a kid that comes twice."""
    if sent is None:
        return None
    for place, key in enumerate(sent.keys):
        if not is_public_key(key.model_dump()):
            raise Invalid(f"/jwks/keys/{place}", "not_a_public_key")
        if key.kid in {earlier.kid for earlier in sent.keys[:place]}:
            raise Invalid(f"/jwks/keys/{place}/kid", "repeated")
    return sent.model_dump_json()


def _allowed(scopes: list[Permission]) -> list[str]:
    """These scopes, sorted and once each; raises `Invalid` for one that no machine may have."""
    for place, scope in enumerate(scopes):
        if scope not in CLIENT_SCOPES:
            raise Invalid(f"/scopes/{place}", "scope_not_for_clients")
    return sorted({str(scope) for scope in scopes})
