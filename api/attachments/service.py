"""Which photos are expected, what comes of them, and who sees them.

A photo belongs to the receipt that announced it, so it may come while its visit waits in quarantine and is the visit's
when a person adopts it. Its file is put down before its row is committed: a crash between the two leaves a file that
nobody knows, which the worker sweeps.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import asyncpg
import orjson
from uuid_utils.compat import uuid7

from api.access.actor import Actor
from api.attachments import queries
from api.attachments.arriving import Piece, arrive
from api.attachments.decoding import redraw
from api.attachments.picture import Picture
from api.attachments.problems import NotAPhoto, OtherContent, WrongOffset
from api.attachments.schemas import AttachmentFilter, AttachmentOut
from api.attachments.store import Store, store_of
from api.core import clock
from api.core.conditions import Conditions
from api.core.database import Connection
from api.core.problems import NotFound, Problem
from api.core.settings import Settings
from api.core.vault import Vault

PART, FOUND = "photo.part", "photo.found"


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a piece: how much of the photo is held, whether it is whole, and whether it was so before.

    A refusal is handed out, not raised, where the pieces that led to it must be forgotten with it.
    """

    held_bytes: int
    whole: bool = False
    first: bool = False
    refusal: Problem | None = None


async def take_stream(
    connection: Connection, actor: Actor, vault: Vault, wanted: Settings, visit_id: UUID, name: str,
    parts: AsyncIterator[bytes],
) -> Taken:  # fmt: skip
    """Take a whole photo from a stream, for a visit of this actor that was announced or expected: the door of bridges.

    Raises `NotFound` where nobody announced it and `PhotoTooLarge`; what is no photo, or another one than announced, is
    handed out in `refusal` with nothing kept. A photo that is held already stays, whatever comes.
    """
    async with arrive(wanted, vault, parts) as piece:
        return await take_piece(connection, actor, vault, store_of(wanted), visit_id, name, piece)


async def expect(
    connection: Connection, actor: Actor, receipt_id: UUID, assignment_id: UUID | None, names: Sequence[str]
) -> None:
    """Expect files of which only the names are known yet, of an item that this actor has sent; said twice is once."""
    await connection.execute(queries.EXPECT, receipt_id, actor.id, assignment_id, list(names), clock.now())


async def take_piece(
    connection: Connection,
    actor: Actor,
    vault: Vault,
    store: Store,
    visit_id: UUID,
    name: str,
    piece: Piece,
) -> Taken:
    """Take a piece, or the whole, of a photo that this actor's visit announced; the last one makes it a picture.

    Raises `NotFound` and `WrongOffset`. What is held already is skipped, so a lost answer costs nothing.
    """
    await connection.execute(queries.LOCK, str(visit_id), name)
    announced = await connection.fetch(queries.ANNOUNCED, visit_id, name, actor.id)
    if not announced:
        raise NotFound
    fitting = [row for row in announced if row["size"] in (None, piece.total)]
    said = {row["sha256"] or row["held_sha256"] for row in fitting}
    if not fitting or (piece.whole and not said & {None, piece.sha256}):
        return await _refused(actor, visit_id, OtherContent())
    if all(row["photo_id"] is not None for row in fitting):
        return Taken(piece.total or 0, whole=True)
    drawn, digest = piece.drawn, piece.sha256
    if not piece.whole:
        where = next(row for row in fitting if row["photo_id"] is None)
        data = await _joined(connection, vault, where, piece)
        if len(data) < (piece.total or 0):
            return Taken(len(data))
        digest = sha256(data).hexdigest()
        drawn = await redraw(data)
    matching = [row for row in fitting if row["sha256"] in (None, digest)]
    refusal = OtherContent() if not matching else NotAPhoto() if drawn is None else None
    if refusal is not None or drawn is None:
        for row in fitting:
            await connection.execute(queries.FORGET_PARTS, row["receipt_id"], name)
        return await _refused(actor, visit_id, refusal or NotAPhoto())
    for row in matching:
        await _keep(connection, actor, vault, store, row, visit_id, digest, piece.total or 0, drawn)
    return Taken(piece.total or 0, whole=True, first=True)


async def _refused(actor: Actor, visit_id: UUID, refusal: Problem) -> Taken:
    await actor.note("attachment.refused", visit_id, code=refusal.code)
    return Taken(0, refusal=refusal)


