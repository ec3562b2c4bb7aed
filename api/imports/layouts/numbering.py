"""Ranks, numbers of families and coded answers of a row; a cell that is none of its list is found, not guessed at."""

from collections.abc import Mapping
from typing import Final

from api.imports.layouts.layout import Layout
from api.regions.code_lists import CODE_LISTS

Findings = list[tuple[str, str]]
PEOPLE_OF_A_HOUSEHOLD: Final = 99
DESILS: Final = {str(number): number for number in range(1, 11)}
PERCENTILES: Final = {str(number): number for number in range(1, 101)}
FAMILIES: Final = {
    text: number for number in range(1, PEOPLE_OF_A_HOUSEHOLD + 1) for text in (f"{number}", f"{number:02}")
}


def read_desil(layout: Layout, cells: Mapping[str, str], findings: Findings) -> tuple[int | None, int | None]:
    """Desil and percentile; a list that has percentiles has desil = ceil(p / 10) (dossier 1.5)."""
    if layout.desil:
        return _rank(layout.desil, cells, "desil", DESILS, findings), None
    if layout.percentile and layout.percentile in cells:
        percentile = _rank(layout.percentile, cells, "percentile", PERCENTILES, findings)
        return percentile and -(-percentile // 10), percentile
    return None, None


def _rank(column: str, cells: Mapping[str, str], kind: str, known: Mapping[str, int], findings: Findings) -> int | None:
    rank = known.get(cells[column])
    if rank is None:
        findings.append((column, f"{kind}_invalid" if cells[column] else f"{kind}_missing"))
    return rank


def read_family_no(layout: Layout, cells: Mapping[str, str], findings: Findings) -> int | None:
    """Which family of its household a person belongs to (NUK); null where the list counts no families."""
    if layout.family_no is None:
        return None
    number = FAMILIES.get(cells[layout.family_no])
    if number is None:
        findings.append((layout.family_no, "family_no_unknown"))
    return number or 1


def codes_of(name: str) -> frozenset[str]:
    """The codes of an official list, with and without leading zeros: spreadsheets take them off, forms print them."""
    codes = [code.code for code in CODE_LISTS[name].codes]
    width = max(map(len, codes))
    return frozenset(spelling for code in codes for spelling in (str(int(code)), code, code.zfill(width)))


def sums_of(name: str) -> frozenset[str]:
    """The answers to a question that takes several codes of its list and adds them up: each code is one bit."""
    return frozenset(str(total) for total in range(1 + sum(int(code.code) for code in CODE_LISTS[name].codes)))


def check_codes(layout: Layout, cells: Mapping[str, str], findings: Findings) -> None:
    """A coded cell is empty or a code of its list: BDT alternates 1 2 and 3 4 so that a keying error shows."""
    for column, codes in layout.coded.items():
        if (cell := cells.get(column)) and cell not in codes:
            findings.append((column, "code_unknown"))
