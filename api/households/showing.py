"""How a household leaves the database: which numbers are masked, which are whole, and what its ETag is made of."""

from typing import Any
from uuid import UUID

import orjson

from api.core.types import mask
from api.core.vault import Vault
from api.households.schemas import (
    FamilyIdentity,
    FamilyOut,
    HouseholdOut,
    HouseholdSummary,
    IdentitiesOut,
    LikelyDuplicate,
    MemberIdentity,
    MemberOut,
)
from api.tables import AssignmentStatus

# in these states the holder stands at the door and compares numbers with the cards
AT_THE_DOOR = frozenset({AssignmentStatus.OPEN, AssignmentStatus.DOWNLOADED, AssignmentStatus.RETURNED})


def summary(found: Any) -> HouseholdSummary:
    """A row of a list."""
    return HouseholdSummary.model_validate(dict(found) | {"assignment": _json(found["assignment"])})


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


def household(found: Any, vault: Vault, caller: UUID) -> HouseholdOut:
    """A household as this caller may see it."""
    parts, whole = orjson.loads(found["whole"]), sees_whole_numbers(found, caller)
    members = [_member(member, vault, whole) for member in parts["members"]]
    heads = {member.family_no: member.id for member in reversed(members) if member.relation == "head"}
    families = [
        FamilyOut(
            no=family["no"],
            no_kk=_shown(_opened(vault, "family.no_kk", family["id"], family["no_kk"]), whole),
            head_member_id=heads.get(family["no"]),
        )
        for family in parts["families"]
    ]
    location = None
    if found["latitude"] is not None and found["longitude"] is not None:
        location = {"lat": found["latitude"], "lon": found["longitude"], "accuracy_m": found["accuracy_m"]}
    return HouseholdOut.model_validate(
        dict(found)
        | {"assignment": _json(found["assignment"]), "location": location, "families": families, "members": members}
        | {"verdict": parts["verdict"]}
        | about_seen(parts)
    )


def identities(found: Any, vault: Vault, purpose: str) -> IdentitiesOut:
    """Every number of a household, whole."""
    parts = orjson.loads(found["whole"])
    return IdentitiesOut(
        household_id=found["id"],
        purpose=purpose,
        families=[
            FamilyIdentity(no=family["no"], no_kk=_opened(vault, "family.no_kk", family["id"], family["no_kk"]))
            for family in parts["families"]
        ],
        members=[
            MemberIdentity.model_validate(member | {"nik": _opened(vault, "member.nik", member["id"], member["nik"])})
            for member in parts["members"]
        ],
    )


def likely_duplicate(found: Any) -> LikelyDuplicate:
    """Enough to ask a colleague, not enough to know who it is."""
    head = " ".join(word[0] + "*" * 5 for word in found["head_name"].split())
    return LikelyDuplicate.model_validate(dict(found) | {"head": head})


def _member(member: dict[str, Any], vault: Vault, whole: bool) -> MemberOut:
    number = _opened(vault, "member.nik", member["id"], member["nik"])
    return MemberOut.model_validate(member | {"nik": _shown(number, whole)})


def _shown(number: str | None, whole: bool) -> str | None:
    return number if whole else mask(number)


def _opened(vault: Vault, field: str, row: str, sealed: str | None) -> str | None:
    return None if sealed is None else vault.open(field, UUID(row), sealed.encode())


def _json(value: str | None) -> Any:
    return None if value is None else orjson.loads(value)
