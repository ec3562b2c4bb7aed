"""Bodies of a code for Collect, and what the contract says of OpenRosa's own answers."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from api.core.schema import In, Out


class CollectPhoneIn(In):
    """Which phone of yours."""

    name: Annotated[str, Field(min_length=1, max_length=80, examples=["Samsung A14 Siti"])]


class CollectPhoneOut(Out):
    """A phone with Collect, and the code that sets it up: shown once."""

    id: Annotated[UUID, Field(description="Of the phone: `POST /v1/devices/{id}/revocations` cuts it off.")]
    staff_id: UUID
    name: str
    server_url: Annotated[str, Field(description="For who types it in. It opens the person's work: keep it secret.")]
    settings: Annotated[dict[str, Any], Field(description="What the code says, as Collect reads it.")]
    code: Annotated[str, Field(description="The text of the QR code: the settings, zlib, base64.")]
    expires_at: datetime


def _text(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"text/xml": {"schema": {"type": "string"}}}}


REFUSED = {
    400: "Not OpenRosa 1.0, or not readable.",
    403: "The code does not work.",
    404: "Unknown form or version; an edit came before what it edits.",
    409: "Other content under this id, replaced, put aside, or a form that takes nothing.",
    413: "Too large.",
    415: "Encoded.",
    422: "A parameter is not valid, or the form is encrypted.",
    429: "Too many calls.",
    503: "Busy: again, later.",
}


def told(*statuses: int, ok: dict[int | str, dict[str, Any]]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route of Collect's: refusals are OpenRosa's envelope too."""
    return {**{status: _text(REFUSED[status]) for status in (400, 403, 413, 422, 429, 503, *statuses)}, **ok}


def body(kind: str, description: str) -> dict[int | str, dict[str, Any]]:
    """A 200 of this media type."""
    return {200: {"description": description, "content": {kind: {"schema": {"type": "string"}}}}}


ENVELOPE: dict[str, Any] = {"content": {"text/xml": {"schema": {"type": "string"}}}}
PARCEL: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["xml_submission_file"],
                    "properties": {
                        "xml_submission_file": {"type": "string", "format": "binary", "description": "At most 1 MiB."},
                        "*isIncomplete*": {"type": "string", "description": "Not read: the form names its files."},
                    },
                    "additionalProperties": {
                        "type": "string",
                        "format": "binary",
                        "description": "Photos and `audit.csv` by name.",
                    },
                }
            }
        },
    }
}
