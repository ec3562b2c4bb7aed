"""Bodies of the OAuth endpoints, which RFC 6749, 7517 and 8414 fix; forms are described, not parsed, by FastAPI."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.core.schema import Out

OAuthError = Literal[
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "invalid_scope",
    "unauthorized_client",
    "unsupported_grant_type",
]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal of RFC 6749 5.2. Returned, not raised: what was written at the door must stay."""

    error: OAuthError
    description: str

    @property
    def status(self) -> int:
        """401 where the client did not prove who it is, 400 otherwise."""
        return 401 if self.error == "invalid_client" else 400


class OAuthErrorOut(Out):
    """A refusal in the words of RFC 6749 5.2."""

    error: OAuthError
    error_description: str


class TokenOut(BaseModel):
    """An access token; machines get no refresh token, they ask again."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: Annotated[int, Field(description="Seconds.")]
    scope: str
    refresh_token: str | None = None


class TokenStateOut(BaseModel):
    """What a token is worth at this moment (RFC 7662); of one that is worth nothing, `active` alone."""

    active: bool
    scope: str | None = None
    client_id: str | None = None
    token_type: Literal["Bearer"] | None = None
    sub: str | None = None
    iss: str | None = None
    aud: str | None = None
    iat: int | None = None
    exp: int | None = None


class JwkOut(Out):
    """A public key (RFC 7517)."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str
    y: str
    kid: str
    use: Literal["sig"]
    alg: Literal["ES256"]


class JwksOut(Out):
    """The keys that our tokens are signed with: a gateway may verify them without asking."""

    keys: list[JwkOut]


class ServerMetadataOut(Out):
    """Where and how to get tokens (RFC 8414)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str
    introspection_endpoint: str
    jwks_uri: str
    scopes_supported: list[str]
    response_types_supported: list[str]
    response_modes_supported: list[str]
    code_challenge_methods_supported: list[str]
    authorization_response_iss_parameter_supported: bool
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    token_endpoint_auth_signing_alg_values_supported: list[str]
    introspection_endpoint_auth_methods_supported: list[str]
    introspection_endpoint_auth_signing_alg_values_supported: list[str]
    revocation_endpoint_auth_methods_supported: list[str]
    service_documentation: str
    ui_locales_supported: list[str]


def form(required: list[str], fields: dict[str, str]) -> dict[str, Any]:
    """The OpenAPI of a form: its fields with their descriptions."""
    properties = {name: {"type": "string", "description": text} for name, text in fields.items()}
    schema = {"type": "object", "required": required, "properties": properties}
    return {"requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}}
