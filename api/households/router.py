"""`/v1/households`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response, status

from api.access.actor import Actor, ConnectionDep, VaultDep, may
from api.access.roles import Permission, Role
from api.campaigns.problems import NotTrained
from api.core.idempotency import Route
from api.core.paging import Page, page
from api.core.problems import problems
from api.core.revisions import PreconditionFailed, PreconditionRequired, etag, if_match, not_modified
from api.core.written import written_page
from api.households import correcting, service, showing
from api.households.bodies import HouseholdIn, HouseholdPatch, HouseholdSearch
from api.households.problems import CampaignNotOpen, HouseholdConflict, HouseholdEnded, PurposeRequired
from api.households.schemas import (
    HouseholdFilter,
    HouseholdOut,
    HouseholdSummary,
    IdentitiesOut,
    LikelyDuplicate,
    MemberOut,
)

router = APIRouter(prefix="/households", tags=["households"], route_class=Route)
Reader = Annotated[Actor, may(Permission.HOUSEHOLDS_READ)]
Writer = Annotated[Actor, may(Permission.HOUSEHOLDS_WRITE)]
Purpose = Annotated[
    str | None,
    Header(
        alias="Purpose",
        pattern=r"^[a-z][a-z_-]{2,59}$",
        description="What for, as a short code.",
        examples=["document_verification"],
    ),
]


@router.get("", response_model=Page[HouseholdSummary])
async def list_households(
    connection: ConnectionDep,
    actor: Reader,
    wanted: Annotated[HouseholdFilter, Query()],
    request: Request,
    response: Response,
) -> Response:
    """List the caller's households: an enumerator's own, a coordinator's team's, all for Bappeda.

    Without `campaign_id` each household stands with the assignment of its latest campaign; with it only households
    of that campaign are listed.
    """
    found = await service.list_households(connection, wanted)
    shown, following = page(found, wanted, lambda household: (household["id"],), request, response)
    await actor.disclose("list_households", [household["id"] for household in shown])
    return written_page(shown, following, response.headers)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problems(HouseholdConflict, CampaignNotOpen, NotTrained),
)
async def add_household(
    connection: ConnectionDep, vault: VaultDep, actor: Writer, body: HouseholdIn, response: Response
) -> HouseholdOut:
    """Add a household that no list has (source `field`).

    Idempotent by its id: the same call again is answered as the first, another content under the id is 409. An
    enumerator's find comes with an assignment `open` to the finder, who has passed a training of the campaign;
    Bappeda's with one `unassigned`.
    """
    await service.add_household(connection, actor, vault, body)
    found = await service.find_household(connection, body.id)
    response.headers["ETag"] = etag(showing.version(found))
    response.headers["Location"] = f"/v1/households/{body.id}"
    return await service.show_household(actor, vault, found, "add_household")


@router.post("/search", response_model=Page[HouseholdSummary] | Page[LikelyDuplicate])
async def search_households(
    connection: ConnectionDep,
    vault: VaultDep,
    actor: Annotated[Actor, may(Permission.HOUSEHOLDS_SEARCH)],
    body: HouseholdSearch,
) -> Page[LikelyDuplicate] | Response:
    """Search by exactly one of NIK, No. KK, or a member's name with the birth date.

    Bappeda and coordinators get the summaries of matching households among their own (at most 100). An enumerator
    learns that somebody like this is listed, wherever that is: score, place, masked head and team.
    """
    if actor.role is Role.ENUMERATOR:
        return Page[LikelyDuplicate](items=await service.likely_duplicates(connection, actor, vault, body), next=None)
    return written_page(await service.search_households(connection, actor, vault, body), None)


@router.get("/{household_id}", response_model=HouseholdOut, responses={304: {"description": "Not modified."}})
async def read_household(
    connection: ConnectionDep, vault: VaultDep, actor: Reader, household_id: UUID, request: Request, response: Response
) -> HouseholdOut | Response:
    """Read a household whole. NIK and No. KK are masked but for the holder of its open assignment."""
    found = await service.find_household(connection, household_id)
    if not_modified(request, response, showing.version(found)):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers={"ETag": response.headers["ETag"]})
    return await service.show_household(actor, vault, found, "read_household")


@router.patch("/{household_id}", responses=problems(PreconditionRequired, PreconditionFailed, HouseholdEnded))
async def correct_household(
    connection: ConnectionDep,
    vault: VaultDep,
    actor: Writer,
    household_id: UUID,
    body: HouseholdPatch,
    seen: Annotated[str, Depends(if_match)],
    response: Response,
) -> HouseholdOut:
    """Correct a household, its people or family cards: coordinators in their team, Bappeda anywhere.

    What is not sent stays. People are named by id, family cards by `no`; a NIK given takes its missing reason away.
    `visit_id` names the visit whose corrections these are. What changed stands in the household's history.
    """
    await correcting.correct_household(connection, actor, vault, household_id, seen, body)
    found = await service.find_household(connection, household_id)
    response.headers["ETag"] = etag(showing.version(found))
    return await service.show_household(actor, vault, found, "correct_household")


@router.get("/{household_id}/members")
async def list_members(
    connection: ConnectionDep, vault: VaultDep, actor: Reader, household_id: UUID
) -> Page[MemberOut]:
    """List the people of a household, family by family; all of them on one page."""
    return Page(items=await service.list_members(connection, actor, vault, household_id), next=None)


@router.get("/{household_id}/identities", responses=problems(PurposeRequired))
async def read_identities(
    connection: ConnectionDep,
    vault: VaultDep,
    actor: Annotated[Actor, may(Permission.IDENTITIES_READ)],
    household_id: UUID,
    purpose: Purpose = None,
) -> IdentitiesOut:
    """Read whole NIK and No. KK of a household, for the purpose in the header `Purpose`, which goes on record."""
    return await service.read_identities(connection, actor, vault, household_id, purpose)