async def _joined(connection: Connection, vault: Vault, row: asyncpg.Record, piece: Piece) -> bytes:
    """All that is held with this piece; a piece that does not end the photo is put down."""
    held, name = int(row["held_bytes"]), str(row["name"])
    if piece.first > held:
        raise WrongOffset(held_bytes=held)
    more = piece.read()[held - piece.first :] if piece.size else b""
    if more and held + len(more) < (piece.total or 0):
        part_id = uuid7()
        sealed = vault.seal_bytes(PART, part_id, more)
        await connection.execute(
            queries.ADD_PART, part_id, row["receipt_id"], name, held, len(more), sealed, clock.now()
        )
    if held + len(more) < (piece.total or 0):
        return b"\0" * (held + len(more))  # only its length is asked for
    parts = await connection.fetch(queries.PARTS, row["receipt_id"], name)
    return b"".join(vault.open_bytes(PART, part["id"], part["body"]) for part in parts) + more


async def _keep(
    connection: Connection, actor: Actor, vault: Vault, store: Store, row: asyncpg.Record, visit_id: UUID,
    digest: str, size: int, drawn: Picture,
) -> None:  # fmt: skip
    if row["photo_id"] is not None:
        return
    photo_id = uuid7()
    await store.keep(vault, photo_id, drawn.data)
    found = vault.seal_bytes(FOUND, photo_id, orjson.dumps(drawn.found)) if drawn.found else None
    await connection.execute(
        queries.ADD_PHOTO, photo_id, row["receipt_id"], row["name"], digest, size, drawn.sha256, drawn.width,
        drawn.height, found, clock.now(),
    )  # fmt: skip
    await connection.execute(queries.FORGET_PARTS, row["receipt_id"], row["name"])
    await actor.note("attachment.kept", visit_id, photo_id=photo_id, receipt_id=row["receipt_id"])


async def carry_over(
    connection: Connection, actor: Actor, vault: Vault, store: Store, source: UUID, target: UUID, names: Sequence[str]
) -> None:
    """Give the item `target` (a receipt) those photos of `source` that it expects under the same names, both the
    actor's own: a correction does not send again what has not changed."""
    for photo in await connection.fetch(queries.TO_CARRY, source, target, list(names)):
        data = await store.read(vault, photo["id"])
        if data is None:
            continue
        photo_id = uuid7()
        await store.keep(vault, photo_id, data)
        found = photo["found"] and vault.seal_bytes(
            FOUND, photo_id, vault.open_bytes(FOUND, photo["id"], photo["found"])
        )
        await connection.execute(
            queries.ADD_PHOTO, photo_id, target, photo["name"], photo["sha256"], photo["size"],
            photo["picture_sha256"], photo["width"], photo["height"], found, clock.now(),
        )  # fmt: skip
        await actor.note("attachment.carried_over", photo_id, receipt_id=target, source_receipt_id=source)


async def list_attachments(connection: Connection, wanted: AttachmentFilter) -> list[AttachmentOut]:
    """One more photo than a page holds, in the order in which they were announced."""
    chosen = Conditions()
    for column in ("visit_id", "assignment_id", "team_id", "enumerator_id", "status"):
        chosen.add(f"a.{column} = ?", getattr(wanted, column))
    if wanted.reused is not None:
        chosen.texts.append(f"{'' if wanted.reused else 'not '}cardinality(a.reused_in) > 0")
    after = wanted.after(UUID, str)
    if after:
        chosen.texts.append(f"(a.receipt_id, a.name) > ({chosen.bind(after[0])}, {chosen.bind(after[1])})")
    rows = await connection.fetch(
        f"{queries.ATTACHMENTS} {chosen.where()} order by a.receipt_id, a.name limit {wanted.limit + 1}",
        *chosen.values,
    )
    return [AttachmentOut.model_validate(dict(row)) for row in rows]


async def attachments_of(connection: Connection, visit_id: UUID) -> list[AttachmentOut]:
    """The photos of one visit, or of what waits in quarantine under its id; raises `NotFound`."""
    if not await connection.fetchval(queries.IN_SIGHT, visit_id):
        raise NotFound
    rows = await connection.fetch(
        f"{queries.ATTACHMENTS} where a.receipt_id in ({queries.RECEIPTS}) order by a.receipt_id, a.name", visit_id
    )
    return [AttachmentOut.model_validate(dict(row)) for row in rows]


async def find_photo(connection: Connection, visit_id: UUID, name: str, receipt_id: UUID | None) -> asyncpg.Record:
    """The photo of a visit, or of what waits in quarantine under its id; raises `NotFound`.

    Where two items go by one id, the recorded visit's photo, else the last; `receipt_id` names another.
    """
    row: asyncpg.Record | None = await connection.fetchrow(queries.PHOTO, visit_id, name, receipt_id)
    if row is None:
        raise NotFound
    return row
