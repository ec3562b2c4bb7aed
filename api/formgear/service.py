"""A version and an assignment out as FormGear's documents; a submission in, through the door of push."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from api.access.actor import Actor
from api.attachments.problems import PhotoTooLarge
from api.attachments.service import expect, take_piece
from api.attachments.store import Store
from api.campaigns.problems import NoPublishedForm
from api.core import clock
from api.core.database import Connection
from api.core.problems import NotFound, Problem
from api.core.vault import Vault
from api.formgear import presetting, queries
from api.formgear.keys import key_of
from api.formgear.pictures import Arrived
from api.formgear.reading import Photo, read_submission, version_of
from api.formgear.schemas import PhotoStatus
from api.formgear.template import Gear
from api.households.carrying import carry_households
from api.questionnaires.schemas import Form
from api.sync.push import Pushed, push
from api.tables import AssignmentStatus, ReceiptKind
from api.verdicts.returned import returned_verdicts
from api.visits.service import open_visit

AT_THE_DOOR = frozenset({AssignmentStatus.OPEN, AssignmentStatus.DOWNLOADED, AssignmentStatus.RETURNED})
APPROVED = frozenset({AssignmentStatus.APPROVED, AssignmentStatus.COMPLETED})
CAPI, ASSIGNED, OFFLINE = 2, 2, 2
SEALED = "formgear.documents"


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of a submission: of the visit in it, where its pointers point, and of each photo."""

    pushed: Pushed
    places: dict[str, str]
    photos: list[tuple[Photo, PhotoStatus, Problem | None]]


async def write_version(connection: Connection, questionnaire_id: UUID, version: int, language: str) -> bytes:
    """`template` and `validation` of a version as JSON; raises `NotFound`."""
    row = await connection.fetchrow(queries.VERSION, questionnaire_id, version)
    if row is None:
        raise NotFound
    return _documents(row["code"], row["title"], version, row["content"], language)


@lru_cache(maxsize=16)  # a published version never changes, and a hundred phones ask for it in the same morning
def _documents(code: str, title: str, version: int, content: str, language: str) -> bytes:
    gear = Gear(code, title, version, _form(content), language)
    return orjson.dumps({"template": gear.template(), "validation": gear.validation()})


@lru_cache(maxsize=16)
def _form(content: str) -> Form:
    return Form.model_validate_json(content)


async def write_assignment(
    connection: Connection, actor: Actor, vault: Vault, assignment_id: UUID, language: str
) -> dict[str, Any]:
    """What a client begins to fill in with; the look is on record. Raises `NotFound` and `NoPublishedForm`."""
    row = await connection.fetchrow(queries.ASSIGNMENT, assignment_id)
    if row is None:
        raise NotFound
    if row["content"] is None:
        raise NoPublishedForm
    gear = Gear(row["code"], row["title"], row["version"], _form(row["content"]), language)
    households, _ = await carry_households(connection, vault, actor.id, [row["household_id"]])
    if not households:
        raise NotFound
    people = [UUID(str(member["id"])) for member in households[0]["members"]]
    returned, visit = {}, None
    for told in await returned_verdicts(connection, actor, [assignment_id]):
        returned = told
        if returned["visit_id"] is not None:  # what Bappeda amended rests on no visit
            visit = await open_visit(connection, actor, vault, UUID(returned["visit_id"]))
    fields = ("names", "address") if visit is None else ("names", "address", "answers")
    await actor.disclose("read_formgear_assignment", [row["household_id"]], fields)
    return {
        "assignment_id": str(assignment_id),
        "questionnaire_id": str(row["questionnaire_id"]),
        "version": row["version"],
        "config": _config(AssignmentStatus(row["status"])),
        "preset": presetting.preset(gear, row["revision"], households[0]),
        "response": presetting.response(gear, people, visit),
        "media": {"dataKey": gear.code, "media": []},
        "remark": presetting.remark(gear, people, visit, returned),
    }


def _config(status: AssignmentStatus) -> dict[str, int]:
    """FormGear opens a form for writing in `formMode` 1 alone; 3 is submitted, 4 approved (its README)."""
    mode = 1 if status in AT_THE_DOOR else 4 if status in APPROVED else 3
    return {"clientMode": CAPI, "formMode": mode, "initialMode": ASSIGNED, "lookupMode": OFFLINE}


async def submit(
    connection: Connection, actor: Actor, vault: Vault, store: Store, assignment_id: UUID, arrived: Arrived
) -> Submitted:
    """Take in what was filled in: kept first, judged second, what a retry cannot mend waits for a person."""
    submission, response = arrived.submission, arrived.submission.response
    version = version_of(response.template_version)
    row = await connection.fetchrow(queries.FORM, assignment_id, response.template_data_key, version)
    if row["code"] not in (None, response.template_data_key):
        version = None  # another questionnaire than the campaign's; answers without a version wait for a person
    form = _form(row["content"]) if row["content"] else None
    reading = read_submission(submission, assignment_id, arrived.photos, version, form)
    said = json.dumps(reading.visit).encode()  # whatever the documents hold: numbers of any length, half an emoji
    (pushed,) = await push(connection, actor, vault, submission.device_id, [(ReceiptKind.VISIT, said)])
    documents = vault.seal_bytes(SEALED, pushed.receipt_id, arrived.documents)
    await connection.execute(queries.KEEP, pushed.receipt_id, documents, clock.now())
    awaited = [one.name for one in arrived.photos if one.data is None]
    if awaited:
        await expect(connection, actor, pushed.receipt_id, assignment_id, awaited)
    photos = [await _take(connection, actor, vault, store, arrived, one) for one in arrived.photos]
    return Submitted(pushed, _places(pushed, reading.rows), photos)


async def _take(
    connection: Connection, actor: Actor, vault: Vault, store: Store, arrived: Arrived, photo: Photo
) -> tuple[Photo, PhotoStatus, Problem | None]:
    """What became of a photo; one that is refused takes nothing else along."""
    if photo.data is None:
        return photo, "missing", None
    if (piece := arrived.pieces.get(photo.name)) is None:
        return photo, "refused", PhotoTooLarge() if photo.data else NotFound()
    try:
        taken = await take_piece(connection, actor, vault, store, arrived.submission.id, photo.name, piece)
    except NotFound as unannounced:  # the visit could not be read so far as to announce it
        return photo, "refused", unannounced
    return photo, "held" if taken.refusal is None else "refused", taken.refusal


def _places(pushed: Pushed, rows: tuple[int, ...]) -> dict[str, str]:
    """Every pointer of the answer, by the key that the template gives to what stands there."""
    pointers = [one["pointer"] for one in orjson.loads(pushed.fate.findings)]
    if pushed.fate.problem and pushed.fate.problem["errors"]:
        pointers += [pointer for pointer, _ in pushed.fate.problem["errors"]]
    return {pointer: key for pointer in pointers if (key := key_of(pointer, rows)) is not None}
