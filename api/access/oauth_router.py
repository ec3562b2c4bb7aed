"""`/v1/oauth` and `/.well-known`: what the RFCs fix, in their words and not in ours."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse

from api.access import oauth
from api.access.front_door import FrontDoorDep
from api.access.oauth_schemas import JwksOut, OAuthErrorOut, Refusal, ServerMetadataOut, TokenOut, TokenStateOut, form

router = APIRouter(prefix="/oauth", tags=["access"])
well_known = APIRouter(prefix="/.well-known", tags=["access"])

TOKEN_FORM = form(
    ["grant_type"],
    {
        "grant_type": "`authorization_code`, `refresh_token` or `client_credentials`",
        "code": "What `/v1/oauth/authorize` sent back",
        "redirect_uri": "The address that it was sent to",
        "code_verifier": "What `code_challenge` was made of (PKCE)",
        "refresh_token": "The token of the answer before; each is used once",
        "scope": "Fewer scopes than the caller holds, with spaces between",
        "client_id": "A machine's id, unless it authenticates with Basic",
        "client_secret": "Its secret, unless it authenticates with Basic",
        "client_assertion_type": "`urn:ietf:params:oauth:client-assertion-type:jwt-bearer`",
        "client_assertion": "A JWT of one minute at most, signed by its registered key (RFC 7523)",
    },
)
INTROSPECT_FORM = form(
    ["token"],
    {
        "token": "A refresh or access token",
        "client_id": "The asking machine's id, unless it authenticates with Basic",
        "client_secret": "Its secret, or `client_assertion`",
        "client_assertion_type": "As at the token endpoint",
        "client_assertion": "As at the token endpoint",
    },
)
REVOKE_FORM = form(["token"], {"token": "A refresh or access token", "token_type_hint": "Not needed"})
ContentType = Annotated[str, Header(include_in_schema=False)]


@router.post(
    "/token",
    response_model=TokenOut,
    response_model_exclude_none=True,
    responses={
        400: {"model": OAuthErrorOut, "description": "Refused"},
        401: {"model": OAuthErrorOut, "description": "Not this client"},
    },
    openapi_extra=TOKEN_FORM,
)
async def give_token(
    door: FrontDoorDep,
    request: Request,
    response: Response,
    authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
    content_type: ContentType = "",
) -> TokenOut | Response:
    """Get an access token (RFC 6749).

    `authorization_code` takes a code once; one that comes again ends what it gave.

    `refresh_token` rotates: each token is used once. If the answer was lost, the same token is taken once more within
    ten minutes, as long as the token of the lost answer was never used. Any other reuse ends the whole session.
    """
    fields = oauth.read_form(content_type, await request.body())
    given = fields if isinstance(fields, Refusal) else await oauth.give_token(door, fields, authorization)
    if isinstance(given, Refusal):
        return _refuse(given)
    response.headers["Cache-Control"] = "no-store"
    return given


@router.post(
    "/revoke",
    response_class=Response,
    responses={
        200: {"description": "Ended, or not known to us"},
        400: {"model": OAuthErrorOut, "description": "Refused"},
    },
    openapi_extra=REVOKE_FORM,
)
async def revoke_token(door: FrontDoorDep, request: Request, content_type: ContentType = "") -> Response:
    """End the session of a refresh or access token (RFC 7009): it acts on the next request.

    A token that is unknown or has ended is answered the same way. Only a call without a token is refused.
    """
    fields = oauth.read_form(content_type, await request.body())
    refused = fields if isinstance(fields, Refusal) else await oauth.revoke_token(door, fields)
    return Response(status_code=200) if refused is None else _refuse(refused)


@router.post(
    "/introspect",
    response_model=TokenStateOut,
    response_model_exclude_none=True,
    responses={
        400: {"model": OAuthErrorOut, "description": "Refused"},
        401: {"model": OAuthErrorOut, "description": "Not this client"},
    },
    openapi_extra=INTROSPECT_FORM,
)
async def introspect_token(
    door: FrontDoorDep,
    request: Request,
    authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
    content_type: ContentType = "",
) -> TokenStateOut | Response:
    """Ask what a token is worth at this moment (RFC 7662): for machines that prove who they are.

    A token that has ended, was revoked, or belongs to somebody who has changed since is `{"active": false}`.
    """
    fields = oauth.read_form(content_type, await request.body())
    told = fields if isinstance(fields, Refusal) else await oauth.introspect(door, fields, authorization)
    return _refuse(told) if isinstance(told, Refusal) else told


@well_known.get("/jwks.json")
async def read_signing_keys(door: FrontDoorDep, response: Response) -> JwksOut:
    """Read the public keys of our access tokens (RFC 7517)."""
    response.headers["Cache-Control"] = "public, max-age=300"
    return JwksOut.model_validate(door.keys.jwks())


@well_known.get("/oauth-authorization-server")
async def read_server_metadata(door: FrontDoorDep, response: Response) -> ServerMetadataOut:
    """Read where and how to get tokens (RFC 8414)."""
    response.headers["Cache-Control"] = "public, max-age=300"
    return oauth.server_metadata(door.settings)


def _refuse(refused: Refusal) -> Response:
    headers = {"Cache-Control": "no-store"}
    if refused.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="sambang"'
    body = {"error": refused.error, "error_description": refused.description}
    return JSONResponse(body, status_code=refused.status, headers=headers)
