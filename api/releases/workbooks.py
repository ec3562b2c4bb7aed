"""XLSX in constant memory: every cell text, every timestamp the release's, and no plain file on a disk.

XlsxWriter makes the envelope: styles, properties and an empty sheet with its heading. The rows go into that sheet as
they come from the database: the library's own `constant_memory` would lay them twice in plain temporary files, and send
nothing before the last. A text cell is never run or rounded, so nothing here begins with an apostrophe (trust.md H9).
"""

import io
import re
import zipfile
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from api.releases.columns import Column, as_cells
from api.releases.files import Parts, Tell

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


class Texts(dict[Any, str]):
    """What each value of a part is in XML, asked once: most of a file is the same few words again."""

    def __missing__(self, value: Any) -> str:
        """The text of a value that was not seen in this part."""
        told = self[value] = SPECIAL.sub(_escaped, str(value))
        return told


async def workbook(
    title: str, names: tuple[str, ...], at: datetime, parts: Parts, tell: Tell
) -> AsyncGenerator[bytes, None]:
    """An XLSX file, part by part."""
    empty, outbox = envelope(title, names, at), Outbox()
    number = 2
    with zipfile.ZipFile(outbox, "w") as archive:  # type: ignore[call-overload]  # a file that is only written to
        for name, content in empty.files.items():
            archive.writestr(_entry(name), content)
        with archive.open(_entry(SHEET), "w") as sheet:
            sheet.write(empty.head)
            async with aclosing(parts):
                async for rows in parts:
                    told = tell(rows)
                    sheet.write(_lines(number, empty.style, [told[name] for name in names]).encode())
                    number += len(rows)
                    yield outbox.take()
            sheet.write(empty.tail)
    yield outbox.take()


def _lines(first: int, style: str, columns: list[Column]) -> str:
    """Rows, given by their columns, from this number on; nothing stands for None, and a list is one cell."""
    numbers, known = range(first, first + len(columns[0])), Texts()
    told = [[f'<row r="{number}">' for number in numbers]]
    for place, column in enumerate(columns):
        letters, rest = xl_col_to_name(place), f'" s="{style}" t="inlineStr"><is><t xml:space="preserve">'
        told.append(
            [
                "" if value is None else f'<c r="{letters}{number}{rest}{known[value]}</t></is></c>'
                for number, value in zip(numbers, as_cells(column), strict=True)
            ]
        )
    return "".join(["".join(row) + "</row>" for row in zip(*told, strict=True)])


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    return MARKUP.get(character) or f"_x{ord(character):04X}_"


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry with a fixed timestamp and system: the same bytes whenever and wherever it is made."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
    return entry
