"""How a household came to be what it is, and who looked at it."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from api.access.actor import Actor
from api.core.database import Connection
from api.core.paging import Paging
from api.core.problems import Invalid, NotFound
from api.core.vault import Vault
from api.households import queries
from api.households.lineage_schemas import HouseholdDisclosureOut, HouseholdRevisionOut
from api.households.restricting import struck_out, visible_people
from api.households.revising import open_changes

PERSON = re.compile(r"/members/([0-9a-f-]{36})(?:/|$)")
LAST = {32: 2**31 - 1, 64: 2**63 - 1}


async def read_history(
    connection: Connection, actor: Actor, vault: Vault, household_id: UUID, wanted: Paging
) -> list[HouseholdRevisionOut]:
    """One more revision than a page holds, newest first; raises `NotFound`."""
    await _demand_here(connection, household_id)
    rows = await connection.fetch(queries.HISTORY, household_id, _below(wanted, 32), wanted.limit + 1)
    await actor.disclose("read_household_history", [household_id], ("names", "address", "history"))
    told = [open_changes(vault, row["id"], row["changes"]) for row in rows]
    seen = await struck_out(connection, actor, [(household_id, dict(row)) for row in rows])
    hidden = await _hidden_people(connection, [change["pointer"] for changes in told for change in changes])
    return [
        HouseholdRevisionOut.model_validate(row | {"changes": [one for one in changes if not hidden(one)]})
        for row, changes in zip(seen, told, strict=True)
    ]


async def _hidden_people(connection: Connection, pointers: list[str]) -> Callable[[dict[str, Any]], bool]:
    """Which changes tell of a person whom the caller may not read, or call the household by one."""
    named = {UUID(found[1]) for found in map(PERSON.match, pointers) if found}
    hidden = named - await visible_people(connection, list(named))

    def hides(change: dict[str, Any]) -> bool:
        found = PERSON.match(change["pointer"])
        return UUID(found[1]) in hidden if found else bool(hidden) and change["pointer"] == "/head_name"

    return hides


async def list_looks(
    connection: Connection, household_id: UUID, wanted: Paging
) -> list[tuple[int, HouseholdDisclosureOut]]:
    """One more look than a page holds, newest first, each with its sequence; raises `NotFound`."""
    await _demand_here(connection, household_id)
    rows = await connection.fetch(queries.LOOKS, household_id, _below(wanted, 64), wanted.limit + 1)
    return [(row["seq"], HouseholdDisclosureOut.model_validate(dict(row))) for row in rows]


async def _demand_here(connection: Connection, household_id: UUID) -> None:
    if not await connection.fetchval(queries.IS_HERE, household_id):
        raise NotFound


def _below(wanted: Paging, bits: int) -> int:
    after = wanted.after(int)
    if after is None:
        return LAST[bits]
    if isinstance(after[0], bool) or not 0 <= after[0] <= LAST[bits]:
        raise Invalid("query:cursor", "bad_cursor")
    return int(after[0])
