"""People: who they are, what they may become, and the code with which they set their password."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from uuid_utils.compat import uuid7

from api.access.actor import Actor
from api.access.families import token_hash
from api.access.problems import OwnAccount
from api.access.roles import APPOINTS, SECOND_FACTOR, Role
from api.access.schemas import ActivationCodeOut, StaffChange, StaffFilter, StaffIn, StaffOut
from api.core import clock
from api.core.database import Connection
from api.core.idempotency import StillRunning
from api.core.problems import Forbidden, NotFound
from api.core.revisions import demand

CODE_LIVES: Final = timedelta(hours=72)
LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that a person misreads on paper

PERSON = """
select s.id, s.username, s.name, p.role, p.team_id, p.active, s.created_at, s.revision
from staff s join principals p on p.id = s.id
"""
LIST = f"""{PERSON}
where ($1::text is null or p.role = $1) and ($2::boolean is null or p.active = $2)
  and ($3::uuid is null or p.team_id = $3) and ($4::uuid is null or s.id > $4)
order by s.id limit $5
"""


async def list_staff(connection: Connection, actor: Actor, wanted: StaffFilter) -> list[StaffOut]:
    """One more person than a page holds, in the order in which they came. Coordinators see their team."""
    after = wanted.after(UUID)
    rows = await connection.fetch(
        LIST, wanted.role, wanted.active, wanted.team_id, after[0] if after else None, wanted.limit + 1
    )
    return [StaffOut.model_validate(dict(row)) for row in rows]


async def read_staff_member(connection: Connection, actor: Actor, staff_id: UUID) -> StaffOut:
    """One person; raises `NotFound`, also for a stranger to the caller."""
    found = await connection.fetchrow(f"{PERSON} where s.id = $1", staff_id)
    if found is None:
        raise NotFound
    return StaffOut.model_validate(dict(found))


def state_of(person: StaffOut) -> str:
    """What the ETag names: the revision, and the team, which the teams give without touching the person."""
    return f"{person.revision}-{str(person.team_id)[-8:]}"


async def add_staff_member(connection: Connection, actor: Actor, body: StaffIn) -> StaffOut:
    """A new person without a password; raises `Forbidden` for a role that is not the caller's to give."""
    _demand_appointment(actor, Role(body.role))
    added = uuid7()
    await connection.execute(
        "insert into principals (id, kind, role, scopes, active, version) values ($1, 'staff', $2, '{}', true, 1)",
        added,
        body.role,
    )
    await connection.execute(
        "insert into staff (id, username, name, created_at, revision) values ($1, $2, $3, $4, 1)",
        added,
        body.username,
        body.name,
        clock.now(),
    )
    await actor.note("staff.added", added, role=body.role)
    return await read_staff_member(connection, actor, added)


async def change_staff_member(
    connection: Connection, actor: Actor, staff_id: UUID, seen: str, body: StaffChange
) -> StaffOut:
    """Change a person. Another role, or none, acts on the next request: older tokens are refused.

    Another role leaves the team: `team_id` opens a team's rows, and only a team gives it again.
    """
    if await connection.fetchval("select id from staff where id = $1 for update", staff_id) is None:
        raise NotFound
    present = await read_staff_member(connection, actor, staff_id)
    _demand_appointment(actor, present.role)
    demand(seen, state_of(present))
    sent: dict[str, Any] = body.model_dump(exclude_unset=True)
    role, active = Role(sent.get("role", present.role)), sent.get("active", present.active)
    _demand_appointment(actor, role)
    if (role, active) != (present.role, present.active):
        if staff_id == actor.id:
            raise OwnAccount
        await connection.execute(
            "update principals set role = $2::text, active = $3, version = version + 1,"
            " team_id = case when role = $2::text then team_id end where id = $1",
            staff_id,
            role,
            active,
        )
        if not active or role in SECOND_FACTOR:  # whose sessions began without a second factor
            await connection.execute("select end_sessions($1)", staff_id)
    await connection.execute(
        "update staff set name = $2, revision = revision + 1 where id = $1", staff_id, sent.get("name", present.name)
    )
    await actor.note("staff.changed", staff_id, fields=sorted(sent), role=role, active=active)
    return await read_staff_member(connection, actor, staff_id)


async def issue_activation_code(connection: Connection, actor: Actor, staff_id: UUID) -> ActivationCodeOut:
    """A code for the first password or a forgotten one. Only its hash is stored; a newer code voids the older ones."""
    person = await read_staff_member(connection, actor, staff_id)
    _demand_appointment(actor, person.role)
    code, expires_at = new_code(), clock.now() + CODE_LIVES
    await connection.execute(
        "insert into activation_codes (id, staff_id, code_hash, expires_at) values ($1, $2, $3, $4)",
        uuid7(),
        staff_id,
        code_hash(code),
        expires_at,
    )
    await actor.note("staff.code_issued", staff_id)
    return ActivationCodeOut(code=code, expires_at=expires_at)


async def issue_first_codes(connection: Connection, staff_ids: Sequence[UUID]) -> dict[UUID, ActivationCodeOut]:
    """A code for each of these field staff who has no password yet and may sign in; the others are left out.

    One caller at a time: of two sheets that are printed at once one would be void. Raises `StillRunning`. The caller
    notes the deed, which is one for all.
    """
    if not await connection.fetchval("select pg_try_advisory_xact_lock(hashtext('sambang activation codes'))"):
        raise StillRunning
    found = await connection.fetch("select id from not_activated($1::uuid[]) as id", staff_ids)
    expires_at = clock.now() + CODE_LIVES
    issued = {row["id"]: ActivationCodeOut(code=new_code(), expires_at=expires_at) for row in found}
    await connection.execute(
        "insert into activation_codes (id, staff_id, code_hash, expires_at)"
        " select id, staff_id, code_hash, $4 from unnest($1::uuid[], $2::uuid[], $3::bytea[])"
        " as c (id, staff_id, code_hash)",
        [uuid7() for _ in issued],
        list(issued),
        [code_hash(made.code) for made in issued.values()],
        expires_at,
    )
    return issued


def new_code() -> str:
    """Sixteen letters in four groups: 78 bits, to be read from paper and typed into a phone."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(16))
    return "-".join(letters[place : place + 4] for place in range(0, 16, 4))


def code_hash(code: str) -> bytes:
    """What is stored of a code, however it was typed."""
    return token_hash("".join(sign for sign in code.upper() if sign.isalnum()))


def _demand_appointment(actor: Actor, role: Role) -> None:
    if role not in APPOINTS.get(actor.role, frozenset()):
        raise Forbidden
