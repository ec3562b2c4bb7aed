"""`/v1/oauth/authorize`: the login page of any app that runs in a browser. No script, nothing from elsewhere."""

import secrets
from hmac import compare_digest
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import ValidationError

from api.access import authorizing, oauth
from api.access.authorizing import Asked, NoSuchApp, SecondFactorMissing
from api.access.front_door import FrontDoor, FrontDoorDep
from api.access.oauth_schemas import Refusal, form
from api.access.problems import InvalidCredentials
from api.access.schemas import SessionIn
from api.core.problems import Problem, language

router = APIRouter(prefix="/oauth/authorize", tags=["access"])
PAGES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "pages"), autoescape=True, undefined=StrictUndefined
)
COOKIE: Final = "sambang_login"
MISSING: Final = (
    "Pasang aplikasi autentikator dahulu: POST /v1/me/second-factor",
    "Enrol an authenticator app first: POST /v1/me/second-factor",
)
STALE: Final = ("Halaman ini kedaluwarsa, coba sekali lagi", "This page is out of date, try once more")
UNKNOWN: Final = (
    "Aplikasi ini tidak terdaftar, atau alamat kembalinya bukan miliknya",
    "This app is not registered, or the address to return to is not its own",
)
LOGIN_FORM = form(
    ["username", "password", "form_token"],
    {
        "username": "",
        "password": "",
        "otp": "The code of the authenticator app, where the role needs one",
        "form_token": "From the page, so that no other site sends this form",
    },
)
ASKED = [
    {"name": name, "in": "query", "required": required, "description": text, "schema": {"type": "string"}}
    for name, required, text in (
        ("response_type", True, "`code`"),
        ("client_id", True, "The app, as Diskominfo registered it"),
        ("redirect_uri", True, "One of its registered addresses, letter by letter"),
        ("code_challenge", True, "base64url(sha256(code_verifier)), without padding"),
        ("code_challenge_method", True, "`S256`"),
        ("scope", False, "Fewer scopes than the person's role holds, with spaces between"),
        ("state", False, "Comes back unchanged"),
    )
]
PAGE = {"description": "The page, with what was wrong.", "content": {"text/html": {"schema": {"type": "string"}}}}
BACK = {"description": "Back to the app, with `code` or `error`, and `state`, `iss`."}


@router.get(
    "",
    response_class=HTMLResponse,
    responses={303: BACK, 400: PAGE},
    openapi_extra={"parameters": ASKED},
)
async def show_login(door: FrontDoorDep, request: Request) -> Response:
    """Show the login page to somebody whom an app sent here (RFC 6749 4.1, PKCE with S256 only)."""
    try:
        asked, mistake = await authorizing.read_request(door, request.query_params.multi_items())
    except NoSuchApp:
        return _page(request, None, 400, UNKNOWN)
    if mistake is not None:
        return RedirectResponse(asked.back(door.settings.issuer, error=mistake), 303)
    return _login(door, request, asked, 200)


@router.post(
    "",
    response_class=Response,
    status_code=303,
    responses={303: BACK, 400: PAGE, 401: PAGE, 403: PAGE, 429: PAGE},
    openapi_extra={"parameters": ASKED} | LOGIN_FORM,
)
async def log_in(
    door: FrontDoorDep, request: Request, content_type: Annotated[str, Header(include_in_schema=False)] = ""
) -> Response:
    """Take the login page's form; what was wrong is told on the page, whatever is right goes back to the app."""
    try:
        asked, mistake = await authorizing.read_request(door, request.query_params.multi_items())
    except NoSuchApp:
        return _page(request, None, 400, UNKNOWN)
    if mistake is not None:
        return RedirectResponse(asked.back(door.settings.issuer, error=mistake), 303)
    fields = oauth.read_form(content_type, await request.body())
    if isinstance(fields, Refusal) or not _is_ours(door, request, fields.get("form_token", "")):
        return _login(door, request, asked, 400, STALE)
    try:
        proof = SessionIn(
            username=fields.get("username", ""), password=fields.get("password", ""), otp=fields.get("otp")
        )
        code = await authorizing.give_code(door, asked, proof)
    except ValidationError:
        return _login(door, request, asked, 401, (InvalidCredentials.title_id, InvalidCredentials.title_en))
    except SecondFactorMissing:
        return _login(door, request, asked, 403, MISSING)
    except Problem as refused:
        if refused.status >= 500:
            raise
        page = _login(door, request, asked, refused.status, (refused.title_id, refused.title_en))
        page.headers.update({name: value for name, value in refused.headers.items() if name == "Retry-After"})
        return page
    return RedirectResponse(asked.back(door.settings.issuer, code=code), 303)


def _token(door: FrontDoor, request: Request, nonce: str) -> str:
    """Bound to the cookie and to what the app asks for: no other site can know it, nor use it for another request."""
    return door.vault.index("login_form", f"{nonce} {request.url.query}").hex()


def _is_ours(door: FrontDoor, request: Request, token: str) -> bool:
    nonce = request.cookies.get(COOKIE, "")
    return bool(nonce) and token.isascii() and compare_digest(token, _token(door, request, nonce))


def _login(
    door: FrontDoor, request: Request, asked: Asked, status: int, wrong: tuple[str, str] | None = None
) -> Response:
    nonce = secrets.token_urlsafe(16)
    page = _page(request, asked, status, wrong, _token(door, request, nonce))
    safe = door.settings.issuer.startswith("https:") and request.url.scheme == "https"
    page.set_cookie(COOKIE, nonce, max_age=1800, path=request.url.path, secure=safe, httponly=True, samesite="strict")
    return page


def _page(
    request: Request, asked: Asked | None, status: int, wrong: tuple[str, str] | None, token: str = ""
) -> Response:
    said, style = language(request), secrets.token_urlsafe(16)
    place = 0 if said == "id" else 1
    html = PAGES.get_template("authorize.html").render(
        language=said, app=asked.app if asked else "", wrong=wrong[place] if wrong else "", token=token, style=style
    )
    # a browser holds the answer's address against form-action too
    target = "" if asked is None else _origin(asked.redirect_uri)
    policy = (
        f"default-src 'none'; style-src 'nonce-{style}'; form-action 'self' {target}".rstrip()
        + "; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {"Content-Security-Policy": policy, "Vary": "Accept-Language", "Cache-Control": "no-store"}
    return HTMLResponse(html, status, headers=headers)


def _origin(redirect_uri: str) -> str:
    parts = urlsplit(redirect_uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
