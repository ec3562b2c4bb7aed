"""Bodies of the access room: sessions, tokens, people, machines."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from api.access.roles import Role
from api.core.paging import Paging
from api.core.schema import In, Out
from api.core.types import DeviceId

BEARER: Final = "Bearer"  # the one kind of token that we issue
USERNAME = r"^[a-z][a-z0-9._-]{2,59}$"
Username = Annotated[
    str, Field(pattern=USERNAME, description="Small letters, digits, `.`, `_`, `-`.", examples=["siti"])
]
PersonName = Annotated[str, Field(min_length=1, max_length=120, examples=["Siti Aminah"])]
Name = Annotated[str, Field(min_length=1, max_length=120)]
# spaces belong to a password; it is never longer than what we are ready to hash
Password = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=128), Field(repr=False)]
NewPassword = Annotated[
    str,
    StringConstraints(strip_whitespace=False, min_length=10, max_length=128),
    Field(repr=False, description="At least 10 characters; not the username, nothing that everybody tries first."),
]


class StaffRole(StrEnum):
    """The roles of people."""

    BAPPEDA = "bappeda"
    COORDINATOR = "coordinator"
    ENUMERATOR = "enumerator"
    DISKOMINFO = "diskominfo"
    OBSERVER = "observer"


class SessionIn(In):
    """A first-party sign-in."""

    username: Annotated[str, Field(min_length=1, max_length=60, examples=["siti"])]
    password: Password
    otp: Annotated[
        str | None,
        Field(
            max_length=20,
            repr=False,
            description="The code of the authenticator app; ignored where the role needs no second factor.",
        ),
    ] = None
    device_id: Annotated[
        DeviceId | None, Field(description="What the app calls this phone: enrols it, so it can be cut off.")
    ] = None
    device_name: Annotated[str | None, Field(min_length=1, max_length=80, examples=["Samsung A15"])] = None
    app_version: Annotated[str | None, Field(min_length=1, max_length=40, examples=["1.4.0"])] = None


class SessionOut(Out):
    """An access token, and the refresh token with which to get the next one."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: Annotated[int, Field(description="Seconds.")]
    scope: Annotated[str, Field(description="`second_factor:write` alone: a second factor has to be enrolled first.")]
    refresh_token: Annotated[str | None, Field(description="Null while a second factor has to be enrolled first.")]


class MeOut(Out):
    """Who is calling, as the database knows it now."""

    id: UUID
    kind: Literal["staff", "client"]
    username: Annotated[str, Field(description="A machine's `client_id`.")]
    name: str
    role: Role
    team_id: UUID | None
    scopes: list[str]
    campaign_ids: Annotated[list[UUID], Field(description="Field staff: where they have a team. Others: all.")]


class StaffFilter(Paging):
    """Which people to list."""

    role: StaffRole | None = None
    active: bool | None = None
    team_id: UUID | None = None


class StaffIn(In):
    """A new person. The password is set by the person, with an activation code."""

    username: Username
    name: PersonName
    role: StaffRole


class StaffChange(In):
    """What to change; what is left out stays."""

    # factories, not None: none of these may be null, and the contract shall not say otherwise
    name: PersonName = Field(default_factory=str)
    role: StaffRole = Field(default_factory=lambda: StaffRole.OBSERVER)
    active: bool = Field(default_factory=bool, description="`false` acts on the next request and ends every session.")


class StaffOut(Out):
    """A person who can sign in."""

    id: UUID
    username: str
    name: str
    role: Role
    team_id: UUID | None
    active: bool
    created_at: datetime
    revision: int


class ActivationCodeOut(Out):
    """A one-time code. It is shown here and never again."""

    code: Annotated[str, Field(examples=["K7QD-2M9X-V4TR-8HPA"])]
    expires_at: datetime


class ActivationIn(In):
    """Set the first password, or a new one, with a code."""

    code: Annotated[str, Field(min_length=1, max_length=40, repr=False)]
    password: NewPassword
