"""Bodies of the imports room."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self, get_args
from uuid import UUID

from pydantic import Field, model_validator

from api.access.schemas import StaffRole
from api.core.paging import Paging
from api.core.problems import Invalid
from api.core.schema import In, Out
from api.tables import FindingLevel, ImportPart, ImportStatus

LayoutName = Literal["dtks_bdt", "dtks_person", "p3ke_family", "p3ke_person", "dtsen", "staff"]


class ImportIn(In):
    """The fields beside the file."""

    campaign_id: UUID
    layout: LayoutName | None = None
    dry_run: bool = False
    create_households: bool = False
    desil_max: Annotated[int, Field(ge=1, le=10)] | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        """P3KE ranks nearly everybody: which households are visited has to be said."""
        if self.create_households and self.desil_max is None:
            raise Invalid("/desil_max", "missing")
        if self.desil_max is not None and not self.create_households:
            raise Invalid("/create_households", "missing")
        return self


class ImportOut(Out):
    """A file and how far it is."""

    id: UUID
    campaign_id: UUID
    layout: Annotated[str, Field(description="As given, or as guessed from the header.")]
    dry_run: bool
    create_households: bool
    desil_max: int | None
    status: ImportStatus
    sha256: Annotated[str, Field(description="Of the file as it was sent.")]
    members_sha256: Annotated[str | None, Field(description="Of the file of people as it was sent.")]
    rows: Annotated[int, Field(description="Rows read, of both files where there are two, without the header.")]
    accepted: int
    rejected: Annotated[int, Field(description="Rows with at least one error; the others went on.")]
    warnings: Annotated[int, Field(description="Findings that reject nothing.")]
    by_code: Annotated[dict[str, int], Field(description="Findings of each code.")]
    households: Annotated[int, Field(description="Households this file added (a dry run: would add).")]
    accounts: Annotated[int, Field(description="`staff`: accounts this file added (a dry run: would add).")]
    teams: Annotated[int, Field(description="`staff`: teams this file added (a dry run: would add).")]
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
    file: ImportPart | None = None


class ImportFindingOut(Out):
    """What is wrong with one cell. The value itself is never shown."""

    row: Annotated[int, Field(description="As a spreadsheet counts: the header is row 1.")]
    column: str
    code: str
    level: FindingLevel
    message: str
    file: Annotated[ImportPart, Field(description="The file that the row stands in.")]


class ImportedPersonOut(Out):
    """A person whom a file of people named, and the username that the person signs in with."""

    row: Annotated[int, Field(description="As a spreadsheet counts: the header is row 1.")]
    staff_id: Annotated[UUID | None, Field(description="Null in a dry run, for an account that would be added.")]
    username: Annotated[str, Field(description="The file's, or made from the name.")]
    name: Annotated[str | None, Field(description="Of the account as it is now.")]
    role: Annotated[StaffRole | None, Field(description="Of the account as it is now.")]
    team: Annotated[str, Field(description="The team that the file named the person for.")]
    added: Annotated[bool, Field(description="Whether this file added the account (a dry run: would add).")]


class IssuedCodeOut(Out):
    """One slip: who signs in as whom, and the one-time code."""

    team: str
    name: str
    role: StaffRole
    username: str
    code: Annotated[str, Field(examples=["K7QD-2M9X-V4TR-8HPA"])]


class IssuedCodesOut(Out):
    """Codes of everybody who needs one, team by team, the coordinator first. They are shown here and never again."""

    import_id: UUID
    campaign: str
    expires_at: Annotated[datetime | None, Field(description="Null when everybody has a password already.")]
    codes: list[IssuedCodeOut]


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
                            "description": "XLSX, or CSV with `,` `;` or tab, UTF-8 or Windows-1252, to 256 MiB.",
                        },
                        "members_file": {
                            "type": "string",
                            "contentMediaType": "application/octet-stream",
                            "description": "With `dtks_bdt`, and only then: the people of the households in `file`, "
                            "joined by `IDBDT`. Both files together to 256 MiB.",
                        },
                        "campaign_id": {"type": "string", "format": "uuid"},
                        "layout": {
                            "type": "string",
                            "enum": [*get_args(LayoutName)],
                            "description": "Guessed from the header when it is not given. `staff` is a list of people: "
                            "`Nama`, `Peran`, `Tim`, and when they stand there `Username`, `Kecamatan`.",
                        },
                        "dry_run": {
                            "type": "boolean",
                            "default": False,
                            "description": "Count and report, store nothing else.",
                        },
                        "create_households": {
                            "type": "boolean",
                            "default": False,
                            "description": "P3KE only: make households of families that no person of ours belongs to.",
                        },
                        "desil_max": {
                            "type": "integer",
                            "minimum": 1,
                            "maximum": 10,
                            "description": "With `create_households`: of families up to this desil.",
                        },
                    },
                }
            }
        },
    }
}
