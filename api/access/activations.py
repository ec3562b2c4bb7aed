"""A person sets a password with a one-time code."""

from api.access.front_door import FrontDoor
from api.access.passwords import hash_password, refuse_weak
from api.access.schemas import ActivationIn
from api.access.staff import code_hash
from api.core import clock
from api.core.problems import Invalid

# only the newest code of a person counts
CODE = """
select c.id, c.staff_id, s.username from activation_codes c
join staff s on s.id = c.staff_id join principals p on p.id = c.staff_id
where c.code_hash = $1 and c.used_at is null and c.expires_at > $2 and p.active
  and not exists (select from activation_codes newer where newer.staff_id = c.staff_id and newer.id > c.id)
"""
KEEP_HASH = """
insert into credentials (principal_id, password_hash, changed_at) values ($1, $2, $3)
on conflict (principal_id) do update set password_hash = excluded.password_hash, changed_at = excluded.changed_at
"""


async def activate(door: FrontDoor, body: ActivationIn) -> None:
    """Set the password of the code's person; sessions and tokens from before end.

    Unknown, used, replaced and expired codes get one and the same answer. The password is judged and hashed only for
    a code that is good, so that a stranger cannot keep the threads busy.
    """
    wanted = code_hash(body.code)
    async with door.open() as connection:
        found = await connection.fetchrow(CODE, wanted, clock.now())
    if found is None:
        raise Invalid("/code", "activation_code_invalid")
    refuse_weak(body.password, found["username"])
    hashed = await hash_password(body.password)
    now = clock.now()
    async with door.open() as connection:
        used = await connection.fetchval(
            "update activation_codes set used_at = $2 where id = $1 and used_at is null returning staff_id",
            found["id"],
            now,
        )
        if used is None:  # another call with the same code was quicker
            raise Invalid("/code", "activation_code_invalid")
        await connection.execute(KEEP_HASH, used, hashed, now)
        await connection.execute("update principals set version = version + 1 where id = $1", used)
        await connection.execute("select end_sessions($1)", used)
        await door.note(connection, used, "staff.activated", used)
