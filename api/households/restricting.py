"""A person whose data may not be used for now (law 27/2022, 40-41): nobody but Bappeda sees it, and no release has it.

That the field no longer reads the person is a row policy of `members`; a release leaves the person out. What else may
show the person (who spoke at the door, photos) is withheld from the field for the whole household.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.access.actor import Actor
from api.access.roles import Role
from api.core import clock
from api.core.database import Connection
from api.core.problems import NotFound
from api.core.vault import Vault
from api.households import queries
from api.households.bodies import RestrictionIn
from api.households.revising import Change, Revision, revise_households
from api.tables import RevisionCause


async def restrict_person(
    connection: Connection, actor: Actor, vault: Vault, household_id: UUID, body: RestrictionIn
) -> None:
    """Restrict a person of this household, or lift it; twice is once. Raises `NotFound`."""
    found = await connection.fetchrow(queries.PERSON_TO_RESTRICT, household_id, body.member_id)
    if found is None:
        raise NotFound
    if (found["restricted_at"] is not None) == body.restricted:
        return
    now, pointer = clock.now(), f"/members/{body.member_id}/restricted"
    told = Revision(
        household_id,
        RevisionCause.CORRECTION,
        [Change(pointer, not body.restricted, body.restricted)],
        None,
        body.reason,
    )
    await revise_households(connection, actor.id, vault, [told], now)
    await connection.execute(queries.RESTRICT_PERSON, body.member_id, now if body.restricted else None)
    # a household is called by its head: not by one whose name may not be shown
    await connection.execute(queries.CALL_BY_HEAD, household_id, queries.WITHHELD)
    done = "member.restricted" if body.restricted else "member.released_from_restriction"
    await actor.note(done, household_id, member_id=body.member_id)


def called_by(head: Mapping[str, Any]) -> str:
    """What a household with this head is called."""
    name: str = head["name"]
    return queries.WITHHELD if head["restricted_at"] is not None else name


async def visible_people(connection: Connection, member_ids: list[UUID]) -> set[UUID]:
    """Those of these people whom the caller may read."""
    rows = await connection.fetch("select id from members where id = any($1)", member_ids)
    return {row["id"] for row in rows}


async def hides_somebody(connection: Connection, actor: Actor, household_id: UUID | None) -> bool:
    """Whether somebody of this household is restricted and the caller may not read who: Bappeda may."""
    if household_id is None or actor.role is Role.BAPPEDA:
        return False
    return bool(await connection.fetchval("select holds_restricted($1)", household_id))
