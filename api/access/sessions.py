"""First-party sign-in, and who is calling."""

from asyncpg import Record

from api.access import devices, families
from api.access.actor import Actor
from api.access.front_door import FrontDoor
from api.access.passwords import is_password
from api.access.problems import DeviceRevoked, InvalidCredentials
from api.access.roles import Role, scopes_of
from api.access.schemas import BEARER, MeOut, SessionIn, SessionOut
from api.core import clock
from api.core.database import Connection

ACCOUNT = """
select p.id, p.active, p.role, p.scopes, p.version, c.password_hash
from staff s join principals p on p.id = s.id left join credentials c on c.principal_id = p.id
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
    """Check name and password, enrol the phone, start a family of refresh tokens.

    Raises `InvalidCredentials`; `DeviceRevoked` where both are right and the phone was cut off.

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
        if known and await devices.enrol(connection, found["id"], body):
            return await _let_in(door, connection, found, body.device_id)
        await door.note(connection, None, "session.refused", found["id"] if found else None)
    raise DeviceRevoked if known else InvalidCredentials


async def _let_in(door: FrontDoor, connection: Connection, found: Record, device_id: str | None) -> SessionOut:
    wanted = door.settings
    family, refresh = await families.start(connection, found["id"], device_id, clock.now(), wanted.refresh_token_days)
    await door.note(connection, found["id"], "session.started", family)
    scopes = scopes_of(found["role"], found["scopes"])
    access = door.keys.issue(found["id"], found["version"], scopes, wanted.access_token_s, family)
    return SessionOut(access_token=access, token_type=BEARER, expires_in=wanted.access_token_s, refresh_token=refresh)


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
