"""First-party sign-in, and who is calling."""

from asyncpg import Record

from api.access import enrolling, families, second_factors
from api.access.actor import Actor
from api.access.front_door import FrontDoor
from api.access.proving import prove
from api.access.roles import Role, scopes_of
from api.access.schemas import BEARER, MeOut, SessionIn, SessionOut
from api.core import clock
from api.core.database import Connection

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
    """Start a family of refresh tokens for whoever proves who they are (`proving.prove` says what is refused).

    Who must have a second factor and has none gets a token that can enrol, and nothing more.
    """

    async def admit(connection: Connection, account: Record) -> SessionOut:
        if second_factors.is_missing(account):
            return await _let_enrol(door, connection, account)
        return await _let_in(door, connection, account, body.device_id)

    return await prove(door, body, admit)


async def _let_in(door: FrontDoor, connection: Connection, found: Record, device_id: str | None) -> SessionOut:
    wanted = door.settings
    family, refresh = await families.start(connection, found["id"], clock.now(), wanted, device_id=device_id)
    await door.note(connection, found["id"], "session.started", family)
    scopes = scopes_of(found["role"], found["scopes"])
    access = door.keys.issue(found["id"], found["version"], scopes, wanted.access_token_s, family)
    return _session(access, wanted.access_token_s, scopes, refresh)


async def _let_enrol(door: FrontDoor, connection: Connection, found: Record) -> SessionOut:
    await door.note(connection, found["id"], "session.to_enrol", found["id"])
    ticket = enrolling.ticket_of(door, found["id"], found["version"])
    return _session(ticket, door.settings.access_token_s, enrolling.SCOPES, None)


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
