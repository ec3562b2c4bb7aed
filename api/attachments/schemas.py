"""What is said of the photos of visits."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from api.core.paging import Paging
from api.core.schema import Out
from api.questionnaires.paradata import EditIn, PositionIn, TimingIn

Status = Literal["missing", "partial", "held"]


class AttachmentOut(Out):
    """A photo that a visit announced, and how far it has come."""

    visit_id: Annotated[UUID, Field(description="As the phone called the visit; it may wait in quarantine.")]
    receipt_id: Annotated[UUID, Field(description="The receipt of the item that announced it.")]
    name: str
    assignment_id: UUID | None
    household_id: UUID | None
    enumerator_id: Annotated[UUID, Field(description="Who sent the visit, and sends the photo.")]
    status: Status
    sha256: Annotated[str | None, Field(description="Announced; null where the phone only gave a name.")]
    bytes: Annotated[int | None, Field(description="Announced.")]
    held_bytes: Annotated[int, Field(description="Go on from here.")]
    announced_at: datetime
    arrived_at: datetime | None
    width: int | None
    height: int | None
    reused_in: Annotated[
        list[UUID],
        Field(description="Visits to other doors that you may see with the same picture: for a person to look at."),
    ]


class AttachmentFilter(Paging):
    """Which photos to list."""

    visit_id: UUID | None = None
    assignment_id: UUID | None = None
    team_id: UUID | None = None
    enumerator_id: UUID | None = None
    status: Status | None = None
    reused: Annotated[bool | None, Field(description="Whether a visit to another door has it too.")] = None


class PieceOut(Out):
    """How much of a photo is held."""

    visit_id: UUID
    name: str
    held_bytes: Annotated[int, Field(description="Go on from here.")]
    whole: Annotated[bool, Field(description="The picture is kept: the phone may forget its file.")]


class FoundInPhoto(Out):
    """What the EXIF of a photo said; whoever took it may have written anything."""

    name: str
    arrived_at: datetime
    taken_at: Annotated[str | None, Field(description="As the camera wrote it, `YYYY:MM:DD HH:MM:SS`.")]
    offset: str | None
    lat: float | None
    lon: float | None
    make: str | None
    model: str | None
    software: str | None


class ParadataOut(Out):
    """How a visit was done, for people who look at its quality."""

    visit_id: UUID
    timings: list[TimingIn]
    positions: list[PositionIn]
    edits: list[EditIn]
    photos: list[FoundInPhoto]
