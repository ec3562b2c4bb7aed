"""What a layout is: its columns, and which of them says what about a person, a household and its family cards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from api.imports.findings import ERRORS
from api.imports.layouts.values import RELATIONS, SEXES
from api.imports.reading import letters
from api.tables import ImportPart, Source

BPS_DIGITS = [2, 2, 3, 3]  # province, city, kecamatan, kelurahan


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """By which columns a layout is known: those a header must have, those it may, and other spellings of ours."""

    name: str
    columns: tuple[str, ...]
    also: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout(Columns):
    """One layout in which lists of households arrive. A field is the name of our column, or None where it has none.

    Columns of `also` are kept with the raw row when they stand there (`x_*`: each that begins so). Each row is a
    person; where `household_rows` is set each row is a family and its person is the head; where `members` is set each
    row is a household, and its people stand in a second file of that layout.
    """

    source: Source
    external_id: str
    person: str
    nik: str | None = None
    born_on: str | None = None
    sex: str | None = None
    household: str | None = None
    no_kk: str | None = None
    region_code: str | None = None
    district: str | None = None
    village: str | None = None
    # province, city, kecamatan and kelurahan in the digits of BPS
    bps_parts: tuple[str, str, str, str] | None = None
    address: tuple[str, ...] = ()
    rt: str | None = None
    rw: str | None = None
    neighbourhood: str | None = None
    family_no: str | None = None
    relation: str | None = None
    born_at: str | None = None
    occupation: str | None = None
    mother_name: str | None = None
    desil: str | None = None
    percentile: str | None = None
    programmes: Mapping[str, str] = field(default_factory=dict)
    relations: Mapping[str, str] = field(default_factory=lambda: RELATIONS)
    sexes: Mapping[str, str] = field(default_factory=lambda: SEXES)
    # columns whose cells are codes of a list
    coded: Mapping[str, frozenset[str]] = field(default_factory=dict)
    household_rows: bool = False
    # households of such a list are known by a person's NIK, and made only when the caller asks for it
    by_nik: bool = False
    # the list has no ids: a person is its NIK and a family its No. KK, so their keyed digests are the ids
    by_number: bool = False
    members: "Layout | None" = None

    @property
    def apart(self) -> bool:
        """Whether no two groups of one file can be one household: a card in a kelurahan, or a door.

        Where a list counts its households itself, the first that has a card takes what the registry has.
        """
        return self.household is None and not self.by_nik

    @property
    def people(self) -> "Layout":
        """The layout of the rows that are people."""
        return self.members or self

    @property
    def parts(self) -> dict[ImportPart, "Layout"]:
        """The files that an import of this layout has."""
        files = {ImportPart.FILE: self}
        return files | {ImportPart.MEMBERS_FILE: self.members} if self.members else files

    @property
    def people_part(self) -> ImportPart:
        """The file in which the people stand."""
        return ImportPart.MEMBERS_FILE if self.members else ImportPart.FILE


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
    percentile: int | None = None
    family_no: int | None = None
    findings: list[tuple[str, str]] = field(default_factory=list)

    @property
    def rejected(self) -> bool:
        """Whether any finding is an error."""
        return any(code in ERRORS for _, code in self.findings)


@dataclass(slots=True)
class Places:
    """The kelurahan by either code and by the letters of kecamatan and kelurahan, and which the campaign covers."""

    villages: Mapping[tuple[str, str], str]
    codes: Mapping[str, str]
    bps_codes: Mapping[str, str]
    campaign: Sequence[str]

    def of_bps(self, parts: Iterable[str | None]) -> str | None:
        """The kelurahan whose BPS code these are, in the 2, 2, 3 and 3 digits of BPS; leading zeros may be gone."""
        digits = [part.zfill(width) for part, width in zip((part or "" for part in parts), BPS_DIGITS, strict=True)]
        return self.bps_codes.get("".join(digits)) if [*map(len, digits)] == BPS_DIGITS else None

    def covers(self, code: str) -> bool:
        """Whether the campaign's regions hold this kelurahan."""
        return any(code == region or code.startswith(f"{region}.") for region in self.campaign)


def names_in(text: str) -> tuple[str, ...]:
    """Names of columns that stand with blanks between them."""
    return tuple(text.split())


def our_columns(layout: Columns, columns: Sequence[str]) -> list[str]:
    """The letters of a file's columns with other spellings of ours turned into ours."""
    other = {letters(alias): letters(name) for alias, name in layout.aliases.items()}
    return [other.get(column, column) for column in columns]


def missing_columns(layout: Columns, columns: Sequence[str]) -> list[str]:
    """Our names of the columns that a header lacks or has more than once."""
    found = our_columns(layout, columns)
    return [name for name in layout.columns if found.count(letters(name)) != 1]


def places_of(layout: Columns, columns: Sequence[str]) -> dict[str, int]:
    """Where each of our columns stands in this file."""
    found = our_columns(layout, columns)
    begins = tuple(letters(name) for name in layout.also if name.endswith("*"))
    families = [name for name in found if begins and name.startswith(begins)]
    present = [name for name in (*layout.columns, *layout.also, *families) if found.count(letters(name)) == 1]
    return {name: found.index(letters(name)) for name in present}
