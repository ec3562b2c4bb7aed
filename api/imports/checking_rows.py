"""From a row of a file to the row that is staged: checked by the layout's rules, and what is personal in it sealed.

Runs in a process of the pool for a large file, in a thread for a small one: it holds no connection and remembers
nothing between two chunks of a file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from api.core.vault import Vault
from api.imports.findings import level_of
from api.imports.layouts.checking import Reader
from api.imports.layouts.layout import Layout, Places
from api.imports.reading import Record
from api.imports.sealing import Sealer
from api.tables import FindingLevel, ImportPart, StagedPerson

STAGED = list(StagedPerson.model_fields)
FOUND = ("import_id", "file", "row_no", "column", "code", "level")
KEY = STAGED.index("household_key")
Row: TypeAlias = tuple[Any, ...]


@dataclass(slots=True)
class Checked:
    """What a chunk of rows became.

    `headless` are staged rows without a family card whose head does not stand in this chunk: their place, their door.
    """

    rows: list[Row] = field(default_factory=list)
    findings: list[Row] = field(default_factory=list)
    read: int = 0
    rejected: int = 0
    warnings: int = 0
    heads: dict[str, str] = field(default_factory=dict)
    headless: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Checker:
    """The rules by which the rows of one file are checked, and the keys with which they are sealed."""

    import_id: UUID
    vault: Vault
    file: ImportPart
    layout: Layout
    columns: Sequence[str]
    places: Places
    today: date
    desil_max: int | None  # none: every household of the list is made

    def check(self, records: Sequence[Record]) -> Checked:
        """The staged rows and the findings of a chunk; what is personal leaves this process sealed only."""
        reader = Reader(self.layout, self.columns, self.places, self.today)
        sealer = Sealer(self.import_id, self.vault, self.file, self.layout, self.desil_max)
        done = Checked(heads=sealer.heads)
        for record in records:
            done.read += 1
            if record.fields is None:
                self._note(done, record.row_no, [("", "wrong_number_of_columns")])
                continue
            cells = reader.texts(record.fields)
            person = reader.person(cells)
            door = sealer.note_head(person)
            if self._note(done, record.row_no, person.findings):
                done.rows += sealer.refused_household(record.row_no, person)
                continue
            if door and door not in sealer.heads:
                done.headless.append((len(done.rows), door))
            done.rows.append(sealer.row(record.row_no, person, cells, door))
        return done

    def _note(self, done: Checked, row_no: int, findings: list[tuple[str, str]]) -> bool:
        """Keep the findings of a row; whether one of them rejects it."""
        if not findings:
            return False
        levels = [level_of(code) for _, code in findings]
        done.findings += [
            (self.import_id, self.file.value, row_no, column, code, level.value)
            for (column, code), level in zip(findings, levels, strict=True)
        ]
        done.warnings += levels.count(FindingLevel.WARNING)
        rejected = FindingLevel.ERROR in levels
        done.rejected += rejected
        return rejected
