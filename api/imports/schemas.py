"""Bodies of the imports room."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from api.core.paging import Paging
from api.core.schema import In, Out
from api.tables import FindingLevel, ImportStatus

Layout = Literal["dtks_person"]


class ImportIn(In):
    """The fields beside the file."""

    campaign_id: UUID
    layout: Layout | None = None
    dry_run: bool = False


class ImportOut(Out):
    """A file and how far it is."""

    id: UUID
    campaign_id: UUID
    layout: str
    dry_run: bool
    status: ImportStatus
    sha256: Annotated[str, Field(description="Of the file as it was sent.")]
    rows: Annotated[int, Field(description="Rows read, without the header.")]
    accepted: int
    rejected: Annotated[int, Field(description="Rows with at least one error; the others went on.")]
    warnings: Annotated[int, Field(description="Findings that reject nothing.")]
    by_code: Annotated[dict[str, int], Field(description="Findings of each code.")]
    households: Annotated[int, Field(description="Households this file added (a dry run: would add).")]
    problem: Annotated[str | None, Field(description="Why the whole file failed.")]
    created_at: datetime
    finished_at: datetime | None


class ImportFilter(Paging):
    """Which imports to list."""

    campaign_id: UUID | None = None
    status: ImportStatus | None = None


class FindingFilter(Paging):
    """Which findings to list."""

    level: FindingLevel | None = None
    code: Annotated[str | None, Field(max_length=60)] = None


class FindingOut(Out):
    """What is wrong with one cell. The value itself is never shown."""

    row: Annotated[int, Field(description="As a spreadsheet counts: the header is row 1.")]
    column: str
    code: str
    level: FindingLevel
    message: str


# the route reads the stream itself, so FastAPI cannot see the form
MULTIPART: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "campaign_id"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "contentMediaType": "application/octet-stream",
                            "description": "CSV with `,` `;` or tab, UTF-8 or Windows-1252, at most 256 MiB.",
                        },
                        "campaign_id": {"type": "string", "format": "uuid"},
                        "layout": {
                            "type": "string",
                            "enum": ["dtks_person"],
                            "description": "Guessed from the header when it is not given.",
                        },
                        "dry_run": {
                            "type": "boolean",
                            "default": False,
                            "description": "Count and report, store nothing else.",
                        },
                    },
                }
            }
        },
    }
}
