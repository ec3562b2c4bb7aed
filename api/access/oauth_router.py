"""`/v1/oauth` and `/.well-known`: what the RFCs fix, in their words and not in ours."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse

from api.access import oauth
from api.access.front_door import FrontDoorDep
from api.access.oauth import Refusal
from api.access.oauth_schemas import JwksOut, OAuthErrorOut, ServerMetadataOut, TokenOut, form

router = APIRouter(prefix="/oauth", tags=["access"])
well_known = APIRouter(prefix="/.well-known", tags=["access"])

TOKEN_FORM = form(
    ["grant_type"],
    {
        "grant_type": "`refresh_token` or `client_credentials`",
        "refresh_token": "The token of the answer before; each is used once",
        "scope": "Fewer scopes than the caller holds, with spaces between",
        "client_id": "A machine's id, unless it authenticates with Basic",
        "client_secret": "Its secret, unless it authenticates with Basic",
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
