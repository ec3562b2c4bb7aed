"""Bodies of the releases room."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.core.paging import Paging
from api.core.schema import In, Out


class FileName(StrEnum):
    """The files of a release."""

    HOUSEHOLDS_CSV = "households.csv"
    HOUSEHOLDS_NDJSON = "households.ndjson"
    DTKS_UPDATE_CSV = "dtks_update.csv"


class ReleaseIn(In):
    """Which campaign's decided verdicts to freeze."""

    campaign_id: UUID


class ReleaseFilter(Paging):
    """Which releases to list."""

    campaign_id: UUID | None = None


class SourceCount(Out):
    """A list's households in this release, and how many of them are valid."""

    households: int
    valid: Annotated[
        int, Field(description="Field result `completed` and at least one listed person found living there.")
    ]


class ReleaseCounts(Out):
    """What is in a release. A household that two lists name counts under each."""

    households: int
    by_eligibility: dict[str, int]
    by_field_result: dict[str, int]
    by_registry_action: dict[str, int]
    by_source: dict[str, SourceCount]


class ReleaseOut(Out):
    """A numbered release; it never changes."""

    id: UUID
    campaign_id: UUID
    number: Annotated[int, Field(description="Counts up within the campaign, from 1.")]
    counts: ReleaseCounts
    files: Annotated[list[FileName], Field(description="What you may download.")]
    created_by: UUID
    created_at: datetime
