"""From the stored file to staged rows: opened a chunk at a time, checked, sealed, and sent by `COPY` in batches."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from api.core.database import Connection
from api.core.jobs import Workplace
from api.imports import queries
from api.imports.findings import level_of
from api.imports.layouts.checking import Reader
from api.imports.layouts.known import LAYOUTS
from api.imports.layouts.layout import Places
from api.imports.reading import Record, letters
from api.imports.sealing import Sealer
from api.imports.source_files import SourceFile
from api.tables import FindingLevel, ImportPart, StagedPerson

BATCH = 1000
STAGED = list(StagedPerson.model_fields)
FOUND = ("import_id", "file", "row_no", "column", "code", "level")
Checked: TypeAlias = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]


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
    codes = {row["code"].replace(".", ""): row["code"] for row in villages}
    return Places(by_letters, codes, {row["bps_code"]: row["code"] for row in villages}, region_codes)


async def stage(
    place: Workplace, connection: Connection, import_id: UUID, paths: Mapping[ImportPart, Path], begun: asyncpg.Record
) -> None:
    """Read the whole files into staged rows and findings, a batch a transaction, with the progress beside them."""
    places, progress = await places_for(connection, begun["region_codes"]), Progress()
    for part, layout in LAYOUTS[begun["layout"]].parts.items():
        sealer = Sealer(import_id, place.vault, part, layout, (begun["desil_max"] or 0) if layout.by_nik else None)
        with await asyncio.to_thread(SourceFile, paths[part], place.vault, import_id) as file:
            header = file.recognise([layout]).header
            reader = Reader(layout, header.columns, places, begun["created_at"].date())
            await _stage(place, connection, file.records(header), reader, sealer, progress)


async def _stage(
    place: Workplace,
    connection: Connection,
    records: Iterator[Record],
    reader: Reader,
    sealer: Sealer,
    progress: Progress,
) -> None:
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
                await connection.execute(queries.PROGRESS, sealer.import_id, *counts)
    finally:
        await asyncio.wait([ahead])  # a thread ends by itself only; the file stays open until it has


def _check(batch: list[Record], reader: Reader, sealer: Sealer, progress: Progress) -> Checked:
    """The staged rows and the findings of a batch."""
    rows: list[tuple[Any, ...]] = []
    found: list[tuple[Any, ...]] = []
    place = sealer.import_id, sealer.file.value
    for record in batch:
        progress.rows += 1
        if record.fields is None:
            found.append((*place, record.row_no, "", "wrong_number_of_columns", FindingLevel.ERROR.value))
            progress.rejected += 1
            continue
        cells = reader.texts(record.fields)
        person = reader.person(cells)
        levels = [level_of(code) for _, code in person.findings]
        found += [
            (*place, record.row_no, column, code, level.value)
            for (column, code), level in zip(person.findings, levels, strict=True)
        ]
        progress.warnings += levels.count(FindingLevel.WARNING)
        door = sealer.note_head(person)
        if FindingLevel.ERROR in levels:
            progress.rejected += 1
            rows += sealer.refused_household(record.row_no, person)
        else:
            rows.append(sealer.row(record.row_no, person, cells, door))
    return rows, found
