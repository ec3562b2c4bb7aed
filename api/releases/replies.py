"""What the ministry answered about a release: accepted or refused, id by id of the DTKS, beside the city's verdict.

An answer is about a person or about a household, as the ministry's lists are. A household's `registry_status` follows
the latest answers to the ids that the release has of it: one refusal, of anybody or of the household, is `refused`;
`accepted` is a household that was accepted itself, or all of its people; until then it stays `submitted`. The verdict
and its stage never move (dossier 1.2: the city's list lives on beside the national one). Answers are only ever added,
also after the campaign was closed.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import asyncpg
from pydantic import ValidationError

from api.access.actor import Actor
from api.core import clock
from api.core.conditions import Conditions
from api.core.database import Connection
from api.core.problems import Invalid, Problem
from api.releases import reply_queries as queries
from api.releases.problems import NotEndorsed
from api.releases.reply_schemas import ReplyFilter, ReplyIn, Row
from api.tables import RegistryStatus, ReplyUnit

COLUMNS = ("external_id", "status", "reason", "unit")
REFUSED_SHOWN = 1000
Key = tuple[str, str]


def read_csv(body: bytes) -> list[Row]:
    """The rows of a file with the columns `external_id,status,reason,unit`: an answer, or what is wrong with the row.

    A file without `unit`, and a row where it is empty, is about people.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise Invalid("", "not_utf8") from broken
    heading = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=heading.count))
    rows: list[Row] = []
    try:
        named = {name.strip().lower(): name for name in reader.fieldnames or []}
        for column in COLUMNS[:2]:
            if column not in named:
                raise Invalid(f"/{column}", "missing")
        for row in reader:
            cells = {column: (row.get(named.get(column)) or "").strip() for column in COLUMNS}
            cells["external_id"] = cells["external_id"].removeprefix("'")
            cells |= {column: cells[column].lower() for column in ("status", "unit")}
            rows.append((reader.line_num, _reply({column: value for column, value in cells.items() if value})))
    except csv.Error as broken:
        raise Invalid("", "csv_broken") from broken
    return rows


def _reply(cells: dict[str, str]) -> ReplyIn | Problem:
    try:
        return ReplyIn.model_validate(cells)
    except ValidationError as refused:
        first = refused.errors(include_input=False)[0]
        return Invalid("".join(f"/{part}" for part in first["loc"]), first["type"])


async def record_replies(
    connection: Connection, actor: Actor, release_id: UUID, rows: Sequence[Row]
) -> tuple[int, int, list[tuple[int, Problem]]]:
    """Record the answers: how many are new, how many were known, and which rows were refused and why."""
    await connection.execute("set local statement_timeout = '10min'")
    hits = await _hits(connection, release_id, [reply for _, reply in rows if isinstance(reply, ReplyIn)])
    found = [hit for those in hits.values() for hit in those]
    await connection.fetch(queries.LOCK, list({hit["assignment_id"] for hit in found}))
    households = list({hit["household_id"] for hit in found})
    latest = {
        (row["unit"], row["external_id"]): (row["status"], row["reason"])
        for row in await connection.fetch(queries.LATEST, release_id, households)
    }
    refused: list[tuple[int, Problem]] = []
    fresh: list[tuple[UUID, str, str, str, str | None]] = []
    seen: set[Key] = set()
    recorded = known = 0
    for number, reply in rows:
        if isinstance(reply, Problem):
            refused.append((number, reply))
            continue
        answered = hits.get((reply.unit, reply.external_id), [])
        keys = {(hit["unit"], hit["external_id"]) for hit in answered}
        if not answered:
            refused.append((number, Invalid("/external_id", "unknown_external_id")))
        elif keys & seen:
            refused.append((number, Invalid("/external_id", "repeated")))
        elif answered[0]["registry_status"] == RegistryStatus.NONE:
            refused.append((number, NotEndorsed()))
        else:
            seen |= keys
            new = [
                (hit["household_id"], hit["unit"], hit["external_id"], reply.status.value, reply.reason)
                for hit in answered
                if latest.get((hit["unit"], hit["external_id"])) != (reply.status, reply.reason)
            ]
            fresh += new
            recorded, known = recorded + bool(new), known + (not new)
    if fresh:
        columns = [list(column) for column in zip(*fresh, strict=True)]
        await connection.execute(queries.ADD, release_id, actor.id, clock.now(), *columns)
        await connection.execute(queries.SETTLE, release_id, list({household for household, *_ in fresh}))
        await actor.note("release.replied", release_id, recorded=recorded, refused=len(refused))
    return recorded, known, refused


async def _hits(
    connection: Connection, release_id: UUID, replies: Sequence[ReplyIn]
) -> dict[Key, list[asyncpg.Record]]:
    """What the release has under each id that was named."""
    named = [[reply.external_id for reply in replies if reply.unit is unit] for unit in ReplyUnit]
    hits: defaultdict[Key, list[asyncpg.Record]] = defaultdict(list)
    for row in await connection.fetch(queries.HITS, release_id, *named):
        hits[row["unit"], row["named"]].append(row)
    return hits


async def list_replies(connection: Connection, release_id: UUID, wanted: ReplyFilter) -> Sequence[asyncpg.Record]:
    """One more answer than a page holds, in the order in which they were recorded."""
    chosen = Conditions()
    chosen.add("release_id = ?", release_id)
    chosen.add("household_id = ?", wanted.household_id)
    chosen.add("unit = ?", wanted.unit)
    chosen.add("status = ?", wanted.status)
    after = wanted.after(int)
    chosen.add("id > ?", after[0] if after else None)
    found: Sequence[asyncpg.Record] = await connection.fetch(
        f"{queries.REPLIES} {chosen.where()} order by id limit {wanted.limit + 1}", *chosen.values
    )
    return found
