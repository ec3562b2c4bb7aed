"""What the ministry answered about a release: accepted or refused, id by id of the DTKS, beside the city's verdict.

A household's `registry_status` follows the latest answers to its ids in the release: one refusal is `refused`, all
accepted is `accepted`, until then it stays `submitted`. The verdict and its stage never move (dossier 1.2: the city's
list lives on beside the national one). Answers are only ever added, also after the campaign was closed.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import orjson
from pydantic import Field, ValidationError

from api.access.actor import Actor
from api.core import clock
from api.core.conditions import Conditions
from api.core.database import Connection
from api.core.paging import Paging
from api.core.problems import Invalid, ItemProblem, Problem
from api.core.schema import In, Out
from api.releases.problems import NotEndorsed
from api.tables import RegistryStatus, ReplyStatus

COLUMNS = ("external_id", "status", "reason")
REFUSED_SHOWN = 1000

HITS = """
select x.external_id, h.household_id, h.assignment_id, a.registry_status
from released_members m
cross join lateral jsonb_array_elements_text(m.external_ids -> 'dtks') as x (external_id)
join released_households h on h.release_id = m.release_id and h.household_id = m.household_id
join assignments a on a.id = h.assignment_id
where m.release_id = $1 and x.external_id = any($2::text[])
"""
LOCK = "select id from assignments where id = any($1::uuid[]) order by id for update"
LATEST = """
select distinct on (external_id) external_id, status, reason from release_replies
where release_id = $1 and household_id = any($2::uuid[]) order by external_id, id desc
"""
ADD = """
insert into release_replies (release_id, household_id, external_id, status, reason, recorded_by, at)
select $2::uuid, r.household_id, r.external_id, r.status, r.reason, $3::uuid, $4::timestamptz
from json_to_recordset($1::json) as r (household_id uuid, external_id text, status text, reason text)
"""
SETTLE = """
with answered as (
    select h.assignment_id, count(*) as sent, count(l.status) as told, bool_or(l.status = 'refused') as refused
    from released_households h
    join released_members m on m.release_id = h.release_id and m.household_id = h.household_id
    cross join lateral jsonb_array_elements_text(m.external_ids -> 'dtks') as x (external_id)
    left join lateral (
        select r.status from release_replies r
        where r.release_id = h.release_id and r.household_id = h.household_id and r.external_id = x.external_id
        order by r.id desc limit 1
    ) l on true
    where h.release_id = $1 and h.household_id = any($2::uuid[])
    group by h.assignment_id
), settled as (
    select assignment_id, case when refused then 'refused' when told = sent then 'accepted' else 'submitted' end as word
    from answered
)
update assignments a set registry_status = s.word, revision = a.revision + 1
from settled s where a.id = s.assignment_id and a.registry_status <> s.word
"""
REPLIES = "select id, household_id, external_id, status, reason, recorded_by, at from release_replies"


class ReplyIn(In):
    """The ministry's answer about one id of the DTKS, as `dtks_update.csv` names it."""

    external_id: Annotated[str, Field(min_length=1, max_length=80)]
    status: ReplyStatus
    reason: Annotated[str | None, Field(max_length=300)] = None


class RepliesIn(In):
    """Up to 1,000 answers, each on its own merits."""

    items: Annotated[list[ReplyIn], Field(min_length=1, max_length=1000)]


class RefusedReply(Out):
    """An answer that was not recorded; `row` counts the items from 1, in a file as a spreadsheet does."""

    row: int
    problem: ItemProblem


class ReplyResultsOut(Out):
    """How many answers were recorded, were known already, or were refused (the first 1,000 of those with why)."""

    recorded: int
    known: int
    refused: int
    problems: list[RefusedReply]


class ReplyFilter(Paging):
    """Which answers to list."""

    household_id: UUID | None = None
    status: ReplyStatus | None = None


class ReplyOut(Out):
    """One answer; the latest of an id is the present one."""

    household_id: UUID
    external_id: str
    status: ReplyStatus
    reason: str | None
    recorded_by: UUID
    at: datetime


