"""How a household leaves the database: which numbers are masked, which are whole, and what its ETag is made of."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from api.core.types import mask
from api.core.vault import Vault
from api.households.schemas import HouseholdOut, IdentitiesOut, LikelyDuplicate
from api.tables import AssignmentStatus

# in these states the holder stands at the door and compares numbers with the cards
AT_THE_DOOR = frozenset({AssignmentStatus.OPEN, AssignmentStatus.DOWNLOADED, AssignmentStatus.RETURNED})


def version(found: Any) -> str:
    """The ETag's text: the household's revision, then that of the assignment, which moves with its verdict.

    Its status too: a phone that has downloaded the work changes it and leaves the revision.
    """
    assignment = _json(found["assignment"])
    if assignment is None:
        return str(found["revision"])
    return f"{found['revision']}.{assignment['id'][-8:]}.{assignment['revision']}.{assignment['status']}"


def sees_whole_numbers(found: Any, caller: UUID) -> bool:
    """NIK and No. KK are whole for the holder of an open assignment and masked for everybody else."""
    assignment = _json(found["assignment"])
    return assignment is not None and found["holder_id"] == caller and assignment["status"] in AT_THE_DOOR


def about_seen(parts: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What lists say of the household and of those of its people whom the caller reads; not of one restricted."""
    seen = {None, *(member["id"] for member in parts["members"])}
    return {name: [one for one in parts[name] if one["member_id"] in seen] for name in ("sources", "programmes")}


def open_numbers(vault: Vault, households: Sequence[dict[str, Any]], whole: Sequence[bool]) -> None:
    """Put opened numbers in the place of sealed ones, for all of these at once: whole, or masked where they are not."""
    for kind, field, column in (("members", "member.nik", "nik"), ("families", "family.no_kk", "no_kk")):
        holders = [(one, seen) for parts, seen in zip(households, whole, strict=True) for one in parts[kind]]
        sealed = [None if one[column] is None else one[column].encode() for one, _ in holders]
        opened = vault.open_all(field, [one["id"] for one, _ in holders], sealed)
        for (one, seen), number in zip(holders, opened, strict=True):
            one[column] = number if seen else mask(number)


def about_families(parts: dict[str, Any]) -> list[dict[str, Any]]:
    """The family cards, each with its head: the first person of it whom the list or the field calls so."""
    heads = {member["family_no"]: member["id"] for member in reversed(parts["members"]) if member["relation"] == "head"}
    return [
        {"no": family["no"], "no_kk": family["no_kk"], "head_member_id": heads.get(family["no"])}
        for family in parts["families"]
    ]


def about_place(found: Any) -> dict[str, float | None] | None:
    """Where the door is, if anybody has said."""
    if found["latitude"] is None or found["longitude"] is None:
        return None
    return {"lat": found["latitude"], "lon": found["longitude"], "accuracy_m": found["accuracy_m"]}


def household(found: Any, vault: Vault, caller: UUID) -> HouseholdOut:
    """A household as this caller may see it."""
    parts = orjson.loads(found["whole"])
    open_numbers(vault, [parts], [sees_whole_numbers(found, caller)])
    parts |= {"families": about_families(parts), "location": about_place(found)} | about_seen(parts)
    return HouseholdOut.model_validate(dict(found) | {"assignment": _json(found["assignment"])} | parts)


def identities(found: Any, vault: Vault, purpose: str) -> IdentitiesOut:
    """Every number of a household, whole."""
    parts = orjson.loads(found["whole"])
    open_numbers(vault, [parts], [True])
    return IdentitiesOut.model_validate(parts | {"household_id": found["id"], "purpose": purpose})


def likely_duplicate(found: Any) -> LikelyDuplicate:
    """Enough to ask a colleague, not enough to know who it is."""
    head = " ".join(word[0] + "*" * 5 for word in found["head_name"].split())
    return LikelyDuplicate.model_validate(dict(found) | {"head": head})


def _json(value: str | None) -> Any:
    return None if value is None else orjson.loads(value)
