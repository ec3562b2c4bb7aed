"""First-party sign-in, and who is calling."""

from asyncpg import Record

from api.access import devices, families, second_factors
from api.access.actor import Actor
from api.access.front_door import FrontDoor
from api.access.passwords import is_password
from api.access.problems import DeviceRevoked, InvalidCredentials, OtpRequired
from api.access.roles import Permission, Role, scopes_of
from api.access.schemas import BEARER, MeOut, SessionIn, SessionOut
from api.core import clock
from api.core.database import Connection

ACCOUNT = """
select p.id, p.active, p.role, p.scopes, p.version, c.password_hash, f.secret
from staff s join principals p on p.id = s.id left join credentials c on c.principal_id = p.id
left join second_factors f on f.staff_id = p.id and f.confirmed_at is not null
where s.username = $1
"""
ME = {
    "staff": "select username, name from staff where id = $1",
    "client": "select client_id as username, name from clients where id = $1",
}
FIELD_CAMPAIGNS = """
select campaign_id from team_members where staff_id = $1 and (ends_on is null or ends_on >= $2)
union select campaign_id from teams where coordinator_id = $1
order by 1
"""


async def sign_in(door: FrontDoor, body: SessionIn) -> SessionOut:
    """Check name, password and one-time code, enrol the phone, start a family of refresh tokens.

    Raises `InvalidCredentials`; `OtpRequired` where only the code is missing; `DeviceRevoked` where all is right and
    the phone was cut off. Who must have a second factor and has none gets a token that can enrol, and nothing more.

    A name that does not exist costs a hash and leaves a note like one that does (trust.md H16). No connection is held
    while a hash waits for its turn.
    """
    username = body.username.lower()
    async with door.open() as connection:
        found = await connection.fetchrow(ACCOUNT, username)
    right = await is_password(found["password_hash"] if found else None, body.password)
    async with door.open() as connection:
        # asked again: while the hash ran, the account may have been switched off or its password changed
        known = right and found["active"] and await connection.fetchrow(ACCOUNT, username) == found
        refusal = await _refusal(door, connection, found, body) if known else InvalidCredentials
        if refusal is None and second_factors.is_needed(found) and found["secret"] is None:
            return await _let_enrol(door, connection, found)
        if refusal is None:
            return await _let_in(door, connection, found, body.device_id)
        await door.note(connection, None, "session.refused", found["id"] if found else None)
    raise refusal


async def _refusal(
    door: FrontDoor, connection: Connection, found: Record, body: SessionIn
) -> type[InvalidCredentials | OtpRequired | DeviceRevoked] | None:
    """What a right password is refused for. A wrong code looks like a wrong password."""
    if second_factors.is_needed(found):
        if found["secret"] is None:
            return None
        if not body.otp:
            return OtpRequired
        if not await second_factors.is_code(connection, door.vault, found, body.otp):
            return InvalidCredentials
    return None if await devices.enrol(connection, found["id"], body) else DeviceRevoked


async def _let_in(door: FrontDoor, connection: Connection, found: Record, device_id: str | None) -> SessionOut:
    wanted = door.settings
    family, refresh = await families.start(connection, found["id"], device_id, clock.now(), wanted.refresh_token_days)
    await door.note(connection, found["id"], "session.started", family)
    scopes = scopes_of(found["role"], found["scopes"])
    access = door.keys.issue(found["id"], found["version"], scopes, wanted.access_token_s, family)
    return _session(access, wanted.access_token_s, scopes, refresh)


async def _let_enrol(door: FrontDoor, connection: Connection, found: Record) -> SessionOut:
    """A token that can do one thing. No refresh token: a refresh would give every scope of the role."""
    await door.note(connection, found["id"], "session.to_enrol", found["id"])
    scopes, lifetime = frozenset({str(Permission.SECOND_FACTOR_WRITE)}), door.settings.access_token_s
    access = door.keys.issue(found["id"], found["version"], scopes, lifetime, None)
    return _session(access, lifetime, scopes, None)


def _session(access: str, lifetime_s: int, scopes: frozenset[str], refresh: str | None) -> SessionOut:
    return SessionOut(
        access_token=access,
        token_type=BEARER,
        expires_in=lifetime_s,
        scope=" ".join(sorted(scopes)),
        refresh_token=refresh,
    )


async def who_am_i(connection: Connection, actor: Actor) -> MeOut:
    """The caller as the database knows it now."""
    named = await connection.fetchrow(ME[actor.kind], actor.id)
    if actor.role in (Role.ENUMERATOR, Role.COORDINATOR):
        rows = await connection.fetch(FIELD_CAMPAIGNS, actor.id, clock.working_day(clock.now()))
    else:
        rows = await connection.fetch("select id as campaign_id from campaigns order by id")
    return MeOut.model_validate(
        {
            "id": actor.id,
            "kind": actor.kind,
            "username": named["username"],
            "name": named["name"],
            "role": actor.role,
            "team_id": actor.team_id,
            "scopes": sorted(actor.permissions),
            "campaign_ids": [row["campaign_id"] for row in rows],
        }
    )
