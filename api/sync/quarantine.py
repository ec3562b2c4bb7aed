"""What a person has to look at, and what they decide: once, with a reason, on record; the bytes stay whatever happens.

`adopt` takes a visit in as if the holder had sent it now; `keep_both` records it beside, and it moves nothing;
`discard` puts it aside. The visit stays that of who paid it, so the coordinator who adopted it may review it.
"""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from pydantic import ValidationError
from uuid_utils.compat import uuid7

from api.access.actor import Actor
from api.access.roles import Role
from api.core import clock
from api.core.conditions import Conditions
from api.core.database import Connection
from api.core.problems import Anonymised, Forbidden, Invalid, NotFound
from api.core.types import mask
from api.core.vault import Vault
from api.households.bodies import HouseholdIn
from api.households.restricting import hides_somebody, struck_out
from api.households.service import add_household
from api.sync import push_queries
from api.sync.push_problems import AlreadyResolved
from api.sync.quarantine_schemas import QuarantineFilter, QuarantineResolutionIn
from api.tables import QuarantineAction, QuarantineStatus, ReceiptKind
from api.verdicts.problems import OwnWork
from api.visits.receipts import open_body
from api.visits.schemas import VisitIn
from api.visits.service import adopt_visit
from api.visits.storing import Arrival

PERSONAL_NUMBER = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){15}(?!\d)")  # as people write it, with blanks or dots
PERSONAL_FIELDS = frozenset({"nik", "no_kk"})
NAMES_PEOPLE = frozenset({"respondent", "members"})  # withheld where one of them may not be read


async def list_quarantine(connection: Connection, wanted: QuarantineFilter) -> list[asyncpg.Record]:
    """One more item than a page holds, in the order in which they came in."""
    chosen = Conditions()
    chosen.add("q.status = ?", wanted.status)
    chosen.add("q.kind = ?", wanted.kind)
    chosen.add("q.principal_id = ?", wanted.sent_by)
    chosen.add("q.team_id = ?", wanted.team_id)
    chosen.texts.append(f"s.at is {'not ' if wanted.resolved else ''}null")
    after = wanted.after(UUID)
    chosen.add("q.id > ?", after[0] if after else None)
    rows: list[asyncpg.Record] = await connection.fetch(
        f"{push_queries.WAITING} {chosen.where()} order by q.id limit {wanted.limit + 1}", *chosen.values
    )
    return rows


async def read_quarantined(
    connection: Connection, actor: Actor, vault: Vault, quarantine_id: UUID
) -> tuple[asyncpg.Record, dict[str, Any] | None]:
    """An item with what it says, its personal numbers masked; the look is on record. Raises `NotFound`."""
    row, said = await open_item(connection, vault, quarantine_id)
    if row["household_id"] is not None:
        await actor.disclose("read_quarantined_item", [row["household_id"]], ("names", "answers"))
    else:
        await actor.note("quarantine.read", quarantine_id)
    try:
        content = orjson.loads(said)
    except orjson.JSONDecodeError:
        content = None
    if not isinstance(content, dict):
        return row, None
    if await hides_somebody(connection, actor, row["household_id"]):
        content = {name: value for name, value in content.items() if name not in NAMES_PEOPLE}
        (content,) = await struck_out(connection, actor, [(row["household_id"], content)], fields=None)
    return row, masked(content)


def masked(content: Any) -> Any:
    """The same with personal numbers masked: in their fields whatever they look like, elsewhere when of 16 digits.

    Elsewhere is in texts, numbers, and the names of fields, which are the sender's too.
    """
    if isinstance(content, dict):
        return {
            masked(name): mask(str(value)) if name in PERSONAL_FIELDS and value is not None else masked(value)
            for name, value in content.items()
        }
    if isinstance(content, list):
        return [masked(value) for value in content]
    if isinstance(content, str):
        return PERSONAL_NUMBER.sub(lambda found: mask(found[0]) or "", content)
    if isinstance(content, int | float) and PERSONAL_NUMBER.fullmatch(whole := f"{abs(content):.0f}"):
        return mask(whole)
    return content


async def resolve(
    connection: Connection, actor: Actor, vault: Vault, quarantine_id: UUID, body: QuarantineResolutionIn
) -> None:
    """Decide about an item; raises `NotFound`, `AlreadyResolved`, `OwnWork`, or the refusal of what it would do.

    Nobody decides about what they sent themselves, nor about a door that they knocked at.
    """
    row, said = await open_item(connection, vault, quarantine_id)
    if row["action"] is not None:
        raise AlreadyResolved
    if row["principal_id"] == actor.id or await connection.fetchval(
        push_queries.VISITED_BY, row["assignment_id"], actor.id
    ):
        raise OwnWork
    now, recorded = clock.now(), _recorded_id(row, body.action)
    # first, because its key lets one of two people through
    await connection.execute(
        push_queries.RESOLVE, quarantine_id, body.action.value, body.reason, actor.id, recorded, now
    )
    if recorded is not None:
        try:
            await _record(connection, actor, vault, row, said, body.action, recorded, now)
        except Invalid as refused:  # its pointer is one into the item, not into this call
            raise Invalid(f"/item{refused.pointer}", refused.field_code) from refused
    await actor.note("quarantine.resolved", quarantine_id, decision=body.action, recorded_id=recorded)


def _recorded_id(row: asyncpg.Record, action: QuarantineAction) -> UUID | None:
    """The id under which the item is recorded: its own unless that stands for something else."""
    if action is QuarantineAction.DISCARD:
        return None
    taken = row["recorded"] or row["status"] == QuarantineStatus.CONFLICT
    return uuid7() if taken and row["kind"] == ReceiptKind.VISIT else row["subject_id"]


async def _record(
    connection: Connection,
    actor: Actor,
    vault: Vault,
    row: asyncpg.Record,
    said: bytes,
    action: QuarantineAction,
    recorded: UUID,
    now: datetime,
) -> None:
    beside = action is QuarantineAction.KEEP_BOTH
    try:
        if row["kind"] == ReceiptKind.HOUSEHOLD:
            if beside:
                raise Invalid("", "only_for_visits")
            if actor.role is not Role.BAPPEDA:
                raise Forbidden  # a coordinator adds no household, neither here nor anywhere
            await add_household(connection, actor, vault, HouseholdIn.model_validate_json(said), row["principal_id"])
            return
        visit = VisitIn.model_validate_json(said)
    except ValidationError as refused:
        raise Invalid("", "unreadable") from refused
    arrival = Arrival(visit.model_copy(update={"id": recorded}), visit.canonical(), row["id"])
    await adopt_visit(connection, actor, vault, arrival, row["principal_id"], beside=beside, now=now)


async def open_item(connection: Connection, vault: Vault, quarantine_id: UUID) -> tuple[asyncpg.Record, bytes]:
    """An item and its bytes; raises `NotFound` when it is not among the caller's."""
    row = await connection.fetchrow(f"{push_queries.WAITING} where q.id = $1", quarantine_id)
    if row is None:
        raise NotFound
    sealed = await connection.fetchval(push_queries.BODY, quarantine_id)
    if not sealed:
        raise Anonymised
    return row, open_body(vault, quarantine_id, sealed)
