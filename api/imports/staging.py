"""From the stored file to staged rows: opened a chunk at a time, checked, sealed, and sent by `COPY` in batches.

A personal number is sealed before it leaves this process. Rows of one household that stand together share its ids and
the seal of its family card; where they do not, the first row of the household speaks for it later (see `settling`).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson
from uuid_utils.compat import uuid7

from api.core.database import Connection
from api.core.jobs import Workplace
from api.core.vault import Vault
from api.imports import queries
from api.imports.findings import level_of
from api.imports.layouts.checking import Reader
from api.imports.layouts.layout import Person, Places
from api.imports.reading import Record, letters
from api.imports.source_files import SourceFile
from api.tables import FindingLevel, StagedPerson

BATCH = 1000
PLACES_REMEMBERED = 4096
STAGED = list(StagedPerson.model_fields)
FOUND = ("import_id", "row_no", "column", "code", "level")
Checked: TypeAlias = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Group:
    """The household that the rows before this one made."""

    key: str
    household_source_id: UUID
    household_id: UUID
    family_id: UUID
    no_kk: bytes | None


@dataclass(slots=True)
class Sealer:
    """Turns a person into the row that is staged."""

    import_id: UUID
    vault: Vault
    desil_max: int | None  # none: every household of the list is made
    group: Group | None = None
    heads: OrderedDict[str, str] = field(default_factory=OrderedDict)

    def note_head(self, person: Person) -> str:
        """The door of a person without a family card, with its head: the last one read, even one refused."""
        if person.no_kk or person.household_ref:
            return ""
        door = f"{person.region_code}|{person.rw}|{person.rt}|{letters(person.address)}"
        if person.relation == "head":
            self.heads[door] = letters(person.name)
            if len(self.heads) > PLACES_REMEMBERED:
                self.heads.popitem(last=False)
        return f"{door}|{self.heads.get(door, '')}"

    def row(self, row_no: int, person: Person, cells: dict[str, str], door: str) -> tuple[Any, ...]:
        """The staged row; what is personal in it is sealed for the row that it will become."""
        index = self.vault.index("no_kk", person.no_kk) if person.no_kk else None
        # a card in two kelurahan makes two households; without a card it is the head, the address and the RT/RW
        if person.household_ref:
            key = "r" + self.vault.index("household", person.household_ref).hex()
        elif index:
            key = f"{index.hex()}{person.region_code}"
        else:
            key = "h" + self.vault.index("household", door).hex()
        if self.group is None or self.group.key != key:
            family = uuid7()
            sealed = self.vault.seal("family.no_kk", family, person.no_kk) if person.no_kk else None
            self.group = Group(key, uuid7(), uuid7(), family, sealed)
        member, source = uuid7(), uuid7()
        raw = orjson.dumps({name: cell for name, cell in cells.items() if cell})
        return (
            self.import_id,
            row_no,
            key,
            person.household_ref,
            self.group.household_source_id,
            self.group.household_id,
            member,
            self.group.family_id,
            source,
            person.external_id,
            person.region_code,
            person.rw,
            person.rt,
            person.address,
            self.group.no_kk,
            index,
            self.vault.seal("member.nik", member, person.nik) if person.nik else None,
            self.vault.index("nik", person.nik) if person.nik else None,
            person.nik_missing_reason,
            person.name,
            person.sex,
            person.born_on,
            person.born_at,
            person.relation,
            person.occupation,
            person.mother_name,
            person.programmes,
            person.desil,
            self.desil_max is None or (person.desil is not None and person.desil <= self.desil_max),
            self.vault.seal_bytes("source.raw", source, raw),
        )


@dataclass(slots=True)
class Progress:
    """What was read so far."""

    rows: int = 0
    rejected: int = 0
    warnings: int = 0


async def places_for(connection: Connection, region_codes: list[str]) -> Places:
    """Every kelurahan by its letters, and the campaign's regions."""
    villages = await connection.fetch(queries.VILLAGES)
    by_letters = {(letters(row["district"]), letters(row["village"])): row["code"] for row in villages}
    return Places(by_letters, {code.replace(".", ""): code for code in by_letters.values()}, region_codes)


async def stage(place: Workplace, connection: Connection, import_id: UUID, path: Path, begun: asyncpg.Record) -> None:
    """Read the whole file into staged rows and findings, a batch a transaction, with the progress beside them."""
    places = await places_for(connection, begun["region_codes"])
    with await asyncio.to_thread(SourceFile, path, place.vault, import_id) as file:
        found = file.recognise(begun["layout"])
        reader = Reader(found.layout, found.header.columns, places, begun["created_at"].date())
        await _stage(place, connection, import_id, file.records(found.header), reader, begun["desil_max"])


async def _stage(
    place: Workplace,
    connection: Connection,
    import_id: UUID,
    records: Iterator[Record],
    reader: Reader,
    desil_max: int | None,
) -> None:
    sealer = Sealer(import_id, place.vault, (desil_max or 0) if reader.layout.by_nik else None)
    progress = Progress()

    def check_next() -> Checked | None:
        batch = list(islice(records, BATCH))
        return _check(batch, reader, sealer, progress) if batch else None

    # the next rows are read, checked and sealed in a thread while the database takes these
    ahead = asyncio.create_task(asyncio.to_thread(check_next))
    try:
        while checked := await ahead:
            place.go_on()
            counts = (progress.rows, progress.rejected, progress.warnings)
            ahead = asyncio.create_task(asyncio.to_thread(check_next))
            async with connection.transaction():
                await connection.copy_records_to_table("staged_people", records=checked[0], columns=STAGED)
                await connection.copy_records_to_table("import_findings", records=checked[1], columns=FOUND)
                await connection.execute(queries.PROGRESS, import_id, *counts)
    finally:
        await asyncio.wait([ahead])  # a thread ends by itself only; the file stays open until it has


def _check(batch: list[Record], reader: Reader, sealer: Sealer, progress: Progress) -> Checked:
    """The staged rows and the findings of a batch."""
    rows: list[tuple[Any, ...]] = []
    found: list[tuple[Any, ...]] = []
    for record in batch:
        progress.rows += 1
        if record.fields is None:
            found.append((sealer.import_id, record.row_no, "", "wrong_number_of_columns", FindingLevel.ERROR.value))
            progress.rejected += 1
            continue
        cells = reader.texts(record.fields)
        person = reader.person(cells)
        levels = [level_of(code) for _, code in person.findings]
        found += [
            (sealer.import_id, record.row_no, column, code, level.value)
            for (column, code), level in zip(person.findings, levels, strict=True)
        ]
        progress.warnings += levels.count(FindingLevel.WARNING)
        door = sealer.note_head(person)
        if FindingLevel.ERROR in levels:
            progress.rejected += 1
        else:
            rows.append(sealer.row(record.row_no, person, cells, door))
    return rows, found
