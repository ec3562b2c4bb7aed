"""Who calls: one HTTP client a person, a real login each, every call timed and every surprise kept."""

import asyncio
import hashlib
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict, Unpack
from uuid import uuid4

import httpx
import pyotp

BUSY = (429, 503)
TRIES = 6


class Asked(TypedDict, total=False):
    """What a call may carry. `expect` are the statuses that are no surprise (200), `keyed` an Idempotency-Key (yes)."""

    body: Any
    content: bytes
    query: Mapping[str, Any]
    form: dict[str, str]
    basic: tuple[str, str]
    files: Any
    headers: dict[str, str]
    expect: Iterable[int]
    keyed: bool


class Surprise(Exception):
    """An answer that nobody expected; it is in the ledger already."""


@dataclass(slots=True)
class Ledger:
    """Every call of the season: milliseconds by operation and week, refusals, and surprises."""

    milliseconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    by_week: defaultdict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    week: int = 0
    expected_refusals: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    surprises: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    busy: int = 0

    def took(self, operation: str, began: float) -> None:
        """Keep how long a call took."""
        passed = (time.perf_counter() - began) * 1000
        self.milliseconds[operation].append(passed)
        self.by_week[self.week].append(passed)

    def surprise(self, what: str) -> Surprise:
        """Keep what nobody expected."""
        self.surprises[what] += 1
        return Surprise(what)

    def demand(self, holds: bool, what: str) -> None:
        """What must be so and is not counts like an unexpected answer."""
        if not holds:
            self.surprise(what)


