"""Phones: enrolled at sign-in, listed, cut off. Every session of a phone ends with it, on the next request."""

from uuid import UUID

from uuid_utils.compat import uuid7

from api.access.actor import Actor
from api.access.device_schemas import DeviceFilter, DeviceOut, DeviceRevocationIn
from api.access.problems import DeviceNotEnrolled, DeviceRevoked
from api.access.schemas import SessionIn
from api.core import clock
from api.core.database import Connection
from api.core.problems import NotFound, Problem

# Nothing comes back for a phone that was cut off. It locks the row: a revocation came before, or it sees the session.
ENROL = """
insert into devices as d (id, staff_id, device_id, name, app_version, enrolled_at, signed_in_at)
values ($1, $2, $3, $4, $5, $6, $6)
on conflict (staff_id, device_id) do update set name = coalesce(excluded.name, d.name),
    app_version = coalesce(excluded.app_version, d.app_version), signed_in_at = excluded.signed_in_at
where d.revoked_at is null returning id
"""
DEVICE = """
select id, staff_id, device_id, name, app_version, enrolled_at, signed_in_at, revoked_at, revoked_by, reason
from devices"""
LIST = f"""{DEVICE}
where ($1::uuid is null or staff_id = $1) and ($2::boolean is null or (revoked_at is not null) = $2)
  and ($3::uuid is null or id > $3)
order by id limit $4
"""
# A person reads the own phones alone, whatever the query says.
ENROLLED = "select revoked_at is null from devices where staff_id = $1 and device_id = $2"
REVOKE = """
update devices set revoked_at = $2, revoked_by = $3, reason = $4 where id = $1 and revoked_at is null returning id
"""


async def enrol(connection: Connection, staff_id: UUID, body: SessionIn) -> bool:
    """Enrol the phone that signs in, if it says that it is one; false when it was cut off."""
    if body.device_id is None:
        return True
    phone = (body.device_id, body.device_name, body.app_version)
    return await connection.fetchval(ENROL, uuid7(), staff_id, *phone, clock.now()) is not None


async def device_refusal(connection: Connection, actor: Actor, device_id: str) -> Problem | None:
    """Why this phone may not work for the caller: it was cut off, or it never signed in as theirs; None if it may."""
    alive = await connection.fetchval(ENROLLED, actor.id, device_id)
    if alive:
        return None
    return DeviceNotEnrolled() if alive is None else DeviceRevoked()


async def list_devices(connection: Connection, wanted: DeviceFilter) -> list[DeviceOut]:
    """One more phone than a page holds, in the order in which they were enrolled."""
    after = wanted.after(UUID)
    rows = await connection.fetch(LIST, wanted.staff_id, wanted.revoked, after[0] if after else None, wanted.limit + 1)
    return [DeviceOut.model_validate(dict(row)) for row in rows]


async def revoke_device(connection: Connection, actor: Actor, device_id: UUID, body: DeviceRevocationIn) -> DeviceOut:
    """Cut a phone off, for good, and end its sessions; once more changes nothing. Raises `NotFound`."""
    if await connection.fetchval(REVOKE, device_id, clock.now(), actor.id, body.reason) is not None:
        await connection.execute("select end_device_sessions($1)", device_id)
        await actor.note("device.revoked", device_id)
    found = await connection.fetchrow(f"{DEVICE} where id = $1", device_id)
    if found is None:
        raise NotFound
    return DeviceOut.model_validate(dict(found))
