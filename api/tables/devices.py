"""Phones: a person on a phone is an enrolment, made at sign-in and cut off for good by whoever leads the team."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, UniqueConstraint

from api.core.table import Identified


class Device(Identified, table=True):
    """One person's enrolment of one phone. `device_id` is what the app calls itself; a shared phone is two enrolments.

    One that was revoked stays revoked: a phone that is found again enrols anew, under an id of its own making.
    """

    __tablename__ = "devices"
    __table_args__ = (UniqueConstraint("staff_id", "device_id"),)

    staff_id: UUID = Field(foreign_key="staff.id")
    device_id: str = Field(max_length=80)
    name: str | None = Field(default=None, max_length=80)
    app_version: str | None = Field(default=None, max_length=40)
    enrolled_at: datetime
    signed_in_at: datetime
    revoked_at: datetime | None = None
    revoked_by: UUID | None = Field(default=None, foreign_key="principals.id")
    reason: str | None = Field(default=None, max_length=500)