@dataclass(slots=True)
class Caller:
    """Somebody with a login. Calls of one person come one after another; `gate` bounds those of all."""

    name: str
    role: str
    login: dict[str, Any]
    client: httpx.AsyncClient
    gate: asyncio.Semaphore
    ledger: Ledger
    id: str = ""
    team_id: str | None = None
    refresh_token: str | None = None
    renewing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def sign_in(self) -> None:
        """Get an access token: people by a session, machines by client credentials."""
        if self.role == "client":
            given = (self.login["client_id"], self.login["client_secret"])
            form = {"grant_type": "client_credentials"}
            token = await self.call("POST", "/v1/oauth/token", form=form, basic=given)
        else:
            token = await self._session()
        self._carry(token)
        me = await self.call("GET", "/v1/me")
        self.id, self.team_id = me["id"], me["team_id"]

    async def _session(self) -> Any:
        """A session by password and, where there is a secret, the app's code: one that was used makes them wait."""
        known = ("username", "password", "device_id", "device_name", "app_version")
        body = {name: self.login[name] for name in known if name in self.login}
        secret = self.login.get("otp_secret")
        if secret is None:
            return await self.call("POST", "/v1/sessions", body=body, expect=(200, 201), keyed=False)
        app = pyotp.TOTP(secret)
        given = await self.answer(
            "POST", "/v1/sessions", body=body | {"otp": app.now()}, expect=(200, 201, 401), keyed=False
        )
        if given.status_code == httpx.codes.UNAUTHORIZED:
            await asyncio.sleep(app.interval - time.time() % app.interval)
            body |= {"otp": app.now()}
            given = await self.answer("POST", "/v1/sessions", body=body, expect=(200, 201), keyed=False)
        return given.json()

    async def call(self, method: str, path: str, *ids: str, **asked: Unpack[Asked]) -> Any:
        """Call `path` with its `{}` filled by `ids`; the JSON of an expected answer, or `Surprise`."""
        answer = await self.answer(method, path, *ids, **asked)
        return answer.json() if answer.content else None

    async def refused(self, status: int, code: str, method: str, path: str, *ids: str, **asked: Unpack[Asked]) -> None:
        """A call that must be refused, with this status and code."""
        answer = await self.answer(method, path, *ids, **asked | {"expect": (status,)})
        said = answer.json()
        codes = {said.get("code"), *(error["code"] for error in said.get("errors") or ())}
        self.ledger.demand(code in codes, f"{method} {path} was refused, but not as {code}")

    async def answer(self, method: str, path: str, *ids: str, **asked: Unpack[Asked]) -> httpx.Response:
        """The whole answer. A busy API is asked again when it says so; a broken line too, under the same key."""
        operation, expect, code = f"{method} {path}", asked.get("expect", (200,)), "no answer"
        headers = dict(asked.get("headers", {}))
        if method == "POST" and asked.get("keyed", True) and ("body" in asked or "content" in asked):
            # without an id of our own in the body, a retry is safe only under a key
            headers["Idempotency-Key"] = str(uuid4())
        request: dict[str, Any] = {
            "json": asked.get("body"),
            "params": dict(asked.get("query", {})),
            "headers": headers,
        }
        if "form" in asked or "files" in asked:
            request |= {"data": asked.get("form"), "files": asked.get("files"), "auth": asked.get("basic")}
        if "content" in asked:
            request |= {"content": asked["content"]}
        for attempt in range(TRIES):
            carried = self.client.headers.get("Authorization")
            try:
                async with self.gate:
                    began = time.perf_counter()
                    answer = await self.client.request(method, path.format(*ids), **request)
                    self.ledger.took(operation, began)
            except httpx.TransportError as broken:
                code = type(broken).__name__
                await asyncio.sleep(0.2 * 2**attempt)
                continue
            code = _code(answer)
            if answer.status_code in expect:
                if answer.status_code >= 400:
                    self.ledger.expected_refusals[f"{operation} → {code}"] += 1
                return answer
            if answer.status_code in BUSY:
                self.ledger.busy += 1
                await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))
            elif answer.status_code == 401 and carried is not None and attempt == 0:
                await self._renew(carried)
            else:
                break
        raise self.ledger.surprise(f"{self.role}: {operation} → {code}")

    async def pages(self, path: str, *ids: str, limit: int = 1000, **query: Any) -> list[dict[str, Any]]:
        """Every item of a list, page after page."""
        found, cursor = list[dict[str, Any]](), None
        while True:
            page = await self.call(
                "GET", path, *ids, query=query | {"limit": limit} | ({"cursor": cursor} if cursor else {})
            )
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found

    async def download(self, to: Path, path: str, *ids: str) -> str:
        """Stream a file to the disk; the sha256 of its bytes, in hex."""
        operation, digest, began = f"GET {path}", hashlib.sha256(), time.perf_counter()
        await self.call("GET", "/v1/me")  # a token that would end on the way is renewed first
        async with self.gate, self.client.stream("GET", path.format(*ids)) as answer:
            if answer.status_code != httpx.codes.OK:
                await answer.aread()
                raise self.ledger.surprise(f"{self.role}: {operation} → {_code(answer)}")
            with to.open("wb") as file:
                async for part in answer.aiter_bytes():
                    digest.update(part)
                    file.write(part)
        self.ledger.took(operation, began)
        return digest.hexdigest()

    async def _renew(self, ended: str) -> None:
        """Tokens end after ten minutes: a person refreshes, a machine asks anew; of several calls at once one does."""
        async with self.renewing:
            if self.client.headers.get("Authorization") != ended:
                return
            del self.client.headers["Authorization"]
            if self.role == "client":
                await self.sign_in()
                return
            given, self.refresh_token = self.refresh_token or "", None
            form = {"grant_type": "refresh_token", "refresh_token": given}
            self._carry(await self.call("POST", "/v1/oauth/token", form=form))

    def _carry(self, token: dict[str, Any]) -> None:
        self.refresh_token = token.get("refresh_token")
        self.client.headers["Authorization"] = f"Bearer {token['access_token']}"


def _code(answer: httpx.Response) -> str:
    """What to call an answer in the ledger: its problem code and refused fields, never a value."""
    if answer.is_success:
        return str(answer.status_code)
    try:
        problem = answer.json()
    except ValueError:
        return str(answer.status_code)
    fields = " ".join(f"{error['pointer']}:{error['code']}" for error in problem.get("errors") or [])
    return f"{answer.status_code} {problem.get('code') or problem.get('error', '')} {fields}".strip()
