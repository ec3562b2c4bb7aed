"""JSON logs: one line an event, the route's template instead of the path, ids instead of people, never a number."""

import logging
import time
from collections.abc import Mapping, MutableMapping
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from api.core import metrics

FIELDS = ("request_id", "actor_id", "method", "route", "status", "ms", "job", "count")
log = logging.getLogger("sambang")


class JsonLines(logging.Formatter):
    """A record as one JSON line. An exception is its type and place only: its text may hold a value."""

    def format(self, record: logging.LogRecord) -> str:
        """Only the fields of the allow list leave the process."""
        line: dict[str, Any] = {"at": record.created, "level": record.levelname, "event": record.getMessage()}
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0]:
            trace, places = record.exc_info[2], []
            while trace:
                places.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
                trace = trace.tb_next
            line |= {"exception": record.exc_info[0].__name__, "where": places[-6:]}
        return orjson.dumps(line, default=str).decode()


def install(level: str = "info") -> None:
    """Send our own log and the server's errors to standard error as JSON lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    for name in ("sambang", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level.upper() if name == "sambang" else logging.WARNING)


def template(scope: Scope) -> str:
    """The path with its parameters' names in place of their values; `/` where no route matched.

    A path may carry what a caller should not have put there, so the raw one is neither logged nor answered.
    """
    if scope.get("route") is None:
        return "/"
    values = {str(value): f"{{{name}}}" for name, value in scope.get("path_params", {}).items()}
    return "/".join(_named(part, values) for part in scope["path"].split("/"))


def _named(part: str, values: Mapping[str, str]) -> str:
    """A part of the path; in `{number}.xml` the parameter is what stands before the last dot."""
    stem, _, kind = part.rpartition(".")
    return values.get(part) or (f"{values[stem]}.{kind}" if stem in values else part)


class RequestLog:
    """Gives each request an id, answers it in `X-Request-Id`, and logs one line when it is done."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Only HTTP requests are counted."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, state = time.perf_counter(), scope.setdefault("state", {})
        state["request_id"] = request_id = str(uuid7())
        seen: MutableMapping[str, int] = {"status": 500}

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, answer)
        finally:
            actor, route, took = state.get("actor"), template(scope), time.perf_counter() - began
            pool = state["database"].engine.pool if "database" in state else None
            metrics.count(scope["method"], route, seen["status"], took, pool and pool.checkedout())
            log.info(
                "request",
                extra={
                    "request_id": request_id,
                    "actor_id": getattr(actor, "id", None),
                    "method": scope["method"],
                    "route": route,
                    "status": seen["status"],
                    "ms": round(took * 1000, 1),
                },
            )
