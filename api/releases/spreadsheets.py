"""CSV that a spreadsheet neither runs nor spoils: RFC 4180, UTF-8 with a byte-order mark, no formulas.

A cell that a spreadsheet would run begins with an apostrophe instead: `defusedcsv` sees to `= + - @ | %`, and this file
to a leading TAB, CR, LF or NUL and to the full-width forms of `= + - @` (OWASP ASVS 1.2.10). A number that a
spreadsheet would round (a NIK becomes 3.57E+15) begins with an apostrophe too; our imports take it off again. The mark
is there because Excel reads UTF-8 by it only; programs read the NDJSON, which has none.
"""

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

from defusedcsv.csv import _escape

from api.releases.columns import Column, as_cells

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# what it would run, more digits than it shows, or digits that it reads as a power of ten
SPOILT = re.compile("[\t\r\n\x00\uff1d\uff0b\uff0d\uff20]|[0-9]{12,}\\Z|[0-9]+[eE][0-9]+\\Z")


def safe(cell: str) -> str:
    """The cell as a spreadsheet shows it and does nothing else; the library's part comes when it is written."""
    return "'" + cell if SPOILT.match(cell) else cell


class Cells(dict[Any, str | int | None]):
    """What each value of a part becomes, asked once: most of a file is the same few words again."""

    def __missing__(self, value: Any) -> str | int | None:
        """The cell of a value that was not seen in this part."""
        told: str | int | None = _escape(safe(value)) if isinstance(value, str) else value
        self[value] = told
        return told


def lines(columns: Sequence[Column]) -> bytes:
    """Rows, given by their columns, as lines that end with CR LF; None is an empty cell, a list one with semicolons."""
    text, known = io.StringIO(), Cells()
    told = [map(known.__getitem__, as_cells(column)) for column in columns]
    csv.writer(text, lineterminator="\r\n").writerows(zip(*told, strict=True))
    return text.getvalue().encode()
