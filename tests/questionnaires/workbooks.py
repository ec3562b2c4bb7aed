"""Workbooks as people write them in Excel: sheets by name, each a header and rows of cells."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx
import openpyxl

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Sheet = Sequence[Sequence[Any]]
PLAIN: Sheet = [
    ["type", "name", "label", "relevant", "constraint", "constraint_message"],
    ["select_one yes_no", "works", "Apakah bekerja?", None, None, None],
    ["integer", "hours", "Berapa jam?", "${works} = 'yes'", ".>=0 and . <= 168", None],
    ["integer", "rest", "Berapa jam istirahat?", "${works}='yes' and ${hours} > 8", ". < ${hours}", "Lebih dari kerja"],
]


def written(**sheets: Sheet) -> bytes:
    """A workbook with these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def changed(data: bytes, sheet: str, row: int, column: str, value: Any) -> bytes:
    """The same workbook with another text in the cell of this row and header; a header that is not there is added."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    if sheet not in book.sheetnames:
        book.create_sheet(sheet)
    headers = [cell.value for cell in book[sheet][1] if cell.value]
    if column not in headers:
        headers.append(column)
        book[sheet].cell(1, len(headers), column)
    book[sheet].cell(row, headers.index(column) + 1).value = value
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def repacked(data: bytes, parts: Mapping[str, Callable[[str], str]]) -> bytes:
    """The same workbook with these parts rewritten; one that it does not have is written of nothing."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *parts]):
            text = old.read(name).decode() if name in old.namelist() else ""
            new.writestr(name, parts[name](text) if name in parts else text)
    return made.getvalue()


async def send(client: httpx.AsyncClient, questionnaire: str, data: bytes) -> httpx.Response:
    """Send a workbook as the next draft."""
    return await client.post(
        f"/v1/questionnaires/{questionnaire}/versions.xlsx", content=data, headers={"Content-Type": XLSX}
    )
