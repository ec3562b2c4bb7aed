"""An objection of a family or kelurahan: the verdict is open again and its enumerator goes back, until endorsed."""

from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from api.access.actor import Actor
from api.core import clock
from api.core.conditions import Conditions
from api.core.database import Connection
from api.core.problems import Invalid, NotFound
from api.verdicts import official_queries as queries
from api.verdicts.lifecycle import Event
from api.verdicts.moving import lock_verdicts, step, take_steps
from api.verdicts.official_schemas import ObjectionFilter, ObjectionIn


async def record_objection(connection: Connection, actor: Actor, body: ObjectionIn) -> asyncpg.Record:
    """Reopen the verdict; raises the refusal, `wrong_state` once it is endorsed."""
    standing = await lock_verdicts(connection, actor, [body.verdict_id], amends=False)
    if body.verdict_id not in standing:
        raise Invalid("/verdict_id", "unknown_verdict")
    found = standing[body.verdict_id]
    made = step(actor, Event.OBJECT, found, reason_code=f"objection_of_{body.by}", comment=body.reason)
    now, added = clock.now(), uuid7()
    await take_steps(connection, actor, [made], now)
    said = (made["number"], body.by.value, body.reason)
    await connection.execute(queries.ADD_OBJECTION, added, body.verdict_id, *said, actor.id, now)
    await actor.note("objection.recorded", added, verdict_id=body.verdict_id, by=body.by)
    return await read_objection(connection, added)


async def list_objections(connection: Connection, wanted: ObjectionFilter) -> list[asyncpg.Record]:
    """One more objection than a page holds, in the order in which they were recorded."""
    chosen = Conditions()
    chosen.add("v.campaign_id = ?", wanted.campaign_id)
    chosen.add("o.verdict_id = ?", wanted.verdict_id)
    chosen.add("o.objector = ?", wanted.by)
    after = wanted.after(UUID)
    chosen.add("o.id > ?", after[0] if after else None)
    rows: list[asyncpg.Record] = await connection.fetch(
        f"{queries.OBJECTIONS} {chosen.where()} order by o.id limit {wanted.limit + 1}", *chosen.values
    )
    return rows


async def read_objection(connection: Connection, objection_id: UUID) -> asyncpg.Record:
    """The objection; raises `NotFound`."""
    found = await connection.fetchrow(f"{queries.OBJECTIONS} where o.id = $1", objection_id)
    if found is None:
        raise NotFound
    return found
