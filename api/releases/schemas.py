"""Bodies of the releases room."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import Field

from api.core.paging import Paging
from api.core.schema import In, Out
from api.core.types import RegionCode
from api.tables import ManifestStatus


class FileName(StrEnum):
    """The files of a release; `households.xlsx` has further parts when there are more than 100,000 households."""

    HOUSEHOLDS_CSV = "households.csv"
    HOUSEHOLDS_NDJSON = "households.ndjson"
    HOUSEHOLDS_XLSX = "households.xlsx"
    MEMBERS_CSV = "members.csv"
    DTKS_UPDATE_CSV = "dtks_update.csv"
    INCLUSION_CANDIDATES_CSV = "inclusion_candidates.csv"
    EXCLUSION_CANDIDATES_CSV = "exclusion_candidates.csv"


FileAsked = Annotated[
    str,
    Path(
        pattern=r"^[a-z_]+(-[1-9][0-9]{0,2})?\.(csv|ndjson|xlsx)$",
        max_length=40,
        description="One of the release's `files`.",
        examples=[name.value for name in FileName],
    ),
]


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
    """A numbered release: what it holds never changes, its manifest comes a little later."""

    id: UUID
    campaign_id: UUID
    number: Annotated[int, Field(description="Counts up within the campaign, from 1.")]
    counts: ReleaseCounts
    files: Annotated[
        list[str],
        Field(description="What you may download; nothing for an agency.", examples=[["households.csv"]]),
    ]
    manifest_status: Annotated[
        ManifestStatus,
        Field(
            description="`hashing`: the worker makes every file once to hash it, `ready`: `/manifest` answers, "
            "`failed`: it could not, and the next start of the worker tries again."
        ),
    ]
    created_by: UUID
    created_at: datetime


class DifferenceFilter(Paging):
    """Which release to hold this one against."""

    against: Annotated[UUID, Field(description="The other release, usually the one before.")]


class Change(StrEnum):
    """What became of a household between two releases."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


Value = str | int | list[str] | dict[str, list[str]] | None


class FieldDifference(Out):
    """What a field says in the other release, and what in this one."""

    before: Value
    after: Value


class HouseholdDifference(Out):
    """A household of which two releases do not say the same."""

    household_id: UUID
    region_code: RegionCode
    change: Change
    fields: Annotated[
        dict[str, FieldDifference],
        Field(description="The fields that differ; empty unless `changed`.."),
    ]
