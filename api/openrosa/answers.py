"""What Collect is told: its envelope in XML with a plain sentence, also for refusals; and the headers of OpenRosa."""

import re
from collections.abc import Callable, Coroutine
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring  # writes only; what comes in `reading.py` reads

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.core.answering import Tongue
from api.core.problems import language
from api.core.strict_json import EncodedBody

XML: Final = "text/xml; charset=utf-8"  # Collect refuses application/xml
RESPONSE: Final = "http://openrosa.org/http/response"
ACCEPT_BYTES: Final = 10_000_000  # what a post may hold before Collect opens another one; its own default
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


def refusal(request: Request, status: int, title: str) -> Response:
    """The sentence of the problem document that everybody else would get, in OpenRosa's envelope."""
    return spoken(request, envelope(status, "submit_error", title))


def spoken(request: Request, answer: Response) -> Response:
    """The same with the headers of OpenRosa."""
    answer.headers["X-OpenRosa-Version"] = "1.0"
    answer.headers["X-OpenRosa-Accept-Content-Length"] = str(ACCEPT_BYTES)
    answer.headers["Content-Language"] = language(request)
    return answer


# what Collect calls; `/v1/openrosa/phones` is called by people
TONGUE: Final[Tongue] = (re.compile("/v1/openrosa/[^/]*/"), refusal)


class CollectRoute(APIRoute):
    """The route class of what Collect calls: OpenRosa's headers on every answer."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, its answer with the headers; a refusal has them already."""
        handle = super().get_route_handler()

        async def handle_for_collect(request: Request) -> Response:
            if request.headers.get("content-encoding", "identity").lower() != "identity":
                raise EncodedBody
            return spoken(request, await handle(request))

        return handle_for_collect
