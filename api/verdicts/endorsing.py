"""The mayor's letter: it endorses what a release says, in one set-based statement, and hands it to the ministry.

A verdict may be endorsed from `decided` (the table of contract section 5): a meeting is needed only where the verdict
asks for one (`to_deliberation`) or deactivates a household that nobody met. What is another verdict by now, what the
meeting rejected, and the caller's own work stay where they are; `left_out` counts them, and a colleague or the next
release takes them on.
"""

from uuid import UUID

import asyncpg
import orjson
from uuid_utils.compat import uuid7

from api.access.actor import Actor
from api.access.roles import Role
from api.core import clock
from api.core.conditions import Conditions
from api.core.database import Connection
from api.core.problems import Invalid, NotFound
from api.tables import CampaignStatus
from api.verdicts import lifecycle
from api.verdicts import official_queries as queries
from api.verdicts.lifecycle import Event
from api.verdicts.official_schemas import EndorsementFilter, EndorsementIn, EndorsementOut
from api.verdicts.problems import CampaignClosed, LetterConflict, NothingToEndorse


async def record_endorsement(connection: Connection, actor: Actor, body: EndorsementIn) -> EndorsementOut:
    """Endorse the release's verdicts that are still what it says; raises the refusal when there is none."""
    # a big city takes longer than a request's usual limit, and endorsing half of a letter is no use
    await connection.execute("set local statement_timeout = '10min'")
    release = await connection.fetchrow(queries.RELEASE, body.release_id)
    if release is None:
        raise Invalid("/release_id", "unknown_release")
    if body.signed_on > clock.working_day(clock.now()):
        raise Invalid("/signed_on", "in_the_future")
    if release["campaign_status"] == CampaignStatus.CLOSED:
        raise CampaignClosed
    await connection.execute(queries.LOCK_LETTER, body.number)
    if await connection.fetchval(queries.OTHER_LETTER, body.number, body.release_id, body.signed_on):
        raise LetterConflict
    await connection.fetchval(queries.LOCK_RELEASED, body.release_id)
    move = lifecycle.row_of(Event.ENDORSE, Role.BAPPEDA)
    now = clock.now()
    counted = {
        row["word"]: row["households"]
        for row in await connection.fetch(
            queries.ENDORSE,
            body.release_id,
            actor.id,
            now,
            body.number,
            [status.value for status in move.sources],
            [stage.value for stage in move.stages or ()],
            move.stage,
        )
    }
    endorsed = counted.pop("endorsed", 0)
    if not endorsed:
        raise NothingToEndorse(", ".join(f"{word}: {households}" for word, households in counted.items()) or None)
    made = uuid7()
    letter = (release["campaign_id"], body.release_id, body.number, body.signed_on)
    left_out = orjson.dumps(counted).decode()
    await connection.execute(queries.ADD_ENDORSEMENT, made, *letter, endorsed, left_out, actor.id, now)
    await actor.note("release.endorsed", body.release_id, endorsement_id=made, endorsed=endorsed, left_out=counted)
    return EndorsementOut(
        id=made,
        campaign_id=release["campaign_id"],
        release_id=body.release_id,
        number=body.number,
        signed_on=body.signed_on,
        endorsed=endorsed,
        left_out=counted,
        recorded_by=actor.id,
        at=now,
    )


async def list_endorsements(connection: Connection, wanted: EndorsementFilter) -> list[EndorsementOut]:
    """One more letter than a page holds, in the order in which they were recorded."""
    chosen = Conditions()
    chosen.add("campaign_id = ?", wanted.campaign_id)
    chosen.add("release_id = ?", wanted.release_id)
    after = wanted.after(UUID)
    chosen.add("id > ?", after[0] if after else None)
    rows = await connection.fetch(
        f"{queries.ENDORSEMENTS} {chosen.where()} order by id limit {wanted.limit + 1}", *chosen.values
    )
    return [_told(row) for row in rows]


async def read_endorsement(connection: Connection, endorsement_id: UUID) -> EndorsementOut:
    """The letter as it was recorded; raises `NotFound`."""
    row = await connection.fetchrow(f"{queries.ENDORSEMENTS} where id = $1", endorsement_id)
    if row is None:
        raise NotFound
    return _told(row)


def _told(row: asyncpg.Record) -> EndorsementOut:
    return EndorsementOut.model_validate(dict(row) | {"left_out": orjson.loads(row["left_out"])})
