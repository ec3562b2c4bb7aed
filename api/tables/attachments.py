"""Photos: what a visit announced, what came of it in pieces, and the picture that is kept."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from api.core.table import Identified, Table, sealed

OF_ATTACHMENT = ("attachments.receipt_id", "attachments.name")


class Attachment(Table, table=True):
    """A file that an item announced or is known to bring; it hangs on the receipt, so it outlasts quarantine.

    `visit_id` and `assignment_id` are what the item says of itself: the visit may never be recorded, and the assignment
    may be nobody's. `sha256` and `size` are empty where only the name is known. Only ever added.
    """

    __tablename__ = "attachments"

    receipt_id: UUID = Field(foreign_key="receipts.id", primary_key=True)
    name: str = Field(primary_key=True, max_length=80)
    visit_id: UUID = Field(index=True)
    assignment_id: UUID | None = Field(default=None, index=True)
    sender_id: UUID = Field(foreign_key="principals.id", index=True)
    sha256: str | None = Field(default=None, max_length=64)
    size: int | None = None
    announced_at: datetime


class Photo(Identified, table=True):
    """A picture that is kept, in a sealed file named by its id; `sha256` and `size` are of the bytes that came.

    `picture_sha256` is of the picture as we drew it anew: two photos that only differ in their EXIF share it. `found`
    is what the EXIF said of place and time.
    """

    __tablename__ = "photos"
    __table_args__ = (
        sa.UniqueConstraint("receipt_id", "name"),
        sa.ForeignKeyConstraint(("receipt_id", "name"), OF_ATTACHMENT),
    )

    receipt_id: UUID
    name: str = Field(max_length=80)
    sha256: str = Field(max_length=64)
    size: int
    picture_sha256: str = Field(max_length=64, index=True)
    width: int
    height: int
    found: bytes | None = sealed("photo.found", default=None, nullable=True)
    arrived_at: datetime


class PhotoPart(Identified, table=True):
    """A piece of a photo whose line broke; all of them go when the photo is whole."""

    __tablename__ = "photo_parts"
    __table_args__ = (
        sa.UniqueConstraint("receipt_id", "name", "position"),
        sa.ForeignKeyConstraint(("receipt_id", "name"), OF_ATTACHMENT),
    )

    receipt_id: UUID
    name: str = Field(max_length=80)
    position: int
    size: int
    body: bytes = sealed("photo.part")
    arrived_at: datetime
