"""What each file of a release is made of: its query and its columns."""

import re
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import asyncpg

from api.core.database import Connection
from api.core.vault import Vault
from api.releases import files, ministry, queries
from api.releases.schemas import FileName
from api.releases.workbooks import workbook

# counts the shapes of the files; raise it whenever their bytes change, so that nobody keeps an old file for a new one
EDITION = 3
# more rows than this make a workbook that an office machine does not open gladly
ROWS_A_WORKBOOK = 100_000
CSV, NDJSON = "text/csv; charset=utf-8; header=present", "application/x-ndjson"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {"csv": CSV, "ndjson": NDJSON, "xlsx": XLSX}
# which kinds of field a file shows beside names and addresses
NUMBERED = {FileName.MEMBERS_CSV, FileName.DTKS_UPDATE_CSV}
Reader = Callable[..., files.Parts]


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """One file of a release: `part` counts the workbooks that the households are divided over."""

    kind: FileName
    part: int = 1

    @property
    def name(self) -> str:
        """`households-2.xlsx` is the second part of `households.xlsx`."""
        return self.kind.value if self.part == 1 else re.sub(r"(?=\.)", f"-{self.part}", self.kind.value)

    @property
    def media_type(self) -> str:
        """Its media type."""
        return MEDIA_TYPES[self.kind.value.rpartition(".")[2]]

    @property
    def span(self) -> tuple[int, int]:
        """How many households a part holds at most, and how many stand before it."""
        return ROWS_A_WORKBOOK, (self.part - 1) * ROWS_A_WORKBOOK

    @property
    def fields(self) -> tuple[str, ...]:
        """Which kinds of personal data it shows."""
        return ("names", "address", "nik", "no_kk") if self.kind in NUMBERED else ("names", "address")


def all_files(households: int) -> list[ReleaseFile]:
    """Every file of a release of so many households."""
    workbooks = -(-households // ROWS_A_WORKBOOK) or 1
    return [
        ReleaseFile(kind, part)
        for kind in FileName
        for part in range(1, (workbooks if kind is FileName.HOUSEHOLDS_XLSX else 1) + 1)
    ]


async def households_shown(connection: Connection, file: ReleaseFile, release_id: UUID) -> list[UUID]:
    """Whom this file shows, for the record of the look."""
    match file.kind:
        case FileName.HOUSEHOLDS_XLSX:
            shown = await connection.fetchval(queries.PART_IDS, release_id, *file.span)
        case FileName.INCLUSION_CANDIDATES_CSV:
            shown = await connection.fetchval(queries.INCLUSION_IDS, release_id)
        case FileName.EXCLUSION_CANDIDATES_CSV:
            shown = await connection.fetchval(queries.EXCLUSION_IDS, release_id)
        case _:
            shown = await connection.fetchval(queries.HOUSEHOLD_IDS, release_id)
    return shown or []


def content(file: ReleaseFile, release: asyncpg.Record, vault: Vault, read: Reader) -> AsyncGenerator[bytes, None]:
    """The file's bytes, still unread."""
    households = queries.HOUSEHOLDS_WITH_HEAD
    columns: tuple[str, ...] = (*files.HOUSEHOLD_COLUMNS, "head_nik")
    household = partial(files.households, vault=vault)
    match file.kind:
        case FileName.HOUSEHOLDS_CSV:
            return files.spreadsheet(columns, read(households, release["id"]), household)
        case FileName.HOUSEHOLDS_NDJSON:
            return files.json_lines(columns, read(households, release["id"]), household)
        case FileName.HOUSEHOLDS_XLSX:
            parts = read(households + queries.A_PART, release["id"], *file.span)
            return workbook("households", columns, release["created_at"], parts, household)
        case FileName.MEMBERS_CSV:
            told = partial(files.members, vault=vault)
            return files.spreadsheet(files.MEMBER_COLUMNS, read(queries.MEMBERS, release["id"]), told)
        case FileName.DTKS_UPDATE_CSV:
            told = partial(ministry.people, vault=vault)
            columns = (*ministry.COLUMNS, *ministry.RESULT_COLUMNS)
            return files.spreadsheet(columns, read(queries.DTKS_UPDATE, release["id"]), told)
        case FileName.INCLUSION_CANDIDATES_CSV | FileName.EXCLUSION_CANDIDATES_CSV:
            wanted = file.kind is FileName.INCLUSION_CANDIDATES_CSV
            query = queries.INCLUSION_CANDIDATES if wanted else queries.EXCLUSION_CANDIDATES
            told = partial(files.candidates, vault=vault)
            return files.spreadsheet(files.CANDIDATE_COLUMNS, read(query, release["id"]), told)
