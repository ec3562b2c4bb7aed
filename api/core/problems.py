"""Refusals as RFC 9457 problems: a class per reason, texts in Indonesian and English, never the submitted value."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from api.core.logs import template
from api.core.problem_texts import FIELD_TEXTS, STATUS_TEXTS
from api.core.schema import Out, pointer_of

# what a later try may find mended: nothing was wrong with the request
TRANSIENT = (
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InsufficientResourcesError,  # a full disk, no memory, no connection
)

REGISTRY: dict[str, type["Problem"]] = {}
BREAKS: dict[str, type["Problem"]] = {}


class Problem(Exception):
    """A refusal: HTTP status, stable English code, a title in both languages.

    `breaks` names the database constraints whose violation is this refusal. `detail` and `extra` may hold ids,
    states and field names, never personal values.
    """

    status: ClassVar[int]
    code: ClassVar[str]
    title_id: ClassVar[str]
    title_en: ClassVar[str]
    breaks: ClassVar[tuple[str, ...]] = ()

    def __init__(self, detail: str | None = None, *, headers: Mapping[str, str] | None = None, **extra: Any) -> None:
        super().__init__(detail or self.title_en)
        self.detail, self.headers, self.extra = detail, dict(headers or {}), extra

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if hasattr(cls, "code"):
            REGISTRY[cls.code] = cls
            BREAKS.update(dict.fromkeys(cls.breaks, cls))


class ProblemField(Out):
    """One field that was refused: where, why; never what stood in it."""

    pointer: str
    code: str
    message: str


class ProblemOut(BaseModel):
    """An RFC 9457 problem document."""

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    instance: str
    request_id: str
    errors: list[ProblemField] | None = None
    allowed: list[str] | None = None


class ItemProblem(Out):
    """Why one item of many was refused: what a problem document would say of it."""

    type: str
    title: str
    status: int
    code: str
    allowed: list[str] | None
    errors: list[ProblemField] | None


class NotFound(Problem):
    status, code = 404, "not_found"
    title_id, title_en = "Tidak ditemukan", "Not found"


class Forbidden(Problem):
    status, code = 403, "forbidden"
    title_id, title_en = "Peran Anda tidak boleh melakukan ini", "Your role may not do this"


class Unauthorized(Problem):
    status, code = 401, "unauthorized"
    title_id, title_en = "Belum masuk, atau token tidak berlaku", "No valid token"

    def __init__(self, detail: str | None = None, *, error: str = "invalid_token") -> None:
        super().__init__(detail, headers={"WWW-Authenticate": f'Bearer realm="sambang", error="{error}"'})


class WrongState(Problem):
    status, code = 409, "wrong_state"
    title_id, title_en = (
        "Langkah ini tidak berlaku pada status sekarang",
        "This move does not fit the present state",
    )

    def __init__(self, allowed: list[str], detail: str | None = None) -> None:
        super().__init__(detail, allowed=allowed)


class Invalid(Problem):
    """A rule that Pydantic cannot know refused a field: the pointer says which."""

    status, code = 422, "invalid"
    title_id, title_en = "Ada isian yang tidak sah", "Some fields are not valid"

    def __init__(self, pointer: str, code: str, message: str | None = None) -> None:
        super().__init__(None)
        self.pointer, self.field_code, self.message = pointer, code, message


class Unexpected(Problem):
    """An error of ours. The log has it under the request's id; the caller may try again."""

    status, code = 500, "unexpected"
    title_id, title_en = "Kesalahan di pihak kami", "An error on our side"


class TooLarge(Problem):
    status, code = 413, "too_large"
    title_id, title_en = "Terlalu besar", "Too large"


class Unavailable(Problem):
    status, code = 503, "unavailable"
    title_id, title_en = (
        "Layanan sedang penuh atau basis data tidak terjangkau",
        "Busy, or the database is out of reach",
    )

    def __init__(self, detail: str | None = None, *, retry_after_s: int = 2) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after_s)})