Row = tuple[int, ReplyIn | Problem]


def read_csv(body: bytes) -> Iterator[Row]:
    """The rows of a file with the columns `external_id,status,reason`: an answer, or what is wrong with the row."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise Invalid("", "not_utf8") from broken
    heading = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=heading.count))
    try:
        named = {name.strip().lower(): name for name in reader.fieldnames or []}
        for column in COLUMNS[:2]:
            if column not in named:
                raise Invalid(f"/{column}", "missing")
        for row in reader:
            cells = {column: (row.get(named.get(column)) or "").strip() for column in COLUMNS}
            cells["external_id"] = cells["external_id"].removeprefix("'")
            cells["status"] = cells["status"].lower()
            yield reader.line_num, _reply({column: value for column, value in cells.items() if value})
    except csv.Error as broken:
        raise Invalid("", "csv_broken") from broken


def _reply(cells: dict[str, str]) -> ReplyIn | Problem:
    try:
        return ReplyIn.model_validate(cells)
    except ValidationError as refused:
        first = refused.errors(include_input=False)[0]
        return Invalid("".join(f"/{part}" for part in first["loc"]), first["type"])


async def record_replies(
    connection: Connection, actor: Actor, release_id: UUID, rows: Iterable[Row]
) -> tuple[int, int, list[tuple[int, Problem]]]:
    """Record the answers: how many are new, how many were known, and which rows were refused and why."""
    await connection.execute("set local statement_timeout = '10min'")
    read = list(rows)
    wanted = [reply.external_id for _, reply in read if isinstance(reply, ReplyIn)]
    hits = {row["external_id"]: row for row in await connection.fetch(HITS, release_id, wanted)}
    await connection.fetch(LOCK, list({hit["assignment_id"] for hit in hits.values()}))
    households = list({hit["household_id"] for hit in hits.values()})
    latest = {
        row["external_id"]: (row["status"], row["reason"])
        for row in await connection.fetch(LATEST, release_id, households)
    }
    refused: list[tuple[int, Problem]] = []
    fresh: dict[str, dict[str, Any]] = {}
    known: set[str] = set()
    for number, reply in read:
        if isinstance(reply, Problem):
            refused.append((number, reply))
            continue
        hit = hits.get(reply.external_id)
        if hit is None:
            refused.append((number, Invalid("/external_id", "unknown_external_id")))
        elif reply.external_id in fresh or reply.external_id in known:
            refused.append((number, Invalid("/external_id", "repeated")))
        elif hit["registry_status"] == RegistryStatus.NONE:
            refused.append((number, NotEndorsed()))
        elif latest.get(reply.external_id) == (reply.status, reply.reason):
            known.add(reply.external_id)
        else:
            fresh[reply.external_id] = reply.model_dump() | {"household_id": str(hit["household_id"])}
    if fresh:
        told = orjson.dumps(list(fresh.values())).decode()
        await connection.execute(ADD, told, release_id, actor.id, clock.now())
        await connection.execute(SETTLE, release_id, list({UUID(row["household_id"]) for row in fresh.values()}))
        await actor.note("release.replied", release_id, recorded=len(fresh), refused=len(refused))
    return len(fresh), len(known), refused


async def list_replies(connection: Connection, release_id: UUID, wanted: ReplyFilter) -> Sequence[asyncpg.Record]:
    """One more answer than a page holds, in the order in which they were recorded."""
    chosen = Conditions()
    chosen.add("release_id = ?", release_id)
    chosen.add("household_id = ?", wanted.household_id)
    chosen.add("status = ?", wanted.status)
    after = wanted.after(int)
    chosen.add("id > ?", after[0] if after else None)
    found: Sequence[asyncpg.Record] = await connection.fetch(
        f"{REPLIES} {chosen.where()} order by id limit {wanted.limit + 1}", *chosen.values
    )
    return found
