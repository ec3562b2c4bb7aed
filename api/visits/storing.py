"""What a batch of visits reads and writes, each in one statement whatever its size."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from api.access.actor import Actor
from api.core import clock
from api.core.database import Connection
from api.core.types import mask
from api.core.vault import Vault
from api.households.revising import Change, Place, Revision, revise_households
from api.tables import AssignmentStatus, CampaignStatus, RevisionCause, VerdictStage, VisitOutcome, Whereabouts
from api.visits import queries
from api.visits.checking import Written
from api.visits.judging import Door, Judged, Knock
from api.visits.schemas import MemberIn, VisitIn

KEPT_AS_SAID = (
    "id",
    "assignment_id",
    "corrects",
    "based_on",
    "started_at",
    "ended_at",
    "outcome",
    "questionnaire_version",
)
TOLD_OF_NEW = {"name", "relation", "sex", "born_on", "family_no", "whereabouts"}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A visit as it came in: what was said, and the receipt of it."""

    visit: VisitIn
    said: bytes
    receipt_id: UUID


@dataclass(frozen=True, slots=True)
class Accepted:
    """An arrival that was judged, at the door that it was judged against."""

    arrival: Arrival
    door: Door
    judged: Judged


async def lock_doors(connection: Connection, holder: UUID | None, assignment_ids: Iterable[UUID]) -> dict[UUID, Door]:
    """These assignments, as far as this person holds them, locked until the transaction ends, with who knocked there.

    Without a holder: whatever of them the caller may see.
    """
    wanted = list(set(assignment_ids))
    await connection.execute(queries.LOCK_DOORS, wanted, holder)
    return {row["id"]: _door(row) for row in await connection.fetch(queries.DOORS, wanted, holder)}


def _door(row: asyncpg.Record) -> Door:
    people = {UUID(member): facts for member, facts in orjson.loads(row["people"] or "{}").items()}
    whereabouts = {member: facts["whereabouts"] for member, facts in people.items()}
    return Door(
        assignment_id=row["id"],
        household_id=row["household_id"],
        status=AssignmentStatus(row["status"]),
        stage=VerdictStage(row["stage"]) if row["stage"] else None,
        revision=row["revision"],
        campaign_status=CampaignStatus(row["campaign_status"]),
        starts_on=row["starts_on"],
        criteria_set=row["criteria_set"],
        questionnaire_id=row["questionnaire_id"],
        published=_published(row["published"] or "{}"),
        latitude=row["latitude"],
        longitude=row["longitude"],
        whereabouts={member: Whereabouts(found) if found else None for member, found in whereabouts.items()},
        people=people,
        knocks=[_knock(*knock) for knock in orjson.loads(row["knocks"] or "[]")],
    )


@lru_cache(maxsize=16)  # the same for all doors of a campaign
def _published(told: str) -> Mapping[int, Written]:
    return {int(version): (UUID(row), written) for version, (row, written) in orjson.loads(told).items()}


def _knock(visit_id: str, started_at: str, outcome: str, corrects: str | None) -> Knock:
    day = clock.working_day(datetime.fromisoformat(started_at))
    return Knock(UUID(visit_id), day, VisitOutcome(outcome), UUID(corrects) if corrects else None)


async def store_visits(
    connection: Connection, enumerator_id: UUID, vault: Vault, accepted: Collection[Accepted], now: datetime
) -> dict[UUID, asyncpg.Record]:
    """Store the visits of this enumerator; one that does not come back had an id of somebody else's."""
    if not accepted:
        return {}
    rows = _rows([_row(one, vault) for one in accepted])
    return {row["id"]: row for row in await connection.fetch(queries.STORE_VISITS, rows, enumerator_id, now)}


def _row(accepted: Accepted, vault: Vault) -> dict[str, Any]:
    arrival, judged, visit = accepted.arrival, accepted.judged, accepted.arrival.visit
    where, device = visit.location, visit.device
    return {name: getattr(visit, name) for name in KEPT_AS_SAID} | {
        "household_id": accepted.door.household_id,
        "latitude": where and where.lat,
        "longitude": where and where.lon,
        "accuracy_m": where and where.accuracy_m,
        "mock_location": where and where.mock,
        "device_id": device and device.id,
        "app_version": device and device.app_version,
        "clock_skew_s": judged.clock_skew_s,
        "distance_m": judged.distance_m,
        "flags": judged.flags,
        "findings": judged.findings,
        "submits": judged.verdict is not None,
        "receipt_id": arrival.receipt_id,
        "content": vault.seal_bytes("visit.content", visit.id, arrival.said).decode(),
    }


async def move_households(
    connection: Connection, actor: Actor, vault: Vault, accepted: Collection[Accepted], now: datetime
) -> None:
    """What the visits found out about who lives there and where: whereabouts, new members, a place on the map."""
    whereabouts, new = {}, []
    for one in accepted:
        household_id = one.door.household_id
        for member_id, _, found in one.judged.moved_members:  # a batch may bring two visits to one household
            whereabouts[member_id] = {"id": member_id, "household_id": household_id, "whereabouts": found}
        new += [
            _new_member(member, household_id, vault) | {"place": place}
            for place, member in enumerate(one.judged.new_members)
        ]
    await revise_households(connection, actor.id, vault, [_revision(one) for one in accepted], now)
    if new:
        await connection.execute(queries.ADD_MEMBERS, _rows(new))
    if whereabouts:
        await connection.execute(queries.MOVE_MEMBERS, _rows(list(whereabouts.values())))


def _revision(accepted: Accepted) -> Revision:
    """What a visit changed about its household; one without a change is no revision."""
    visit, judged, place = accepted.arrival.visit, accepted.judged, None
    changes = [Change(f"/members/{member_id}/whereabouts", old, new) for member_id, old, new in judged.moved_members]
    for member in judged.new_members:
        told = member.model_dump(include=TOLD_OF_NEW, mode="json") | {"nik": mask(member.nik)}
        changes.append(Change(f"/members/{member.id}", None, told))
    if judged.places_household and visit.location is not None:
        where = visit.location
        place = Place(where.lat, where.lon, where.accuracy_m)
        changes.append(Change("/location", None, where.model_dump(include={"lat", "lon", "accuracy_m"})))
    household_id = accepted.door.household_id
    return Revision(household_id, RevisionCause.VISIT, changes, visit.id, place=place)


def _new_member(member: MemberIn, household_id: UUID, vault: Vault) -> dict[str, Any]:
    sealed = None if member.nik is None else vault.seal("member.nik", member.id, member.nik).decode()
    index = None if member.nik is None else "\\x" + vault.index("nik", member.nik).hex()
    return member.model_dump(exclude={"nik", "answers"}) | {
        "household_id": household_id,
        "nik": sealed,
        "nik_index": index,
    }


def _rows(rows: list[dict[str, Any]]) -> str:
    return orjson.dumps(rows, default=str).decode()  # asyncpg has a UUID of its own
