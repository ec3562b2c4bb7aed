"""Who acts: the principal that the database asks at every request, staff, machines, and their secrets."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from api.core.table import Identified, Table, hashed, sealed, text_enum


class PrincipalKind(StrEnum):
    STAFF = "staff"
    CLIENT = "client"


class PrincipalRole(StrEnum):
    BAPPEDA = "bappeda"
    COORDINATOR = "coordinator"
    ENUMERATOR = "enumerator"
    DISKOMINFO = "diskominfo"
    OBSERVER = "observer"
    CLIENT = "client"


class Principal(Identified, table=True):
    """The one row behind every request: role, team and whether it still may; `version` kills older tokens."""

    __tablename__ = "principals"

    kind: PrincipalKind = Field(sa_type=text_enum(PrincipalKind))
    role: PrincipalRole = Field(sa_type=text_enum(PrincipalRole))
    team_id: UUID | None = Field(default=None, foreign_key="teams.id", index=True)
    scopes: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    active: bool = True
    version: int = 1


class StaffMember(Table, table=True):
    """A person of the city or of the field organisation."""

    __tablename__ = "staff"

    id: UUID = Field(foreign_key="principals.id", primary_key=True)
    username: str = Field(max_length=60, unique=True)
    name: str = Field(max_length=120)
    created_at: datetime
    revision: int = 1


class Credential(Table, table=True):
    """A password's argon2id hash; no row means that the account has not been activated."""

    __tablename__ = "credentials"

    principal_id: UUID = Field(foreign_key="principals.id", primary_key=True)
    password_hash: str = Field(max_length=300)
    changed_at: datetime


class SecondFactor(Table, table=True):
    """The secret of a person's authenticator app, sealed; it counts once a code of it has confirmed it.

    `last_step` is the time step (RFC 6238) of the last code that was taken: a code works once.
    """

    __tablename__ = "second_factors"

    staff_id: UUID = Field(foreign_key="staff.id", primary_key=True)
    secret: bytes = sealed("second_factors.secret", row="staff_id")
    enrolled_at: datetime
    confirmed_at: datetime | None = None
    last_step: int = Field(default=0, sa_type=sa.BigInteger)


class FailedSignIn(Table, table=True):
    """How often somebody failed to sign in, by the keyed hash of an account's name or of an address."""

    __tablename__ = "failed_sign_ins"

    bucket: str = Field(primary_key=True, max_length=64)
    failures: int
    ends_at: datetime = Field(index=True)


class ActivationCode(Identified, table=True):
    """A one-time code with which a person sets the first password; only its hash is stored."""

    __tablename__ = "activation_codes"

    staff_id: UUID = Field(foreign_key="staff.id", index=True)
    code_hash: bytes = hashed(unique=True)
    expires_at: datetime
    used_at: datetime | None = None


class RefreshToken(Identified, table=True):
    """One link of a rotating family: used once, and once more only under the lost-answer rule (trust.md 5.4)."""

    __tablename__ = "refresh_tokens"

    family_id: UUID = Field(index=True)
    principal_id: UUID = Field(foreign_key="principals.id", index=True)
    token_hash: bytes = hashed(unique=True)
    device_id: str | None = Field(default=None, max_length=80)
    client_id: UUID | None = Field(default=None, foreign_key="clients.id")  # an app that came with a code
    scopes: list[str] | None = Field(default=None, sa_type=ARRAY(sa.Text))  # never more than the app asked for
    issued_at: datetime
    expires_at: datetime
    family_ends_at: datetime
    used_at: datetime | None = None
    child_id: UUID | None = None
    revoked_at: datetime | None = None


class Client(Table, table=True):
    """A system of an agency that calls us as a machine."""

    __tablename__ = "clients"

    id: UUID = Field(foreign_key="principals.id", primary_key=True)
    client_id: str = Field(max_length=60, unique=True)
    name: str = Field(max_length=120)
    agency: str = Field(max_length=120)
    redirect_uris: list[str] = Field(
        default_factory=list, sa_type=ARRAY(sa.Text), sa_column_kwargs={"server_default": "{}"}
    )
    jwks: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    created_at: datetime
    revision: int = 1


class ClientSecret(Identified, table=True):
    """A machine's secret as a hash; two may live at once, so that a change needs no pause."""

    __tablename__ = "client_secrets"

    client_id: UUID = Field(foreign_key="clients.id", index=True)
    secret_hash: bytes = hashed(unique=True)
    created_at: datetime
    revoked_at: datetime | None = None


class AuthorizationCode(Identified, table=True):
    """A code that an app exchanges for tokens: once, within a minute, with the verifier of its challenge (PKCE)."""

    __tablename__ = "authorization_codes"

    code_hash: bytes = hashed(unique=True)
    client_id: UUID = Field(foreign_key="clients.id")
    principal_id: UUID = Field(foreign_key="principals.id")
    version: int
    redirect_uri: str = Field(max_length=300)
    code_challenge: str = Field(max_length=43)
    scopes: list[str] = Field(sa_type=ARRAY(sa.Text))
    issued_at: datetime
    expires_at: datetime = Field(index=True)
    used_at: datetime | None = None
    family_id: UUID | None = None


class UsedAssertion(Table, table=True):
    """An assertion with which a client proved who it is, so that nobody can show it again (RFC 7523)."""

    __tablename__ = "used_assertions"

    assertion_hash: bytes = hashed(primary_key=True)
    expires_at: datetime = Field(index=True)
