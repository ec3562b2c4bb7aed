"""The headers of answers in the contract: what each says, and which answers may carry it.

What every answer carries stands once, in `components.headers`: named at each of 1,500 answers it would be half of the
document.
"""

from collections.abc import Iterator
from typing import Any

TEXTS = {
    "X-Request-Id": "On every answer. The id of this call in our log: name it when you ask us about it.",
    "Audit-Head": "On every answer, once something is sealed. Head of the sealed record: `<number>:<digest>`.",
    "RateLimit": "On every answer. What is left of your calls (`r`), and after how many seconds (`t`) it is all again.",
    "RateLimit-Policy": "On every answer. How many calls (`q`) in how many seconds (`w`).",
    "Retry-After": "Come again after so many seconds; nothing of the call was done.",
    "WWW-Authenticate": "How to prove who calls, or which scope is wanting.",
    "ETag": "The revision that this answer shows: send it in If-None-Match, or in If-Match with a change.",
    "Link": '`rel="next"`: the following page, as long as there is one.',
    "Location": "Where what was made can be read, or where to go on.",
    "Content-Disposition": "The name of the file.",
    "Idempotency-Replayed": "`true`: this is the first answer to this `Idempotency-Key`, told again.",
}
EVERYWHERE = frozenset({"X-Request-Id", "Audit-Head", "RateLimit", "RateLimit-Policy"})
# what a page of another origin may read; of the whole list there is no header that it may not
EXPOSED = list(TEXTS)


def components() -> dict[str, Any]:
    """The headers for `components.headers`."""
    return {name: {"description": text, "schema": {"type": "string"}} for name, text in TEXTS.items()}


def declare(method: str, operation: dict[str, Any]) -> None:
    """Name the headers that each answer of this operation may carry, beside those that every answer carries."""
    parameters = {parameter["name"] for parameter in operation.get("parameters", [])}
    for status, answer in operation["responses"].items():
        names = [*_of_refusal(status)]
        if status < "400":
            names += _of_success(status, method, parameters, operation)
        if names:
            answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _of_refusal(status: str) -> Iterator[str]:
    if status in ("409", "429", "503"):
        yield "Retry-After"
    if status in ("401", "403"):
        yield "WWW-Authenticate"


def _of_success(status: str, method: str, parameters: set[str], operation: dict[str, Any]) -> Iterator[str]:
    if "304" in operation["responses"] or method != "get":
        yield "ETag"
    if "cursor" in parameters:
        yield "Link"
    if status in ("201", "202", "303"):
        yield "Location"
    if any(not kind.endswith("json") for kind in operation["responses"][status].get("content", {})):
        yield "Content-Disposition"
    if "Idempotency-Key" in parameters:
        yield "Idempotency-Replayed"
