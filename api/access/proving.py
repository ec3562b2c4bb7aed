"""Who somebody is, by name, password and one-time code: the one way in for sessions and for the login page."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from asyncpg import Record

from api.access import devices, second_factors, throttle
from api.access.front_door import FrontDoor
from api.access.passwords import is_password
from api.access.problems import DeviceRevoked, InvalidCredentials, OtpRequired, TooManyAttempts
from api.access.schemas import SessionIn
from api.access.throttle import ACCOUNT, ADDRESS, CODES
from api.core import clock
from api.core.database import Connection
from api.core.problems import Problem

Admitted = TypeVar("Admitted")

FIND = """
select p.id, p.active, p.role, p.scopes, p.version, c.password_hash, f.secret
from staff s join principals p on p.id = s.id left join credentials c on c.principal_id = p.id
left join second_factors f on f.staff_id = p.id and f.confirmed_at is not null
where s.username = $1
"""


async def prove(
    door: FrontDoor, body: SessionIn, admit: Callable[[Connection, Record], Awaitable[Admitted]]
) -> Admitted:
    """Check name, password and code, enrol the phone, and let `admit` write what follows in the same transaction.

    Raises `InvalidCredentials`; `OtpRequired` where only the code is missing; `DeviceRevoked` where all is right and
    the phone was cut off; `TooManyAttempts` whatever was right, once too much was wrong.

    A name that does not exist costs a hash and leaves a note like one that does (trust.md H16). No connection is held
    while a hash waits for its turn; what was judged before it is judged again after it.
    """
    username = body.username.lower()
    buckets = throttle.buckets(door.vault, username, door.address)
    async with door.open() as connection:
        wait = await buckets.retry_after_s(connection, clock.now())
        found = await connection.fetchrow(FIND, username)
    if wait is not None:
        raise TooManyAttempts(wait)
    right = await is_password(found["password_hash"] if found else None, body.password)
    async with door.open() as connection:
        await buckets.lock(connection)
        now = clock.now()
        wait = await buckets.retry_after_s(connection, now)
        # asked again: while the hash ran, the account may have been switched off or its password changed
        known = right and found["active"] and await connection.fetchrow(FIND, username) == found
        refusal: Problem | None = TooManyAttempts(wait) if wait is not None else InvalidCredentials()
        if wait is None and known:
            refusal = await _refusal(door, connection, found, body)
        if refusal is None:
            return await admit(connection, found)
        if wait is None:
            whom = found["id"] if found else None
            await door.note(connection, None, "session.refused", whom)
            if isinstance(refusal, InvalidCredentials):
                limits = (ACCOUNT, ADDRESS, CODES) if known else (ACCOUNT, ADDRESS)
                for reached in await buckets.count(connection, now, limits):
                    await door.note(connection, None, "session.throttled", whom, limit=reached)
    raise refusal


async def _refusal(door: FrontDoor, connection: Connection, found: Record, body: SessionIn) -> Problem | None:
    """What a right password is refused for. A wrong code looks like a wrong password."""
    if second_factors.is_missing(found):
        return None
    if second_factors.is_needed(found):
        if not body.otp:
            return OtpRequired()
        if not await second_factors.is_code(connection, door.vault, found, body.otp):
            return InvalidCredentials()
    return None if await devices.enrol(connection, found["id"], body) else DeviceRevoked()
