"""`/v1/releases/{id}/replies`: the ministry's answer, item by item or as a file."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.access.actor import Actor, ConnectionDep, VaultDep, may
from api.access.roles import Permission
from api.core.idempotency import KeyReused, Route, StillRunning, claim
from api.core.paging import Page, page
from api.core.problems import NotFound, Problem, item_problem, problems
from api.releases import queries, replies
from api.releases.problems import NotCsv
from api.releases.reply_schemas import RefusedReply, RepliesIn, ReplyFilter, ReplyIn, ReplyOut, ReplyResultsOut, Row

router = APIRouter(prefix="/releases/{release_id}", tags=["releases"], route_class=Route)
MayWrite = may(Permission.RELEASES_WRITE)
FILE_BYTES = 16 * 1024 * 1024
EXAMPLE = "external_id,status,reason,unit\nD1,accepted,,\nB7,refused,Ganda,household\n"
FILE = {
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": {"type": "string"}, "example": EXAMPLE}},
    }
}


async def found_release(connection: ConnectionDep, actor: Annotated[Actor, MayWrite], release_id: UUID) -> UUID:
    """The release of the path; 404 when there is none."""
    if await connection.fetchrow(queries.RELEASE, release_id) is None:
        raise NotFound
    return release_id


async def _answer(
    connection: ConnectionDep, actor: Actor, release_id: UUID, rows: list[Row], request: Request
) -> ReplyResultsOut:
    recorded, known, refused = await replies.record_replies(connection, actor, release_id, rows)
    shown = [
        RefusedReply(row=number, problem=item_problem(problem, request))
        for number, problem in refused[: replies.REFUSED_SHOWN]
    ]
    return ReplyResultsOut(recorded=recorded, known=known, refused=len(refused), problems=shown)


@router.post("/replies")
async def record_replies(
    connection: ConnectionDep, actor: Annotated[Actor, MayWrite], release_id: UUID, body: RepliesIn, request: Request
) -> ReplyResultsOut:
    """Record what the ministry accepted or refused, up to 1,000 ids of the DTKS a call, each on its own merits.

    A `person` goes by the `Id_DTKS` of `dtks_update.csv`, a `household` by one of the `dtks_ids` of `households.csv` or
    by its `household_id`. A household with one refusal, of itself or of anybody in it, is `refused`; accepted itself,
    or with all of its people, it is `accepted`; the city's verdict stays as it is. The same answer again adds nothing,
    another one to the same id replaces it.
    """
    await found_release(connection, actor, release_id)
    rows: list[tuple[int, ReplyIn | Problem]] = list(enumerate(body.items, 1))
    return await _answer(connection, actor, release_id, rows, request)


@router.post(
    "/replies.csv",
    max_body_size=FILE_BYTES,
    openapi_extra=FILE,
    responses=problems(NotCsv, KeyReused, StillRunning),
)
async def record_replies_file(
    connection: ConnectionDep, actor: Annotated[Actor, MayWrite], vault: VaultDep, release_id: UUID, request: Request
) -> ReplyResultsOut:
    """Record the ministry's answers from a CSV file (`text/csv`, UTF-8, at most 16 MiB): `external_id,status,reason`.

    A fourth column `unit` says `household` where the id is one; a row without is about a `person`. Separated by comma,
    semicolon or tab. A refused row never stops the rest; the same file twice adds nothing.
    """
    if not request.headers.get("content-type", "").lower().startswith("text/csv"):
        raise NotCsv
    await found_release(connection, actor, release_id)
    body = await request.body()
    request.state.claim = await claim(connection, vault, actor.id, request, body)
    return await _answer(connection, actor, release_id, await asyncio.to_thread(replies.read_csv, body), request)


@router.get("/replies")
async def list_replies(
    connection: ConnectionDep,
    actor: Annotated[Actor, MayWrite],
    release_id: UUID,
    wanted: Annotated[ReplyFilter, Query()],
    request: Request,
    response: Response,
) -> Page[ReplyOut]:
    """List the ministry's answers about a release, with their reasons, in the order in which they were recorded."""
    await found_release(connection, actor, release_id)
    found = await replies.list_replies(connection, release_id, wanted)
    shown, following = page(found, wanted, lambda reply: (reply["id"],), request, response)
    await actor.disclose("list_replies", sorted({reply["household_id"] for reply in shown}), ("external_id",))
    return Page(items=[ReplyOut.model_validate(dict(reply)) for reply in shown], next=following)
