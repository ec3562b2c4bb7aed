"""The one set of checks for rows of every layout: all findings of a row, not only the first."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from api.core.types import NumberCheck, check_nik, check_no_kk
from api.imports.layouts.layout import Layout, Person, Places, places_of
from api.imports.layouts.numbering import check_codes, read_desil, read_family_no
from api.imports.layouts.values import EARLIEST, INFANT_YEARS, YES, age, read_date, rt_and_rw, rt_and_rw_of
from api.imports.reading import word

SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+")
EMPTY = NumberCheck(None)
Findings = list[tuple[str, str]]


class Reader:
    """Reads the rows of one file by the rules of its layout."""

    def __init__(self, layout: Layout, columns: Sequence[str], places: Places, today: date) -> None:
        self.layout, self.places, self.today = layout, places, today
        self.at = list(places_of(layout, columns).items())

    def texts(self, fields: Sequence[str]) -> dict[str, str]:
        """The cells by our column names, without the apostrophe that spreadsheets put before text."""
        return {name: cell if (cell := fields[place]).isalnum() else _tidy(cell) for name, place in self.at}

    def person(self, cells: Mapping[str, str]) -> Person:
        """One row, checked by every rule."""
        wanted, findings = self.layout, Findings()
        address = ", ".join(part for part in map(cells.__getitem__, wanted.address) if part)
        born_on, sex = self._born_on(cells, findings), self._sex(cells, findings)
        relation = self._relation(cells, findings)
        no_kk, nik = self._numbers(cells, sex, born_on, findings)
        external_id, name = cells[wanted.external_id], cells[wanted.person]
        household_ref = cells[wanted.household] if wanted.household else None
        if wanted.by_number:
            external_id, household_ref = nik or "", no_kk
        else:
            _demand(wanted.external_id, external_id, 80, "external_id", findings)
        if not wanted.by_number and wanted.household and wanted.household != wanted.external_id:
            _demand(wanted.household, household_ref or "", 80, "household_id", findings)
        _demand(wanted.person, name, 120, "name", findings)
        if wanted.address:
            _demand(wanted.address[0], address, 300, "address", findings)
        rt, rw = self._rt_and_rw(cells, findings)
        desil, percentile = read_desil(wanted, cells, findings)
        check_codes(wanted, cells, findings)
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
            born_at=_cut(cells, wanted.born_at, 80, findings),
            relation=relation,
            occupation=_cut(cells, wanted.occupation, 80, findings),
            mother_name=_cut(cells, wanted.mother_name, 120, findings),
            programmes=[code for column, code in wanted.programmes.items() if cells.get(column, "").lower() in YES],
            household_ref=household_ref,
            desil=desil,
            percentile=percentile,
            family_no=read_family_no(wanted, cells, findings),
            findings=findings,
        )

    def _rt_and_rw(self, cells: Mapping[str, str], findings: Findings) -> tuple[str | None, str | None]:
        """Null without a finding where the list has no such columns."""
        if self.layout.neighbourhood:
            return rt_and_rw_of(cells[self.layout.neighbourhood])
        if self.layout.rt is None or self.layout.rw is None:
            return None, None
        rt, rw = rt_and_rw(cells[self.layout.rt], cells[self.layout.rw])
        if not rt:
            findings.append((self.layout.rt, "rt_missing"))
        if not rw:
            findings.append((self.layout.rw, "rw_missing"))
        return rt, rw

    def _region(self, cells: Mapping[str, str], findings: Findings) -> str:
        """The kelurahan: by its code, with dots or without, else by its name in its kecamatan; or by its BPS code."""
        wanted, code = self.layout, None
        if wanted.bps_parts:
            return self._listed(wanted.bps_parts[-1], self.places.of_bps(map(cells.get, wanted.bps_parts)), findings)
        if wanted.district is None or wanted.village is None:
            return ""
        column, by_name = wanted.village, (word(cells[wanted.district]), word(cells[wanted.village]))
        if wanted.region_code and cells[wanted.region_code]:
            column = wanted.region_code
            code = self.places.codes.get(cells[column].replace(".", ""))
            if code and self.places.villages.get(by_name) != code:
                findings.append((wanted.village, "region_names_differ"))
        else:
            code = self.places.villages.get(by_name)
        return self._listed(column, code, findings)

    def _listed(self, column: str, code: str | None, findings: Findings) -> str:
        if code is None:
            findings.append((column, "region_unknown"))
        elif not self.places.covers(code):
            findings.append((column, "region_outside_campaign"))
        return code or ""

    def _born_on(self, cells: Mapping[str, str], findings: Findings) -> date | None:
        column = self.layout.born_on
        if column is None:
            return None
        if not cells[column]:
            findings.append((column, "date_missing"))
            return None
        born_on = read_date(cells[column])
        if born_on is None or not EARLIEST <= born_on <= self.today:
            findings.append((column, "date_invalid"))
            return None
        return born_on

    def _sex(self, cells: Mapping[str, str], findings: Findings) -> str | None:
        if self.layout.sex is None:
            return None
        sex = self.layout.sexes.get(word(cells[self.layout.sex]))
        if sex is None:
            findings.append((self.layout.sex, "sex_unknown"))
        return sex

    def _relation(self, cells: Mapping[str, str], findings: Findings) -> str | None:
        if self.layout.relation is None:
            return "head" if self.layout.household_rows else None
        relation = self.layout.relations.get(word(cells[self.layout.relation]))
        if relation is None:
            findings.append((self.layout.relation, "relation_unknown"))
        return relation

    def _numbers(
        self, cells: Mapping[str, str], sex: str | None, born_on: date | None, findings: Findings
    ) -> tuple[str | None, str | None]:
        column, nik = self.layout.no_kk, self.layout.nik
        if nik is None:
            return None, None
        card = check_no_kk(cells[column], self.today) if column else EMPTY
        person = check_nik(cells[nik], self.today)
        if column and card.problem:
            findings.append((column, f"no_kk_{card.problem}"))
        if person.problem == "empty" and self.layout.by_number:
            findings.append((nik, "nik_needed"))
        elif person.problem:
            findings.append((nik, f"nik_{person.problem}"))
        elif person.number == card.number:
            findings.append((nik, "nik_equals_no_kk"))
        else:
            _compare(nik, person, sex, born_on, findings)
        return card.number, person.number


def _tidy(cell: str) -> str:
    return " ".join(cell.split()).lstrip("'").lstrip() if cell else cell


def _demand(column: str, value: str, limit: int, kind: str, findings: Findings) -> None:
    """Nothing there, too much there, or an id of which a spreadsheet left a rounded number."""
    if not value:
        findings.append((column, f"{kind}_missing"))
    elif len(value) > limit:
        findings.append((column, f"{kind}_too_long"))
    elif kind.endswith("_id") and SCIENTIFIC.fullmatch(value):
        findings.append((column, f"{kind}_excel_damage"))


def _compare(column: str, nik: NumberCheck, sex: str | None, born_on: date | None, findings: Findings) -> None:
    """Real NIKs with a wrong sex or date exist and are never reissued, so both are warnings.

    The number has two digits of the year: the stated date settles the century.
    """
    if sex is not None and nik.woman is not (sex == "female"):
        findings.append((column, "nik_sex_differs"))
    stated = born_on and (born_on.day, born_on.month, born_on.year % 100)
    if nik.born_on and stated and stated != (nik.born_on.day, nik.born_on.month, nik.born_on.year % 100):
        findings.append((column, "nik_birth_date_differs"))


def _cut(cells: Mapping[str, str], column: str | None, limit: int, findings: Findings) -> str | None:
    if column is None:
        return None
    text = cells.get(column, "")
    if len(text) > limit:
        findings.append((column, "text_too_long"))
    return text[:limit] or None
