"""XLSX in constant memory: every cell text, every timestamp the release's, and no plain file on a disk.

XlsxWriter makes the envelope: styles, properties and an empty sheet with its heading. The rows go into that sheet as
they come from the database: the library's own `constant_memory` would lay them twice in plain temporary files, and send
nothing before the last. A text cell is never run or rounded, so nothing here begins with an apostrophe (trust.md H9).
"""

import io
import re
import zipfile
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from api.releases.files import Parts, Row, cell

SHEET = "xl/worksheets/sheet1.xml"
DIMENSION = re.compile(rb"<dimension[^>]*/>")  # says how many rows there are, before we know
ROW_TWO = re.compile(rb'<row r="2"[^>]*><c r="A2" s="(\d+)"/></row>')
# what XML cannot hold, or a spreadsheet would take for an escape of it (ECMA-376 ST_Xstring)
SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


class Outbox:
    """What the archive has written and nobody has taken yet; it cannot be sought in, so the archive streams."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def write(self, part: bytes) -> int:
        """Keep a part."""
        self.waiting += part
        return len(part)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        """What is waiting, once."""
        taken = bytes(self.waiting)
        self.waiting.clear()
        return taken


@dataclass(frozen=True, slots=True)
class Envelope:
    """A workbook without rows: its other files, the sheet before and after the rows, and the style of a text cell."""

    files: dict[str, bytes]
    head: bytes
    tail: bytes
    style: str


def envelope(title: str, columns: tuple[str, ...], at: datetime) -> Envelope:
    """A workbook of one sheet with this heading, made at this instant."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as workbook:
        workbook.set_properties({"title": title, "created": at.astimezone(UTC).replace(tzinfo=None)})
        text, bold = workbook.add_format({"num_format": "@"}), workbook.add_format({"bold": True, "num_format": "@"})
        sheet = workbook.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns) - 1, 16, text)
        sheet.write_row(0, 0, columns, bold)
        sheet.write_blank(1, 0, None, text)
    with zipfile.ZipFile(made) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    written = DIMENSION.sub(b"", files.pop(SHEET))
    found = ROW_TWO.search(written)
    if found is None:
        raise RuntimeError("XlsxWriter writes an empty row in another way")
    return Envelope(files, written[: found.start()], written[found.end() :], found[1].decode())


async def workbook(
    title: str, columns: tuple[str, ...], at: datetime, parts: Parts, tell: Callable[[asyncpg.Record], Row]
) -> AsyncGenerator[bytes, None]:
    """An XLSX file, part by part."""
    empty, outbox = envelope(title, columns, at), Outbox()
    openings = [f'<c r="{xl_col_to_name(place)}{{}}" s="{empty.style}" t="inlineStr">' for place in range(len(columns))]
    number = 1
    with zipfile.ZipFile(outbox, "w") as archive:  # type: ignore[call-overload]  # a file that is only written to
        for name, content in empty.files.items():
            archive.writestr(_entry(name), content)
        with archive.open(_entry(SHEET), "w") as sheet:
            sheet.write(empty.head)
            async with aclosing(parts):
                async for rows in parts:
                    written = []
                    for row in map(tell, rows):
                        number += 1
                        written.append(_line(number, openings, [cell(row[column]) for column in columns]))
                    sheet.write("".join(written).encode())
                    yield outbox.take()
            sheet.write(empty.tail)
    yield outbox.take()


def _line(number: int, openings: list[str], cells: list[str | int | None]) -> str:
    told = [
        f'{opening.format(number)}<is><t xml:space="preserve">{SPECIAL.sub(_escaped, str(value))}</t></is></c>'
        for opening, value in zip(openings, cells, strict=True)
        if value is not None
    ]
    return f'<row r="{number}">{"".join(told)}</row>'


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    return MARKUP.get(character) or f"_x{ord(character):04X}_"


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry with a fixed timestamp and system: the same bytes whenever and wherever it is made."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
    return entry
