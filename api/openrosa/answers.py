"""What Collect is told: its envelope in XML with a plain sentence, also for refusals; and the headers of OpenRosa."""

import re
from collections.abc import Callable, Coroutine
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring  # writes only; what comes in `reading.py` reads

import asyncpg
import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from api.core.answering import answer_database, answer_http, answer_problem, answer_validation
from api.core.problems import Problem, language
from api.core.strict_json import EncodedBody

XML: Final = "text/xml; charset=utf-8"  # Collect refuses application/xml
RESPONSE: Final = "http://openrosa.org/http/response"
ACCEPT_BYTES: Final = 10_000_000  # what a post may hold before Collect opens another one; its own default
DATABASE: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, DBAPIError, ConnectionError)
UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML 1.0 has no way to say them


def xml_answer(root: Element, status: int = 200) -> Response:
    """A document of OpenRosa."""
    for element in root.iter():
        element.text = UNWRITABLE.sub("", element.text) if element.text else element.text
    return Response(tostring(root, encoding="utf-8", xml_declaration=True), status, media_type=XML)


def envelope(status: int, nature: str, message: str) -> Response:
    """The answer to a submission; Collect shows the message."""
    root = Element("OpenRosaResponse", {"xmlns": RESPONSE, "items": "0"})
    SubElement(root, "message", {"nature": nature}).text = message
    return xml_answer(root, status)


class CollectRoute(APIRoute):
    """The route class of what Collect calls: OpenRosa's headers on every answer, refusals in its envelope."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, its refusals translated."""
        handle = super().get_route_handler()

        async def handle_for_collect(request: Request) -> Response:
            try:
                if request.headers.get("content-encoding", "identity").lower() != "identity":
                    raise EncodedBody
                answer = await handle(request)
            except (Problem, RequestValidationError, HTTPException, *DATABASE) as failed:
                answer = await _refusal(request, failed)
            answer.headers["X-OpenRosa-Version"] = "1.0"
            answer.headers["X-OpenRosa-Accept-Content-Length"] = str(ACCEPT_BYTES)
            answer.headers["Content-Language"] = language(request)
            return answer

        return handle_for_collect


async def _refusal(request: Request, failed: Exception) -> Response:
    """The sentence of the problem document that everybody else would get, in OpenRosa's envelope."""
    if isinstance(failed, Problem):
        document = await answer_problem(request, failed)
    elif isinstance(failed, RequestValidationError):
        document = await answer_validation(request, failed)
    elif isinstance(failed, HTTPException):
        document = await answer_http(request, failed)
    else:
        document = await answer_database(request, failed)
    answer = envelope(document.status_code, "submit_error", orjson.loads(document.body)["title"])
    if "retry-after" in document.headers:
        answer.headers["Retry-After"] = document.headers["retry-after"]
    return answer
