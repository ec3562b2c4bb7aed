"""Who joins a team and who leaves it: the time in a team is kept, what a person sees follows at once."""

from datetime import date
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.access.actor import Actor
from api.access.roles import Role
from api.campaigns import queries
from api.campaigns.problems import AlreadyMember, HoldsWork, TeamFull
from api.campaigns.team_schemas import DepartureIn, TeamMemberIn, TeamOut
from api.campaigns.teams import demand_role, hold, seat, with_members
from api.core import clock
from api.core.database import raw, save
from api.core.problems import Invalid
from api.tables import Campaign, CampaignStatus, Principal, Team, TeamMember


async def add_member(session: AsyncSession, actor: Actor, team_id: UUID, body: TeamMemberIn) -> TeamOut:
    """Let an enumerator join from a day on; a membership elsewhere in the campaign ends on that day.

    What the person sees changes at once, so a move is dated today or back; only before field work may it lie ahead.
    """
    team, campaign = await hold(session, team_id)
    await demand_role(session, body.staff_id, Role.ENUMERATOR, "/staff_id")
    former = await _open_membership(session, campaign, body.staff_id)
    if former is not None and former.team_id == team.id:
        raise AlreadyMember
    taken = select(func.count()).where(TeamMember.team_id == team.id, col(TeamMember.ends_on).is_(None))
    if (await session.exec(taken)).one() >= campaign.span:
        raise TeamFull
    if former is not None:
        await _close(session, campaign, former, body.starts_on, "/starts_on")
    await save(
        session,
        TeamMember(campaign_id=campaign.id, team_id=team.id, staff_id=body.staff_id, starts_on=body.starts_on),
    )
    await seat(session, campaign, team, body.staff_id)
    team.revision += 1
    await save(session, team)
    left = former.team_id if former else None
    await actor.note("team.member_added", team.id, staff_id=body.staff_id, former_team_id=left)
    return (await with_members(session, [team]))[0]


async def leave(session: AsyncSession, actor: Actor, team_id: UUID, body: DepartureIn) -> TeamOut:
    """Let a member leave without joining another team; 409 `holds_work` while open work is in the person's hands.

    What was handed in stays in the person's name and goes out of the person's sight. Dated like a move: today or back,
    ahead only before field work. Works for an account that is switched off, too.
    """
    team, campaign = await hold(session, team_id)
    wire = await raw(await session.connection())
    await queries.hold_places(wire, [body.staff_id], leaving=True)
    present = await _open_membership(session, campaign, body.staff_id)
    if present is None or present.team_id != team.id:
        raise Invalid("/staff_id", "not_a_member")
    if held := await queries.open_work(wire, campaign.id, body.staff_id):
        raise HoldsWork(assignments=held)
    await _close(session, campaign, present, body.ends_on, "/ends_on")
    out_of_sight = await queries.take_out_of_sight(wire, actor.id, campaign.id, clock.now(), body.staff_id)
    left = update(Principal).where(col(Principal.id) == body.staff_id, col(Principal.team_id) == team.id)
    await session.exec(left.values(team_id=None))
    await session.refresh(team)
    await actor.note("team.member_left", team.id, staff_id=body.staff_id, handed_in=out_of_sight)
    return (await with_members(session, [team]))[0]


async def _open_membership(session: AsyncSession, campaign: Campaign, staff_id: UUID) -> TeamMember | None:
    """The person's present place in this campaign, held until this change is done."""
    open_ones = select(TeamMember).where(TeamMember.campaign_id == campaign.id, col(TeamMember.ends_on).is_(None))
    return (await session.exec(open_ones.where(TeamMember.staff_id == staff_id).with_for_update())).first()


async def _close(session: AsyncSession, campaign: Campaign, former: TeamMember, day: date, pointer: str) -> None:
    if day < former.starts_on:
        raise Invalid(pointer, "before_membership")
    if campaign.status is not CampaignStatus.PREPARATION and day > clock.working_day(clock.now()):
        raise Invalid(pointer, "in_future")
    former.ends_on = day
    await save(session, former)
    left = update(Team).where(col(Team.id) == former.team_id)
    await session.exec(left.values(revision=Team.revision + 1))
