"""A remark is answered: in words by the enumerator who holds the work. (The visit that corrects does it by itself.)"""

from uuid import UUID

from api.access.actor import Actor
from api.core import clock
from api.core.database import Connection
from api.core.problems import NotFound
from api.verdicts import queries
from api.verdicts.problems import AlreadyResolved
from api.verdicts.schemas import ResolutionIn, ResolvedOut


async def resolve_remark(
    connection: Connection, actor: Actor, verdict_id: UUID, number: int, body: ResolutionIn
) -> ResolvedOut:
    """Answer a remark once; raises `NotFound` for one that is not the caller's, 409 `already_resolved`."""
    held = await connection.fetchrow(queries.HELD, verdict_id, actor.id)
    if held is None or not await connection.fetchval(queries.HAS_REMARK, verdict_id, number):
        raise NotFound
    now = clock.now()
    if (await connection.fetchval(queries.RESOLVE_REMARK, verdict_id, number, actor.id, body.comment, now)) is None:
        raise AlreadyResolved
    await actor.note("remark.resolved", verdict_id, number=number)
    return ResolvedOut(
        verdict_id=verdict_id, number=number, resolved_by=actor.id, visit_id=None, comment=body.comment, at=now
    )
