"""From the stored file to staged rows: opened a chunk at a time, checked, sealed, and sent by `COPY` in batches.

A large file is checked by several processes at once, a small one in a thread; the order of the file is kept either way,
and no more than a few chunks are in memory. A personal number is sealed before it leaves the process that read it.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, aclosing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from uuid import UUID

import asyncpg

from api.core.database import Connection
from api.core.jobs import Workplace
from api.core.pool import open_pool
from api.imports import queries
from api.imports.checking_rows import FOUND, KEY, STAGED, Checked, Checker
from api.imports.layouts.known import LAYOUTS
from api.imports.layouts.layout import Places
from api.imports.reading import Record, letters
from api.imports.sealing import key_of_door
from api.imports.source_files import SourceFile
from api.tables import ImportPart

BATCH = 1000
DOORS_REMEMBERED = 4096
WORTH_PROCESSES = 4 * 1024**2  # bytes of a file: to start they need the time in which one thread checks 15,000 rows


@dataclass(slots=True)
class Progress:
    """What was read so far, and the heads of the doors read last, for people without a card further down."""

    rows: int = 0
    rejected: int = 0
    warnings: int = 0
    heads: OrderedDict[str, str] = field(default_factory=OrderedDict)

    def add(self, checked: Checked, checker: Checker) -> None:
        """Count the next chunk, and group those of its people whose head stands above it."""
        self.rows += checked.read
        self.rejected += checked.rejected
        self.warnings += checked.warnings
        for place, door in checked.headless:
            row = checked.rows[place]
            key = key_of_door(checker.vault, door, self.heads.get(door, ""))
            checked.rows[place] = (*row[:KEY], key, *row[KEY + 1 :])
        self.heads |= checked.heads
        while len(self.heads) > DOORS_REMEMBERED:
            self.heads.popitem(last=False)


async def places_for(connection: Connection, region_codes: list[str]) -> Places:
    """Every kelurahan by its letters, and the campaign's regions."""
    villages = await connection.fetch(queries.VILLAGES)
    by_letters = {(letters(row["district"]), letters(row["village"])): row["code"] for row in villages}
    codes = {row["code"].replace(".", ""): row["code"] for row in villages}
    return Places(by_letters, codes, {row["bps_code"]: row["code"] for row in villages}, region_codes)


async def stage(
    place: Workplace, connection: Connection, import_id: UUID, paths: Mapping[ImportPart, Path], begun: asyncpg.Record
) -> int:
    """Read the whole files into staged rows and findings, a batch a transaction, with the progress beside them.

    Answers how many rows there were.
    """
    places, progress = await places_for(connection, begun["region_codes"]), Progress()
    processes, today = place.settings.worker_processes, begun["created_at"].date()
    for part, layout in LAYOUTS[begun["layout"]].parts.items():
        progress.heads.clear()
        desil_max = (begun["desil_max"] or 0) if layout.by_nik else None
        with await asyncio.to_thread(SourceFile, paths[part], place.vault, import_id) as file:
            header = file.recognise([layout]).header
            checker = Checker(import_id, place.vault, part, layout, header.columns, places, today, desil_max)
            with executor_for(paths[part], processes) as executor:
                chunks = check_all(file.records(header), checker, executor, processes + 1)
                await _stage(place, connection, chunks, checker, progress)
    return progress.rows


def executor_for(path: Path, processes: int) -> AbstractContextManager[Executor]:
    """Processes for a large file, one thread for a small one."""
    if path.stat().st_size < WORTH_PROCESSES:
        return ThreadPoolExecutor(1)
    return open_pool(processes)


async def check_all(
    records: Iterator[Record], checker: Checker, executor: Executor, ahead: int
) -> AsyncGenerator[Checked]:
    """Every chunk, checked, in the order of the file; at most `ahead` are under way or wait."""
    loop, waiting = asyncio.get_running_loop(), deque[asyncio.Future[Checked]]()
    while True:
        while len(waiting) < ahead and (batch := await asyncio.to_thread(lambda: list(islice(records, BATCH)))):
            waiting.append(loop.run_in_executor(executor, checker.check, batch))
        if not waiting:
            return
        yield await waiting.popleft()


async def _stage(
    place: Workplace,
    connection: Connection,
    chunks: AsyncGenerator[Checked],
    checker: Checker,
    progress: Progress,
) -> None:
    async with aclosing(chunks):
        async for checked in chunks:
            place.go_on()
            progress.add(checked, checker)
            async with connection.transaction():
                await connection.copy_records_to_table("staged_people", records=checked.rows, columns=STAGED)
                await connection.copy_records_to_table("import_findings", records=checked.findings, columns=FOUND)
                await connection.execute(
                    queries.PROGRESS, checker.import_id, progress.rows, progress.rejected, progress.warnings
                )
