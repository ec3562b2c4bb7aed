"""Propose, review, decide: the moves of a verdict, many at once, and how it is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
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
from api.households.restricting import struck_out
from api.verdicts import queries
from api.verdicts.lifecycle import Event
from api.verdicts.moving import Standing, Step, lock_verdicts, rows_of, step, take_steps
from api.verdicts.schemas import DecisionIn, MovedOut, ReviewIn, VerdictFilter, VerdictIn


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a visit proposes about the assignment that it was paid to; the author is who paid the visit."""

    assignment_id: UUID
    visit_id: UUID
    criteria_set: str | None
    content: VerdictIn
    corrects: UUID | None = None
    author_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """One verdict and what somebody wants done with it; `pointer` is where it stands in the body."""

    verdict_id: UUID
    body: ReviewIn | DecisionIn
    pointer: str = ""

    @property
    def content(self) -> VerdictIn | None:
        """The new content that an amendment carries."""
        return self.body.verdict if isinstance(self.body, DecisionIn) else None


async def propose_verdicts(connection: Connection, actor: Actor, proposals: Sequence[Proposal], now: datetime) -> None:
    """Submit these assignments, each with a new revision of its verdict. The caller holds their locks.

    A visit that corrects an earlier one answers the remarks that are still open.
    """
    if not proposals:
        return
    rows = rows_of(
        [
            proposal.content.model_dump()
            | {
                "id": uuid7(),
                "assignment_id": proposal.assignment_id,
                "visit_id": proposal.visit_id,
                "criteria_set": proposal.criteria_set,
                "corrects": proposal.corrects,
                "author_id": proposal.author_id or actor.id,
            }
            for proposal in proposals
        ]
    )
    await connection.execute(queries.SUBMIT, rows, actor.id, now)
    await connection.execute(queries.PROPOSE, rows, actor.id, now)
    # an adopted visit leaves remarks to those who wrote them
    if any(proposal.corrects is not None and proposal.author_id in (None, actor.id) for proposal in proposals):
        await connection.execute(queries.ANSWER_REMARKS, rows, actor.id, now)


async def judge_verdict(
    connection: Connection, actor: Actor, verdict_id: UUID, body: ReviewIn | DecisionIn
) -> MovedOut:
    """Review or decide one verdict; raises the refusal."""
    outcome = (await judge_verdicts(connection, actor, [Judgement(verdict_id, body)]))[0]
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


async def judge_verdicts(
    connection: Connection, actor: Actor, judgements: Sequence[Judgement]
) -> list[MovedOut | Problem]:
    """Review or decide these verdicts, each on its own merits: where it went, or why it did not."""
    standing = await _lock(connection, actor, judgements)
    outcomes: list[MovedOut | Problem] = []
    steps = []
    for judgement in judgements:
        try:
            made = _weigh(actor, judgement, standing.get(judgement.verdict_id))
        except Problem as refused:
            outcomes.append(refused)
            continue
        outcomes.append(MovedOut.model_validate(made | {"event": made["number"]}))
        steps.append(made)
    await take_steps(connection, actor, steps, clock.now())
    return outcomes


async def _lock(connection: Connection, actor: Actor, judgements: Sequence[Judgement]) -> dict[UUID, Standing]:
    ids: set[UUID] = set()
    for judgement in judgements:
        if judgement.verdict_id in ids:
            raise Invalid(f"{judgement.pointer}/verdict_id", "repeated")
        ids.add(judgement.verdict_id)
    return await lock_verdicts(connection, actor, ids, any(judgement.content is not None for judgement in judgements))


def _weigh(actor: Actor, judgement: Judgement, found: Standing | None) -> Step:
    """The move that this judgement makes of the verdict as it stands; raises the refusal."""
    body, pointer, content = judgement.body, judgement.pointer, judgement.content
    event = Event(body.decision.value)
    if found is None:
        raise NotFound
    if event in (Event.RETURN, Event.REVOKE) and not (body.comment or body.reason_code):
        raise Invalid(f"{pointer}/comment", "reason_required")
    if (content is None) is (event is Event.AMEND):
        raise Invalid(f"{pointer}/verdict", "missing" if event is Event.AMEND else "must_be_null")
    return step(
        actor,
        event,
        found,
        seen=body.revision,
        content=content,
        pointer=f"{pointer}/verdict",
        reason_code=body.reason_code,
        comment=body.comment,
        remarks=[remark.model_dump() for remark in body.remarks],
    )


async def list_verdicts(connection: Connection, wanted: VerdictFilter) -> list[asyncpg.Record]:
    """One more verdict than a page holds, in the order in which they were first proposed."""
    chosen = Conditions()
    chosen.add("v.campaign_id = ?", wanted.campaign_id)
    chosen.add("v.assignment_id = ?", wanted.assignment_id)
    chosen.add("v.household_id = ?", wanted.household_id)
    chosen.add("a.verdict_stage = ?", wanted.stage)
    chosen.add("a.status = ?", wanted.status)
    chosen.add("a.eligibility = ?", wanted.eligibility)
    chosen.add("a.field_result = ?", wanted.field_result)
    chosen.add("a.registry_status = ?", wanted.registry_status)
    chosen.add("a.team_id = ?", wanted.team_id)
    chosen.add("a.enumerator_id = ?", wanted.enumerator_id)
    chosen.add("(h.region_code = ? or starts_with(h.region_code, ? || '.'))", wanted.region_code)
    after = wanted.after(UUID)
    chosen.add("v.id > ?", after[0] if after else None)
    rows: list[asyncpg.Record] = await connection.fetch(
        f"{queries.VERDICT} {chosen.where()} order by v.id limit {wanted.limit + 1}", *chosen.values
    )
    return rows


async def read_verdict(connection: Connection, verdict_id: UUID) -> asyncpg.Record:
    """A verdict in its present revision; raises `NotFound`."""
    found = await connection.fetchrow(f"{queries.VERDICT} where v.id = $1", verdict_id)
    if found is None:
        raise NotFound
    return found


async def read_verdict_history(
    connection: Connection, actor: Actor, household_id: UUID, verdict_id: UUID
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Every revision and every event of a verdict, oldest first, as far as the caller may read it."""
    revisions = list(map(dict, await connection.fetch(queries.REVISIONS, verdict_id)))
    events = await connection.fetch(queries.EVENTS, verdict_id)
    resolutions = {row["number"]: dict(row) for row in await connection.fetch(queries.RESOLUTIONS, verdict_id)}
    numbers = count(1)
    told = []
    for event in events:
        remarks = [remark | {"number": next(numbers)} for remark in orjson.loads(event["remarks"])]
        told.append(
            dict(event)
            | {"remarks": [remark | {"resolution": resolutions.get(remark["number"])} for remark in remarks]}
        )
    revisions, told = await struck_out(connection, actor, [(household_id, revisions), (household_id, told)])
    return revisions, told
