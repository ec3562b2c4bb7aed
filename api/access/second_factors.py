"""The second factor: a code of the person's authenticator app (TOTP, RFC 6238), each taken once.

Bappeda, Diskominfo and coordinators need one (`roles.SECOND_FACTOR`). Whoever has none yet gets a session that can do
nothing but enrol. A lost app is nobody's own business to mend: who appoints the person takes the old factor away.
"""

from typing import Final
from uuid import UUID

import pyotp
from asyncpg import Record
from pyotp.exceptions import OTPVerificationError

from api.access.actor import Actor
from api.access.problems import OwnAccount, SecondFactorStands
from api.access.roles import APPOINTS, SECOND_FACTOR
from api.access.second_factor_schemas import SecondFactorOut
from api.core import clock
from api.core.database import Connection
from api.core.problems import Forbidden, Invalid, NotFound
from api.core.vault import Vault

FIELD: Final = "second_factors.secret"
ISSUER: Final = "Sambang"  # what the app shows above the code
WINDOW: Final = 1  # steps of 30 s either way: the clock of a phone, and a slow finger

ENROL = """
insert into second_factors as f (staff_id, secret, enrolled_at, last_step) values ($1, $2, $3, 0)
on conflict (staff_id) do update set secret = excluded.secret, enrolled_at = excluded.enrolled_at, last_step = 0
where f.confirmed_at is null
"""
PENDING = """
select f.secret, s.username from second_factors f join staff s on s.id = f.staff_id
where f.staff_id = $1 and f.confirmed_at is null
"""
CONFIRM = """
update second_factors set confirmed_at = $3, last_step = $2
where staff_id = $1 and confirmed_at is null and last_step < $2 returning staff_id
"""
# two requests with the same code: one of them finds the step taken
TAKE_STEP = """
update second_factors set last_step = $2
where staff_id = $1 and confirmed_at is not null and last_step < $2 returning staff_id
"""


async def enrol(connection: Connection, actor: Actor, vault: Vault) -> SecondFactorOut:
    """A new secret for the caller, shown this once; it counts when a code has confirmed it.

    Raises `SecondFactorStands` once one is confirmed: a session that somebody stole must not replace it.
    """
    secret = pyotp.random_base32()
    username = await connection.fetchval("select username from staff where id = $1", actor.id)
    confirmed = "select true from second_factors where staff_id = $1 and confirmed_at is not null"
    if await connection.fetchval(confirmed, actor.id):
        raise SecondFactorStands
    await connection.execute(ENROL, actor.id, vault.seal(FIELD, actor.id, secret), clock.now())
    await actor.note("second_factor.enrolled", actor.id)
    return _shown(secret, username)


async def pending(connection: Connection, actor: Actor, vault: Vault) -> SecondFactorOut | None:
    """The caller's secret again while no code has confirmed it: for a page that shows one and the same QR code."""
    found = await connection.fetchrow(PENDING, actor.id)
    return _shown(vault.open(FIELD, actor.id, found["secret"]), found["username"]) if found else None


def _shown(secret: str, username: str) -> SecondFactorOut:
    uri = pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)
    return SecondFactorOut(secret=secret, uri=uri)


async def confirm(connection: Connection, actor: Actor, vault: Vault, otp: str) -> None:
    """Make the enrolled secret count; raises `Invalid` for a code that is not its own, `SecondFactorStands` after."""
    found = await connection.fetchrow("select secret, confirmed_at from second_factors where staff_id = $1", actor.id)
    if found is not None and found["confirmed_at"] is not None:
        raise SecondFactorStands
    step = _step_of(vault, actor.id, found["secret"], otp) if found else None
    if step is None or await connection.fetchval(CONFIRM, actor.id, step, clock.now()) is None:
        raise Invalid("/otp", "otp_invalid")
    await actor.note("second_factor.confirmed", actor.id)


async def reset(connection: Connection, actor: Actor, staff_id: UUID) -> None:
    """Take a person's factor away, end every session, and let them enrol anew; without one it changes nothing.

    Raises `NotFound`, `OwnAccount`, `Forbidden` for a role that the caller does not appoint.
    """
    role = await connection.fetchval(
        "select p.role from staff s join principals p on p.id = s.id where s.id = $1", staff_id
    )
    if role is None:
        raise NotFound
    if staff_id == actor.id:
        raise OwnAccount
    if role not in APPOINTS.get(actor.role, frozenset()):
        raise Forbidden
    await connection.execute("delete from second_factors where staff_id = $1", staff_id)
    await connection.execute("update principals set version = version + 1 where id = $1", staff_id)
    await connection.execute("select end_sessions($1)", staff_id)
    await actor.note("second_factor.reset", staff_id)


def is_needed(account: Record) -> bool:
    """Whether this person signs in with a second factor: the role decides."""
    return account["role"] in SECOND_FACTOR


def is_missing(account: Record) -> bool:
    """Whether this person needs one and has not confirmed one yet."""
    return is_needed(account) and account["secret"] is None


async def is_code(connection: Connection, vault: Vault, account: Record, otp: str) -> bool:
    """Whether this is a code of the account's app that nobody has used; it is used up by asking.

    `account` carries `id` and the sealed `secret`.
    """
    step = _step_of(vault, account["id"], account["secret"], otp)
    return step is not None and await connection.fetchval(TAKE_STEP, account["id"], step) is not None


def _step_of(vault: Vault, staff_id: UUID, sealed: bytes, otp: str) -> int | None:
    totp, code = pyotp.TOTP(vault.open(FIELD, staff_id, sealed)), "".join(otp.split())
    try:
        return totp.verify_and_get_timecode(code, for_time=clock.now(), valid_window=WINDOW)
    except OTPVerificationError:
        return None
