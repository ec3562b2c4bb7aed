"""Split: who is one household on the lists lives in two. The people chosen get a household of their own."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from uuid_utils.compat import uuid7

from api.access.actor import Actor
from api.core import clock
from api.core.database import Connection
from api.core.problems import Invalid, NotFound
from api.core.vault import Vault
from api.households import lineage_queries as queries
from api.households.bodies import PartIn, SplitIn
from api.households.lineage_schemas import SplitOut
from api.households.merging import (
    ENDED,
    UNDER_REVIEW,
    cancel,
    demand_settled,
    demand_verdict_of,
    lock_households,
    open_work,
    person_of,
    show_anew,
)
from api.households.problems import HouseholdEnded
from api.households.restricting import called_by
from api.households.revising import Change, Revision, revise_households
from api.households.schemas import Relation
from api.tables import AssignmentStatus, HouseholdStatus, RevisionCause

IN_HAND = (AssignmentStatus.OPEN, AssignmentStatus.DOWNLOADED, AssignmentStatus.RETURNED)
Row = dict[str, Any]


@dataclass(slots=True)
class Plan:
    """What a split writes: people and cards with their new household, and what each revision tells."""

    people: list[Row] = field(default_factory=list)
    cards: list[Row] = field(default_factory=list)
    left: list[Change] = field(default_factory=list)
    came: dict[UUID, list[Change]] = field(default_factory=dict)


async def split_household(
    connection: Connection, actor: Actor, vault: Vault, household_id: UUID, body: SplitIn
) -> SplitOut:
    """Move the chosen people into households of their own, each with its place in the campaigns that are open."""
    now = clock.now()
    work = (await open_work(connection, [household_id]))[household_id]
    found = (await lock_households(connection, [household_id])).get(household_id)
    if found is None:
        raise NotFound
    if found["status"] in ENDED:
        raise HouseholdEnded
    await demand_verdict_of(connection, body.verdict_id, [household_id])
    people = [dict(row) for row in await connection.fetch(queries.PEOPLE, household_id)]
    stay = _demand_sense(body, people)
    demand_settled(work, UNDER_REVIEW if stay else (*UNDER_REVIEW, AssignmentStatus.RETURNED))

    ids = [uuid7() for _ in body.households]
    cards = [dict(row) for row in await connection.fetch(queries.CARDS, household_id)]
    plan = _plan(body, ids, people, cards)
    status = HouseholdStatus(found["status"]) if stay else HouseholdStatus.SPLIT
    head_name = next((called_by(person) for person in stay if person["relation"] == Relation.HEAD), found["head_name"])
    plan.left += [
        Change(pointer, old, new)
        for pointer, old, new in (
            ("/status", found["status"], status.value),
            ("/head_name", found["head_name"], head_name),
        )
        if old != new
    ]
    cancelled = [] if stay else await cancel(connection, actor, work, body.reason, now)
    await show_anew(connection, actor, work if stay else [], "split", body.reason, now)
    parts = [_part(part, made, found, people, work) for part, made in zip(body.households, ids, strict=True)]
    await connection.execute(queries.ADD_PARTS, household_id, _rows(parts), now)
    revisions = [Revision(household_id, RevisionCause.SPLIT, plan.left, body.verdict_id, body.reason)]
    for made in ids:
        came = [Change("/split_from", None, household_id), *plan.came[made]]
        revisions.append(Revision(made, RevisionCause.SPLIT, came, body.verdict_id, body.reason))
    await revise_households(connection, actor.id, vault, revisions, now)
    places = [_place(made, assignment) for made in ids for assignment in work if _has_place(assignment)]
    moving = (_rows(plan.people), _rows(plan.cards), _rows(places))
    old = (status.value, head_name, bool(cancelled))
    told = (actor.id, body.reason, now)
    await connection.execute(queries.MOVE_PARTS, household_id, *moving, *old, ids, *told, [uuid7() for _ in ids])
    await actor.note(
        "household.split", household_id, into=ids, members=len(plan.people), cancelled=cancelled, status=status
    )
    return SplitOut(household_id=household_id, status=status, household_ids=ids, cancelled_assignment_ids=cancelled)


def _demand_sense(body: SplitIn, people: list[Row]) -> list[Row]:
    """Everybody is of this household and leaves once, a head goes with the own family; who stays."""
    by_id = {person["id"].hex: person for person in people}
    gone: set[str] = set()
    for number, part in enumerate(body.households):
        for position, member_id in enumerate(part.member_ids):
            if member_id.hex not in by_id:
                raise Invalid(f"/households/{number}/member_ids/{position}", "unknown_member")
            if member_id.hex in gone:
                raise Invalid(f"/households/{number}/member_ids/{position}", "repeated")
            gone.add(member_id.hex)
        if part.head_member_id not in part.member_ids:
            raise Invalid(f"/households/{number}/head_member_id", "head_not_among")
    stay = [person for person in people if person["id"].hex not in gone]
    if not stay and len(body.households) == 1:
        raise Invalid("/households", "nobody_stays")
    whole, staying = Counter(person["family_no"] for person in people), {person["family_no"] for person in stay}
    for number, part in enumerate(body.households):
        leaving = [by_id[member_id.hex] for member_id in part.member_ids]
        if any(person["relation"] == Relation.HEAD and person["family_no"] in staying for person in leaving):
            raise Invalid(f"/households/{number}/member_ids", "head_leaves")
        own = by_id[part.head_member_id.hex]["family_no"]
        counts = Counter(person["family_no"] for person in leaving)
        if any(count < whole[family_no] for family_no, count in counts.items() if family_no != own):
            raise Invalid(f"/households/{number}/member_ids", "family_torn")
    return stay


def _plan(body: SplitIn, ids: list[UUID], people: list[Row], cards: list[Row]) -> Plan:
    plan, by_id = Plan(), {person["id"].hex: person for person in people}
    whole = Counter(person["family_no"] for person in people)
    by_no = {card["no"]: card for card in cards}
    for made, part in zip(ids, body.households, strict=True):
        leaving = [by_id[member_id.hex] for member_id in part.member_ids]
        own = by_id[part.head_member_id.hex]["family_no"]
        plan.came[made] = []
        for family_no, count in sorted(Counter(person["family_no"] for person in leaving).items()):
            moves = count == whole[family_no] and family_no in by_no
            card = by_no[family_no]["id"] if moves else uuid7()
            plan.cards.append({"id": card, "household_id": made, "no": family_no, "moves": moves})
            plan.came[made].append(Change(f"/families/{family_no}", None, {"no": family_no}))
            if moves:
                plan.left.append(Change(f"/families/{family_no}", {"no": family_no}, None))
        for person in leaving:
            relation = _relation(person, part, own)
            plan.people.append({"id": person["id"], "household_id": made, "relation": relation})
            told = person_of(person, person["family_no"])
            plan.left.append(Change(f"/members/{person['id']}", told, None))
            plan.came[made].append(Change(f"/members/{person['id']}", None, told | {"relation": relation}))
    return plan


def _relation(person: Row, part: PartIn, own: int) -> str | None:
    """The named one is the head of the own family; who was it before is somebody else of it now."""
    if person["id"].hex == part.head_member_id.hex:
        return Relation.HEAD
    if person["family_no"] == own and person["relation"] == Relation.HEAD:
        return Relation.OTHER
    relation: str | None = person["relation"]
    return relation


def _part(part: PartIn, made: UUID, found: Any, people: list[Row], work: list[Any]) -> Row:
    """A new household: at the old door unless another address is named, seen by whoever holds its work."""
    given = part.model_dump(include={"address", "rw", "rt"}, exclude_unset=True)
    same_door = part.address is None
    places = [_place(made, assignment) for assignment in work if _has_place(assignment)]
    return {
        "id": made,
        "head_name": next(called_by(person) for person in people if person["id"].hex == part.head_member_id.hex),
        **{name: given.get(name) or found[name] for name in ("address", "rw", "rt")},
        **{name: found[name] if same_door else None for name in ("latitude", "longitude", "accuracy_m")},
        "team_id": places[-1]["team_id"] if places else None,
        "enumerator_id": places[-1]["enumerator_id"] if places else None,
    }


def _has_place(assignment: Any) -> bool:
    return bool(assignment["status"] != AssignmentStatus.CANCELLED)


def _place(made: UUID, assignment: Any) -> Row:
    """A place in the same campaign, in the same hands while the old one is being worked on."""
    in_hand = assignment["status"] in IN_HAND and assignment["holder_id"] is not None
    return {
        "id": uuid7(),
        "household_id": made,
        "campaign_id": assignment["campaign_id"],
        "team_id": assignment["team_id"] if in_hand else None,
        "enumerator_id": assignment["holder_id"] if in_hand else None,
        "status": AssignmentStatus.OPEN if in_hand else AssignmentStatus.UNASSIGNED,
    }


def _rows(rows: list[Row]) -> str:
    return orjson.dumps(rows, default=str).decode()
