"""The musyawarah kelurahan: what the meeting said about decided verdicts, item by item, on the strength of its minutes.

`approve` leaves the content, `change` brings a new revision by Bappeda, `reject` says that the verdict must not go on:
all three are `deliberated` (contract section 5), but a rejected one is never endorsed and Bappeda returns it. A verdict
`to_deliberation` asks the meeting, so approving it would answer nothing.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from uuid_utils.compat import uuid7

from api.access.actor import Actor
from api.core import clock
from api.core.conditions import Conditions
from api.core.database import Connection
from api.core.problems import Invalid, NotFound, Problem
from api.tables import CampaignStatus, DeliberationResult, Eligibility
from api.verdicts import official_queries as queries
from api.verdicts.lifecycle import Event
from api.verdicts.moving import Standing, Step, lock_verdicts, rows_of, step, take_steps
from api.verdicts.official_schemas import DeliberatedIn, DeliberationFilter, DeliberationIn
from api.verdicts.problems import CampaignClosed, MinutesConflict
from api.verdicts.schemas import MovedOut

Outcome = MovedOut | Problem


async def record_deliberation(
    connection: Connection, actor: Actor, body: DeliberationIn
) -> tuple[UUID, list[tuple[asyncpg.Record | None, Outcome]]]:
    """Record a meeting and move its verdicts, each on its own merits: the verdict found, and where it went or why not.

    The same minutes again add to the same meeting: a colleague can enter what was the first caller's own work.
    """
    await _demand_sound(connection, body)
    places = await _find(connection, body)
    present = {row["id"] for row in places if row is not None}
    changes = any(item.verdict is not None for item in body.results)
    standing = await lock_verdicts(connection, actor, present, changes)
    now = clock.now()
    meeting = await _keep_minutes(connection, actor, body, now)
    outcomes: list[tuple[asyncpg.Record | None, Outcome]] = []
    steps: list[Step] = []
    for place, (item, row) in enumerate(zip(body.results, places, strict=True)):
        try:
            made = _weigh(actor, item, body.region_code, row, standing, f"/results/{place}")
        except Problem as refused:
            outcomes.append((row, refused))
            continue
        outcomes.append((row, MovedOut.model_validate(made | {"event": made["number"]})))
        steps.append(made | {"result": item.result})
    await take_steps(connection, actor, steps, now)
    if steps:
        await connection.execute(queries.ADD_DELIBERATED, rows_of(steps), meeting, actor.id, now)
    await actor.note("deliberation.recorded", meeting, verdicts=len(steps), refused=len(outcomes) - len(steps))
    return meeting, outcomes


async def _demand_sound(connection: Connection, body: DeliberationIn) -> None:
    place = await connection.fetchrow(queries.PLACE, body.campaign_id, body.region_code)
    if place is None:
        raise Invalid("/campaign_id", "unknown_campaign")
    if not place["village"]:
        raise Invalid("/region_code", "unknown_region")
    if not place["covered"]:
        raise Invalid("/region_code", "outside_campaign")
    if body.held_on > clock.working_day(clock.now()):
        raise Invalid("/held_on", "in_the_future")
    if body.attendance_count is None and not body.attendance:
        raise Invalid("/attendance", "missing")
    if body.attendance_count is not None and body.attendance_count < len(body.attendance):
        raise Invalid("/attendance_count", "fewer_than_named")
    for number, item in enumerate(body.results):
        if (item.verdict_id is None) is (item.household_id is None):
            raise Invalid(f"/results/{number}/verdict_id", "one_of_two")
    if place["status"] == CampaignStatus.CLOSED:
        raise CampaignClosed


async def _find(connection: Connection, body: DeliberationIn) -> list[asyncpg.Record | None]:
    """The verdict of each item, or None; the same verdict twice is refused."""
    verdicts = [item.verdict_id for item in body.results if item.verdict_id]
    households = [item.household_id for item in body.results if item.household_id]
    rows = await connection.fetch(queries.NAMED, body.campaign_id, verdicts, households)
    by_verdict = {row["id"]: row for row in rows}
    by_household = {row["household_id"]: row for row in rows}
    found: list[asyncpg.Record | None] = []
    seen: set[UUID | None] = set()
    for place, item in enumerate(body.results):
        row = by_verdict.get(item.verdict_id) if item.verdict_id else by_household.get(item.household_id)
        key = row["id"] if row else item.verdict_id or item.household_id
        if key in seen:
            raise Invalid(f"/results/{place}/{'verdict_id' if item.verdict_id else 'household_id'}", "repeated")
        seen.add(key)
        found.append(row)
    return found


async def _keep_minutes(connection: Connection, actor: Actor, body: DeliberationIn, now: Any) -> UUID:
    attendance = orjson.dumps([attendee.model_dump() for attendee in body.attendance]).decode()
    count = body.attendance_count or len(body.attendance)
    key = (body.campaign_id, body.region_code)
    minutes = (*key, body.held_on, body.minutes_number, attendance, count, actor.id, now)
    await connection.execute(queries.ADD_DELIBERATION, uuid7(), *minutes)
    kept = await connection.fetchrow(queries.SAME_MINUTES, *key, body.minutes_number)
    if kept is None or kept["held_on"] != body.held_on:
        raise MinutesConflict
    meeting: UUID = kept["id"]
    return meeting


def _weigh(
    actor: Actor,
    item: DeliberatedIn,
    region_code: str,
    row: asyncpg.Record | None,
    standing: dict[UUID, Standing],
    pointer: str,
) -> Step:
    """The move that the meeting makes of one verdict; raises the refusal."""
    if row is None or (found := standing.get(row["id"])) is None:
        raise NotFound
    if row["region_code"] != region_code:
        raise Invalid(f"{pointer}/{'verdict_id' if item.verdict_id else 'household_id'}", "outside_region")
    change = item.result is DeliberationResult.CHANGE
    if (item.verdict is None) is change:
        raise Invalid(f"{pointer}/verdict", "missing" if change else "must_be_null")
    words = {"reason_code": item.reason_code, "comment": item.comment}
    where = f"{pointer}/verdict"
    made = step(actor, Event.DELIBERATE, found, seen=item.revision, content=item.verdict, pointer=where, **words)
    if made["eligibility"] == Eligibility.TO_DELIBERATION and item.result is not DeliberationResult.REJECT:
        raise Invalid(f"{where}/eligibility" if change else f"{pointer}/result", "meeting_decides")
    return made


async def list_deliberations(connection: Connection, wanted: DeliberationFilter) -> list[asyncpg.Record]:
    """One more meeting than a page holds, in the order in which they were recorded."""
    chosen = Conditions()
    chosen.add("d.campaign_id = ?", wanted.campaign_id)
    chosen.add("(d.region_code = ? or starts_with(d.region_code, ? || '.'))", wanted.region_code)
    after = wanted.after(UUID)
    chosen.add("d.id > ?", after[0] if after else None)
    rows: list[asyncpg.Record] = await connection.fetch(
        f"{queries.DELIBERATIONS} {chosen.where()} order by d.id limit {wanted.limit + 1}", *chosen.values
    )
    return rows


async def read_deliberation(
    connection: Connection, deliberation_id: UUID
) -> tuple[dict[str, Any], Sequence[asyncpg.Record]]:
    """A meeting, and what it said about which verdict; raises `NotFound`."""
    found = await connection.fetchrow(f"{queries.DELIBERATIONS} where d.id = $1", deliberation_id)
    if found is None:
        raise NotFound
    attendance = {"attendance": orjson.loads(found["attendance"])}
    return dict(found) | attendance, await connection.fetch(queries.DELIBERATED, deliberation_id)
