"""Merge: two households of the lists are one at the door. Both outlive it; one of them in name only."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from api.access.actor import Actor
from api.core import clock
from api.core.database import Connection
from api.core.problems import Invalid, NotFound
from api.core.vault import Vault
from api.households import lineage_queries as queries
from api.households.bodies import MergeIn
from api.households.lineage_schemas import MergeOut
from api.households.problems import HouseholdEnded, WorkUnderWay
from api.households.revising import Change, Revision, revise_households
from api.tables import AssignmentStatus, CampaignStatus, HouseholdStatus, RevisionCause

ENDED = (HouseholdStatus.MERGED, HouseholdStatus.SPLIT)
# contract section 5: only work before a visit is cancelled
CANCELLABLE = (AssignmentStatus.UNASSIGNED, AssignmentStatus.OPEN, AssignmentStatus.DOWNLOADED)
UNDER_REVIEW = (AssignmentStatus.SUBMITTED, AssignmentStatus.APPROVED)
Row = Any


async def merge_household(
    connection: Connection, actor: Actor, vault: Vault, household_id: UUID, body: MergeIn
) -> MergeOut:
    """Move everybody and everything of a household into another one, and cancel its open work."""
    into, now = body.into_household_id, clock.now()
    if into == household_id:
        raise Invalid("/into_household_id", "same_household")
    work = await open_work(connection, [household_id, into])
    found = await lock_households(connection, [household_id, into])
    if household_id not in found:
        raise NotFound
    if into not in found:
        raise Invalid("/into_household_id", "unknown_household")
    if any(household["status"] in ENDED for household in found.values()):
        raise HouseholdEnded
    await demand_verdict_of(connection, body.verdict_id, [household_id, into])
    demand_settled(work[into], UNDER_REVIEW)
    demand_settled(work[household_id], (*UNDER_REVIEW, AssignmentStatus.RETURNED))

    people = await connection.fetch(queries.PEOPLE, household_id)
    there = await connection.fetch(queries.PEOPLE, into)
    cards = await connection.fetch(queries.CARDS, household_id)
    cards_there = await connection.fetch(queries.CARDS, into)
    last = max((*(row["no"] for row in cards_there), *(row["family_no"] for row in there)), default=0)
    left: list[Change] = [
        Change("/status", found[household_id]["status"], HouseholdStatus.MERGED),
        Change("/merged_into", None, into),
        *(Change(f"/families/{card['no']}", {"no": card["no"]}, None) for card in cards),
        *(Change(f"/members/{person['id']}", person_of(person, person["family_no"]), None) for person in people),
    ]
    came: list[Change] = [
        Change("/merged_from", None, household_id),
        *(Change(f"/families/{card['no'] + last}", None, {"no": card["no"] + last}) for card in cards),
        *(Change(f"/members/{person['id']}", None, person_of(person, person["family_no"] + last)) for person in people),
    ]
    revisions = [
        Revision(household, RevisionCause.MERGE, changes, body.verdict_id, body.reason)
        for household, changes in ((household_id, left), (into, came))
    ]
    await revise_households(connection, actor.id, vault, revisions, now)
    cancelled = await cancel(connection, actor, work[household_id], body.reason, now)
    await show_anew(connection, actor, work[into], "merged", body.reason, now)
    moved = await connection.fetchrow(queries.MERGE, household_id, into, last, bool(cancelled))
    counts = dict(moved)
    await actor.note(
        "household.merged", household_id, into=into, verdict_id=body.verdict_id, cancelled=cancelled, **counts
    )
    return MergeOut(household_id=household_id, into_household_id=into, cancelled_assignment_ids=cancelled, **counts)


async def open_work(connection: Connection, household_ids: list[UUID]) -> dict[UUID, list[Row]]:
    """The assignments of these households in campaigns that are not closed, locked."""
    work: dict[UUID, list[Row]] = {household_id: [] for household_id in household_ids}
    for row in await connection.fetch(queries.LOCK_WORK, household_ids):
        if row["campaign_status"] != CampaignStatus.CLOSED:
            work[UUID(str(row["household_id"]))].append(row)
    return work


async def lock_households(connection: Connection, household_ids: list[UUID]) -> dict[UUID, Row]:
    """These households, locked; one that is not among the caller's is not there."""
    rows = await connection.fetch(queries.LOCK_HOUSEHOLDS, household_ids)
    return {UUID(str(row["id"])): row for row in rows}


async def demand_verdict_of(connection: Connection, verdict_id: UUID | None, household_ids: list[UUID]) -> None:
    """A verdict that is named as the cause is one on these households."""
    if verdict_id is not None and not await connection.fetchval(queries.VERDICT_OF, verdict_id, household_ids):
        raise Invalid("/verdict_id", "verdict_of_another_household")


def demand_settled(work: Iterable[Row], unsettled: Sequence[AssignmentStatus]) -> None:
    """Nobody's finding is pulled away from under its review."""
    if any(assignment["status"] in unsettled for assignment in work):
        raise WorkUnderWay


async def cancel(connection: Connection, actor: Actor, work: Iterable[Row], reason: str, now: Any) -> list[UUID]:
    """Cancel what nobody has visited yet, out of its holder's sight; the ids."""
    ids = [UUID(str(assignment["id"])) for assignment in work if assignment["status"] in CANCELLABLE]
    if ids:
        await connection.execute(queries.CANCEL, ids, actor.id, reason, now)
    return ids


async def show_anew(
    connection: Connection, actor: Actor, work: Iterable[Row], event: str, reason: str, now: Any
) -> None:
    """Raise the revision of work whose holder sees another household than before, and say why in its history."""
    ids = [assignment["id"] for assignment in work if assignment["holder_id"] is not None]
    if ids:
        await connection.execute(queries.SHOW_ANEW, ids, actor.id, reason, now, event)


def person_of(person: Row, family_no: int) -> dict[str, Any]:
    """What a revision tells of a person who comes or leaves."""
    return {"name": person["name"], "relation": person["relation"], "family_no": family_no}
