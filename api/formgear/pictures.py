"""The photos in a submission, drawn before a connection to the database is taken: a decoder may need its time.

FormGear carries a photo inside its documents, as a `data:` address (`src/components/PhotoInput.tsx`).
"""

import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Request

from api.access.actor import token_claims, vault_of
from api.access.roles import Permission
from api.access.tokens import Claims
from api.attachments.arriving import Piece, arrive
from api.formgear.reading import Photo, photos_of
from api.formgear.schemas import SubmissionIn
from api.visits.schemas import MOST_ATTACHMENTS

CHUNK = 64 * 1024
TEXT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)  # a text of JSON
PICTURE = re.compile(r"(data:image/[^,\"]{0,60},)([^\"]+)")


@dataclass(frozen=True, slots=True)
class Arrived:
    """A submission, its bytes without those of its photos, the photos, and the pieces that can be taken, by name."""

    submission: SubmissionIn
    documents: bytes = b""
    photos: list[Photo] = field(default_factory=list)
    pieces: dict[str, Piece] = field(default_factory=dict)


async def receive(
    request: Request, claims: Annotated[Claims, Depends(token_claims)], submission: SubmissionIn
) -> AsyncIterator[Arrived]:
    """The submission in this call's body, its photos drawn; 503 when a decoder died, so that it is sent again."""
    if Permission.VISITS_WRITE not in claims.scopes:
        yield Arrived(submission)  # nothing is taken in; whether that is 401 or 403 the database says
        return
    photos = photos_of(submission)
    wanted, vault = request.state.settings, vault_of(request)
    async with AsyncExitStack() as arriving:
        pieces = {
            one.name: await arriving.enter_async_context(arrive(wanted, vault, _chunks(one.data or b"")))
            for one in [one for one in photos if one.sendable][:MOST_ATTACHMENTS]
        }
        yield Arrived(submission, TEXT.sub(_without_pictures, await request.body()), photos, pieces)


def _without_pictures(found: re.Match[bytes]) -> bytes:
    """In the place of a photo's bytes what tells them: they are kept where photos are, without what a camera wrote.

    A text may spell any letter of an address as `\\u0064`, so it is read before it is looked at.
    """
    if b"\\" not in found[0] and b"data:image/" not in found[0]:
        return found[0]
    text = json.loads(found[0].decode())
    told = PICTURE.sub(lambda one: f"{one[1]}sha256:{sha256(one[2].encode(errors='surrogatepass')).hexdigest()}", text)
    return found[0] if told == text else json.dumps(told).encode()


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), CHUNK):
        yield data[start : start + CHUNK]


ArrivedDep = Annotated[Arrived, Depends(receive)]
