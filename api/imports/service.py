"""Files taken in, and what became of them."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import asyncpg
import orjson

from api.access.actor import Actor
from api.core import clock, jobs
from api.core.conditions import Conditions
from api.core.database import Connection
from api.core.files import SealedFile
from api.core.problems import Invalid, NotFound, WrongState
from api.imports import queries
from api.imports.findings import message_of
from api.imports.jobs import NAME
from api.imports.layouts.known import KNOWN, LAYOUTS
from api.imports.layouts.layout import Columns, Layout
from api.imports.problems import UnknownLayout, UnreadableWorkbook
from api.imports.schemas import FindingFilter, ImportFilter, ImportFindingOut, ImportIn, ImportOut
from api.imports.source_files import SourceFile
from api.imports.upload import Upload
from api.imports.workbooks import BrokenWorkbook
from api.tables import CampaignStatus, ImportPart

OPEN = [CampaignStatus.PREPARATION, CampaignStatus.FIELDWORK, CampaignStatus.REVIEW]


async def take_file(
    connection: Connection, actor: Actor, import_id: UUID, upload: Upload, wanted: ImportIn
) -> ImportOut:
    """Put a received file into the queue, if its header is one we know and its campaign is open."""
    campaign = await connection.fetchrow("select status, sources from campaigns where id = $1", wanted.campaign_id)
    if campaign is None:
        raise Invalid("/campaign_id", "unknown_campaign")
    if campaign["status"] == CampaignStatus.CLOSED:
        raise WrongState(allowed=[state.value for state in OPEN])
    candidates = [KNOWN[wanted.layout]] if wanted.layout else list(KNOWN.values())
    layout = await asyncio.to_thread(recognise, upload.file, candidates)
    households = LAYOUTS.get(layout.name)
    members_file = await _members_file(upload, households)
    if households and households.source not in campaign["sources"]:
        raise Invalid("/layout", "source_not_in_campaign")
    if wanted.create_households and not (households and households.by_nik and households.village):
        raise Invalid("/create_households", "not_for_this_layout")
    await connection.execute(
        queries.ADD,
        import_id,
        wanted.campaign_id,
        layout.name,
        wanted.dry_run,
        upload.file.digest.hexdigest(),
        upload.file.size + (members_file.size if members_file else 0),
        actor.id,
        clock.now(),
        wanted.create_households,
        wanted.desil_max,
        members_file and members_file.digest.hexdigest(),
    )
    await jobs.enqueue(connection, NAME, str(import_id))
    await actor.note(
        "import.received", import_id, campaign_id=wanted.campaign_id, layout=layout.name, dry_run=wanted.dry_run
    )
    return await read_import(connection, import_id)


async def _members_file(upload: Upload, layout: Layout | None) -> SealedFile | None:
    """The second file, which a layout has or has not; raises a problem that names it."""
    file, members = upload.members_file, layout and layout.members
    if members is None and file is not None:
        raise Invalid("/members_file", "not_for_this_layout")
    if members is not None:
        if file is None:
            raise Invalid("/members_file", "missing")
        await asyncio.to_thread(recognise, file, [members], ImportPart.MEMBERS_FILE)
    return file


def recognise(sealed: SealedFile, candidates: Sequence[Columns], part: ImportPart = ImportPart.FILE) -> Columns:
    """Which of these layouts a file's header is; raises `UnknownLayout` with our names of the missing columns."""
    try:
        with SourceFile(sealed.path, sealed.vault, sealed.owner) as file:
            found = file.recognise(candidates)
    except BrokenWorkbook as broken:
        raise UnreadableWorkbook from broken
    if found.missing:
        name, missing = found.layout.name, found.missing
        detail = f"{part.value}: {name}: {', '.join(missing)}"
        raise UnknownLayout(detail, layout=name, missing_columns=missing, file=part.value)
    return found.layout


def shown(row: asyncpg.Record) -> ImportOut:
    """An import as it is answered."""
    return ImportOut.model_validate(dict(row) | {"by_code": orjson.loads(row["by_code"])})


async def read_import(connection: Connection, import_id: UUID) -> ImportOut:
    """One import; raises `NotFound`."""
    row = await connection.fetchrow(queries.ONE, import_id)
    if row is None:
        raise NotFound
    return shown(row)


async def list_imports(connection: Connection, wanted: ImportFilter) -> list[ImportOut]:
    """One more import than a page holds, newest first (the ids sort by time)."""
    conditions = Conditions()
    conditions.add("campaign_id = ?", wanted.campaign_id)
    conditions.add("status = ?", wanted.status)
    after = wanted.after(UUID)
    conditions.add("id < ?", after and after[0])
    query = f"{queries.LIST} {conditions.where()} order by id desc limit {wanted.limit + 1}"
    return [shown(row) for row in await connection.fetch(query, *conditions.values)]


async def list_findings(connection: Connection, import_id: UUID, wanted: FindingFilter) -> list[asyncpg.Record]:
    """One more finding than a page holds, in the order of the file; raises `NotFound`."""
    await read_import(connection, import_id)
    conditions = Conditions()
    conditions.add("import_id = ?", import_id)
    conditions.add("level = ?", wanted.level)
    conditions.add("code = ?", wanted.code)
    conditions.add("file = ?", wanted.file)
    if (after := wanted.after(str, int, int)) is not None:
        file, row, number = after
        if file not in list(ImportPart) or not (0 <= row < 2**31 and 0 <= number < 2**63):
            raise Invalid("query:cursor", "bad_cursor")
        conditions.texts.append(f"(file, row_no, id) > ({', '.join(map(conditions.bind, after))})")
    query = f"{queries.FINDINGS} {conditions.where()} order by file, row_no, id limit {wanted.limit + 1}"
    return list(await connection.fetch(query, *conditions.values))


def finding(row: asyncpg.Record, language: str) -> ImportFindingOut:
    """A finding with what it says in the caller's language."""
    return ImportFindingOut(
        row=row["row"],
        column=row["column"],
        code=row["code"],
        level=row["level"],
        message=message_of(row["code"], language),
        file=row["file"],
    )
