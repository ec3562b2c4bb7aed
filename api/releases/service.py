"""Freezing the decided verdicts of a campaign, and handing out what was frozen."""

import re
from collections.abc import AsyncGenerator
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from api.access.actor import Actor
from api.access.roles import Permission
from api.core import clock
from api.core.database import Connection
from api.core.jobs import enqueue
from api.core.problems import Anonymised, Invalid, NotFound
from api.core.vault import Vault
from api.releases import queries
from api.releases.contents import EDITION, Reader, ReleaseFile, all_files, content, households_shown
from api.releases.jobs import NAME
from api.releases.problems import NothingDecided
from api.releases.schemas import ReleaseFilter, ReleaseIn, ReleaseOut
from api.tables import Source


def edition(actor: Actor) -> str:
    """What the ETag of a file says: who reads it, and in which shape."""
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
    await connection.execute(queries.COUNT)
    await enqueue(connection, NAME, str(made["id"]))
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


def find_file(release: asyncpg.Record, name: str) -> ReleaseFile:
    """The file of this name; raises `NotFound` when the release has none, `Anonymised` when none can be made now."""
    if release["anonymised_at"] is not None:
        raise Anonymised
    file = next((file for file in all_files(release["households"]) if file.name == name), None)
    if file is None:
        raise NotFound
    return file


async def open_file(
    connection: Connection, actor: Actor, release: asyncpg.Record, file: ReleaseFile, vault: Vault, read: Reader
) -> AsyncGenerator[bytes, None]:
    """Put the look at every household that the file names on record; the answer is the file, still unread."""
    shown = await households_shown(connection, file, release["id"])
    await actor.disclose("read_release_file", shown, file.fields)
    await actor.note("release.downloaded", release["id"], file=file.name)
    return content(file, release, vault, read)


def download_name(release: asyncpg.Record, file: ReleaseFile) -> str:
    """`malang-2022-release-1-households.csv`: plain letters, whatever the campaign is called."""
    campaign = re.sub(r"[^A-Za-z0-9]+", "-", release["campaign_code"]).strip("-")
    return f"{campaign}-release-{release['number']}-{file.name}"


def told(row: asyncpg.Record, actor: Actor) -> ReleaseOut:
    """A release as its caller sees it."""
    files = all_files(row["counts"]["households"]) if Permission.RELEASES_DOWNLOAD in actor.permissions else []
    names = [file.name for file in files]
    return ReleaseOut.model_validate({**row, "files": names})
