"""A parcel from a phone into its items: each keeps the exact bytes that it came in, whatever is wrong with it.

msgspec hands out the items of the body as the slices that they are; Pydantic reads each by itself, so that one broken
item never takes the others.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import msgspec
import orjson
from msgspec import Meta, Raw
from pydantic import ValidationError

from api.core.problems import Invalid, noted_problem
from api.core.schema import pointer_of
from api.core.types import is_personal_number
from api.households.bodies import HouseholdIn
from api.sync.push_schemas import MOST_ITEMS
from api.tables import ReceiptKind
from api.visits.receipts import Received
from api.visits.schemas import VisitIn

MOST_ERRORS = 20
NAMELESS = UUID(int=0)  # what an item without an id is about; its content tells it from the sender's others
# What JSON's grammar lets a phone write and a strict reader refuses: half an emoji, a number that is none.
UNREADABLE = re.compile(rb"\\u[0-9a-fA-F]{4}|NaN|Infinity")
WHERE = re.compile(r"`\$\.(\w+)")


class Parcel(msgspec.Struct, forbid_unknown_fields=True):
    """What a phone sends in one call; the items are not read yet."""

    device_id: Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00]*$")]
    households: Annotated[list[Raw], Meta(max_length=MOST_ITEMS)] = msgspec.field(default_factory=list)
    visits: Annotated[list[Raw], Meta(max_length=MOST_ITEMS)] = msgspec.field(default_factory=list)


class Named(msgspec.Struct):
    """Of an item its id alone; the rest of it is passed over."""

    id: UUID


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its receipt to be, its body if it can be read, else the refusal; and what it claims to be about."""

    received: Received
    id: UUID | None
    body: VisitIn | HouseholdIn | None
    refusal: dict[str, Any] | None = None
    assignment_id: UUID | None = None
    canonical: bytes = b""


def take_apart(body: bytes) -> tuple[str, list[tuple[ReceiptKind, bytes]]]:
    """The phone's id and its items, households first; raises 422 when the parcel itself is no parcel."""
    try:
        parcel = _cut(body)
    except msgspec.ValidationError as refused:
        found = WHERE.search(str(refused))
        raise Invalid(f"/{found[1]}" if found else "", "invalid") from refused
    except (msgspec.DecodeError, RecursionError, ValueError) as refused:
        raise Invalid("", "json_invalid") from refused
    if is_personal_number(parcel.device_id):
        raise Invalid("/device_id", "personal_number")
    if len(parcel.households) + len(parcel.visits) > MOST_ITEMS:
        raise Invalid("/visits", "too_long")
    told = [(ReceiptKind.HOUSEHOLD, bytes(item)) for item in parcel.households]
    return parcel.device_id, told + [(ReceiptKind.VISIT, bytes(item)) for item in parcel.visits]


def _cut(body: bytes) -> Parcel:
    try:
        return msgspec.json.decode(body, type=Parcel)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        # Cut a copy in which every such place is harmless and as long as before; the slices are the original's.
        harmless = UNREADABLE.sub(_harmless, body)
        parcel = msgspec.json.decode(harmless, type=Parcel)
    place = 0
    for name in sorted(("households", "visits"), key=lambda name: harmless.find(b'"' + name.encode() + b'"')):
        slices = []
        for item in map(bytes, getattr(parcel, name)):
            place = harmless.index(item, place)
            slices.append(Raw(body[place : place + len(item)]))
            place += len(item)
        setattr(parcel, name, slices)
    return parcel


def _harmless(found: re.Match[bytes]) -> bytes:
    return rb"\u0041" if found[0].startswith(b"\\") else b"1" * len(found[0])


def id_of(said: bytes) -> UUID | None:
    """The id that an item names, without reading the rest of it; none when there is none that can be read."""
    try:
        return msgspec.json.decode(said, type=Named).id
    except (msgspec.DecodeError, RecursionError, ValueError):
        return None


def read_item(kind: ReceiptKind, said: bytes) -> Item:
    """One item read by itself; what cannot be read has a refusal that names the field and never the value."""
    try:
        body = (VisitIn if kind is ReceiptKind.VISIT else HouseholdIn).model_validate_json(said)
    except ValidationError as refused:
        return _broken(kind, said, _noted(refused))
    claims = body.assignment_id
    content = (
        body.canonical()
        if isinstance(body, VisitIn)
        else orjson.dumps(body.model_dump(mode="json", exclude_unset=True), option=orjson.OPT_SORT_KEYS)
    )
    return Item(Received(kind, body.id, said, hashlib.sha256(content).digest()), body.id, body, None, claims, content)


def _noted(refused: ValidationError) -> dict[str, Any]:
    errors = []
    for error in refused.errors(include_url=False, include_context=False, include_input=False)[:MOST_ERRORS]:
        pointer = pointer_of(error["loc"])
        # the name of an unknown field is the sender's text and may hold anything
        errors.append([pointer.rpartition("/")[0] if error["type"] == "extra_forbidden" else pointer, error["type"]])
    return noted_problem(Invalid("", "invalid")) | {"errors": errors}


def _broken(kind: ReceiptKind, said: bytes, refusal: dict[str, Any]) -> Item:
    """An item that cannot be read: known by its id where it has one, else by its content."""
    try:
        plain = json.loads(said)
        content = json.dumps(plain, sort_keys=True).encode()
    except (ValueError, RecursionError):
        plain, content = None, said
    digest = hashlib.sha256(content).digest()
    named = plain if isinstance(plain, dict) else {}
    own = _uuid(named.get("id"))
    return Item(Received(kind, own or NAMELESS, said, digest), own, None, refusal, _uuid(named.get("assignment_id")))


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None
