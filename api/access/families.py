"""Refresh tokens: a sign-in is a family, each token in it is used once and has one child (trust.md 5.4).

Field rule: a phone may lose the answer that carried the next token. A used token is therefore taken once more if it
was used at most ten minutes ago and its child was never used: that child is revoked and another one issued. Any other
reuse means that two parties hold the family, and the family ends. Only SHA-256 of a token is stored.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from uuid_utils.compat import uuid7

from api.access.roles import SECOND_FACTOR, scopes_of
from api.core.database import Connection
from api.core.settings import Settings

LOST_ANSWER: Final = timedelta(minutes=10)

KEPT: Final = ("device_id", "client_id", "asked_for", "family_ends_at")
LOCK_FAMILY = """
select family_id, pg_advisory_xact_lock(hashtextextended(family_id::text, 2)) from refresh_tokens where token_hash = $1
"""
PRESENTED = """
select t.id, t.family_id, t.principal_id, t.device_id, t.client_id, t.scopes as asked_for, t.family_ends_at,
       t.expires_at, t.used_at, t.revoked_at, t.child_id,
       child.used_at is null and child.revoked_at is null as child_is_fresh,
       p.active, p.role, p.scopes, p.version,
       exists (select from second_factors f where f.staff_id = p.id and f.confirmed_at is not null) as has_factor
from refresh_tokens t
join principals p on p.id = t.principal_id
left join refresh_tokens child on child.id = t.child_id
where t.token_hash = $1
"""
ADD = """
insert into refresh_tokens
    (id, family_id, principal_id, token_hash, device_id, client_id, scopes, issued_at, expires_at, family_ends_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""


@dataclass(frozen=True, slots=True)
class Family:
    """What stays the same from token to token: whose, on which phone, for which app and scopes, and until when."""

    id: UUID
    principal_id: UUID
    device_id: str | None
    client_id: UUID | None
    scopes: list[str] | None
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Rotated:
    """What came of presenting a refresh token: the next one, or why there is none."""

    refusal: Literal["unknown", "expired", "reused", "scope"] | None
    principal_id: UUID | None = None
    family_id: UUID | None = None
    scopes: frozenset[str] = frozenset()
    version: int = 0
    refresh_token: str = ""
    lost_answer: bool = False


def token_hash(token: str) -> bytes:
    """What is stored of a random token or secret: 256 random bits need no slow hash (ASVS 6.5.2)."""
    return hashlib.sha256(token.encode()).digest()


def new_token() -> str:
    """An opaque random token of 256 bits."""
    return secrets.token_urlsafe(32)


async def start(
    connection: Connection,
    principal_id: UUID,
    now: datetime,
    wanted: Settings,
    *,
    device_id: str | None = None,
    client_id: UUID | None = None,
    scopes: Iterable[str] | None = None,
) -> tuple[UUID, str]:
    """A new family and its first token: for a phone, or for an app (`client_id`) within the scopes it asked for.

    A token lasts days from its last use; the family ends for good after `session_days`. Not with its campaign, whose
    dates are plans.
    """
    ends_at, kept = now + timedelta(days=wanted.session_days), None if scopes is None else sorted(scopes)
    family = Family(uuid7(), principal_id, device_id, client_id, kept, ends_at)
    return family.id, (await _add(connection, family, now, wanted.refresh_token_days))[1]


async def rotate(
    connection: Connection,
    presented: str,
    wanted: frozenset[str] | None,
    now: datetime,
    days: int,
    client_id: UUID | None = None,
) -> Rotated:
    """Use a refresh token, for a narrower scope if one is wanted; that of an app is that app's alone.

    Families are locked one by one, so that a rotation never slips past a revocation. A scope that the principal does
    not hold costs nothing: the token stays unused.
    """
    hashed = token_hash(presented)
    if await connection.fetchrow(LOCK_FAMILY, hashed) is None:
        return Rotated("unknown")
    found = await connection.fetchrow(PRESENTED, hashed)
    whose = (found["principal_id"], found["family_id"])
    # a session from before the role needed a second factor must not outlive that
    lacks_factor = found["role"] in SECOND_FACTOR and not found["has_factor"]
    of_another = found["client_id"] is not None and found["client_id"] != client_id
    if found["expires_at"] <= now or not found["active"] or lacks_factor or of_another:
        return Rotated("expired", *whose)
    used, revoked = found["used_at"] is not None, found["revoked_at"] is not None
    lost_answer = used and found["child_is_fresh"] and now - found["used_at"] <= LOST_ANSWER
    if revoked or (used and not lost_answer):
        await revoke(connection, found["family_id"], now)
        return Rotated("reused", *whose)
    held = scopes_of(found["role"], found["scopes"])
    held = held if found["asked_for"] is None else held.intersection(found["asked_for"])
    scopes = held if wanted is None else wanted
    if not scopes or not scopes <= held:
        return Rotated("scope", *whose)
    family = Family(found["family_id"], found["principal_id"], *(found[name] for name in KEPT))
    child_id, token = await _add(connection, family, now, days)
    if lost_answer:
        # linked behind the child that got lost, so that the parent is not taken a third time
        await connection.execute(
            "update refresh_tokens set revoked_at = $2, child_id = $3 where id = $1", found["child_id"], now, child_id
        )
    else:
        await connection.execute(
            "update refresh_tokens set used_at = $2, child_id = $3 where id = $1", found["id"], now, child_id
        )
    return Rotated(
        None,
        *whose,
        scopes,
        found["version"],
        token,
        lost_answer,
    )


async def revoke(connection: Connection, family_id: UUID, now: datetime) -> int:
    """End a family: its tokens no longer refresh, and its access tokens are refused at the next request."""
    await connection.execute("select pg_advisory_xact_lock(hashtextextended($1::uuid::text, 2))", family_id)
    done = await connection.execute(
        "update refresh_tokens set revoked_at = $2 where family_id = $1 and revoked_at is null", family_id, now
    )
    return int(done.split()[-1])


async def revoke_by_token(connection: Connection, presented: str, now: datetime) -> UUID | None:
    """End the family of this refresh token; returns whose it was, or None."""
    hashed = token_hash(presented)
    if await connection.fetchrow(LOCK_FAMILY, hashed) is None:
        return None
    found = await connection.fetchrow(PRESENTED, hashed)
    await revoke(connection, found["family_id"], now)
    principal_id: UUID = found["principal_id"]
    return principal_id


async def _add(connection: Connection, family: Family, now: datetime, days: int) -> tuple[UUID, str]:
    added, token = uuid7(), new_token()
    await connection.execute(
        ADD,
        added,
        family.id,
        family.principal_id,
        token_hash(token),
        family.device_id,
        family.client_id,
        family.scopes,
        now,
        min(now + timedelta(days=days), family.ends_at),
        family.ends_at,
    )
    return added, token
