"""Refusals as RFC 9457 problems: a class per reason, texts in Indonesian and English, never the submitted value."""

from collections.abc import Mapping
from typing import Any, ClassVar

import asyncpg
from fastapi import Request
from pydantic import BaseModel

from api.core.problem_texts import FIELD_TEXTS
from api.core.schema import Out

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


class Anonymised(Problem):
    """What was personal in it went when its time was over; nothing brings it back."""

    status, code = 410, "anonymised"
    title_id, title_en = "Data pribadi di sini sudah dihapus", "What was personal here is gone"


class Forbidden(Problem):
    status, code = 403, "forbidden"
    title_id, title_en = "Peran Anda tidak boleh melakukan ini", "Your role may not do this"

    def __init__(self, permission: str | None = None) -> None:
        """`permission` is what the route asks for; nothing where it is about something else."""
        headers = {"WWW-Authenticate": f'Bearer realm="sambang", error="insufficient_scope", scope="{permission}"'}
        super().__init__(permission, headers=headers if permission else {})


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

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Every place that was refused, with its code."""
        return [(self.pointer, self.field_code)]


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


def title_of(kind: type[Problem], request: Request) -> str:
    """The title of a refusal in the caller's language."""
    return kind.title_en if language(request) == "en" else kind.title_id


def field_message(code: str, request: Request) -> str:
    """What to say of a refused field in the caller's language."""
    texts = FIELD_TEXTS.get(code) or FIELD_TEXTS["invalid"]
    return texts[1] if language(request) == "en" else texts[0]


def item_problem(problem: Problem, request: Request) -> ItemProblem:
    """The refusal of one item, in the caller's language, inside an answer about many."""
    return told_problem(noted_problem(problem), request)


def noted_problem(problem: Problem) -> dict[str, Any]:
    """A refusal as it is kept for later: code, allowed moves, fields; no texts, so it can be told in any language."""
    errors = [list(field) for field in problem.fields] if isinstance(problem, Invalid) else None
    return {"code": problem.code, "allowed": problem.extra.get("allowed"), "errors": errors}


def told_problem(noted: Mapping[str, Any], request: Request) -> ItemProblem:
    """A kept refusal in the caller's language."""
    kind, errors = REGISTRY[noted["code"]], None
    if noted["errors"] is not None:
        errors = [
            ProblemField(pointer=pointer, code=code, message=field_message(code, request))
            for pointer, code in noted["errors"]
        ]
    return ItemProblem(
        type=f"/problems/{kind.code}",
        title=title_of(kind, request),
        status=kind.status,
        code=kind.code,
        allowed=noted["allowed"],
        errors=errors,
    )


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
