"""One keep-alive line of one caller. Blocking, from the standard library: it costs the machine a fifth of httpx."""

import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

KEPT_S = 2.0  # uvicorn hangs up after five


class Line:
    """Calls one after another; any answer but a success is an error of the bench, except to who asks with `ask`."""

    def __init__(self, url: str, token: str = "") -> None:
        place = urlsplit(url)
        self.connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=600)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.used = 0.0

    def call(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """The whole answer."""
        answer = self._asked(method, path, body)
        return answer.read()

    def json(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON to a JSON body."""
        sent = None if body is None else json.dumps(body).encode()
        return json.loads(self.call(method, path, sent))

    def size(self, method: str, path: str) -> int:
        """How many bytes the answer has; none of them is kept."""
        answer, size = self._asked(method, path, None), 0
        while part := answer.read(1 << 18):
            size += len(part)
        return size

    def close(self) -> None:
        """Hang up."""
        self.connection.close()

    def ask(
        self, method: str, path: str, body: bytes | None = None, kind: dict[str, str] | None = None
    ) -> http.client.HTTPResponse:
        """Whatever is answered, still to be read; `kind` says of what type the body is."""
        if time.monotonic() - self.used > KEPT_S:
            self.connection.close()
        self.connection.request(method, path, body, self.headers | (kind or {}))
        answer = self.connection.getresponse()
        self.used = time.monotonic()
        return answer

    def _asked(self, method: str, path: str, body: bytes | None) -> http.client.HTTPResponse:
        answer = self.ask(method, path, body, {"Content-Type": "application/json"} if body is not None else None)
        if not 200 <= answer.status < 300:
            raise RuntimeError(f"{method} {path} → {answer.status} {answer.read()[:300]!r}")
        return answer
