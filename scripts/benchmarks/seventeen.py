"""The phones of 17:00, in a process of their own: a thread and a blocking line each, and nothing to write any more.

They stand on the API's own machine: what they take of it is taken from the API, so it is told beside what was measured.
"""

import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from scripts.benchmarks.line import Line

FORM, JSON = {"Content-Type": "application/x-www-form-urlencoded"}, {"Content-Type": "application/json"}
PAUSE_S = 0.2
RENEW, PULL, PUSH = "POST /v1/oauth/token", "GET /v1/sync/pull", "POST /v1/sync/push"


@dataclass(slots=True)
class Phone:
    """What a phone has in the evening: its refresh token, and its visits as it wrote them all day."""

    refresh: str
    parcel: bytes


@dataclass(slots=True)
class Evening:
    """What one phone was told, and the seconds until each call was done, pauses that it was told to make included."""

    answers: list[str] = field(default_factory=list)
    broken: int = 0
    wrong: list[str] = field(default_factory=list)
    waited: dict[str, float] = field(default_factory=dict)


_phones: list[Phone] = []


def keep(phones: list[Phone]) -> None:
    """The phones of the next evening."""
    _phones[:] = phones


def ends(url: str, pulled: int, patience_s: float) -> tuple[list[Evening], float]:
    """The day ends for all of them at once: what each saw, and the CPU seconds that they took together."""
    used = time.process_time()
    with ThreadPoolExecutor(len(_phones)) as threads:
        seen = list(threads.map(lambda phone: _day_ends(phone, Line(url), pulled, patience_s), _phones))
    return seen, time.process_time() - used


def _day_ends(phone: Phone, line: Line, pulled: int, patience_s: float) -> Evening:
    seen, until = Evening(), time.monotonic() + patience_s

    def answered(call: str, asked: str = "", body: bytes | None = None, kind: dict[str, str] | None = None) -> bytes:
        """The same call until it is answered; raises `TimeoutError` when patience ends."""
        began, (method, path) = time.perf_counter(), call.split()
        while time.monotonic() < until:
            try:
                answer = line.ask(method, path + asked, body, kind)
                content = answer.read()
            except (OSError, http.client.HTTPException):
                line.close()
                seen.broken += 1
                time.sleep(PAUSE_S)
                continue
            if 200 <= answer.status < 300:
                seen.answers.append("2xx")
                seen.waited[call] = time.perf_counter() - began
                return content
            again = answer.headers["Retry-After"]
            if answer.status not in (429, 503) or again is None:
                seen.wrong.append(f"{call} → {answer.status} {content[:200]!r}")
            seen.answers.append(str(answer.status))
            time.sleep(float(again or 1))
        raise TimeoutError(f"{call} was not answered in {patience_s:.0f} s: {seen}")

    form = urlencode({"grant_type": "refresh_token", "refresh_token": phone.refresh}).encode()
    line.headers["Authorization"] = f"Bearer {json.loads(answered(RENEW, body=form, kind=FORM))['access_token']}"
    answered(PULL, f"?limit={pulled}")
    results: list[dict[str, Any]] = json.loads(answered(PUSH, body=phone.parcel, kind=JSON))["results"]
    seen.wrong += [f"an item is {one['status']}" for one in results if one["status"] not in ("accepted", "duplicate")]
    line.close()
    return seen
