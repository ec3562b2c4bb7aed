"""How a refusal leaves: every exception of this application becomes a problem document, never the submitted value.

A caller who speaks another protocol is told the same in its words: `Tongue`. The path says who that is, so whoever
refuses (a route, a middleware, nobody at all) need not know.
"""

from collections.abc import Callable
from re import Pattern
from typing import Any, TypeAlias, cast

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.core.logs import template
from api.core.problem_texts import STATUS_TEXTS
from api.core.problems import Invalid, Problem, Unavailable, Unexpected, field_message, language, problem_of, title_of
from api.core.schema import pointer_of

BOUNDS = {
    "ge": "≥ {}",
    "gt": "> {}",
    "le": "≤ {}",
    "lt": "< {}",
    "min_length": "≥ {}",
    "max_length": "≤ {}",
    "pattern": "{}",
    "expected": "{}",
}

# which paths, and how a refusal with this status and title is said there
Tongue: TypeAlias = tuple[Pattern[str], Callable[[Request, int, str], Response]]


def document(request: Request, status: int, code: str, title: str, detail: str | None, **extra: Any) -> Response:
    """A problem document as the answer to this request."""
    for paths, say in request.app.state.tongues:
        if paths.match(request.scope["path"]):
            said: Response = say(request, status, title)
            return said
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


def _extra(problem: Problem, request: Request) -> dict[str, Any]:
    extra = dict(problem.extra)
    if isinstance(problem, Invalid):
        extra["errors"] = [
            {"pointer": pointer, "code": code, "message": problem.message or field_message(code, request)}
            for pointer, code in problem.fields
        ]
    return extra


async def answer_problem(request: Request, refused: Exception) -> Response:
    """A raised Problem as its document."""
    problem = cast(Problem, refused)
    extra = _extra(problem, request)
    answer = document(request, problem.status, problem.code, title_of(type(problem), request), problem.detail, **extra)
    answer.headers.update(problem.headers)
    return answer


async def answer_validation(request: Request, refused: Exception) -> Response:
    """FastAPI's own 422 would echo the value (`input`), which here is somebody's NIK: field, code and rule only."""
    errors = []
    for error in cast(RequestValidationError, refused).errors():
        place, *path = error["loc"]
        pointer = pointer_of(path)
        pointer = pointer if place == "body" else f"{place}:{pointer.lstrip('/')}"
        if error["type"] == "extra_forbidden":
            # the name of an unknown field is the caller's text and may hold anything
            pointer = pointer.rpartition("/")[0] if place == "body" else f"{place}:"
        message = field_message(error["type"], request) + _bound(error.get("ctx", {}))
        errors.append({"pointer": pointer, "code": error["type"], "message": message})
    return document(request, 422, Invalid.code, title_of(Invalid, request), None, errors=errors)


def _bound(rule: dict[str, Any]) -> str:
    # what the field's own rule says, so that nobody has to look it up; what was sent is in other keys
    told = [said.format(rule[key]) for key, said in BOUNDS.items() if key in rule]
    return f" ({', '.join(told)})" if told else ""


async def answer_http(request: Request, refused: Exception) -> Response:
    """Starlette's own refusals (unknown path, wrong method, body too large) as problems."""
    failed = cast(HTTPException, refused)
    code, title_id, title_en = STATUS_TEXTS.get(failed.status_code, ("http_error", "Permintaan ditolak", "Refused"))
    answer = document(request, failed.status_code, code, title_en if language(request) == "en" else title_id, None)
    answer.headers.update(failed.headers or {})
    return answer


async def answer_database(request: Request, failed: Exception) -> Response:
    """A database error as the problem it stands for; one that stands for none is re-raised as a 500."""
    cause = getattr(failed, "orig", failed) if isinstance(failed, DBAPIError) else failed
    postgres = getattr(cause, "__cause__", None) or cause
    if isinstance(postgres, asyncpg.PostgresError) and (problem := problem_of(postgres)) is not None:
        return await answer_problem(request, problem)
    if isinstance(postgres, OSError | asyncpg.CannotConnectNowError | asyncpg.PostgresConnectionError):
        return await answer_problem(request, Unavailable())
    raise failed


async def answer_nobody(request: Request, gone: Exception) -> Response:
    """The line broke while the caller was still sending: nothing was done, nobody reads this, and it is no error."""
    return Response(status_code=400)


async def answer_unexpected(request: Request, failed: Exception) -> Response:
    """An error of ours, told without what it was about: its text may hold a value."""
    return await answer_problem(request, Unexpected())


def install(app: FastAPI, *tongues: Tongue) -> None:
    """Every refusal of this application leaves as a problem document, or in the words of these."""
    app.state.tongues = tongues
    app.add_exception_handler(Exception, answer_unexpected)
    app.add_exception_handler(Problem, answer_problem)
    app.add_exception_handler(RequestValidationError, answer_validation)
    app.add_exception_handler(HTTPException, answer_http)
    app.add_exception_handler(ClientDisconnect, answer_nobody)
    for kind in (asyncpg.PostgresError, asyncpg.InterfaceError, DBAPIError, ConnectionError):
        app.add_exception_handler(kind, answer_database)
