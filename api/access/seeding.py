"""People and machines that a command brings in over the owner's connection, many at once."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from api.access import audit
from api.access.families import token_hash
from api.access.passwords import HASHER
from api.access.roles import Role
from api.access.second_factors import FIELD
from api.access.staff import CODE_LIVES, code_hash, new_code
from api.core import clock
from api.core.database import Connection
from api.core.vault import Vault

ADD_STAFF = """
with wanted as (select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as w (id, username, name, role)
                where not exists (select from staff s where s.username = w.username)),
     acting as (insert into principals (id, kind, role, scopes, active, version)
                select id, 'staff', role, '{}', true, 1 from wanted)
insert into staff (id, username, name, created_at, revision) select id, username, name, $5, 1 from wanted
"""
ADD_CREDENTIALS = """
insert into credentials (principal_id, password_hash, changed_at)
select s.id, $2, $3 from staff s where s.username = any($1::text[]) on conflict do nothing
"""
ADD_CLIENTS = """
with wanted as (select w.id, w.client_id, w.name, w.agency, string_to_array(w.scopes, ' ') as scopes
                from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
                as w (id, client_id, name, agency, scopes)
                where not exists (select from clients c where c.client_id = w.client_id)),
     acting as (insert into principals (id, kind, role, scopes, active, version)
                select id, 'client', 'client', scopes, true, 1 from wanted)
insert into clients (id, client_id, name, agency, created_at, revision)
select id, client_id, name, agency, $6, 1 from wanted
"""
ADD_SECRETS = """
insert into client_secrets (id, client_id, secret_hash, created_at)
select w.id, c.id, w.secret_hash, $4 from unnest($1::uuid[], $2::text[], $3::bytea[]) as w (id, client_id, secret_hash)
join clients c on c.client_id = w.client_id on conflict (secret_hash) do nothing
"""


@dataclass(frozen=True, slots=True)
class NewStaff:
    """Somebody to bring in."""

    username: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class NewClient:
    """A machine to bring in, with the secret that it will use."""

    client_id: str
    name: str
    agency: str
    scopes: tuple[str, ...]
    secret: str


def demo_password_hash(password: str) -> str:
    """One argon2id hash for accounts that share a password, the same at every start: for demo accounts only."""
    return HASHER.hash(password, salt=hashlib.sha256(b"sambang demo " + password.encode()).digest()[:16])


async def seed_staff(owner: Connection, people: Sequence[NewStaff], password_hash: str | None) -> dict[str, UUID]:
    """Bring in people, with this password or (None) without one; returns ids by username.

    Set-based and repeatable: whoever is there already keeps name, role and password. Teams are given by the teams.
    """
    usernames = [person.username for person in people]
    async with owner.transaction():
        await owner.execute(
            ADD_STAFF,
            [uuid7() for _ in people],
            usernames,
            [person.name for person in people],
            [person.role.value for person in people],
            clock.now(),
        )
        if password_hash is not None:
            await owner.execute(ADD_CREDENTIALS, usernames, password_hash, clock.now())
        await audit.note(owner, None, "seed", "staff.seeded", None, count=len(people))
        rows = await owner.fetch("select username, id from staff where username = any($1::text[])", usernames)
    return {row["username"]: row["id"] for row in rows}


async def seed_activation_codes(owner: Connection, staff_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """A one-time code for each of these people: for the first account of a city, and for `sambang staff add`."""
    codes = {staff_id: new_code() for staff_id in staff_ids}
    await owner.executemany(
        "insert into activation_codes (id, staff_id, code_hash, expires_at) values ($1, $2, $3, $4)",
        [(uuid7(), staff_id, code_hash(code), clock.now() + CODE_LIVES) for staff_id, code in codes.items()],
    )
    return codes


async def seed_clients(owner: Connection, machines: Sequence[NewClient]) -> dict[str, UUID]:
    """Bring in machines with their secrets; returns ids by `client_id`. Repeatable."""
    names = [machine.client_id for machine in machines]
    async with owner.transaction():
        await owner.execute(
            ADD_CLIENTS,
            [uuid7() for _ in machines],
            names,
            [machine.name for machine in machines],
            [machine.agency for machine in machines],
            [" ".join(sorted(machine.scopes)) for machine in machines],
            clock.now(),
        )
        await owner.execute(
            ADD_SECRETS,
            [uuid7() for _ in machines],
            names,
            [token_hash(machine.secret) for machine in machines],
            clock.now(),
        )
        await audit.note(owner, None, "seed", "clients.seeded", None, count=len(machines))
        rows = await owner.fetch("select client_id, id from clients where client_id = any($1::text[])", names)
    return {row["client_id"]: row["id"] for row in rows}


async def seed_second_factors(owner: Connection, vault: Vault, secrets: Mapping[UUID, str]) -> None:
    """Give these people the authenticator secrets that they hold already, confirmed; one that stands is kept."""
    await owner.executemany(
        "insert into second_factors (staff_id, secret, enrolled_at, confirmed_at, last_step) values ($1, $2, $3, $3, 0)"
        " on conflict (staff_id) do nothing",
        [(staff_id, vault.seal(FIELD, staff_id, secret), clock.now()) for staff_id, secret in secrets.items()],
    )


async def reset_second_factor(owner_url: str, username: str) -> bool:
    """Take a factor away over the owner's connection, for a city's only Bappeda; false when nobody is called so."""
    owner = await asyncpg.connect(owner_url)
    try:
        async with owner.transaction():
            staff_id = await owner.fetchval("select id from staff where username = $1", username)
            if staff_id is None:
                return False
            await owner.execute("delete from second_factors where staff_id = $1", staff_id)
            await owner.execute("update principals set version = version + 1 where id = $1", staff_id)
            await owner.execute("select end_sessions($1)", staff_id)
            await audit.note(owner, None, "cli", "second_factor.reset", staff_id)
        return True
    finally:
        await owner.close()


async def add_staff(owner_url: str, person: NewStaff) -> str:
    """One account over the owner's connection; returns a one-time activation code for it."""
    owner = await asyncpg.connect(owner_url)
    try:
        async with owner.transaction():
            ids = await seed_staff(owner, [person], None)
            codes = await seed_activation_codes(owner, list(ids.values()))
        return codes[ids[person.username]]
    finally:
        await owner.close()
