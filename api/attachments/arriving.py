"""A photo on its way in: sealed chunk by chunk while it arrives, before a connection to the database is taken.

A phone on a thin line may need minutes for a photo; until its bytes are here it costs us 256 KiB and a file. What
came before the line broke is not lost: it becomes a piece, and the phone asks how much is held and goes on.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Request
from starlette.requests import ClientDisconnect
from uuid_utils.compat import uuid7

from api.access.actor import token_claims, vault_of
from api.access.roles import Permission
from api.access.tokens import Claims
from api.attachments.decoding import redraw
from api.attachments.picture import Picture
from api.attachments.problems import NotAnImage, PhotoTooLarge
from api.attachments.store import folder_of
from api.core.files import SealedFile, read_sealed
from api.core.problems import Invalid
from api.core.settings import Settings
from api.core.vault import Vault

MOST_BYTES: Final = 5 * 1024 * 1024
ROUTE_BYTES: Final = 2 * MOST_BYTES  # beyond what we refuse ourselves
RANGE = re.compile(r"bytes (?:(\d{1,9})-(\d{1,9})|\*)/(\d{1,9})")
HEADER = "header:Content-Range"


@dataclass(frozen=True, slots=True)
class Piece:
    """What came in one call: `size` bytes from `first` of a photo of `total`; drawn already when it is all of it."""

    file: SealedFile
    first: int
    total: int | None
    drawn: Picture | None = None
    was_drawn: bool = False

    @property
    def size(self) -> int:
        """How many bytes came."""
        return self.file.size

    @property
    def whole(self) -> bool:
        """Whether this is all of the photo."""
        return self.first == 0 and self.size > 0 and self.total == self.size

    @property
    def sha256(self) -> str:
        """Of the bytes of this call."""
        digest: str = self.file.digest.hexdigest()
        return digest

    def read(self) -> bytes:
        """The bytes of this call, opened; at most 5 MiB."""
        return b"".join(read_sealed(self.file.path, self.file.vault, self.file.owner))


@asynccontextmanager
async def arrive(
    wanted: Settings, vault: Vault, parts: AsyncIterator[bytes], first: int = 0, last: int | None = None,
    total: int | None = None,
) -> AsyncIterator[Piece]:  # fmt: skip
    """Take the bytes in, sealed on the disk, and draw the picture if they are all of it; they are gone afterwards.

    Without `total` the end of the stream is the end of the photo. Raises `PhotoTooLarge` (413) beyond 5 MiB.
    """
    owner: UUID = uuid7()
    file = SealedFile(folder_of(wanted) / "arriving" / str(owner), vault, owner)
    most = MOST_BYTES if last is None else last - first + 1
    try:
        try:
            async for part in parts:
                if file.size + len(part) > most:
                    raise PhotoTooLarge if last is None else Invalid(HEADER, "differs_from_body")
                file.write(part)
            total = file.size if total is None else total
        except ClientDisconnect:
            if total is None:
                raise
        file.close()
        piece = Piece(file, first, total)
        if piece.whole:
            piece = Piece(file, first, total, await redraw(piece.read()), was_drawn=True)
        yield piece
    finally:
        file.path.unlink(missing_ok=True)


async def receive(request: Request, claims: Annotated[Claims, Depends(token_claims)]) -> AsyncIterator[Piece]:
    """The piece in this call's body; what is no image or says it is too large is refused before it is read."""
    if Permission.VISITS_WRITE not in claims.scopes:
        # nothing is taken in; whether that is 401 or 403 the database says
        yield Piece(SealedFile(folder_of(request.state.settings), vault_of(request), uuid7()), 0, None)
        return
    if not request.headers.get("content-type", "").lower().startswith("image/"):
        raise NotAnImage
    first, last, total = 0, None, None
    told = request.headers.get("content-length", "")
    length = int(told) if told.isdecimal() and len(told) < 20 else None
    if (span := request.headers.get("content-range")) is not None:
        first, last, total = _span(span)
    elif length:
        total = length  # so that what comes before the line breaks is a piece of something
    if max(total or 0, length or 0) > MOST_BYTES:
        raise PhotoTooLarge
    async with arrive(request.state.settings, vault_of(request), request.stream(), first, last, total) as piece:
        yield piece


def _span(header: str) -> tuple[int, int, int]:
    """First, last and total of a `Content-Range`; of `bytes */total`, which only asks, the last is before the first."""
    found = RANGE.fullmatch(header.strip())
    if found is None:
        raise Invalid(HEADER, "invalid")
    first, last, total = (int(number) if number else -1 for number in found.groups())
    if first < 0:
        return 0, -1, total
    if not first <= last < total:
        raise Invalid(HEADER, "invalid")
    return first, last, total


PieceDep = Annotated[Piece, Depends(receive)]
