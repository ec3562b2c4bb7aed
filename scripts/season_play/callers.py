"""Who calls: one HTTP client a person, a real login each, every call timed and every surprise kept."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import httpx

BUSY = (429, 503)
TRIES = 6
NOTHING: MappingProxyType[str, Any] = MappingProxyType({})


class Surprise(Exception):
    """An answer that nobody expected; it is in the ledger already."""


@dataclass(slots=True)
class Ledger:
    """Every call of the season: milliseconds by operation, refusals that were meant, and those that were not."""

    milliseconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    expected_refusals: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    surprises: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    busy: int = 0

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

    async def sign_in(self) -> None:
        """Get an access token: people by a session, machines by client credentials."""
        if self.role == "client":
            given = (self.login["client_id"], self.login["client_secret"])
            form = {"grant_type": "client_credentials"}
            token = await self.call("POST", "/v1/oauth/token", form=form, basic=given)
        else:
            body = {name: self.login[name] for name in ("username", "password")}
            token = await self.call("POST", "/v1/sessions", body=body, expect=(200, 201), keyed=False)
        self._carry(token)
        me = await self.call("GET", "/v1/me")
        self.id, self.team_id = me["id"], me["team_id"]

    async def call(
        self,
        method: str,
        path: str,
        *ids: str,
        body: Any = None,
        query: dict[str, Any] | MappingProxyType[str, Any] = NOTHING,
        form: dict[str, str] | None = None,
        basic: tuple[str, str] | None = None,
        files: Any = None,
        expect: Iterable[int] = (200,),
        keyed: bool = True,
    ) -> Any:
        """Call `path` with its `{}` filled by `ids`; the JSON of an expected answer, or `Surprise`."""
        answer = await self.answer(
            method, path, *ids, body=body, query=query, form=form, basic=basic, files=files, expect=expect, keyed=keyed
        )
        return answer.json() if answer.content else None

    async def answer(
        self,
        method: str,
        path: str,
        *ids: str,
        body: Any = None,
        query: dict[str, Any] | MappingProxyType[str, Any] = NOTHING,
        form: dict[str, str] | None = None,
        basic: tuple[str, str] | None = None,
        files: Any = None,
        expect: Iterable[int] = (200,),
        keyed: bool = True,
    ) -> httpx.Response:
        """The whole answer. A busy API is asked again when it says so; a broken line too, under the same key."""
        operation = f"{method} {path}"
        # without an id of our own in the body, a retry is safe only under a key
        headers = {"Idempotency-Key": str(uuid4())} if body is not None and keyed and method == "POST" else {}
        code = "no answer"
        for attempt in range(TRIES):
            try:
                answer = await self._send(
                    operation, method, path.format(*ids), json=body, params=dict(query), data=form, auth=basic,
                    files=files, headers=headers,
                )  # fmt: skip
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
            elif answer.status_code == 401 and self.refresh_token is not None and attempt == 0:
                await self._renew()
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

    async def _send(self, operation: str, method: str, path: str, **request: Any) -> httpx.Response:
        async with self.gate:
            began = time.perf_counter()
            answer = await self.client.request(method, path, **request)
            self.ledger.milliseconds[operation].append((time.perf_counter() - began) * 1000)
        return answer

    async def _renew(self) -> None:
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
