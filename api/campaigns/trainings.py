"""The bimtek: its days, its instructors, who was there on which day, and who passed.

Whoever has not passed a training of the campaign cannot hold assignments of it.
"""

from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.access.actor import Actor
from api.campaigns.team_schemas import AttendanceOut, AttendancesIn, CampaignPart, TrainingIn, TrainingOut
from api.core import clock
from api.core.database import save
from api.core.problems import Invalid, NotFound, WrongState
from api.core.revisions import demand
from api.tables import Campaign, CampaignStatus, StaffMember, Training, TrainingAttendance


async def list_trainings(session: AsyncSession, wanted: CampaignPart) -> list[TrainingOut]:
    """One more training than a page holds, oldest first, each with its attendance list."""
    query = select(Training).order_by(col(Training.id)).limit(wanted.limit + 1)
    if wanted.campaign_id is not None:
        query = query.where(Training.campaign_id == wanted.campaign_id)
    if (after := wanted.after(UUID)) is not None:
        query = query.where(col(Training.id) > after[0])
    return await _with_attendances(session, list((await session.exec(query)).all()))


async def read_training(session: AsyncSession, training_id: UUID) -> TrainingOut:
    """The training with this id and its attendance list; raises `NotFound`."""
    training = await session.get(Training, training_id)
    if training is None:
        raise NotFound
    return (await _with_attendances(session, [training]))[0]


async def plan_training(session: AsyncSession, actor: Actor, body: TrainingIn) -> TrainingOut:
    """Plan a bimtek: each day once, in the order of the calendar."""
    await _demand_open(session, body.campaign_id)
    if len(set(body.days)) != len(body.days):
        raise Invalid("/days", "repeated")
    given = body.model_dump(mode="json") | {"days": sorted(body.days), "created_at": clock.now()}
    training = await save(session, Training.model_validate(given))
    await actor.note("training.planned", training.id, campaign_id=training.campaign_id, days=len(training.days))
    return (await _with_attendances(session, [training]))[0]


async def record_attendances(
    session: AsyncSession, actor: Actor, training_id: UUID, seen: str, body: AttendancesIn
) -> TrainingOut:
    """Replace the attendance list whole; `passed` only with attendance on every day."""
    training = await session.get(Training, training_id, with_for_update=True)
    if training is None:
        raise NotFound
    demand(seen, training.revision)
    await _demand_open(session, training.campaign_id)
    await _examine(session, training, body)
    await session.exec(delete(TrainingAttendance).where(col(TrainingAttendance.training_id) == training.id))
    session.add_all(
        TrainingAttendance(
            training_id=training.id, staff_id=there.staff_id, days=sorted(there.days), passed=there.passed
        )
        for there in body.attendances
    )
    training.revision += 1
    await save(session, training)
    passed = sum(there.passed for there in body.attendances)
    await actor.note("training.attendances_recorded", training.id, people=len(body.attendances), passed=passed)
    return (await _with_attendances(session, [training]))[0]


async def _examine(session: AsyncSession, training: Training, body: AttendancesIn) -> None:
    ids = [there.staff_id for there in body.attendances]
    known = set((await session.exec(select(StaffMember.id).where(col(StaffMember.id).in_(ids)))).all())
    listed: set[UUID] = set()
    for place, there in enumerate(body.attendances):
        pointer = f"/attendances/{place}"
        if there.staff_id not in known:
            raise Invalid(f"{pointer}/staff_id", "unknown_staff")
        if there.staff_id in listed:
            raise Invalid(f"{pointer}/staff_id", "repeated")
        if len(set(there.days)) != len(there.days):
            raise Invalid(f"{pointer}/days", "repeated")
        if not set(there.days) <= set(training.days):
            raise Invalid(f"{pointer}/days", "not_a_training_day")
        if there.passed and set(there.days) != set(training.days):
            raise Invalid(f"{pointer}/passed", "not_every_day")
        listed.add(there.staff_id)


async def _demand_open(session: AsyncSession, campaign_id: UUID) -> None:
    campaign = await session.get(Campaign, campaign_id)
    if campaign is None:
        raise Invalid("/campaign_id", "unknown_campaign")
    if campaign.status is CampaignStatus.CLOSED:
        raise WrongState(allowed=[])


async def _with_attendances(session: AsyncSession, trainings: list[Training]) -> list[TrainingOut]:
    query = select(TrainingAttendance).where(
        col(TrainingAttendance.training_id).in_([training.id for training in trainings])
    )
    there: dict[UUID, list[AttendanceOut]] = {training.id: [] for training in trainings}
    for row in (await session.exec(query.order_by(col(TrainingAttendance.staff_id)))).all():
        there[row.training_id].append(AttendanceOut.model_validate(row))
    return [
        TrainingOut.model_validate(training.model_dump() | {"attendances": there[training.id]})
        for training in trainings
    ]
