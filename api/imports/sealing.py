"""From a checked row to the row that is staged: a personal number is sealed before it leaves this process.

Rows of one household that stand together share its ids and the seal of its family card; where they do not, the first
row of the household speaks for it later (see `settling`).
"""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import orjson
from uuid_utils import uuid7

from api.core.vault import Vault
from api.imports.layouts.layout import Layout, Person
from api.imports.reading import letters
from api.tables import ImportPart


def new_id() -> str:
    """A UUIDv7 as text: a third of the price of an object, to make and to hand to another process."""
    return str(uuid7())


def key_of_door(vault: Vault, door: str, head: str) -> str:
    """Who has no card is grouped by head, address and RT/RW."""
    return "h" + vault.index("household", f"{door}|{head}").hex()


def kinds_by_number(layout: Layout) -> tuple[str, str]:
    """As what the digests are made that name a person and a family of a list that has no ids but their numbers."""
    return f"{layout.name}.person", f"{layout.name}.family"


@dataclass(frozen=True, slots=True)
class Group:
    """The household that the rows before this one made."""

    key: str
    household_source_id: str
    household_id: str
    family_id: str
    no_kk: bytes | None


@dataclass(slots=True)
class Sealer:
    """Turns the persons of a chunk into the rows that are staged; `heads` are those of its doors."""

    import_id: UUID
    vault: Vault
    file: ImportPart
    layout: Layout
    desil_max: int | None  # none: every household of the list is made
    group: Group | None = None
    heads: dict[str, str] = field(default_factory=dict)

    def note_head(self, person: Person) -> str:
        """The door of a person without a family card; its head is the last one read, even one refused."""
        if person.no_kk or person.household_ref or self.layout.by_number:
            return ""
        door = f"{person.region_code}|{person.rw}|{person.rt}|{letters(person.address)}"
        if person.relation == "head":
            self.heads[door] = letters(person.name)
        return door

    def row(
        self, row_no: int, person: Person, cells: dict[str, str], door: str, *, rejected: bool = False
    ) -> tuple[Any, ...]:
        """The staged row; what is personal in it is sealed for the row that it will become."""
        if self.layout.by_number:
            person = self._named_by_digests(person)
        index = self.vault.index("no_kk", person.no_kk) if person.no_kk else None
        # a card in two kelurahan makes two households; without a card it is the head, the address and the RT/RW
        if person.household_ref:
            key = "r" + self.vault.index("household", person.household_ref).hex()
        elif index:
            key = f"{index.hex()}{person.region_code}"
        elif door:  # whose head does not stand in this chunk has the door itself for a key, until `staging` knows
            key = key_of_door(self.vault, door, self.heads[door]) if door in self.heads else door
        else:
            key = "h" + self.vault.index("household", person.external_id).hex()
        # a household whose families are counted has a card for each of them
        family_key = key if person.family_no is None else f"{key}{person.family_no}|{person.no_kk}"
        if self.group is None or self.group.key != family_key:
            family = new_id()
            sealed = self.vault.seal("family.no_kk", family, person.no_kk) if person.no_kk else None
            self.group = Group(family_key, new_id(), new_id(), family, sealed)
        member = new_id()
        source = self.group.household_source_id if self.layout.members else new_id()
        raw = orjson.dumps({name: cell for name, cell in cells.items() if cell})
        return (
            self.import_id,
            self.file.value,
            row_no,
            key,
            person.household_ref,
            self.group.household_source_id,
            self.group.household_id,
            member,
            self.group.family_id,
            source,
            person.external_id,
            person.region_code,
            person.rw,
            person.rt,
            person.address,
            self.group.no_kk,
            index,
            self.vault.seal("member.nik", member, person.nik) if person.nik else None,
            self.vault.index("nik", person.nik) if person.nik else None,
            person.nik_missing_reason,
            person.name,
            person.sex,
            person.born_on,
            person.born_at,
            person.relation,
            person.occupation,
            person.mother_name,
            person.programmes,
            person.family_no,
            person.desil,
            person.percentile,
            rejected,
            self.desil_max is None or (person.desil is not None and person.desil <= self.desil_max),
            self.vault.seal_bytes("source.raw", source, raw),
        )

    def refused_household(self, row_no: int, person: Person) -> list[tuple[Any, ...]]:
        """The id alone of a household whose people stand in another file, if it can be read: they are told later."""
        column = self.layout.external_id
        if self.layout.members is None or any(found == column for found, _ in person.findings):
            return []
        bare = replace(person, region_code="", address="", name="", programmes=[], desil=None, percentile=None)
        return [self.row(row_no, bare, {}, "", rejected=True)]

    def _named_by_digests(self, person: Person) -> Person:
        """A person and a family that have no id but their numbers, which never stand in the open."""
        of_person, of_family = kinds_by_number(self.layout)
        return replace(
            person,
            external_id=self.vault.index(of_person, person.external_id).hex(),
            household_ref=person.no_kk and self.vault.index(of_family, person.no_kk).hex(),
        )
