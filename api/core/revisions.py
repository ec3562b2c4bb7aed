"""Concurrency on single resources: the ETag is the revision; a change must say which one it saw (RFC 9110)."""

from typing import Annotated

from fastapi import Header, Request, Response

from api.core.problems import Problem


class PreconditionRequired(Problem):
    status, code = 428, "precondition_required"
    title_id, title_en = "Sertakan If-Match", "Send If-Match with the ETag you saw"


class PreconditionFailed(Problem):
    status, code = 412, "precondition_failed"
    title_id, title_en = (
        "Data sudah berubah sejak Anda membacanya",
        "The resource has changed since you read it",
    )


def etag(revision: int | str) -> str:
    """The strong ETag of a revision (text where an answer is made of several)."""
    return f'"{revision}"'


async def if_match(
    request: Request, if_match: Annotated[str | None, Header(alias="If-Match", examples=['"1"'])] = None
) -> str:
    """The ETag that the caller saw; 428 without one."""
    if if_match is None:
        raise PreconditionRequired
    return if_match.strip().removeprefix("W/")


def demand(seen: str, revision: int | str) -> None:
    """Raise 412 unless the caller saw this revision (`*` is any)."""
    if seen != "*" and etag(revision) not in [part.strip() for part in seen.split(",")]:
        raise PreconditionFailed


def not_modified(request: Request, response: Response, revision: int | str) -> bool:
    """Put the ETag on the answer; true when the caller already has this revision (answer 304 then)."""
    response.headers["ETag"] = etag(revision)
    seen = request.headers.get("if-none-match", "")
    return etag(revision) in [part.strip().removeprefix("W/") for part in seen.split(",")]
