"""Households as a phone carries them: many at once, without the cost of a model for each person.

The shape is `HouseholdCarried`; the suite holds every answer against the contract. Numbers are whole while the caller's
own work there is open, and masked otherwise, as everywhere (`showing`).
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import orjson

from api.core.database import Connection
from api.core.vault import Vault
from api.households import queries
from api.households.showing import AT_THE_DOOR, about_families, about_place, about_seen, open_numbers

PLAIN = ("id", "region_code", "rw", "rt", "address", "head_name", "status", "merged_into", "split_from", "revision")
SHOWN = ("names", "address")
NUMBERS = ("nik", "no_kk")


async def carry_households(
    connection: Connection, vault: Vault, caller: UUID, household_ids: Iterable[UUID]
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Those of these households that the caller sees, and which kinds of field they show (for the disclosure)."""
    rows = await connection.fetch(queries.CARRIED, list(household_ids), caller, sorted(AT_THE_DOOR))
    whole = any(row["at_the_door"] for row in rows)
    parts: list[dict[str, Any]] = [orjson.loads(row["whole"]) for row in rows]
    open_numbers(vault, parts, [row["at_the_door"] for row in rows])
    return [_carried(row, its) for row, its in zip(rows, parts, strict=True)], (*SHOWN, *NUMBERS) if whole else SHOWN


def _carried(row: Any, parts: dict[str, Any]) -> dict[str, Any]:
    for member in parts["members"]:
        del member["mother_name"]
    parts |= {"families": about_families(parts), "location": about_place(row)} | about_seen(parts)
    return {name: row[name] for name in PLAIN} | parts
