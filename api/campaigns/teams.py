"""Teams: one coordinator, at most `span` enumerators, one team of a campaign for each person at a time.

The principal's team decides which rows a person sees, and row security reads it at every request. It follows here
without a new version: a token carries the version, and a move should not log anybody out.
"""

from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.access.actor import Actor
from api.access.roles import Role
from api.campaigns import queries
from api.campaigns.problems import BusyElsewhere, WrongRole
from api.campaigns.team_schemas import CampaignPart, TeamIn, TeamMemberOut, TeamOut, TeamPatch
from api.core.database import raw, save
from api.core.problems import Invalid, NotFound, WrongState
from api.core.revisions import demand
from api.tables import Campaign, CampaignStatus, Principal, Region, RegionLevel, StaffMember, Team, TeamMember


async def list_teams(session: AsyncSession, wanted: CampaignPart) -> list[TeamOut]:
    """One more team than a page holds, oldest first, each with its members."""
    query = select(Team).order_by(col(Team.id)).limit(wanted.limit + 1)
    if wanted.campaign_id is not None:
        query = query.where(Team.campaign_id == wanted.campaign_id)
    if (after := wanted.after(UUID)) is not None:
        query = query.where(col(Team.id) > after[0])
    return await with_members(session, list((await session.exec(query)).all()))


async def read_team(session: AsyncSession, team_id: UUID) -> TeamOut:
    """The team with this id and its members; raises `NotFound`."""
    team = await session.get(Team, team_id)
    if team is None:
        raise NotFound
    return (await with_members(session, [team]))[0]


async def create_team(session: AsyncSession, actor: Actor, body: TeamIn) -> TeamOut:
    """Make a team under a coordinator; 409 when the name is taken or the coordinator leads another one here."""
    campaign = await _open_campaign(session, body.campaign_id)
    await demand_role(session, body.coordinator_id, Role.COORDINATOR, "/coordinator_id")
    await _demand_district(session, body.district_code)
    team = await save(session, Team.model_validate(body.model_dump()))
    await seat(session, campaign, team, body.coordinator_id)
    await actor.note("team.created", team.id, campaign_id=campaign.id, coordinator_id=team.coordinator_id)
    return (await with_members(session, [team]))[0]


async def change_team(session: AsyncSession, actor: Actor, team_id: UUID, seen: str, body: TeamPatch) -> TeamOut:
    """Rename a team, or give it another coordinator: the former one sees its rows no more."""
    team, campaign = await hold(session, team_id)
    demand(seen, team.revision)
    changes = body.model_dump(exclude_unset=True)
    if "district_code" in changes:
        await _demand_district(session, changes["district_code"])
    former, following = team.coordinator_id, changes.get("coordinator_id", team.coordinator_id)
    if following != former:
        await demand_role(session, following, Role.COORDINATOR, "/coordinator_id")
    team.sqlmodel_update(changes | {"revision": team.revision + 1})
    await save(session, team)
    if following != former:
        left = update(Principal).where(col(Principal.id) == former, col(Principal.team_id) == team.id)
        await session.exec(left.values(team_id=None))
        await seat(session, campaign, team, following)
    await actor.note("team.changed", team.id, fields=sorted(changes), coordinator_id=following)
    return (await with_members(session, [team]))[0]


async def _open_campaign(session: AsyncSession, campaign_id: UUID) -> Campaign:
    campaign = await session.get(Campaign, campaign_id)
    if campaign is None:
        raise Invalid("/campaign_id", "unknown_campaign")
    _demand_open(campaign)
    return campaign


def _demand_open(campaign: Campaign) -> None:
    if campaign.status is CampaignStatus.CLOSED:
        raise WrongState(allowed=[])


async def hold(session: AsyncSession, team_id: UUID) -> tuple[Team, Campaign]:
    """The team, held against others until this change is done, so that two who join at once are counted.

    The campaign is held first: two moves in opposite directions would wait for each other's team forever.
    """
    found = await session.get(Team, team_id)
    if found is None:
        raise NotFound
    campaign = await session.get(
        Campaign, found.campaign_id, with_for_update={"key_share": True}, populate_existing=True
    )
    team = await session.get(Team, team_id, with_for_update=True, populate_existing=True)
    if team is None or campaign is None:
        raise NotFound
    _demand_open(campaign)
    return team, campaign


async def demand_role(session: AsyncSession, staff_id: UUID, role: Role, pointer: str) -> None:
    """Refuse whoever is not an active person of this role."""
    known = select(Principal).join(StaffMember, col(StaffMember.id) == col(Principal.id))
    person = (await session.exec(known.where(Principal.id == staff_id))).first()
    if person is None or not person.active:
        raise Invalid(pointer, "unknown_staff")
    if person.role != role:
        raise WrongRole


async def _demand_district(session: AsyncSession, code: str | None) -> None:
    district = await session.get(Region, code) if code is not None else None
    if code is not None and (district is None or district.level is not RegionLevel.DISTRICT):
        raise Invalid("/district_code", "unknown_region")


async def seat(session: AsyncSession, campaign: Campaign, team: Team, staff_id: UUID) -> None:
    """Let a person see this team's rows, unless work in another open campaign still needs the present team.

    In preparation the present team is kept until field work opens; later a person cannot have two.
    """
    if await queries.busy_elsewhere(await raw(await session.connection()), campaign.id, [staff_id]):
        if campaign.status is CampaignStatus.PREPARATION:
            return
        raise BusyElsewhere
    await session.exec(update(Principal).where(col(Principal.id) == staff_id).values(team_id=team.id))


async def with_members(session: AsyncSession, teams: list[Team]) -> list[TeamOut]:
    """These teams as they are answered: members in the order in which they came."""
    query = (
        select(TeamMember, StaffMember.name)
        .join(StaffMember, col(StaffMember.id) == col(TeamMember.staff_id), isouter=True)
        .where(col(TeamMember.team_id).in_([team.id for team in teams]))
        .order_by(col(TeamMember.starts_on), col(TeamMember.id))
    )
    members: dict[UUID, list[TeamMemberOut]] = {team.id: [] for team in teams}
    for member, name in (await session.exec(query)).all():
        members[member.team_id].append(
            TeamMemberOut(staff_id=member.staff_id, name=name, starts_on=member.starts_on, ends_on=member.ends_on)
        )
    return [TeamOut.model_validate(team.model_dump() | {"members": members[team.id]}) for team in teams]
