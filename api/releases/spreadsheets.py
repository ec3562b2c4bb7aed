"""CSV that a spreadsheet neither runs nor spoils: RFC 4180, UTF-8 with a byte-order mark, no formulas.

A cell that a spreadsheet would run begins with an apostrophe instead: `defusedcsv` sees to `= + - @ | %`, and this file
to a leading TAB, CR, LF or NUL and to the full-width forms of `= + - @` (OWASP ASVS 1.2.10). A number that a
spreadsheet would round (a NIK becomes 3.57E+15) begins with an apostrophe too; our imports take it off again. The mark
is there because Excel reads UTF-8 by it only; programs read the NDJSON, which has none.
"""

import io
import re
from collections.abc import Iterable

from defusedcsv import csv

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# what it would run, more digits than it shows, or digits that it reads as a power of ten
SPOILT = re.compile("[\t\r\n\x00\uff1d\uff0b\uff0d\uff20]|[0-9]{12,}\\Z|[0-9]+[eE][0-9]+\\Z")


def safe(cell: str) -> str:
    """The cell as a spreadsheet shows it and does nothing else; the library's part comes when it is written."""
    return "'" + cell if SPOILT.match(cell) else cell


def lines(rows: Iterable[Iterable[str | int | None]]) -> bytes:
    """Rows as lines that end with CR LF; None is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([safe(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return text.getvalue().encode()
