"""Households as a phone carries them: many at once, without the cost of a model for each person.

The shape is `HouseholdCarried`; the suite holds every answer against the contract. Numbers are whole while the caller's
own work there is open, and masked otherwise, as everywhere (`showing`).
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import orjson

from api.core.database import Connection
from api.core.types import mask
from api.core.vault import Vault
from api.households import queries
from api.households.showing import AT_THE_DOOR, about_seen

PLAIN = ("id", "region_code", "rw", "rt", "address", "head_name", "status", "merged_into", "split_from", "revision")
SHOWN = ("names", "address")
NUMBERS = ("nik", "no_kk")


async def carry_households(
    connection: Connection, vault: Vault, caller: UUID, household_ids: Iterable[UUID]
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Those of these households that the caller sees, and which kinds of field they show (for the disclosure)."""
    rows = await connection.fetch(queries.CARRIED, list(household_ids), caller, sorted(AT_THE_DOOR))
    whole = any(row["at_the_door"] for row in rows)
    return [_carried(row, vault) for row in rows], (*SHOWN, *NUMBERS) if whole else SHOWN


def _carried(row: Any, vault: Vault) -> dict[str, Any]:
    parts: dict[str, Any] = orjson.loads(row["whole"])
    heads: dict[int, str] = {}
    for member in parts["members"]:
        member["nik"] = _number(vault, "member.nik", member["id"], member["nik"], row["at_the_door"])
        del member["mother_name"]
        if member["relation"] == "head":
            heads.setdefault(member["family_no"], member["id"])
    for family in parts["families"]:
        sealed_for = family.pop("id")
        family["no_kk"] = _number(vault, "family.no_kk", sealed_for, family["no_kk"], row["at_the_door"])
        family["head_member_id"] = heads.get(family["no"])
    location = None
    if row["latitude"] is not None and row["longitude"] is not None:
        location = {"lat": row["latitude"], "lon": row["longitude"], "accuracy_m": row["accuracy_m"]}
    return {name: row[name] for name in PLAIN} | {"location": location} | parts | about_seen(parts)


def _number(vault: Vault, field: str, row: str, sealed: str | None, whole: bool) -> str | None:
    number = None if sealed is None else vault.open(field, UUID(row), sealed.encode())
    return number if whole else mask(number)
