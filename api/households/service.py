"""Households read, searched, and added when the field finds one that no list has."""

from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from api.access.actor import Actor
from api.access.roles import Role
from api.campaigns.problems import NotTrained
from api.campaigns.service import trained
from api.core import clock
from api.core.conditions import Conditions
from api.core.database import Connection
from api.core.problems import Forbidden, Invalid, NotFound
from api.core.vault import Vault
from api.core.written import as_json
from api.households import adding, queries, showing
from api.households.bodies import HouseholdIn, HouseholdSearch
from api.households.problems import CampaignNotOpen, HouseholdConflict, PurposeRequired
from api.households.revising import Revision, revise_households
from api.households.schemas import (
    HouseholdFilter,
    HouseholdOut,
    IdentitiesOut,
    LikelyDuplicate,
    MemberOut,
)
from api.tables import AssignmentStatus, CampaignStatus, RevisionCause

SEARCH_LIMIT = 100
OF_ASSIGNMENT = ("verdict_stage", "registry_status", "eligibility", "enumerator_id", "team_id")
WHOLE = ("names", "address", "nik", "no_kk")


async def list_households(connection: Connection, wanted: HouseholdFilter) -> list[Any]:
    """One more household than a page holds, in the order of their ids, written by the database."""
    conditions = Conditions()
    if (after := wanted.after(UUID)) is not None:
        conditions.add("h.id > ?", after[0])
    conditions.add("a.campaign_id = ?", wanted.campaign_id)
    conditions.add(queries.IN_REGION, wanted.region_code)
    for column in ("rw", "rt"):
        conditions.add(f"h.{column} = ?", getattr(wanted, column))
    work = {"status": wanted.assignment_status} | {column: getattr(wanted, column) for column in OF_ASSIGNMENT}
    for column, value in work.items():
        conditions.add(f"a.{column} = ?", value)
    asked = {"s.source = ": wanted.source, "s.desil <= ": wanted.desil_max, "s.external_id = ": wanted.external_id}
    listed = [text + conditions.bind(value) for text, value in asked.items() if value is not None]
    if listed:
        conditions.texts.append(" and ".join((queries.ON_A_LIST, *listed)) + ")")
    join = queries.ASSIGNMENT_IN_CAMPAIGN
    if wanted.campaign_id is None:
        asks_work = any(value is not None for value in work.values())
        join = queries.LATEST_ASSIGNMENT_LIKE if asks_work else queries.LATEST_ASSIGNMENT
    return await _summaries(connection, join, conditions, wanted.limit + 1)


async def likely_duplicates(
    connection: Connection, actor: Actor, vault: Vault, body: HouseholdSearch
) -> list[LikelyDuplicate]:
    """That somebody like this is listed, wherever that is, never who."""
    by_name = (body.member_name, body.born_on, body.region_code)
    likely = await connection.fetch(queries.LIKELY, *_numbers(vault, body), *by_name)
    await actor.disclose("search_households", [row["household_id"] for row in likely], ("rt_rw", "masked_name", "team"))
    return [showing.likely_duplicate(row) for row in likely]


async def search_households(connection: Connection, actor: Actor, vault: Vault, body: HouseholdSearch) -> list[Any]:
    """The caller's own households that match, written by the database."""
    nik, no_kk = _numbers(vault, body)
    conditions = Conditions()
    conditions.add(queries.OF_NIK, nik)
    conditions.add(queries.OF_NO_KK, no_kk)
    if body.member_name is not None:
        born_on = conditions.bind(body.born_on)
        conditions.add(queries.OF_NAME + born_on + ")", body.member_name)
        conditions.add(queries.IN_REGION, body.region_code)
    found = await _summaries(connection, queries.LATEST_ASSIGNMENT, conditions, SEARCH_LIMIT)
    await actor.disclose("search_households", [household["id"] for household in found])
    return found


def _numbers(vault: Vault, body: HouseholdSearch) -> tuple[list[bytes] | None, list[bytes] | None]:
    """The blind indexes of the NIK and of the No. KK that are asked for."""
    nik = vault.indexes("nik", body.nik) if body.nik else None
    return nik, vault.indexes("no_kk", body.no_kk) if body.no_kk else None


async def find_household(connection: Connection, household_id: UUID) -> Any:
    """The household as one row, still sealed; raises `NotFound` when it is not among the caller's."""
    found = await connection.fetchrow(queries.HOUSEHOLD, household_id)
    if found is None:
        raise NotFound
    return found


async def show_household(actor: Actor, vault: Vault, found: Any, operation: str) -> HouseholdOut:
    """A found household as this caller may see it, with the look on record."""
    fields = WHOLE if showing.sees_whole_numbers(found, actor.id) else ("names", "address")
    await actor.disclose(operation, [found["id"]], fields)
    return showing.household(found, vault, actor.id)


