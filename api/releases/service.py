"""Freezing the decided verdicts of a campaign, and handing out what was frozen."""

import re
from collections.abc import AsyncGenerator, Callable
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from api.access.actor import Actor
from api.access.roles import Role
from api.core import clock
from api.core.database import Connection
from api.core.problems import Forbidden, Invalid, NotFound
from api.core.vault import Vault
from api.releases import files, queries
from api.releases.problems import NothingDecided
from api.releases.schemas import FileName, ReleaseFilter, ReleaseIn, ReleaseOut
from api.tables import Source

# counts the shapes of the files; raise it whenever their bytes change, so that nobody keeps an old file for a new one
EDITION = 1
MEDIA_TYPES = {
    FileName.HOUSEHOLDS_CSV: "text/csv; charset=utf-8; header=present",
    FileName.HOUSEHOLDS_NDJSON: "application/x-ndjson",
    FileName.DTKS_UPDATE_CSV: "text/csv; charset=utf-8; header=present",
}
Reader = Callable[..., files.Parts]


def files_for(role: Role) -> list[FileName]:
    """What this role may download: the ministry's update holds whole NIK and is Bappeda's only."""
    return [name for name in FileName if role is Role.BAPPEDA or name is not FileName.DTKS_UPDATE_CSV]


def edition(actor: Actor) -> str:
    """What the ETag says: which role's edition, in which shape."""
    return f"{actor.role}-{EDITION}"


async def make_release(connection: Connection, actor: Actor, wanted: ReleaseIn) -> ReleaseOut:
    """Freeze what is decided now; releases of one campaign are made one after another, so their numbers count up."""
    # a big city takes longer than a request's usual limit, and freezing half of it is no use
    await connection.execute("set local statement_timeout = '10min'")
    if await connection.fetchval(queries.LOCK_CAMPAIGN, wanted.campaign_id) is None:
        raise Invalid("/campaign_id", "unknown_campaign")
    made = await connection.fetchrow(
        queries.FREEZE, uuid7(), wanted.campaign_id, actor.id, clock.now(), [source.value for source in Source]
    )
    if made is None:
        raise NothingDecided
    release = told(made, actor)
    await actor.note("release.made", release.id, number=release.number, households=release.counts.households)
    return release


async def list_releases(connection: Connection, actor: Actor, wanted: ReleaseFilter) -> list[ReleaseOut]:
    """One more release than a page holds, the oldest first."""
    after = wanted.after(UUID)
    rows = await connection.fetch(queries.RELEASES, wanted.campaign_id, after[0] if after else None, wanted.limit + 1)
    return [told(row, actor) for row in rows]


async def find_release(connection: Connection, actor: Actor, release_id: UUID) -> asyncpg.Record:
    """The frozen release; raises `NotFound`."""
    row = await connection.fetchrow(queries.RELEASE, release_id)
    if row is None:
        raise NotFound
    return row


async def open_file(
    connection: Connection, actor: Actor, release: asyncpg.Record, name: FileName, vault: Vault, read: Reader
) -> AsyncGenerator[bytes, None]:
    """Put the look at every household of the release on record; the answer is the file, still unread."""
    numbers = actor.role is Role.BAPPEDA
    if name not in files_for(actor.role):
        raise Forbidden
    shown = await connection.fetchval(queries.HOUSEHOLD_IDS, release["id"])
    fields = ("names", "address", "nik") if name is FileName.DTKS_UPDATE_CSV else ("names", "address")
    await actor.disclose("read_release_file", shown, fields)
    await actor.note("release.downloaded", release["id"], file=name.value)
    if name is FileName.DTKS_UPDATE_CSV:
        return files.spreadsheet(
            files.UPDATE_COLUMNS, read(queries.DTKS_UPDATE, release["id"]), lambda row: files.person(row, vault)
        )
    parts = read(queries.HOUSEHOLDS_WITH_HEAD if numbers else queries.HOUSEHOLDS, release["id"])
    opened = vault if numbers else None
    columns = (*files.HOUSEHOLD_COLUMNS, "head_nik") if numbers else files.HOUSEHOLD_COLUMNS

    def tell(row: asyncpg.Record) -> files.Row:
        return files.household(row, opened)

    if name is FileName.HOUSEHOLDS_NDJSON:
        return files.json_lines(parts, tell)
    return files.spreadsheet(columns, parts, tell)


def file_name(release: asyncpg.Record, name: FileName) -> str:
    """`malang-2022-release-1-households.csv`: plain letters, whatever the campaign is called."""
    campaign = re.sub(r"[^A-Za-z0-9]+", "-", release["campaign_code"]).strip("-")
    return f"{campaign}-release-{release['number']}-{name.value}"


def told(row: asyncpg.Record, actor: Actor) -> ReleaseOut:
    """A release as its caller sees it."""
    return ReleaseOut.model_validate({**row, "files": files_for(actor.role)})
