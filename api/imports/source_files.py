"""The file that was sent, CSV or workbook: which layout it is, and its rows."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self
from uuid import UUID

from api.core.files import read_sealed
from api.core.vault import Vault
from api.imports.layouts.known import Recognised, recognise
from api.imports.layouts.layout import Columns
from api.imports.reading import LONGEST_LINE, Header, Record, read_headers, read_records
from api.imports.workbooks import STARTS_WITH, SealedReader, Workbook


class SourceFile:
    """A sealed file, opened in memory as far as its rows are read."""

    def __init__(self, path: Path, vault: Vault, owner: UUID) -> None:
        """Raises `BrokenWorkbook`."""
        self.path, self.vault, self.owner = path, vault, owner
        self.start = b""
        for chunk in self._chunks():
            self.start += chunk
            if len(self.start) >= LONGEST_LINE:
                break
        self.book = None
        if self.start.startswith(STARTS_WITH):
            self.book = Workbook(io.BufferedReader(SealedReader(path, vault, owner), LONGEST_LINE))

    def _chunks(self) -> Iterator[bytes]:
        return read_sealed(self.path, self.vault, self.owner)

    def recognise(self, candidates: Sequence[Columns]) -> Recognised:
        """Which of these layouts the file has, and its header; raises `BrokenWorkbook`."""
        return recognise(self.book.headers() if self.book else read_headers(self.start), candidates)

    def records(self, header: Header) -> Iterator[Record]:
        """Every row below the header; raises `BrokenWorkbook`."""
        return self.book.records(header) if self.book else read_records(self._chunks, header)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.book:
            self.book.file.close()
