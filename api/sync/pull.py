"""What a phone pulls: first what its holder has, page by page, then only what changed since.

The place in the feed is taken before anything is read, and what is sent is read from the live tables afterwards: a
change that happens in between is sent twice rather than not at all. A change says only where to look: what the caller
sees there is sent as it is now, what the caller does not see is gone.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson

from api.access.actor import Actor
from api.access.roles import Role
from api.core import clock
from api.core.database import Connection
from api.core.feed import CursorExpired
from api.core.vault import Vault
from api.households.carrying import carry_households
from api.regions.code_lists import CODE_LISTS, FINGERPRINT
from api.sync import pull_queries as queries
from api.sync.pull_cursor import NOWHERE, Place
from api.sync.pull_schemas import PullQuery, RemovedKind
from api.verdicts.lifecycle import Event, row_of
from api.verdicts.returned import returned_verdicts

DOWNLOAD = row_of(Event.DOWNLOAD, Role.ENUMERATOR)
LISTS = FINGERPRINT[:16]
CODE_LISTS_JSON = orjson.Fragment(orjson.dumps([kept.model_dump(mode="json") for kept in CODE_LISTS.values()]))
NOTHING = orjson.Fragment(b"[]")


async def pull(connection: Connection, actor: Actor, vault: Vault, wanted: PullQuery) -> tuple[bytes, str, bool]:
    """The answer as JSON, its cursor, and whether there is anything in it.

    Presenting a cursor marks what it covers `downloaded`. Raises 422 for a cursor that is not this person's, and
    `CursorExpired` for one from before a restore, ahead of the feed, or older than what is kept.
    """
    place = Place.of(wanted, actor.id)
    here = place or Place(actor.id)
    looked = await _look(connection, here, wanted.limit + 1)
    stands = looked[0]
    changes = [row for row in looked if row["seq"] is not None]
    if place is None:
        here = replace(here, epoch=stands["epoch"], xid=stands["horizon"])
    elif place.epoch != stands["epoch"] or not stands["swept_xid"] < place.xid <= stands["horizon"]:
        raise CursorExpired
    elif stands["arrived"]:
        await _mark(connection, actor, place)

    answer: dict[str, Any] = {"assignments": [], "households": [], "verdicts": [], "removed": []}
    more = False
    if place is None or place.after is not None:
        here, more = await _standing(connection, actor, vault, here, wanted.limit, answer)
        more = more or bool(changes)
    elif changes:
        page, more = changes[: wanted.limit], len(changes) > wanted.limit
        here = here.moved(page[-1]["xid"], page[-1]["seq"]) if more else here.moved(stands["horizon"], 0)
        await _changed(connection, actor, vault, page, answer)
    new_forms, new_lists = here.forms != stands["forms"], here.lists != LISTS
    forms = await connection.fetch(queries.FORMS) if new_forms else []
    answer["questionnaires"] = [orjson.Fragment(row["shown"]) for row in forms]
    answer["code_lists"] = CODE_LISTS_JSON if new_lists else NOTHING
    here = replace(here, forms=stands["forms"], lists=LISTS)
    cursor = here.text()
    # asyncpg has a UUID of its own
    return orjson.dumps(answer | {"cursor": cursor, "more": more}, default=str), cursor, here != place


async def _look(connection: Connection, place: Place, limit: int) -> Sequence[Any]:
    """Where the feed stands, and the next changes of this person behind the place."""
    seen = (place.person, place.xid, place.seq, 0 if place.xid == NOWHERE else limit, place.after)
    rows: Sequence[Any] = await connection.fetch(queries.LOOK, *seen, DOWNLOAD.sources[0])
    return rows


async def _mark(connection: Connection, actor: Actor, place: Place) -> None:
    """What the presented cursor covers has arrived on the phone."""
    covered = (place.person, place.xid, place.seq, DOWNLOAD.to, place.after, DOWNLOAD.sources[0])
    done = await connection.execute(queries.MARK, *covered, clock.now())
    await actor.note("assignments.downloaded", actor.id, assignments=int(done.split()[-1]))


async def _standing(
    connection: Connection, actor: Actor, vault: Vault, place: Place, limit: int, answer: dict[str, Any]
) -> tuple[Place, bool]:
    """The next page of what the person holds; where that leaves the phone, and whether there is another page."""
    rows = await connection.fetch(queries.STANDING, actor.id, place.after, limit + 1)
    page, more = rows[:limit], len(rows) > limit
    await _show(connection, actor, vault, page, {row["household_id"] for row in page}, answer)
    return replace(place, after=page[-1]["id"] if more else None), more


async def _changed(
    connection: Connection, actor: Actor, vault: Vault, changes: Sequence[Any], answer: dict[str, Any]
) -> None:
    """What these changes are about, each object once: as it is now, or as gone."""
    assignments = {row["assignment_id"] for row in changes} - {None}
    households = {row["household_id"] for row in changes} - {None}
    rows = await connection.fetch(queries.CHANGED, actor.id, list(assignments)) if assignments else []
    shown = await _show(connection, actor, vault, rows, households, answer)
    gone = (
        (RemovedKind.ASSIGNMENT, assignments - {row["id"] for row in rows}),
        (RemovedKind.HOUSEHOLD, households - shown),
    )
    answer["removed"] = [{"kind": kind, "id": object_id} for kind, ids in gone for object_id in sorted(ids)]


async def _show(
    connection: Connection,
    actor: Actor,
    vault: Vault,
    rows: Sequence[Any],
    household_ids: set[UUID],
    answer: dict[str, Any],
) -> set[UUID]:
    """Put these into the answer, the look on record; the households that the caller sees among those asked for."""
    answer["assignments"] = [orjson.Fragment(row["shown"]) for row in rows]
    if returned := [row["id"] for row in rows if row["returned"]]:
        answer["verdicts"] = await returned_verdicts(connection, actor, returned)
    if not household_ids:
        return set()
    households, fields = await carry_households(connection, vault, actor.id, household_ids)
    shown = [household["id"] for household in households]
    await actor.disclose("pull_changes", shown, fields)
    answer["households"] = households
    return set(shown)
