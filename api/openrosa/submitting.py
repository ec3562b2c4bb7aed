"""A submission goes through the door of push: kept first, judged second, in quarantine when it cannot be taken.

What Collect is told follows ODK Central (openrosa.md 5.6). Two things are the house's: what a retry would not mend is
kept and 202, also when its campaign has closed meanwhile; and each photo is kept in a transaction of its own, so that
what has come of a hundred stays when the line breaks.
"""

import hashlib
import re
from asyncio import to_thread
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from unicodedata import normalize
from uuid import UUID

import asyncpg
import orjson
from anyio import CapacityLimiter

from api.access.actor import Actor
from api.attachments.arriving import Piece
from api.attachments.decoding import redraw
from api.attachments.problems import PhotoTooLarge
from api.attachments.service import carry_over, expect, take_piece
from api.attachments.store import store_of
from api.core import clock
from api.core.problems import Problem
from api.core.settings import Settings
from api.core.vault import Vault
from api.openrosa import queries
from api.openrosa.door import CollectDoor
from api.openrosa.parcel import SentFile
from api.openrosa.problems import (
    FormNotAccepting,
    OtherSubmission,
    Replaced,
    UnknownForm,
    UnknownFormVersion,
    UnknownPredecessor,
)
from api.openrosa.reading import MOST_PHOTOS, FilledForm
from api.openrosa.translating import visit_of
from api.questionnaires.schemas import Form
from api.questionnaires.service import MAX_VERSION
from api.sync.push import push
from api.sync.push_problems import PutAside
from api.sync.push_schemas import PushStatus
from api.tables import QuestionnaireStatus, ReceiptKind
from api.visits.receipts import Standing, standing_of

