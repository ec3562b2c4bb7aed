"""A workbook that somebody sends, as texts by sheet, row and column; nothing in it is computed.

Read by openpyxl's read-only mode, a row at a time. What it unpacks to, its sheets, rows and columns are limited before
anything is unpacked; each limit is far above what a form needs.
"""

import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final

import openpyxl
from openpyxl.utils import get_column_letter

from api.core.problems import Invalid
from api.imports.workbooks import text_of_cell

MOST_UNPACKED: Final = 4 * 1024 * 1024
MOST_BESIDE: Final = 1024 * 1024  # formats, names, links: each becomes an object of openpyxl
OF_SHEETS: Final = ("xl/worksheets/", "xl/sharedStrings.xml", "xl/media/")
LONGEST_CELL: Final = 32_767  # what Excel lets a cell hold
MOST_TEXT: Final = 2 * 1024 * 1024  # characters of a sheet: a thousand cells may show one text that is stored once
MOST_PARTS, MOST_SHEETS, MOST_ROWS, MOST_COLUMNS, MOST_FAULTS = 200, 20, 5000, 100, 100
LANGUAGES: Final = {"id": ("id", "bahasa indonesia", "indonesian", "indonesia"), "en": ("en", "english", "inggris")}


class WorkbookRefused(Invalid):
    """What a workbook says that cannot be taken in, each place as `/sheet/row/column`, rows as a spreadsheet counts."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__(*faults[0])
        self.faults = faults[:MOST_FAULTS]

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Every place with what is wrong there; the first hundred."""
        return self.faults


@dataclass(slots=True)
class Line:
    """A row that is not empty: its number, and its texts by the plain name of the column."""

    sheet: str
    number: int
    texts: dict[str, str]
    headers: dict[str, str] = field(repr=False)

    def get(self, column: str) -> str:
        """The text in this column, or none."""
        return self.texts.get(column, "")

    def place(self, column: str) -> str:
        """Where that is, with the column as its header has it."""
        return f"/{self.sheet}/{self.number}/{self.headers.get(column, column)}"


def read_workbook(data: bytes) -> dict[str, list[Line]]:
    """The sheets by name, without those that are empty; raises `WorkbookRefused`."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            parts = packed.infolist()
            beside = sum(part.file_size for part in parts if not part.filename.startswith(OF_SHEETS))
            if len(parts) > MOST_PARTS or beside > MOST_BESIDE or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise WorkbookRefused([("", "too_long")])
        with warnings.catch_warnings(action="ignore"):
            book = openpyxl.load_workbook(BytesIO(data), read_only=True, keep_links=False)
            if len(book.sheetnames) > MOST_SHEETS:
                raise WorkbookRefused([("", "too_long")])
            found = {name.strip().lower(): list(_lines(name.strip().lower(), book[name])) for name in book.sheetnames}
    except WorkbookRefused:
        raise
    except Exception as broken:  # a file that somebody made: the libraries fail on it in many ways
        raise WorkbookRefused([("", "not_a_workbook")]) from broken
    return {name: lines for name, lines in found.items() if lines}


def plain(header: str) -> str:
    """A column by its plain name: `Label::English (en)` is `label::en`, whatever the language is called."""
    name, _, language = header.strip().partition("::") if "::" in header else header.strip().partition(":")
    told = language.strip().lower()
    if not told:
        return name.strip().lower()
    code = re.search(r"\(([a-z]{2})\)\s*$", told)
    for short, names in LANGUAGES.items():
        if (code and code[1] == short) or told in names:
            return f"{name.strip().lower()}::{short}"
    return f"{name.strip().lower()}::{told}"


def _lines(sheet: str, rows: Any) -> Iterator[Line]:
    rows.reset_dimensions()  # what the file says of its size is not believed
    columns: list[str] = []
    headers: dict[str, str] = {}
    left = MOST_TEXT
    for number, row in enumerate(rows.iter_rows(), 1):
        if number > MOST_ROWS or len(row) > MOST_COLUMNS:
            raise WorkbookRefused([(f"/{sheet}/{number}", "too_long")])
        texts = [_text(sheet, number, place, cell) for place, cell in enumerate(row, 1)]
        left -= sum(map(len, texts))
        if left < 0:
            raise WorkbookRefused([(f"/{sheet}/{number}", "too_long")])
        if number == 1:
            columns = [plain(text) for text in texts]
            for place, (name, text) in enumerate(zip(columns, texts, strict=True), 1):
                if name and name in headers:
                    raise WorkbookRefused([(f"/{sheet}/1/{text or get_column_letter(place)}", "repeated")])
                headers[name] = text
            continue
        named = {}
        for place, text in enumerate(texts, 1):
            if text:
                name = columns[place - 1] if place <= len(columns) else ""
                named[name or get_column_letter(place)] = text
        if named:
            yield Line(sheet, number, named, headers)


def _text(sheet: str, number: int, place: int, cell: Any) -> str:
    if cell.data_type == "f":
        raise WorkbookRefused([(f"/{sheet}/{number}/{get_column_letter(place)}", "formula")])
    if isinstance(cell.value, str) and len(cell.value) > LONGEST_CELL:
        raise WorkbookRefused([(f"/{sheet}/{number}/{get_column_letter(place)}", "too_long")])
    return text_of_cell(cell.value).strip()
