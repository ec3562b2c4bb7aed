"""What people ask about their data: recorded as it came, answered within 3 x 24 hours, nothing ever changed.

The clock runs from when the request reached the city, whatever day it is (UU 27/2022, articles 30, 32, 41). A request
is closed once, by an answer or a refusal; who asks again makes a new one.
"""

from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from api.access.actor import Actor
from api.core import clock
from api.core.conditions import Conditions
from api.core.database import Connection
from api.core.problems import Invalid, NotFound, WrongState
from api.oversight.subject_schemas import SubjectMoveIn, SubjectRequestFilter, SubjectRequestIn
from api.tables import SubjectRequestMove, SubjectRequestStatus

# where each move leads, and from where
MOVES: dict[SubjectRequestMove, tuple[SubjectRequestStatus, frozenset[SubjectRequestStatus]]] = {
    SubjectRequestMove.TAKE_UP: (SubjectRequestStatus.IN_PROGRESS, frozenset({SubjectRequestStatus.RECEIVED})),
    **{
        move: (status, frozenset({SubjectRequestStatus.RECEIVED, SubjectRequestStatus.IN_PROGRESS}))
        for move, status in (
            (SubjectRequestMove.ANSWER, SubjectRequestStatus.ANSWERED),
            (SubjectRequestMove.REFUSE, SubjectRequestStatus.REFUSED),
        )
    },
}
REQUESTS = """
select r.*, s.due_at, coalesce(e.status, 'received') as status, s.closed_at,
    coalesce(s.closed_at, now()) > s.due_at as overdue, coalesce(e.number, 0) as number
from subject_requests r
left join lateral (
    select status, at, number from subject_request_events where request_id = r.id order by number desc limit 1
) e on true
cross join lateral (
    select r.received_at + interval '72 hours' as due_at,
        case when e.status in ('answered', 'refused') then e.at end as closed_at
) s"""
EVENTS = "select move, status, reason, actor_id, at from subject_request_events where request_id = $1 order by number"
ADD = """
insert into subject_requests (id, kind, household_id, member_id, received_at, reference, recorded_by, recorded_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)"""
ADD_EVENT = """
insert into subject_request_events (request_id, number, move, status, reason, actor_id, at)
values ($1, $2, $3, $4, $5, $6, $7)"""
ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended($1::text, 6))"
KNOWN = """
select exists (select from households where id = $1) as household,
    $2::uuid is null or exists (select from members where id = $2 and household_id = $1) as member"""


async def record_request(connection: Connection, actor: Actor, body: SubjectRequestIn) -> asyncpg.Record:
    """Write down a request; raises `Invalid` for an unknown household or person, or a time that has not come."""
    now, added = clock.now(), uuid7()
    if body.received_at > now:
        raise Invalid("/received_at", "in_the_future")
    known = await connection.fetchrow(KNOWN, body.household_id, body.member_id)
    if not known["household"]:
        raise Invalid("/household_id", "unknown_household")
    if not known["member"]:
        raise Invalid("/member_id", "unknown_member")
    about = (body.kind.value, body.household_id, body.member_id, body.received_at, body.reference)
    await connection.execute(ADD, added, *about, actor.id, now)
    await actor.note("subject_request.recorded", added, kind=body.kind, household_id=body.household_id)
    return await find_request(connection, added)


async def find_request(connection: Connection, request_id: UUID) -> asyncpg.Record:
    """The request and where it stands; raises `NotFound`."""
    found = await connection.fetchrow(f"{REQUESTS} where r.id = $1", request_id)
    if found is None:
        raise NotFound
    return found


async def list_requests(connection: Connection, wanted: SubjectRequestFilter) -> list[asyncpg.Record]:
    """One more request than a page holds, in the order in which they were recorded."""
    chosen, after = Conditions(), wanted.after(UUID)
    chosen.add("r.kind = ?", wanted.kind)
    chosen.add("coalesce(e.status, 'received') = ?", wanted.status)
    chosen.add("r.household_id = ?", wanted.household_id)
    chosen.add("(coalesce(s.closed_at, now()) > s.due_at) = ?", wanted.overdue)
    chosen.add("r.id > ?", after[0] if after else None)
    rows: list[asyncpg.Record] = await connection.fetch(
        f"{REQUESTS} {chosen.where()} order by r.id limit {wanted.limit + 1}", *chosen.values
    )
    return rows


async def list_events(connection: Connection, request_id: UUID) -> list[asyncpg.Record]:
    """The steps of a request, the first one first."""
    rows: list[asyncpg.Record] = await connection.fetch(EVENTS, request_id)
    return rows


async def move_request(connection: Connection, actor: Actor, request_id: UUID, body: SubjectMoveIn) -> asyncpg.Record:
    """Take the next step; raises `NotFound`, or `WrongState` when the request is closed or was taken up before."""
    await connection.execute(ONE_AT_A_TIME, str(request_id))
    found = await find_request(connection, request_id)
    status, allowed_from = MOVES[body.move]
    if found["status"] not in allowed_from:
        raise WrongState([move.value for move, (_, places) in MOVES.items() if found["status"] in places])
    said = (body.move.value, status.value, body.reason)
    await connection.execute(ADD_EVENT, request_id, found["number"] + 1, *said, actor.id, clock.now())
    await actor.note(f"subject_request.{status.value}", request_id, kind=found["kind"])
    return await find_request(connection, request_id)
