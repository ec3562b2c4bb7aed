"""The rules of a household found in the field, and what of it is sealed (dossier 4.1)."""

import hashlib
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from api.core import clock
from api.core.problems import Invalid
from api.core.vault import Vault
from api.households.bodies import HouseholdIn, HouseholdMemberIn
from api.households.revising import Change
from api.households.schemas import Relation

CALL = "household.call"


def demand_sense(body: HouseholdIn) -> None:
    """One head a family, nobody in a family that is not there, no number twice, a reason where there is no NIK."""
    cards = [family.no for family in body.families]
    if len(set(cards)) != len(cards):
        raise Invalid("/families", "family_twice")
    seen: set[str] = set()
    numbers = {family.no_kk for family in body.families if family.no_kk}
    for position, member in enumerate(body.members):
        where = f"/members/{position}"
        if member.family_no not in cards:
            raise Invalid(f"{where}/family_no", "unknown_family")
        if (member.nik is None) == (member.nik_missing_reason is None):
            raise Invalid(f"{where}/nik_missing_reason", "nik_or_reason")
        if member.nik is not None and (member.nik in seen or member.nik in numbers):
            raise Invalid(f"{where}/nik", "number_twice")
        if member.born_on is not None and member.born_on > clock.working_day(clock.now()):
            raise Invalid(f"{where}/born_on", "in_the_future")
        seen |= {member.nik} if member.nik else set()
    heads = [member.family_no for member in body.members if member.relation is Relation.HEAD]
    if sorted(heads) != sorted(cards):
        raise Invalid("/members", "one_head_a_family")


def head_name(body: HouseholdIn) -> str:
    """The name of the first family's head: what the household is called."""
    first = min(family.no for family in body.families)
    return next(member.name for member in body.members if (member.relation, member.family_no) == (Relation.HEAD, first))


def told(body: HouseholdIn, member_ids: list[UUID]) -> list[Change]:
    """What the first revision tells: the place, the cards, the people, who stand by the ids that they get."""
    place = body.model_dump(include={"region_code", "rw", "rt", "address", "location"}, mode="json")
    changes = [Change(f"/{name}", None, value) for name, value in place.items() if value is not None]
    changes.append(Change("/head_name", None, head_name(body)))
    changes += [Change(f"/families/{family.no}", None, {"no": family.no}) for family in body.families]
    return changes + [
        Change(f"/members/{made}", None, member.model_dump(include={"name", "relation", "family_no"}, mode="json"))
        for made, member in zip(member_ids, body.members, strict=True)
    ]


def digest_of(body: HouseholdIn) -> bytes:
    """What tells this call from another with the same id; stored sealed, for a NIK could be guessed from it."""
    return hashlib.sha256(body.model_dump_json().encode()).digest()


def sealed_families(body: HouseholdIn, vault: Vault) -> tuple[list[Any], ...]:
    """Columns of the family cards: id, no, sealed No. KK, its index."""
    rows = []
    for family in body.families:
        made = uuid7()
        rows.append((made, family.no, *_sealed(vault, "family.no_kk", "no_kk", made, family.no_kk)))
    return _columns(rows)


def sealed_members(body: HouseholdIn, vault: Vault) -> tuple[list[Any], ...]:
    """Columns of the people, in the order of the statement that adds them."""
    rows, lines = [], dict.fromkeys((family.no for family in body.families), 0)
    for member in body.members:
        lines[member.family_no] += 1
        made = member.id or uuid7()
        sealed = _sealed(vault, "member.nik", "nik", made, member.nik)
        rows.append((made, member.family_no, lines[member.family_no], *sealed, *_plain(member)))
    return _columns(rows)


def _plain(member: HouseholdMemberIn) -> tuple[Any, ...]:
    reason = member.nik_missing_reason and member.nik_missing_reason.value
    born = (member.sex.value, member.born_on, member.born_at)
    return (reason, member.name, *born, member.relation.value, member.occupation, member.mother_name)


def _sealed(vault: Vault, field: str, kind: str, row: UUID, number: str | None) -> tuple[bytes | None, bytes | None]:
    return (None, None) if number is None else (vault.seal(field, row, number), vault.index(kind, number))


def _columns(rows: list[tuple[Any, ...]]) -> tuple[list[Any], ...]:
    return tuple(list(column) for column in zip(*rows, strict=True))
