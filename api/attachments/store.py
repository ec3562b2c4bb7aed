"""Where pictures lie: each in a sealed file named by its id, never by what a phone called it."""

import asyncio
import contextlib
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from api.core.files import read_sealed, seal_whole
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


def folder_of(wanted: Settings) -> Path:
    """Where pictures lie, and in `arriving` what is on its way in."""
    return wanted.files_folder / "photos"


def store_of(wanted: Settings) -> PhotoStore:
    """The store that the settings name."""
    return PhotoStore(folder_of(wanted))
