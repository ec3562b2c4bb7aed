"""`/v1/oauth/authorize`: the login page of any app that runs in a browser. No script, nothing from elsewhere.

Who must have an authenticator app and has none yet gets one here before the first sign-in.
"""

import secrets
from hmac import compare_digest
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import ValidationError

from api.access import authorizing, enrolling, oauth
from api.access.authorizing import Asked, NoSuchApp, SecondFactorMissing
from api.access.enrolling import Enrolment
from api.access.front_door import FrontDoor, FrontDoorDep
from api.access.oauth_schemas import Refusal, form
from api.access.problems import InvalidCredentials, SecondFactorStands
from api.access.schemas import SessionIn
from api.access.tokens import InvalidToken
from api.core.problems import Problem, Unauthorized, language

router = APIRouter(prefix="/oauth/authorize", tags=["access"])
PAGES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "pages"), autoescape=True, undefined=StrictUndefined
)
COOKIE: Final = "sambang_login"
Said = tuple[str, str]  # in Indonesian and in English
DONE: Final = (
    "Aplikasi autentikator terpasang. Masuklah dengan kode berikutnya",
    "The authenticator app is enrolled. Sign in with its next code",
)
NOT_ITS_CODE: Final = ("Kode itu bukan dari aplikasi ini, coba lagi", "That is no code of this app, try again")
STALE: Final = ("Halaman ini kedaluwarsa, coba sekali lagi", "This page is out of date, try once more")
UNKNOWN: Final = (
    "Aplikasi ini tidak terdaftar, atau alamat kembalinya bukan miliknya",
    "This app is not registered, or the address to return to is not its own",
)
LOGIN_FORM = form(
    ["form_token"],
    {
        "username": "",
        "password": "",
        "otp": "The code of the authenticator app, where the role needs one",
        "form_token": "From the page, so that no other site sends this form",
        "enrolment": "From the page that enrols an authenticator app, in place of name and password",
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
HTML = {"text/html": {"schema": {"type": "string"}}}
PAGE = {"description": "The page, with what was wrong.", "content": HTML}
ENROL = {"description": "The page that enrols an authenticator app, or the login page after it.", "content": HTML}
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
    responses={200: ENROL, 303: BACK, 400: PAGE, 401: PAGE, 403: PAGE, 429: PAGE},
    openapi_extra={"parameters": ASKED} | LOGIN_FORM,
)
async def log_in(
    door: FrontDoorDep, request: Request, content_type: Annotated[str, Header(include_in_schema=False)] = ""
) -> Response:
    """Take the login page's form; what was wrong is told on the page, whatever is right goes back to the app.

    Who needs an authenticator app and has none is shown a QR code to scan; its first code, with `enrolment`, confirms.
    """
    try:
        asked, mistake = await authorizing.read_request(door, request.query_params.multi_items())
    except NoSuchApp:
        return _page(request, None, 400, UNKNOWN)
    if mistake is not None:
        return RedirectResponse(asked.back(door.settings.issuer, error=mistake), 303)
    fields = oauth.read_form(content_type, await request.body())
    if isinstance(fields, Refusal) or not _is_ours(door, request, fields.get("form_token", "")):
        return _login(door, request, asked, 400, STALE)
    if "enrolment" in fields:
        return await _confirm(door, request, asked, fields)
    try:
        proof = SessionIn(
            username=fields.get("username", ""), password=fields.get("password", ""), otp=fields.get("otp")
        )
        code = await authorizing.give_code(door, asked, proof)
    except ValidationError:
        return _login(door, request, asked, 401, (InvalidCredentials.title_id, InvalidCredentials.title_en))
    except SecondFactorMissing as missing:
        enrolment = await enrolling.begin(door, missing.principal, missing.version)
        return _login(door, request, asked, 200, enrolment=enrolment)
    except Problem as refused:
        if refused.status >= 500:
            raise
        page = _login(door, request, asked, refused.status, (refused.title_id, refused.title_en))
        page.headers.update({name: value for name, value in refused.headers.items() if name == "Retry-After"})
        return page
    return RedirectResponse(asked.back(door.settings.issuer, code=code), 303)


async def _confirm(door: FrontDoor, request: Request, asked: Asked, fields: dict[str, str]) -> Response:
    """The second form: a first code of the app that the page before showed."""
    try:
        again = await enrolling.confirm(door, fields["enrolment"], fields.get("otp", ""))
    except (InvalidToken, Unauthorized, SecondFactorStands):  # too late, or done already in another window
        return _login(door, request, asked, 400, STALE)
    if again is not None:
        return _login(door, request, asked, 401, NOT_ITS_CODE, enrolment=again)
    return _login(door, request, asked, 200, done=DONE)


def _token(door: FrontDoor, request: Request, nonce: str) -> str:
    """Bound to the cookie and to what the app asks for: no other site can know it, nor use it for another request."""
    return door.vault.index("login_form", f"{nonce} {request.url.query}").hex()


def _is_ours(door: FrontDoor, request: Request, token: str) -> bool:
    nonce = request.cookies.get(COOKIE, "")
    return bool(nonce) and token.isascii() and compare_digest(token, _token(door, request, nonce))


def _login(
    door: FrontDoor, request: Request, asked: Asked, status: int, wrong: Said | None = None, done: Said | None = None,
    enrolment: Enrolment | None = None,
) -> Response:  # fmt: skip
    nonce = secrets.token_urlsafe(16)
    page = _page(request, asked, status, wrong, _token(door, request, nonce), done, enrolment)
    safe = door.settings.issuer.startswith("https:") and request.url.scheme == "https"
    page.set_cookie(COOKIE, nonce, max_age=1800, path=request.url.path, secure=safe, httponly=True, samesite="strict")
    return page


def _page(
    request: Request, asked: Asked | None, status: int, wrong: Said | None, token: str = "", done: Said | None = None,
    enrolment: Enrolment | None = None,
) -> Response:  # fmt: skip
    said, style = language(request), secrets.token_urlsafe(16)
    place = 0 if said == "id" else 1
    html = PAGES.get_template("enrol.html" if enrolment else "authorize.html").render(
        language=said, app=asked.app if asked else "", wrong=wrong[place] if wrong else "", token=token, style=style,
        done=done[place] if done else "", enrolment=enrolment,
    )  # fmt: skip
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