async def list_members(connection: Connection, actor: Actor, vault: Vault, household_id: UUID) -> list[MemberOut]:
    """The people of a household, family by family."""
    found = await find_household(connection, household_id)
    return (await show_household(actor, vault, found, "list_members")).members


async def read_identities(
    connection: Connection, actor: Actor, vault: Vault, household_id: UUID, purpose: str | None
) -> IdentitiesOut:
    """Whole numbers for a stated purpose; the look is on record with it."""
    if purpose is None:
        raise PurposeRequired
    found = await find_household(connection, household_id)
    await actor.disclose("read_identities", [household_id], (*WHOLE, "mother_name"), purpose)
    return showing.identities(found, vault, purpose)


async def add_household(
    connection: Connection, actor: Actor, vault: Vault, body: HouseholdIn, sender: UUID | None = None
) -> bool:
    """Add a household that no list has: `open` for the enumerator who found it, `unassigned` from Bappeda.

    `sender` found what Bappeda takes out of quarantine, and holds it when they could have added it now. Says whether it
    is the first time; raises the refusal.
    """
    if actor.role is Role.COORDINATOR:
        raise Forbidden
    adding.demand_sense(body)
    call = adding.digest_of(body)
    if await _added_before(connection, vault, body.id, call):
        return False
    await _demand_place(connection, actor, body)
    finder, team = (actor.id, actor.team_id) if actor.role is Role.ENUMERATOR else (None, None)
    if sender is not None and await trained(connection, body.campaign_id, [sender]):
        finder, team = await connection.fetchrow(queries.FINDER, sender, body.campaign_id) or (None, None)
    place = (body.region_code, body.rw, body.rt, body.address, adding.head_name(body))
    where = (body.location.lat, body.location.lon, body.location.accuracy_m) if body.location else (None, None, None)
    present, written = clock.now(), vault.seal_bytes(adding.CALL, body.id, call)
    added = await connection.fetchval(queries.ADD_HOUSEHOLD, body.id, *place, *where, team, finder, written, present)
    if added is None:  # a retry that ran beside the first call, or an id of somebody else
        if not await _added_before(connection, vault, body.id, call):
            raise HouseholdConflict
        return False
    families, members = adding.sealed_families(body, vault), adding.sealed_members(body, vault)
    first = Revision(body.id, RevisionCause.ADDED, adding.told(body, members[0]))
    await revise_households(connection, actor.id, vault, [first], present)
    await connection.execute(queries.ADD_PEOPLE, body.id, *families, uuid7(), *members, str(body.id))
    assignment_id = body.assignment_id or uuid7()
    status = AssignmentStatus.OPEN if finder else AssignmentStatus.UNASSIGNED
    await connection.execute(
        queries.ADD_ASSIGNMENT, assignment_id, body.campaign_id, body.id, team, finder, status.value
    )
    await connection.execute(queries.ADD_ASSIGNMENT_EVENT, assignment_id, actor.id, status.value, finder, team, present)
    await actor.note("household.added", body.id, assignment_id=assignment_id, members=len(body.members))
    return True


async def _added_before(connection: Connection, vault: Vault, household_id: UUID, call: bytes) -> bool:
    """Whether this very call has been answered before; raises `HouseholdConflict` when other content has the id."""
    row = await connection.fetchrow(queries.ADDED_BY, household_id)
    if row is None:
        return False
    if not row["added_by_call"] or vault.open_bytes(adding.CALL, household_id, row["added_by_call"]) != call:
        raise HouseholdConflict
    return True


async def _demand_place(connection: Connection, actor: Actor, body: HouseholdIn) -> None:
    place = await connection.fetchrow(queries.PLACE_OF_WORK, body.campaign_id, body.region_code, actor.team_id)
    if place is None:
        raise Invalid("/campaign_id", "unknown_campaign")
    if place["status"] != CampaignStatus.FIELDWORK or (actor.role is Role.ENUMERATOR and not place["own_team"]):
        raise CampaignNotOpen
    if actor.role is Role.ENUMERATOR and not await trained(connection, body.campaign_id, [actor.id]):
        raise NotTrained
    if not place["village"]:
        raise Invalid("/region_code", "unknown_region")
    if not place["covered"]:
        raise Invalid("/region_code", "outside_campaign")


async def _summaries(connection: Connection, join: str, conditions: Conditions, limit: int) -> list[Any]:
    ending = f"order by h.id limit {limit}"
    query = " ".join((queries.SUMMARY, join, conditions.where(), ending))
    return list(await connection.fetch(as_json(query, "id"), *conditions.values))
