"""Assignments read, and shared out over a campaign."""

import statistics
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from api.access.actor import Actor
from api.access.roles import Role
from api.assignments import queries
from api.assignments.allocation import allocate, divided
from api.assignments.compactness import reach
from api.assignments.ground import atlas_of, people_of
from api.assignments.schemas import (
    AllocationOut,
    AssignmentFilter,
    AssignmentOut,
    SplitRtOut,
    SpreadOut,
)
from api.assignments.work import Enumerator, Group, Share
from api.campaigns.problems import NotTrained
from api.campaigns.service import trained
from api.core import clock
from api.core.conditions import Conditions
from api.core.database import Connection
from api.core.problems import Forbidden, Invalid, NotFound, WrongState
from api.core.written import as_json
from api.tables import CampaignStatus

AT_WORK = [status.value for status in CampaignStatus if status is not CampaignStatus.CLOSED]


async def list_assignments(connection: Connection, wanted: AssignmentFilter) -> list[Any]:
    """One more assignment than a page holds, in the order of their ids, written by the database."""
    conditions = Conditions()
    if (after := wanted.after(UUID)) is not None:
        conditions.add("a.id > ?", after[0])
    for column in (
        "campaign_id",
        "status",
        "team_id",
        "enumerator_id",
        "verdict_stage",
        "field_result",
        "eligibility",
    ):
        conditions.add(f"a.{column} = ?", getattr(wanted, column))
    conditions.add(queries.IN_REGION, wanted.region_code)
    join = queries.OF_HOUSEHOLD if wanted.region_code else ""
    ending = f"order by a.id limit {wanted.limit + 1}"
    query = " ".join((queries.ASSIGNMENT, join, conditions.where(), ending))
    return list(await connection.fetch(as_json(query, "id", "household_id"), *conditions.values))


async def read_assignment(connection: Connection, assignment_id: UUID) -> AssignmentOut:
    """The assignment with this id; raises `NotFound` when it is not among the caller's."""
    row = await connection.fetchrow(f"{queries.ASSIGNMENT} where a.id = $1", assignment_id)
    if row is None:
        raise NotFound
    return AssignmentOut.model_validate(dict(row))


async def list_events(connection: Connection, assignment_id: UUID, after: int, limit: int) -> tuple[UUID, list[Any]]:
    """The household, and one more step than a page holds, oldest first; raises `NotFound` for a stranger's."""
    if not 0 <= after < 2**63:
        raise Invalid("query:cursor", "bad_cursor")
    found = await read_assignment(connection, assignment_id)
    return found.household_id, list(await connection.fetch(queries.EVENTS, assignment_id, after, limit + 1))


async def allocate_campaign(connection: Connection, actor: Actor, campaign_id: UUID, dry_run: bool) -> AllocationOut:
    """Share all unassigned work of a campaign out among its trained enumerators; what has begun stays where it is."""
    if actor.role is not Role.BAPPEDA:
        raise Forbidden
    status = await connection.fetchval(queries.CAMPAIGN, campaign_id)
    if status is None:
        raise NotFound
    if status == CampaignStatus.CLOSED:
        raise WrongState(allowed=AT_WORK)
    people = await people_of(connection, campaign_id)
    ready = await trained(connection, campaign_id, [person.id for person in people])
    people = [person for person in people if person.id in ready]
    if not people:
        raise NotTrained
    groups = [Group(**row) for row in await connection.fetch(queries.UNASSIGNED, campaign_id)]
    atlas = await atlas_of(connection, groups)
    shares = allocate(groups, people, atlas)
    waiting = sum(group.households for group in groups)
    given = sum(share.last - share.first + 1 for share in shares)
    if shares and not dry_run:
        given = await _give(connection, actor, campaign_id, shares)
        await actor.note("assignments.allocated", campaign_id, households=given, enumerators=len(people))
    return AllocationOut(
        dry_run=dry_run,
        enumerators=len(people),
        households=given,
        per_enumerator=_spread(people, shares),
        split_rts=[
            SplitRtOut(
                region_code=group.region_code,
                rw=group.rw,
                rt=group.rt,
                households=group.households,
                enumerators=parts,
            )
            for group, parts in divided(shares)
        ],
        unallocated=waiting - given,
        **reach(people, shares, atlas.borders),
    )


async def _give(connection: Connection, actor: Actor, campaign_id: UUID, shares: Sequence[Share]) -> int:
    columns = zip(
        *(
            (*share.group.place, share.first, share.last, share.enumerator.id, share.enumerator.team_id)
            for share in shares
        ),
        strict=True,
    )
    # a whole city takes longer than a request's usual limit, and a part of it is of no use to anybody
    await connection.execute("set local statement_timeout = '10min'")
    given: int = await connection.fetchval(queries.ALLOCATE, campaign_id, *map(list, columns), actor.id, clock.now())
    return given


def _spread(people: Sequence[Enumerator], shares: Sequence[Share]) -> SpreadOut:
    loads = {person.id: person.held for person in people}
    for share in shares:
        loads[share.enumerator.id] += share.last - share.first + 1
    held = loads.values()
    return SpreadOut(min=min(held), median=statistics.median(held), max=max(held))
