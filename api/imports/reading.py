"""From bytes to rows: encoding, separator, quotes; in constant memory, and no broken row takes its neighbours along.

The dirt is that of dossier 1.5: byte order marks, `;` or tab, cp1252, quotes that nobody closed, titles above the
header. Rows are numbered as a spreadsheet shows them.
"""

import codecs
import csv
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import IO

SEPARATORS = ",;\t"
LONGEST_LINE = 64 * 1024
LINES_OF_A_RECORD = 8
HEADER_WITHIN = 30  # rows: above it stand titles and merged cells


def letters(text: str) -> str:
    """A name as it is compared: `Oro-oro Dowo` and `OROORO DOWO` are the same place."""
    return "".join(character for character in text.casefold() if character.isalnum())


@lru_cache(maxsize=4096)
def word(text: str) -> str:
    """`letters` of what stands in many rows."""
    return letters(text)


@dataclass(frozen=True, slots=True)
class Header:
    """A row that may be the header: its columns by their letters only, and how the rows below it are read."""

    columns: tuple[str, ...]
    row_no: int = 1
    separator: str = ","
    sheet: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """One row; `fields` is None when it has not as many as the header."""

    row_no: int
    fields: list[str] | None


class ChunkStream(io.RawIOBase):
    """Chunks as a file that can only be read forwards."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.chunks, self.rest = iter(chunks), b""

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # narrower than typeshed's Buffer
        """Fill the buffer from the present chunk."""
        while not self.rest:
            chunk = next(self.chunks, None)
            if chunk is None:
                return 0
            self.rest = chunk
        taken = self.rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self.rest = self.rest[len(taken) :]
        return len(taken)


def encoding_of(chunks: Iterable[bytes]) -> str:
    """UTF-8 when all of it is; Windows-1252 when it can be; else latin-1, which everything can be."""
    fitting = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8-sig", "cp1252")}
    for chunk in chunks:
        for name in list(fitting):
            try:
                fitting[name].decode(chunk)
            except UnicodeDecodeError:
                del fitting[name]
    if "utf-8-sig" in fitting:
        try:
            fitting["utf-8-sig"].decode(b"", final=True)
        except UnicodeDecodeError:
            del fitting["utf-8-sig"]
    return next(iter(fitting), "latin-1")


def split(line: str, separator: str) -> list[str] | None:
    """The fields of one complete line (or of a few that one quoted field joins); None when it is no row."""
    try:
        return next(csv.reader((line,), delimiter=separator), [])
    except csv.Error:
        return None


def read_headers(start: bytes) -> Iterator[Header]:
    """The rows that may be the header of a file; the separator is the one that makes most columns."""
    lines = io.StringIO(start.decode("utf-8-sig", errors="replace"), newline=None)
    for row_no in range(1, HEADER_WITHIN + 1):
        line = lines.readline(LONGEST_LINE)
        found = {separator: split(line, separator) or [] for separator in SEPARATORS}
        separator = max(found, key=lambda candidate: len(found[candidate]))
        if line or row_no == 1:
            yield Header(tuple(letters(name) for name in found[separator]), row_no, separator)


def text_of(chunks: Iterable[bytes], encoding: str) -> IO[str]:
    """The file's text, decoded as it is read, every kind of line end as one."""
    return io.TextIOWrapper(io.BufferedReader(ChunkStream(chunks), 256 * 1024), encoding, newline=None)


class Lines:
    """The lines of a text, of which some may be put back."""

    def __init__(self, text: IO[str]) -> None:
        self.text = text
        self.ahead: deque[str] = deque()

    def next(self) -> str:
        """The next line, or nothing at the end."""
        return self.ahead.popleft() if self.ahead else self.text.readline(LONGEST_LINE)

    def put_back(self, lines: list[str]) -> None:
        """These are read again."""
        self.ahead.extendleft(reversed(lines))


def _fields(first: str, lines: Lines, header: Header) -> list[str] | None:
    """The fields of the row that begins here; None when it has not as many as the header."""
    if len(first) == LONGEST_LINE and not first.endswith("\n"):
        while (more := lines.next()) and not more.endswith("\n"):
            pass
        return None
    joined = [first]
    while first.count('"') % 2 and len(joined) < LINES_OF_A_RECORD and (more := lines.next()):
        joined.append(more)
        if more.count('"') % 2:
            break
    fields = split("".join(joined), header.separator)
    if len(joined) > 1 and (fields is None or len(fields) != len(header.columns)):
        lines.put_back(joined[1:])
        fields = split(first, header.separator)
    return fields if fields is not None and len(fields) == len(header.columns) else None


def read_records(open_chunks: Callable[[], Iterable[bytes]], header: Header) -> Iterator[Record]:
    """Every row after the header; blank lines count in the numbers but are no rows.

    A line with an odd number of quotes goes on in the next lines. When those do not make one row with it, it is read
    alone, and so are they.
    """
    lines = Lines(text_of(open_chunks(), encoding_of(open_chunks())))
    row_no = header.row_no
    for _ in range(row_no):
        lines.next()
    while line := lines.next():
        row_no += 1
        if line.strip(" \t\n" + header.separator):
            yield Record(row_no, _fields(line, lines, header))