def problems(*kinds: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route: each refusal with its code, grouped by status, as problem documents."""
    by_status: dict[int, list[type[Problem]]] = {}
    for kind in kinds:
        by_status.setdefault(kind.status, []).append(kind)
    return {
        status: {
            "model": ProblemOut,
            "description": " · ".join(f"`{kind.code}` {kind.title_en}" for kind in group),
        }
        for status, group in by_status.items()
    }


def language(request: Request) -> str:
    """`id` unless the caller prefers English."""
    accepted = request.headers.get("accept-language", "").lower()
    english, indonesian = accepted.find("en"), accepted.find("id")
    return "en" if english >= 0 and (indonesian < 0 or english < indonesian) else "id"


def document(request: Request, status: int, code: str, title: str, detail: str | None, **extra: Any) -> JSONResponse:
    """A problem document as the answer to this request."""
    request_id = getattr(request.state, "request_id", "")
    instance = template(request.scope)
    body = {"type": f"/problems/{code}", "title": title, "status": status, "code": code, "detail": detail}
    body |= {"instance": instance, "request_id": request_id} | extra
    return JSONResponse(
        {key: value for key, value in body.items() if value is not None or key == "detail"},
        status_code=status,
        media_type="application/problem+json",
        headers={"Cache-Control": "no-store"},
    )


def _title(kind: type[Problem], request: Request) -> str:
    return kind.title_en if language(request) == "en" else kind.title_id


def _field_message(code: str, request: Request) -> str:
    texts = FIELD_TEXTS.get(code) or FIELD_TEXTS["invalid"]
    return texts[1] if language(request) == "en" else texts[0]


def _extra(problem: Problem, request: Request) -> dict[str, Any]:
    extra = dict(problem.extra)
    if isinstance(problem, Invalid):
        message = problem.message or _field_message(problem.field_code, request)
        extra["errors"] = [{"pointer": problem.pointer, "code": problem.field_code, "message": message}]
    return extra


def item_problem(problem: Problem, request: Request) -> ItemProblem:
    """The refusal of one item, in the caller's language, inside an answer about many."""
    return told_problem(noted_problem(problem), request)


def noted_problem(problem: Problem) -> dict[str, Any]:
    """A refusal as it is kept for later: code, allowed moves, fields; no texts, so it can be told in any language."""
    errors = [[problem.pointer, problem.field_code]] if isinstance(problem, Invalid) else None
    return {"code": problem.code, "allowed": problem.extra.get("allowed"), "errors": errors}


def told_problem(noted: Mapping[str, Any], request: Request) -> ItemProblem:
    """A kept refusal in the caller's language."""
    kind, errors = REGISTRY[noted["code"]], None
    if noted["errors"] is not None:
        errors = [
            ProblemField(pointer=pointer, code=code, message=_field_message(code, request))
            for pointer, code in noted["errors"]
        ]
    return ItemProblem(
        type=f"/problems/{kind.code}",
        title=_title(kind, request),
        status=kind.status,
        code=kind.code,
        allowed=noted["allowed"],
        errors=errors,
    )


async def answer_problem(request: Request, refused: Exception) -> JSONResponse:
    """A raised Problem as its document."""
    problem = cast(Problem, refused)
    extra = _extra(problem, request)
    answer = document(request, problem.status, problem.code, _title(type(problem), request), problem.detail, **extra)
    answer.headers.update(problem.headers)
    return answer


async def answer_validation(request: Request, refused: Exception) -> JSONResponse:
    """FastAPI's own 422 would echo the value (`input`), which here is somebody's NIK: field, code and rule only."""
    errors = []
    for error in cast(RequestValidationError, refused).errors():
        place, *path = error["loc"]
        pointer = pointer_of(path)
        pointer = pointer if place == "body" else f"{place}:{pointer.lstrip('/')}"
        if error["type"] == "extra_forbidden":
            # the name of an unknown field is the caller's text and may hold anything
            pointer = pointer.rpartition("/")[0] if place == "body" else f"{place}:"
        errors.append({"pointer": pointer, "code": error["type"], "message": _field_message(error["type"], request)})
    return document(request, 422, Invalid.code, _title(Invalid, request), None, errors=errors)


async def answer_http(request: Request, refused: Exception) -> JSONResponse:
    """Starlette's own refusals (unknown path, wrong method, body too large) as problems."""
    failed = cast(HTTPException, refused)
    code, title_id, title_en = STATUS_TEXTS.get(failed.status_code, ("http_error", "Permintaan ditolak", "Refused"))
    answer = document(request, failed.status_code, code, title_en if language(request) == "en" else title_id, None)
    answer.headers.update(failed.headers or {})
    return answer


def problem_of(failed: asyncpg.PostgresError) -> Problem | None:
    """The refusal that a database error stands for: a named constraint, a row that policy hides, a lost race."""
    constraint = getattr(failed, "constraint_name", None)
    if constraint in BREAKS:
        return BREAKS[constraint]()
    if isinstance(failed, asyncpg.InsufficientPrivilegeError):
        return NotFound()  # row security: a stranger's row must look absent
    if isinstance(failed, TRANSIENT):
        return Unavailable()
    return None


async def answer_database(request: Request, failed: Exception) -> JSONResponse:
    """A database error as the problem it stands for; one that stands for none is re-raised as a 500."""
    cause = getattr(failed, "orig", failed) if isinstance(failed, DBAPIError) else failed
    postgres = getattr(cause, "__cause__", None) or cause
    if isinstance(postgres, asyncpg.PostgresError) and (problem := problem_of(postgres)) is not None:
        return await answer_problem(request, problem)
    if isinstance(postgres, OSError | asyncpg.CannotConnectNowError | asyncpg.PostgresConnectionError):
        return await answer_problem(request, Unavailable())
    raise failed


async def answer_unexpected(request: Request, failed: Exception) -> JSONResponse:
    """An error of ours, told without what it was about: its text may hold a value."""
    return await answer_problem(request, Unexpected())


def install(app: FastAPI) -> None:
    """Every refusal of this application leaves as a problem document."""
    app.add_exception_handler(Exception, answer_unexpected)
    app.add_exception_handler(Problem, answer_problem)
    app.add_exception_handler(RequestValidationError, answer_validation)
    app.add_exception_handler(HTTPException, answer_http)
    for kind in (asyncpg.PostgresError, asyncpg.InterfaceError, DBAPIError, ConnectionError):
        app.add_exception_handler(kind, answer_database)
