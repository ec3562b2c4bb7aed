"""`/v1/campaigns`, `/v1/teams`, `/v1/trainings`."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access.actor import Actor, SessionDep, may
from api.access.roles import Permission
from api.campaigns import memberships, service, teams, trainings
from api.campaigns import problems as refused
from api.campaigns.schemas import CampaignFilter, CampaignIn, CampaignOut, CampaignPatch
from api.campaigns.team_schemas import (
    AttendancesIn,
    CampaignPart,
    DepartureIn,
    TeamIn,
    TeamMemberIn,
    TeamOut,
    TeamPatch,
    TrainingIn,
    TrainingOut,
)
from api.core.idempotency import Route
from api.core.paging import Page, page
from api.core.problems import WrongState, problems
from api.core.revisions import PreconditionFailed, PreconditionRequired, etag, if_match, not_modified

UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Not changed since the ETag in If-None-Match."}}
STALE = (PreconditionFailed, PreconditionRequired)
GATES = (
    WrongState,
    refused.CampaignCodeTaken,
    refused.ImpactAssessmentMissing,
    refused.NoPublishedForm,
    refused.NoTrainedTeam,
)
TEAM = (WrongState, refused.TeamNameTaken, refused.CoordinatorTaken, refused.WrongRole, refused.BusyElsewhere)
JOIN = (WrongState, refused.TeamFull, refused.AlreadyMember, refused.WrongRole, refused.BusyElsewhere)

Seen = Annotated[str, Depends(if_match)]
Reader = Annotated[Actor, may(Permission.CAMPAIGNS_READ)]
Owner = Annotated[Actor, may(Permission.CAMPAIGNS_WRITE)]
StaffReader = Annotated[Actor, may(Permission.STAFF_READ)]

campaign_routes = APIRouter(prefix="/campaigns", tags=["campaigns"], route_class=Route)
team_routes = APIRouter(prefix="/teams", tags=["campaigns"], route_class=Route)
training_routes = APIRouter(prefix="/trainings", tags=["campaigns"], route_class=Route)


def created(response: Response, path: str, made: UUID, revision: int) -> None:
    """Say where the new thing is and which revision it has."""
    response.headers["Location"] = f"/v1/{path}/{made}"
    response.headers["ETag"] = etag(revision)


@campaign_routes.get("")
async def list_campaigns(
    session: SessionDep,
    actor: Reader,
    wanted: Annotated[CampaignFilter, Query()],
    request: Request,
    response: Response,
) -> Page[CampaignOut]:
    """List campaigns, oldest first."""
    found = await service.list_campaigns(session, wanted)
    shown, following = page(found, wanted, lambda campaign: (campaign.id,), request, response)
    return Page(items=[CampaignOut.model_validate(campaign) for campaign in shown], next=following)


@campaign_routes.post("", status_code=201, responses=problems(refused.CampaignCodeTaken))
async def create_campaign(session: SessionDep, actor: Owner, body: CampaignIn, response: Response) -> CampaignOut:
    """Begin a campaign; it stands in preparation until somebody opens field work."""
    campaign = await service.create_campaign(session, actor, body)
    created(response, "campaigns", campaign.id, campaign.revision)
    return CampaignOut.model_validate(campaign)


@campaign_routes.get("/{campaign_id}", response_model=CampaignOut, responses=UNCHANGED)
async def read_campaign(
    session: SessionDep, actor: Reader, campaign_id: UUID, request: Request, response: Response
) -> CampaignOut | Response:
    """Read one campaign."""
    campaign = await service.read_campaign(session, campaign_id)
    if not_modified(request, response, campaign.revision):
        return Response(status_code=304, headers={"ETag": etag(campaign.revision)})
    return CampaignOut.model_validate(campaign)


@campaign_routes.patch("/{campaign_id}", responses=problems(*GATES, refused.BusyElsewhere, *STALE))
async def change_campaign(
    session: SessionDep, actor: Owner, campaign_id: UUID, seen: Seen, body: CampaignPatch, response: Response
) -> CampaignOut:
    """Change a campaign, or move it: preparation → fieldwork → review → closed, and review → fieldwork.

    Field work needs `impact_assessment_ref` and a team whose coordinator and at least one enumerator have passed a
    training; a questionnaire that the campaign names has a published version. Closing takes every assignment out of
    its holder's sight and is final.
    """
    campaign = await service.change_campaign(session, actor, campaign_id, seen, body)
    response.headers["ETag"] = etag(campaign.revision)
    return CampaignOut.model_validate(campaign)


@team_routes.get("")
async def list_teams(
    session: SessionDep,
    actor: StaffReader,
    wanted: Annotated[CampaignPart, Query()],
    request: Request,
    response: Response,
) -> Page[TeamOut]:
    """List teams with their members, present and former."""
    found = await teams.list_teams(session, wanted)
    shown, following = page(found, wanted, lambda team: (team.id,), request, response)
    return Page(items=shown, next=following)


@team_routes.post("", status_code=201, responses=problems(*TEAM))
async def create_team(session: SessionDep, actor: Owner, body: TeamIn, response: Response) -> TeamOut:
    """Make a team under a coordinator."""
    team = await teams.create_team(session, actor, body)
    created(response, "teams", team.id, team.revision)
    return team


@team_routes.get("/{team_id}", response_model=TeamOut, responses=UNCHANGED)
async def read_team(
    session: SessionDep, actor: StaffReader, team_id: UUID, request: Request, response: Response
) -> TeamOut | Response:
    """Read one team with its members."""
    team = await teams.read_team(session, team_id)
    if not_modified(request, response, team.revision):
        return Response(status_code=304, headers={"ETag": etag(team.revision)})
    return team


@team_routes.patch("/{team_id}", responses=problems(*TEAM, *STALE))
async def change_team(
    session: SessionDep, actor: Owner, team_id: UUID, seen: Seen, body: TeamPatch, response: Response
) -> TeamOut:
    """Rename a team or give it another coordinator, who sees its rows from the next request on."""
    team = await teams.change_team(session, actor, team_id, seen, body)
    response.headers["ETag"] = etag(team.revision)
    return team


@team_routes.post("/{team_id}/members", status_code=201, responses=problems(*JOIN))
async def add_team_member(
    session: SessionDep, actor: Owner, team_id: UUID, body: TeamMemberIn, response: Response
) -> TeamOut:
    """Let an enumerator join from a day on; a membership in another team of the campaign ends on that day.

    What the person sees follows at once. Answers the team, at most `span` enumerators strong.
    """
    team = await memberships.add_member(session, actor, team_id, body)
    response.headers["ETag"] = etag(team.revision)
    return team


@team_routes.post("/{team_id}/departures", status_code=201, responses=problems(WrongState, refused.HoldsWork))
async def record_departure(
    session: SessionDep, actor: Owner, team_id: UUID, body: DepartureIn, response: Response
) -> TeamOut:
    """Let an enumerator leave without joining another team; `ends_on` is the first day out of it.

    409 `holds_work` while the person holds open work: hand it on first, with `from_enumerator_id` of
    `POST /v1/assignments/reassignments`. What was handed in stays in the person's name, out of the person's sight. To
    end the account too: `PATCH /v1/staff/{id}` with `{"active": false}`, which does not wait for any of this.
    """
    team = await memberships.leave(session, actor, team_id, body)
    response.headers["ETag"] = etag(team.revision)
    return team


@training_routes.get("")
async def list_trainings(
    session: SessionDep,
    actor: StaffReader,
    wanted: Annotated[CampaignPart, Query()],
    request: Request,
    response: Response,
) -> Page[TrainingOut]:
    """List trainings with their attendance."""
    found = await trainings.list_trainings(session, wanted)
    shown, following = page(found, wanted, lambda training: (training.id,), request, response)
    return Page(items=shown, next=following)


@training_routes.post("", status_code=201, responses=problems(WrongState))
async def plan_training(session: SessionDep, actor: Owner, body: TrainingIn, response: Response) -> TrainingOut:
    """Plan a bimtek: days, venue, instructors with their institution."""
    training = await trainings.plan_training(session, actor, body)
    created(response, "trainings", training.id, training.revision)
    return training


@training_routes.get("/{training_id}", response_model=TrainingOut, responses=UNCHANGED)
async def read_training(
    session: SessionDep, actor: StaffReader, training_id: UUID, request: Request, response: Response
) -> TrainingOut | Response:
    """Read one training with its attendance."""
    training = await trainings.read_training(session, training_id)
    if not_modified(request, response, training.revision):
        return Response(status_code=304, headers={"ETag": etag(training.revision)})
    return training


@training_routes.put("/{training_id}/attendances", responses=problems(WrongState, *STALE))
async def record_attendances(
    session: SessionDep, actor: Owner, training_id: UUID, seen: Seen, body: AttendancesIn, response: Response
) -> TrainingOut:
    """Replace the attendance list whole; who passed was there on every day of the training."""
    training = await trainings.record_attendances(session, actor, training_id, seen, body)
    response.headers["ETag"] = etag(training.revision)
    return training


router = APIRouter()
for part in (campaign_routes, team_routes, training_routes):
    router.include_router(part)
