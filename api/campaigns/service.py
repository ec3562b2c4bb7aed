"""Campaigns: preparation → fieldwork → review → closed, and back from review to fieldwork.

The status alone opens and closes work. Opening field work asks for the impact assessment (UU 27/2022 article 34), for a
team that has passed the bimtek, and that the form which the campaign names has been published; closing takes every
assignment out of its holder's sight.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.access.actor import Actor
from api.campaigns import queries
from api.campaigns.problems import BusyElsewhere, ImpactAssessmentMissing, NoPublishedForm, NoTrainedTeam
from api.campaigns.schemas import CampaignFilter, CampaignIn, CampaignPatch
from api.core import clock
from api.core.database import Connection, raw, save
from api.core.problems import Invalid, NotFound, WrongState
from api.core.revisions import demand
from api.regions.criteria_sets import CRITERIA_SETS
from api.tables import Campaign, CampaignStatus, Questionnaire, Region

MOVES: dict[CampaignStatus, tuple[CampaignStatus, ...]] = {
    CampaignStatus.PREPARATION: (CampaignStatus.FIELDWORK,),
    CampaignStatus.FIELDWORK: (CampaignStatus.REVIEW,),
    CampaignStatus.REVIEW: (CampaignStatus.FIELDWORK, CampaignStatus.CLOSED),
    CampaignStatus.CLOSED: (),
}


async def trained(connection: Connection, campaign_id: UUID, staff_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these people who have passed a training of this campaign; the others may hold no assignment."""
    return await queries.passed(connection, campaign_id, staff_ids)


async def keep_in_team(connection: Connection, staff_ids: Sequence[UUID]) -> None:
    """Whoever is given work here leaves no team before this transaction ends; waits for those who are leaving now."""
    await queries.hold_places(connection, staff_ids)


async def list_campaigns(session: AsyncSession, wanted: CampaignFilter) -> list[Campaign]:
    """One more campaign than a page holds, oldest first."""
    query = select(Campaign).order_by(col(Campaign.id)).limit(wanted.limit + 1)
    if wanted.status is not None:
        query = query.where(Campaign.status == wanted.status)
    if (after := wanted.after(UUID)) is not None:
        query = query.where(col(Campaign.id) > after[0])
    return list((await session.exec(query)).all())


async def read_campaign(session: AsyncSession, campaign_id: UUID) -> Campaign:
    """The campaign with this id; raises `NotFound`."""
    campaign = await session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound
    return campaign


async def create_campaign(session: AsyncSession, actor: Actor, body: CampaignIn) -> Campaign:
    """Begin a campaign in preparation; 409 when its code is taken, 422 for regions or a form that do not exist."""
    campaign = Campaign.model_validate(body.model_dump() | {"created_at": clock.now()})
    await _examine(session, campaign, body.model_dump())
    await save(session, campaign)
    await actor.note("campaign.created", campaign.id)
    return campaign


async def change_campaign(
    session: AsyncSession, actor: Actor, campaign_id: UUID, seen: str, body: CampaignPatch
) -> Campaign:
    """Change what was sent and move the status if asked; a closed campaign changes no more."""
    campaign = await session.get(Campaign, campaign_id, with_for_update=True)
    if campaign is None:
        raise NotFound
    demand(seen, campaign.revision)
    changes = body.model_dump(exclude_unset=True)
    before, target = campaign.status, changes.pop("status", campaign.status)
    allowed = MOVES[before]
    if target not in (before, *allowed) or before is CampaignStatus.CLOSED:
        raise WrongState(allowed=list(allowed))
    campaign.sqlmodel_update(changes)
    await _examine(session, campaign, changes)
    wire = await raw(await session.connection())
    if "span" in changes and await queries.largest_team(wire, campaign.id) > campaign.span:
        raise Invalid("/span", "smaller_than_team")
    await _move(wire, actor, campaign, target)
    campaign.revision += 1
    await save(session, campaign)
    await actor.note("campaign.changed", campaign.id, fields=sorted(changes), before=before, after=target)
    return campaign


async def _move(wire: Connection, actor: Actor, campaign: Campaign, target: CampaignStatus) -> None:
    """The gates of the field and of the end. Work that is going on keeps the paper that it was begun with."""
    opens = target is CampaignStatus.FIELDWORK and campaign.status is not target
    if target is not CampaignStatus.PREPARATION and campaign.impact_assessment_ref is None:
        raise ImpactAssessmentMissing
    form = campaign.questionnaire_id if target is CampaignStatus.FIELDWORK else None
    if form is not None and not await queries.is_published(wire, form):
        raise NoPublishedForm
    if opens and not await queries.has_trained_team(wire, campaign.id):
        raise NoTrainedTeam
    if opens and await queries.busy_elsewhere(wire, campaign.id, await queries.people(wire, campaign.id)):
        raise BusyElsewhere
    if opens:
        await queries.seat(wire, campaign.id)
    if target is CampaignStatus.CLOSED:
        hidden = await queries.take_out_of_sight(wire, actor.id, campaign.id, clock.now())
        await actor.note("campaign.closed", campaign.id, assignments=hidden)
    campaign.status = target


async def _examine(session: AsyncSession, campaign: Campaign, changes: dict[str, Any]) -> None:
    """What Pydantic cannot know: the order of the dates, and that regions and form exist."""
    if campaign.ends_on < campaign.starts_on:
        raise Invalid("/ends_on" if "ends_on" in changes else "/starts_on", "ends_before_start")
    for name in ("region_codes", "sources"):
        given: list[str] = changes.get(name, [])
        for place, value in enumerate(given):
            if value in given[:place]:
                raise Invalid(f"/{name}/{place}", "repeated")
    if codes := changes.get("region_codes"):
        known = set((await session.exec(select(Region.code).where(col(Region.code).in_(codes)))).all())
        for place, code in enumerate(codes):
            if code not in known:
                raise Invalid(f"/region_codes/{place}", "unknown_region")
    if changes.get("criteria_set") not in (None, *CRITERIA_SETS):
        raise Invalid("/criteria_set", "unknown_criteria_set")
    questionnaire_id = changes.get("questionnaire_id")
    if questionnaire_id is not None and await session.get(Questionnaire, questionnaire_id) is None:
        raise Invalid("/questionnaire_id", "unknown_questionnaire")
