"""What a layout is: its columns, and which of them says what about a person, a household and its family cards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from api.imports.findings import ERRORS
from api.imports.layouts.values import RELATIONS, SEXES
from api.imports.reading import letters
from api.tables import Source


@dataclass(frozen=True, slots=True)
class Layout:
    """One layout in which lists arrive. A field is the name of our column, or None where the list has no such column.

    `columns` are those a header must have; `also` are kept with the raw row when they stand there. Each row is a
    person; where `household_rows` is set each row is a family and its person is the head.
    """

    name: str
    source: Source
    columns: tuple[str, ...]
    external_id: str
    person: str
    nik: str
    born_on: str
    sex: str
    also: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    household: str | None = None
    no_kk: str | None = None
    region_code: str | None = None
    district: str | None = None
    village: str | None = None
    address: tuple[str, ...] = ()
    rt: str | None = None
    rw: str | None = None
    relation: str | None = None
    born_at: str | None = None
    occupation: str | None = None
    mother_name: str | None = None
    desil: str | None = None
    programmes: Mapping[str, str] = field(default_factory=dict)
    relations: Mapping[str, str] = field(default_factory=lambda: RELATIONS)
    sexes: Mapping[str, str] = field(default_factory=lambda: SEXES)
    household_rows: bool = False
    # households of such a list are known by a person's NIK, and made only when the caller asks for it
    by_nik: bool = False


@dataclass(slots=True)
class Person:
    """What a row says, read and checked. `findings` are (column, code); a row with an error is not used."""

    external_id: str
    region_code: str
    rw: str | None
    rt: str | None
    address: str
    no_kk: str | None
    nik: str | None
    nik_missing_reason: str | None
    name: str
    sex: str | None
    born_on: date | None
    born_at: str | None
    relation: str | None
    occupation: str | None
    mother_name: str | None
    programmes: list[str]
    household_ref: str | None = None
    desil: int | None = None
    findings: list[tuple[str, str]] = field(default_factory=list)

    @property
    def rejected(self) -> bool:
        """Whether any finding is an error."""
        return any(code in ERRORS for _, code in self.findings)


@dataclass(slots=True)
class Places:
    """The kelurahan by code and by the letters of kecamatan and kelurahan, and which of them the campaign covers."""

    villages: Mapping[tuple[str, str], str]
    codes: Mapping[str, str]
    campaign: Sequence[str]

    def covers(self, code: str) -> bool:
        """Whether the campaign's regions hold this kelurahan."""
        return any(code == region or code.startswith(f"{region}.") for region in self.campaign)


def our_columns(layout: Layout, columns: Sequence[str]) -> list[str]:
    """The letters of a file's columns with other spellings of ours turned into ours."""
    other = {letters(alias): letters(name) for alias, name in layout.aliases.items()}
    return [other.get(column, column) for column in columns]


def missing_columns(layout: Layout, columns: Sequence[str]) -> list[str]:
    """Our names of the columns that a header lacks or has more than once."""
    found = our_columns(layout, columns)
    return [name for name in layout.columns if found.count(letters(name)) != 1]


def places_of(layout: Layout, columns: Sequence[str]) -> dict[str, int]:
    """Where each of our columns stands in this file."""
    found = our_columns(layout, columns)
    present = [name for name in (*layout.columns, *layout.also) if found.count(letters(name)) == 1]
    return {name: found.index(letters(name)) for name in present}