SEALED = "openrosa.xml"
SLOTS = CapacityLimiter(3)  # photos at a time: the others wait without a connection, for visits need them
PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a filled form: taken in or kept for a person (and why), the photos that are to come, and
    whether more had happened than it knew, so that it moves nothing."""

    visit_id: UUID
    accepted: bool
    first: bool
    problem: dict[str, object] | None
    to_come: frozenset[str]
    stale: bool = False


async def settle(
    actor: Actor,
    vault: Vault,
    wanted: Settings,
    device_id: str,
    app: str | None,
    xml: bytes,
    filled: FilledForm,
    sent: Collection[str],
    noted: Mapping[str, Any],
) -> Settled:
    """Take a filled form in, once however often it comes; raises the refusals that leave it on the phone.

    `noted` is how it was filled: it is the visit's when it comes in the first post.
    """
    connection, own = actor.connection, filled.instance_id
    await connection.execute(queries.LOCK, f"{actor.id}/{own}")
    asked = [own] if filled.edits is None else [own, filled.edits]
    rows = {row["instance_id"]: row for row in await connection.fetch(queries.KNOWN, actor.id, asked)}
    if (before := rows.get(own)) is not None:
        return await _again(actor, vault, xml, filled, before)
    form = await _form(actor, filled)
    edited = None if filled.edits is None else _edited(rows.get(filled.edits))
    root_id = own if edited is None else edited["root_id"]
    visit = visit_of(filled, form, root_id, device_id, app) | ({"paradata": noted} if noted else {})
    (pushed,) = await push(connection, actor, vault, device_id, [(ReceiptKind.VISIT, orjson.dumps(visit))])
    receipt_id, sealed = pushed.receipt_id, vault.seal_bytes(SEALED, pushed.receipt_id, xml)
    about = (receipt_id, actor.id, own, root_id, filled.edits)
    await connection.execute(queries.ADD, *about, sealed, clock.now())
    names = sorted(map(kept_name, filled.photos[:MOST_PHOTOS]))
    await expect(connection, actor, receipt_id, _uuid(visit["assignment_id"]), names)
    if edited is not None:
        inherited = [name for name in names if name not in sent]
        await carry_over(connection, actor, vault, store_of(wanted), edited["receipt_id"], receipt_id, inherited)
    accepted = pushed.fate.status in (PushStatus.ACCEPTED, PushStatus.DUPLICATE)
    stale = bool(await connection.fetchval(queries.STALE, receipt_id))
    return Settled(own, accepted, True, pushed.fate.problem, await _to_come(actor, receipt_id), stale)


async def _again(actor: Actor, vault: Vault, xml: bytes, filled: FilledForm, before: asyncpg.Record) -> Settled:
    """A filled form that came in before: the same bytes bring more photos, or nothing; other bytes are refused."""
    if before["replaced"]:
        raise Replaced
    if not before["xml"] or vault.open_bytes(SEALED, before["receipt_id"], before["xml"]) != xml:
        raise OtherSubmission
    standing = standing_of(before)
    if standing is Standing.DISCARDED:
        raise PutAside
    problem = orjson.loads(before["problem"]) if standing is not Standing.ACCEPTED else None
    to_come = await _to_come(actor, before["receipt_id"])
    return Settled(filled.instance_id, standing is Standing.ACCEPTED, False, problem, to_come)


async def _form(actor: Actor, filled: FilledForm) -> Form:
    version = int(filled.version) if filled.version.isdecimal() and len(filled.version) < 11 else 0
    found = await actor.connection.fetchrow(queries.NAMED, filled.form_id, min(version, MAX_VERSION))
    if found is None:
        raise UnknownForm
    if found["status"] is None:
        raise UnknownFormVersion
    if found["status"] != QuestionnaireStatus.PUBLISHED or not found["asked"]:
        raise FormNotAccepting
    return Form.model_validate_json(found["content"])


def _edited(row: asyncpg.Record | None) -> asyncpg.Record:
    """What this one edits, if it is the newest of its chain."""
    if row is None:
        raise UnknownPredecessor
    if row["replaced"]:
        raise Replaced
    return row


async def _to_come(actor: Actor, receipt_id: UUID) -> frozenset[str]:
    return frozenset(row["name"] for row in await actor.connection.fetch(queries.TO_COME, receipt_id))


async def take_photos(
    door: CollectDoor, vault: Vault, wanted: Settings, settled: Settled, files: list[SentFile]
) -> tuple[int, int]:
    """Keep the photos that the form names and that are not here yet: how many are still to come, how many were no use.

    Each is drawn before a connection is taken and committed by itself. What the form does not name is not taken.
    """
    to_come, useless = set(settled.to_come), 0
    for file in files:
        name = kept_name(file.name)
        if name not in to_come:
            continue
        refusal: Problem | None = None if not file.too_large else PhotoTooLarge()
        if refusal is None:
            async with SLOTS:
                piece = await _drawn(file)
                async with door.open() as (_, actor, _):
                    store = store_of(wanted)
                    taken = await take_piece(actor.connection, actor, vault, store, settled.visit_id, name, piece)
            refusal = taken.refusal
        if refusal is None:
            to_come.remove(name)
        else:
            useless += 1
    return len(to_come), useless


async def _drawn(file: SentFile) -> Piece:
    """All of a photo, drawn anew, as the attachments take it."""
    piece = Piece(file.sealed, 0, file.sealed.size)
    return replace(piece, drawn=await redraw(await to_thread(piece.read)), was_drawn=True)


def kept_name(name: str) -> str:
    """A file's name as attachments go by: Collect's own as it is, another one in ASCII with a mark of its own."""
    if PLAIN_NAME.fullmatch(name):
        return name
    stem, _, suffix = name.rpartition(".")
    plain = re.sub(r"[^A-Za-z0-9]+", "-", normalize("NFKD", stem).encode("ascii", "ignore").decode()).strip("-")
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{plain[:50] or 'photo'}-{mark}.{re.sub('[^A-Za-z0-9]', '', suffix)[:8].lower()}"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
