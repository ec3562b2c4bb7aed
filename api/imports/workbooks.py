"""XLSX: rows of a workbook that stays sealed on the disk, opened a chunk at a time as the reader asks for it.

The reader is openpyxl's read-only mode: it streams a sheet and takes limits on rows and columns, where
`python-calamine` loads a sheet whole.
What a workbook unpacks to is limited before anything is unpacked; expat itself stops entities that multiply.

A number of sixteen digits has lost some already (a spreadsheet keeps fifteen): it is read as `1E+15`, which the checks
call damage, and is never repaired.
"""

import io
import warnings
import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import openpyxl

from api.core.files import CHUNK
from api.core.vault import Vault
from api.imports.reading import HEADER_WITHIN, Header, Record, letters

STARTS_WITH: Final = b"PK\x03\x04"
MOST_ROWS, MOST_COLUMNS, MOST_SHEETS = 1_048_576, 200, 10
MOST_OF_A_PART = 128 * 1024 * 1024  # texts, styles: read whole
MOST_OF_A_SHEET = 2 * 1024 * 1024 * 1024  # streamed
CHUNKS_KEPT = 4
FIFTEEN_DIGITS = 10**15
LOST: Final = "1E+15"


class BrokenWorkbook(Exception):
    """Not a workbook, or one that unpacks to more than is read."""


class SealedReader(io.RawIOBase):
    """The plain bytes of a sealed file, to be read in any order; a few chunks are in memory, none on the disk."""

    def __init__(self, path: Path, vault: Vault, owner: UUID) -> None:
        self.file, self.vault, self.owner, self.place = path.open("rb"), vault, owner, 0
        self.starts = [0]
        for line in self.file:
            self.starts.append(self.starts[-1] + len(line))
        self.kept: OrderedDict[int, bytes] = OrderedDict()
        last = len(self.starts) - 2
        self.size = last * CHUNK + len(self._chunk(last))

    def _chunk(self, number: int) -> bytes:
        if number not in self.kept:
            self.file.seek(self.starts[number])
            line = self.file.read(self.starts[number + 1] - self.starts[number])
            self.kept[number] = self.vault.open_bytes("file", self.owner, line.rstrip(b"\n"))
            if len(self.kept) > CHUNKS_KEPT:
                self.kept.popitem(last=False)
        return self.kept[number]

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def seekable(self) -> bool:
        """In any order."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.place, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise OSError("before the start")
        self.place = base + offset
        return self.place

    def tell(self) -> int:
        """The present place."""
        return self.place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # narrower than typeshed's Buffer
        """Fill the buffer from the present chunk."""
        if self.place >= self.size:
            return 0
        number, offset = divmod(self.place, CHUNK)
        taken = self._chunk(number)[offset : offset + len(buffer)]
        buffer[: len(taken)] = taken
        self.place += len(taken)
        return len(taken)

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()
        super().close()


class Workbook:
    """An open workbook."""

    def __init__(self, file: io.BufferedReader) -> None:
        """Raises `BrokenWorkbook`."""
        self.file = file
        try:
            with zipfile.ZipFile(file) as packed:
                for part in packed.infolist():
                    sheet = part.filename.startswith("xl/worksheets/")
                    if part.file_size > (MOST_OF_A_SHEET if sheet else MOST_OF_A_PART):
                        raise BrokenWorkbook
            with warnings.catch_warnings(action="ignore"):
                self.book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except Exception as broken:  # a file that somebody made: the libraries fail on it in many ways
            raise BrokenWorkbook from broken

    def _rows(self, sheet: int, last: int) -> Iterator[tuple[Any, ...]]:
        """The rows of a sheet from its first, each as wide as we look."""
        found = self.book.worksheets[sheet].iter_rows(
            min_row=1, max_row=last, min_col=1, max_col=MOST_COLUMNS, values_only=True
        )
        while True:
            try:
                with warnings.catch_warnings(action="ignore"):  # one of them shows the number of a cell
                    row = next(found, None)
            except Exception as broken:
                raise BrokenWorkbook from broken
            if row is None:
                return
            yield row

    def headers(self) -> Iterator[Header]:
        """The rows of every sheet that may be the header."""
        for sheet in range(min(len(self.book.worksheets), MOST_SHEETS)):
            for row_no, row in enumerate(self._rows(sheet, HEADER_WITHIN), 1):
                names = [letters(text_of_cell(cell)) for cell in row]
                while names and not names[-1]:
                    names.pop()
                yield Header(tuple(names), row_no, sheet=sheet)

    def records(self, header: Header) -> Iterator[Record]:
        """Every row after the header; empty rows count in the numbers but are no rows."""
        width = len(header.columns)
        for row_no, row in enumerate(self._rows(header.sheet, MOST_ROWS), 1):
            if row_no > header.row_no and any(cell is not None for cell in row):
                whole = all(cell is None for cell in row[width:])
                yield Record(row_no, [text_of_cell(cell) for cell in row[:width]] if whole else None)


def text_of_cell(cell: Any) -> str:
    """A cell as a person would have typed it; a number that has lost digits shows as what it is."""
    if isinstance(cell, str):
        return cell.replace("\0", "").encode("utf-8", "replace").decode()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, int | float):
        if not -FIFTEEN_DIGITS < cell < FIFTEEN_DIGITS:
            return LOST
        return str(int(cell)) if cell == int(cell) else str(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)
