"""The DTKS download after 2021: one row a person, no housing data (dossier 1.5). Its id is opaque text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from api.core.types import NumberCheck, check_nik, check_no_kk
from api.imports.findings import ERRORS
from api.imports.layouts.values import EARLIEST, INFANT_YEARS, RELATIONS, SEXES, YES, age, read_date, rt_and_rw
from api.imports.reading import letters, word

NAME: Final = "dtks_person"
COLUMNS: Final = (
    "Id_DTKS",
    "Provinsi",
    "Kabupaten/Kota",
    "Kecamatan",
    "Desa/Kelurahan",
    "Alamat",
    "Dusun",
    "RT",
    "RW",
    "No KK",
    "NIK",
    "Nama",
    "Tanggal lahir",
    "Tempat lahir",
    "Jenis kelamin",
    "Pekerjaan",
    "Nama ibu kandung",
    "Hubungan keluarga",
    "Keterangan padan",
    "Bansos BPNT",
    "Bansos PKH",
    "Bansos BPNT-PPKM",
    "PBI-JKN",
)
PROGRAMMES: Final = {
    "Bansos BPNT": "bpnt",
    "Bansos PKH": "pkh",
    "Bansos BPNT-PPKM": "bpnt_ppkm",
    "PBI-JKN": "pbi_jkn",
}


@dataclass(slots=True)
class Places:
    """The kelurahan by the letters of kecamatan and kelurahan, and which of them the campaign covers."""

    villages: Mapping[tuple[str, str], str]
    campaign: Sequence[str]

    def covers(self, code: str) -> bool:
        """Whether the campaign's regions hold this kelurahan."""
        return any(code == region or code.startswith(f"{region}.") for region in self.campaign)


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
    findings: list[tuple[str, str]] = field(default_factory=list)

    @property
    def rejected(self) -> bool:
        """Whether any finding is an error."""
        return any(code in ERRORS for _, code in self.findings)


def missing_columns(columns: Sequence[str]) -> list[str]:
    """Our names of the columns that a header lacks or has more than once."""
    return [name for name in COLUMNS if columns.count(letters(name)) != 1]


def places_of(columns: Sequence[str]) -> dict[str, int]:
    """Where each of our columns stands in this file."""
    return {name: columns.index(letters(name)) for name in COLUMNS}


class Reader:
    """Reads the rows of one file by the rules of this layout."""

    def __init__(self, columns: Sequence[str], places: Places, today: date) -> None:
        self.at, self.places, self.today = places_of(columns), places, today

    def texts(self, fields: Sequence[str]) -> dict[str, str]:
        """The cells by our column names, without the apostrophe that spreadsheets put before text."""
        return {name: " ".join(fields[place].split()).lstrip("'").lstrip() for name, place in self.at.items()}

    def person(self, cells: Mapping[str, str]) -> Person:
        """One row, checked by every rule: all its findings, not only the first."""
        findings: list[tuple[str, str]] = []
        rt, rw = rt_and_rw(cells["RT"], cells["RW"])
        address = ", ".join(part for part in (cells["Alamat"], cells["Dusun"]) if part)
        born_on, sex, relation = (
            self._born_on(cells, findings),
            self._sex(cells, findings),
            self._relation(cells, findings),
        )
        no_kk, nik = self._numbers(cells, sex, born_on, findings)
        external_id, name = cells["Id_DTKS"], cells["Nama"]
        for column, value, limit, kind in (
            ("Id_DTKS", external_id, 80, "external_id"),
            ("Nama", name, 120, "name"),
            ("Alamat", address, 300, "address"),
        ):
            if not value:
                findings.append((column, f"{kind}_missing"))
            elif len(value) > limit:
                findings.append((column, f"{kind}_too_long"))
        findings += [(column, f"{column.lower()}_missing") for column, value in (("RT", rt), ("RW", rw)) if not value]
        infant = born_on is not None and age(born_on, self.today) < INFANT_YEARS
        return Person(
            external_id=external_id,
            region_code=self._region(cells, findings),
            rw=rw,
            rt=rt,
            address=address,
            no_kk=no_kk,
            nik=nik,
            nik_missing_reason=None if nik else "infant" if infant else "not_recorded",
            name=name,
            sex=sex,
            born_on=born_on,
            born_at=_cut(cells, "Tempat lahir", 80, findings),
            relation=relation,
            occupation=_cut(cells, "Pekerjaan", 80, findings),
            mother_name=_cut(cells, "Nama ibu kandung", 120, findings),
            programmes=[code for column, code in PROGRAMMES.items() if cells[column].lower() in YES],
            findings=findings,
        )

    def _region(self, cells: Mapping[str, str], findings: list[tuple[str, str]]) -> str:
        code = self.places.villages.get((word(cells["Kecamatan"]), word(cells["Desa/Kelurahan"])))
        if code is None:
            findings.append(("Desa/Kelurahan", "region_unknown"))
        elif not self.places.covers(code):
            findings.append(("Desa/Kelurahan", "region_outside_campaign"))
        return code or ""

    def _born_on(self, cells: Mapping[str, str], findings: list[tuple[str, str]]) -> date | None:
        if not cells["Tanggal lahir"]:
            findings.append(("Tanggal lahir", "date_missing"))
            return None
        born_on = read_date(cells["Tanggal lahir"])
        if born_on is None or not EARLIEST <= born_on <= self.today:
            findings.append(("Tanggal lahir", "date_invalid"))
            return None
        return born_on

    def _sex(self, cells: Mapping[str, str], findings: list[tuple[str, str]]) -> str | None:
        sex = SEXES.get(word(cells["Jenis kelamin"]))
        if sex is None:
            findings.append(("Jenis kelamin", "sex_unknown"))
        return sex

    def _relation(self, cells: Mapping[str, str], findings: list[tuple[str, str]]) -> str | None:
        relation = RELATIONS.get(word(cells["Hubungan keluarga"]))
        if relation is None:
            findings.append(("Hubungan keluarga", "relation_unknown"))
        return relation

    def _numbers(
        self, cells: Mapping[str, str], sex: str | None, born_on: date | None, findings: list[tuple[str, str]]
    ) -> tuple[str | None, str | None]:
        card, person = check_no_kk(cells["No KK"], self.today), check_nik(cells["NIK"], self.today)
        if card.problem:
            findings.append(("No KK", f"no_kk_{card.problem}"))
        if person.problem:
            findings.append(("NIK", f"nik_{person.problem}"))
        elif person.number == card.number:
            findings.append(("NIK", "nik_equals_no_kk"))
        else:
            _compare(person, sex, born_on, findings)
        return card.number, person.number


def _compare(nik: NumberCheck, sex: str | None, born_on: date | None, findings: list[tuple[str, str]]) -> None:
    """Real NIKs with a wrong sex or date exist and are never reissued, so both are warnings.

    The number has two digits of the year: the stated date settles the century.
    """
    if sex is not None and nik.woman is not (sex == "female"):
        findings.append(("NIK", "nik_sex_differs"))
    stated = born_on and (born_on.day, born_on.month, born_on.year % 100)
    if nik.born_on and stated and stated != (nik.born_on.day, nik.born_on.month, nik.born_on.year % 100):
        findings.append(("NIK", "nik_birth_date_differs"))


def _cut(cells: Mapping[str, str], column: str, limit: int, findings: list[tuple[str, str]]) -> str | None:
    if len(cells[column]) > limit:
        findings.append((column, "text_too_long"))
    return cells[column][:limit] or None
