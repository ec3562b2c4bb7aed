"""What a phone sends in one call, and what it is told of each item."""

from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field, StringConstraints

from api.core.problems import ItemProblem
from api.core.schema import In, Out
from api.questionnaires.schemas import FindingOut

MOST_ITEMS: Final = 500
MOST_BYTES: Final = 8 * 1024 * 1024

# The body is cut into its items without parsing them, so that the bytes stay the phone's: FastAPI cannot know it.
PUSH_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "title": "PushIn",
                    "description": f"At most {MOST_ITEMS} items and {MOST_BYTES} bytes. Households are taken in first.",
                    "required": ["device_id"],
                    "additionalProperties": False,
                    "properties": {
                        "device_id": {"type": "string", "minLength": 1, "maxLength": 80},
                        "households": {
                            "type": "array",
                            "maxItems": MOST_ITEMS,
                            "items": {"$ref": "#/components/schemas/HouseholdIn"},
                        },
                        "visits": {
                            "type": "array",
                            "maxItems": MOST_ITEMS,
                            "items": {"$ref": "#/components/schemas/VisitIn"},
                        },
                    },
                }
            }
        },
    }
}


class PushStatus(StrEnum):
    """What became of an item. In every case its bytes are kept."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    QUARANTINED = "quarantined"
    INVALID = "invalid"


class PushedItem(Out):
    """One item: `accepted` and `duplicate` are done; the others wait for a person, and `problem` says why."""

    id: Annotated[UUID | None, Field(description="The item's own id; null where it had none that can be read.")]
    status: PushStatus
    receipt: Annotated[UUID, Field(description="We hold the bytes under this number: the first one, on a retry.")]
    problem: ItemProblem | None
    findings: Annotated[
        list[FindingOut],
        Field(description="What the form's checks found in a visit accepted now; later at `GET /v1/visits/{id}`."),
    ]


class PushOut(Out):
    """One result an item: households first, then visits, each in the order of the body."""

    results: list[PushedItem]


class HeldIn(In):
    """Something that the phone believes to have sent."""

    id: UUID
    sha256: Annotated[
        str,
        StringConstraints(pattern=r"^[0-9a-f]{64}$"),
        Field(description="SHA-256, in small hex, of the exact bytes of the item's JSON as they were sent."),
    ]


class ReconcileIn(In):
    """What the phone believes to have sent."""

    items: Annotated[list[HeldIn], Field(max_length=1000)]


class HeldStatus(StrEnum):
    """Whether we hold an item: as sent and settled, not at all, otherwise than sent, or waiting for a person."""

    HELD = "held"
    MISSING = "missing"
    DIFFERS = "differs"
    QUARANTINED = "quarantined"


class HeldItem(Out):
    """What we hold of one item. `missing` and `differs`: push it again, it cannot be doubled."""

    id: UUID
    status: HeldStatus


class ReconcileOut(Out):
    """One result an item, in the order of the body."""

    results: list[HeldItem]
