"""Bodies of the OAuth endpoints, which RFC 6749, 7517 and 8414 fix; forms are described, not parsed, by FastAPI."""

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
    token_endpoint: str
    revocation_endpoint: str
    jwks_uri: str
    scopes_supported: list[str]
    response_types_supported: list[str]
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_methods_supported: list[str]
    service_documentation: str
    ui_locales_supported: list[str]


def form(required: list[str], fields: dict[str, str]) -> dict[str, Any]:
    """The OpenAPI of a form: its fields with their descriptions."""
    properties = {name: {"type": "string", "description": text} for name, text in fields.items()}
    schema = {"type": "object", "required": required, "properties": properties}
    return {"requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}}
