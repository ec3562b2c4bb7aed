"""Bodies of phones."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.core.paging import Paging
from api.core.schema import In, Out


class DeviceFilter(Paging):
    """Which phones to list."""

    staff_id: UUID | None = None
    revoked: bool | None = None


class DeviceRevocationIn(In):
    """Why the phone is cut off; it stays on record."""

    reason: Annotated[str, Field(min_length=3, max_length=500, examples=["Lost on the way home"])]


class DeviceOut(Out):
    """One person's enrolment of one phone; `device_id` is what the app calls itself."""

    id: UUID
    staff_id: UUID
    device_id: str
    name: str | None
    app_version: str | None
    enrolled_at: datetime
    signed_in_at: Annotated[datetime, Field(description="The latest sign-in with the password.")]
    revoked_at: datetime | None
    revoked_by: UUID | None
    reason: str | None
