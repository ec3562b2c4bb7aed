"""XLSX files as ministries send them: titles above the header, ids as text, or as the numbers that Excel made."""

import io
from collections.abc import Sequence
from typing import Any

import openpyxl

from tests.support.dirt import Row


def write_workbook(rows: Sequence[Row | Sequence[Any]], columns: Sequence[str], *, header_row: int = 1) -> bytes:
    """A workbook with the header in this row, titles above it, and every cell as it was given."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    for number in range(1, header_row):
        sheet.append([f"PENSASARAN P3KE {number}" if number < 4 else None])
    sheet.append(list(columns))
    for row in rows:
        sheet.append([row[name] for name in columns] if isinstance(row, dict) else list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
