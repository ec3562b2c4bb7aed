"""`/v1/households/{id}`: its history, who looked at it, merges and splits."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from api.access.actor import Actor, ConnectionDep, VaultDep, may
from api.access.roles import Permission
from api.core.idempotency import Route
from api.core.paging import Page, Paging, page
from api.core.problems import problems
from api.households import history, merging, restricting, splitting
from api.households.bodies import MergeIn, RestrictionIn, SplitIn
from api.households.lineage_schemas import HouseholdDisclosureOut, HouseholdRevisionOut, MergeOut, SplitOut
from api.households.problems import HouseholdEnded, WorkUnderWay

router = APIRouter(prefix="/households/{household_id}", tags=["households"], route_class=Route)
Merger = Annotated[Actor, may(Permission.HOUSEHOLDS_MERGE)]


@router.get("/history")
async def read_household_history(
    connection: ConnectionDep,
    vault: VaultDep,
    actor: Annotated[Actor, may(Permission.HOUSEHOLDS_READ)],
    household_id: UUID,
    wanted: Annotated[Paging, Query()],
    request: Request,
    response: Response,
) -> Page[HouseholdRevisionOut]:
    """List what changed about a household and its people, newest first: by whom, why, each field from and to.

    The first says where it came from: an import, the field, a split. Later imports, visits, corrections, merges and
    splits change it; work that is handed out does not. Personal numbers are masked here for everybody.
    """
    found = await history.read_history(connection, actor, vault, household_id, wanted)
    shown, following = page(found, wanted, lambda revision: (revision.revision,), request, response)
    return Page(items=shown, next=following)


@router.get("/disclosures")
async def list_household_disclosures(
    connection: ConnectionDep,
    actor: Annotated[Actor, may(Permission.DISCLOSURES_READ)],
    household_id: UUID,
    wanted: Annotated[Paging, Query()],
    request: Request,
    response: Response,
) -> Page[HouseholdDisclosureOut]:
    """List who saw this household, newest first: each answer that showed it, to whom, what for (UU 27/2022)."""
    found = await history.list_looks(connection, household_id, wanted)
    shown, following = page(found, wanted, lambda look: (look[0],), request, response)
    return Page(items=[look for _, look in shown], next=following)


@router.post("/merges", status_code=status.HTTP_201_CREATED, responses=problems(HouseholdEnded, WorkUnderWay))
async def merge_household(
    connection: ConnectionDep, vault: VaultDep, actor: Merger, household_id: UUID, body: MergeIn
) -> MergeOut:
    """Merge this household into another: its people, family cards, lists and programmes move there.

    It stays to be read as `merged` and names `merged_into`; its assignment, if nobody has visited yet, is `cancelled`.
    Work that waits for review or for a new visit has to be settled first (409 `work_under_way`).
    """
    return await merging.merge_household(connection, actor, vault, household_id, body)


@router.post("/splits", status_code=status.HTTP_201_CREATED, responses=problems(HouseholdEnded, WorkUnderWay))
async def split_household(
    connection: ConnectionDep, vault: VaultDep, actor: Merger, household_id: UUID, body: SplitIn
) -> SplitOut:
    """Split people off into households of their own, each of which names `split_from`.

    A family that leaves whole takes its card along; of a divided one the card stays. A new household has its own
    assignment: `open` with the same enumerator where the old one was in her hands, else `unassigned`. When nobody
    stays, the old one is `split` and its assignment `cancelled`.
    """
    return await splitting.split_household(connection, actor, vault, household_id, body)


@router.post("/restrictions", status_code=status.HTTP_204_NO_CONTENT)
async def restrict_member(
    connection: ConnectionDep,
    vault: VaultDep,
    actor: Annotated[Actor, may(Permission.RESTRICTIONS_WRITE)],
    household_id: UUID,
    body: RestrictionIn,
) -> None:
    """Restrict the use of a person's data, or lift that (UU 27/2022 art. 40-41: within three days of the request).

    From then on only Bappeda reads this person: lists, phones and coordinators do not have them, searches do not find
    them, and no release holds them. A household whose head is restricted is called `(dibatasi)`. The same again changes
    nothing.
    """
    await restricting.restrict_person(connection, actor, vault, household_id, body)
