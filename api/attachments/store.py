"""Where pictures lie: each in a sealed file named by its id, never by what a phone called it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore, from_url

from api.core.files import opened_bytes, read_sealed, seal_whole, sealed_bytes
from api.core.problems import Unavailable
from api.core.settings import Settings
from api.core.vault import Vault


@dataclass(frozen=True, slots=True)
class PhotoStore:
    """A folder of sealed pictures."""

    folder: Path

    def path_of(self, photo_id: UUID) -> Path:
        """Where a picture lies; the end of an id spreads the files, its beginning is the time."""
        return self.folder / photo_id.hex[-2:] / str(photo_id)

    async def keep(self, vault: Vault, photo_id: UUID, data: bytes) -> None:
        """Put a picture down, whole and durable, before its row is committed."""
        await asyncio.to_thread(seal_whole, self.path_of(photo_id), vault, photo_id, data)

    async def read(self, vault: Vault, photo_id: UUID) -> bytes | None:
        """A picture, opened; none when the file is gone."""
        with contextlib.suppress(FileNotFoundError):
            return await asyncio.to_thread(lambda: b"".join(read_sealed(self.path_of(photo_id), vault, photo_id)))
        return None


@dataclass(frozen=True, slots=True)
class PhotoBucket:
    """An object store of sealed pictures; whoever keeps the bucket can read none of them."""

    bucket: ObjectStore

    async def keep(self, vault: Vault, photo_id: UUID, data: bytes) -> None:
        """Put a picture down before its row is committed; raises `Unavailable` (503) when the store does not answer."""
        sealed = await asyncio.to_thread(sealed_bytes, vault, photo_id, data)
        try:
            await obstore.put_async(self.bucket, key_of(photo_id), sealed)
        except BaseError as failed:
            raise Unavailable from failed

    async def read(self, vault: Vault, photo_id: UUID) -> bytes | None:
        """A picture, opened; none when the object is gone. Raises `Unavailable` when the store does not answer."""
        try:
            sealed = bytes(await (await obstore.get_async(self.bucket, key_of(photo_id))).bytes_async())
        except FileNotFoundError:
            return None
        except BaseError as failed:
            raise Unavailable from failed
        return await asyncio.to_thread(opened_bytes, vault, photo_id, sealed)

    async def objects(self) -> AsyncIterator[list[tuple[str, datetime]]]:
        """Every object, a thousand at a time, and when it was written."""
        async for found in obstore.list(self.bucket, chunk_size=1000):
            yield [(one["path"], one["last_modified"]) for one in found]


Store: TypeAlias = PhotoStore | PhotoBucket


def key_of(photo_id: UUID) -> str:
    """The name of a picture's object."""
    return f"{photo_id.hex[-2:]}/{photo_id}"


@cache
def _bucket(url: str) -> PhotoBucket:
    return PhotoBucket(from_url(url))


def bucket_of(wanted: Settings) -> PhotoBucket | None:
    """The object store that the settings name, if they do; one client a process."""
    return None if wanted.photos_url is None else _bucket(wanted.photos_url)


def folder_of(wanted: Settings) -> Path:
    """Where pictures lie, and in `arriving` what is on its way in."""
    return wanted.files_folder / "photos"


def store_of(wanted: Settings) -> Store:
    """The store that the settings name; a folder unless they do."""
    return bucket_of(wanted) or PhotoStore(folder_of(wanted))
