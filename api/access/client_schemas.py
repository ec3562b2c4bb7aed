"""Bodies of machines and apps: what they may ask for, where they live, and how they prove who they are."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from api.access.roles import Permission
from api.access.schemas import Name
from api.core.paging import Paging
from api.core.schema import In, Out


class ClientFilter(Paging):
    """Which machines to list."""

    active: bool | None = None


ClientId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9._-]{2,59}$", examples=["dinsos-siks"])]
Scopes = Annotated[list[Permission], Field(min_length=1, max_length=20)]


# exact addresses: https, a loopback for apps on a desk, or an app's own scheme (RFC 8252); nothing that CSP would read
ADDRESS = r"[A-Za-z0-9._~%/?&=+:-]*"
RedirectUri = Annotated[
    str,
    Field(
        max_length=300,
        pattern=rf"^(https://[A-Za-z0-9.-]+(:[0-9]+)?(/{ADDRESS})?"
        rf"|http://(127\.0\.0\.1|localhost)(:[0-9]+)?(/{ADDRESS})?|[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:/{ADDRESS})$",
        examples=["https://dasbor.malangkota.go.id/callback"],
    ),
]
RedirectUris = Annotated[list[RedirectUri], Field(max_length=10)]
Coordinate = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]


class PublicKey(In):
    """The public half of a key of the client's own; the private half is refused and must never be sent."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: Coordinate
    y: Coordinate
    kid: Annotated[str, Field(min_length=1, max_length=80)]
    use: Literal["sig"] = "sig"
    alg: Literal["ES256"] = "ES256"


class PublicKeys(In):
    """The keys with which the client signs its assertions: the present one, and the next while it changes over."""

    keys: Annotated[list[PublicKey], Field(min_length=1, max_length=3)]


class ClientIn(In):
    """A system of an agency."""

    client_id: ClientId
    name: Name
    agency: Name
    scopes: Scopes
    redirect_uris: RedirectUris = Field(
        default_factory=list, description="Where the login page may send a person back to, letter by letter."
    )
    jwks: PublicKeys | None = Field(default=None, description="For `private_key_jwt`, instead of a secret.")


class ClientChange(In):
    """What to change; what is left out stays."""

    name: Name = Field(default_factory=str)
    agency: Name = Field(default_factory=str)
    scopes: Scopes = Field(default_factory=list)
    redirect_uris: RedirectUris = Field(default_factory=list)
    jwks: PublicKeys | None = None
    active: bool = Field(default_factory=bool, description="`false` acts on the next request.")


class ClientOut(Out):
    """A machine client."""

    id: UUID
    client_id: str
    name: str
    agency: str
    scopes: list[str]
    redirect_uris: list[str]
    jwks: dict[str, list[dict[str, str]]] | None
    active: bool
    created_at: datetime
    revision: int


class ClientSecretOut(Out):
    """A secret. It is shown here and never again; of three the oldest ends."""

    id: UUID
    client_id: str
    client_secret: str
    created_at: datetime
    revoked_secret_ids: list[UUID]
