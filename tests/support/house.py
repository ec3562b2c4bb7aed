"""The running app for a test: `as_(person)` calls as somebody, `make` makes rows; answers meet the contract."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from api.access.roles import GRANTS
from api.access.tokens import open_key_ring
from api.core.process import open_process
from api.core.settings import Settings
from api.core.vault import Vault
from tests.support.contract import Contract
from tests.support.make import Make, Person


@dataclass(slots=True)
class House:
    """One app over one database, and the people who call it."""

    app: FastAPI
    contract: Contract
    state: dict[str, Any]
    owner: asyncpg.Connection
    make: Make
    clients: AsyncExitStack
    transport: httpx.ASGITransport
    signed_in: dict[UUID, httpx.AsyncClient] = field(default_factory=dict)

    def token(self, person: Person) -> str:
        """An access token of this person, as a session would give it."""
        scopes = frozenset(person.scopes) if person.scopes else frozenset(map(str, GRANTS[person.role]))
        issued: str = self.state["key_ring"].issue(person.id, person.version, scopes, 600, None)
        return issued

    async def as_(self, person: Person | None) -> httpx.AsyncClient:
        """An HTTP client that calls as this person, or as nobody."""
        headers = {"Accept-Language": "en"}
        if person is not None:
            if person.id in self.signed_in:
                return self.signed_in[person.id]
            headers["Authorization"] = f"Bearer {self.token(person)}"

        async def check(answer: httpx.Response) -> None:
            await answer.aread()
            self.contract.check(answer)

        made = httpx.AsyncClient(
            transport=self.transport, base_url="http://sambang.test", headers=headers, event_hooks={"response": [check]}
        )
        client = await self.clients.enter_async_context(made)
        if person is not None:
            self.signed_in[person.id] = client
        return client


@asynccontextmanager
async def open_house(
    app: FastAPI, contract: Contract, owner: asyncpg.Connection, wanted: Settings, vault: Vault
) -> AsyncIterator[House]:
    """Open a process of its own for this test's database and hand its state to every request, as a server does.

    The app is the session's: it holds nothing of a database.
    """
    ring = open_key_ring(wanted.keys_folder, wanted.issuer, wanted.audience)
    async with AsyncExitStack() as clients, open_process(wanted, ring) as given:
        state: dict[str, Any] = dict(given)

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            scope["state"] = dict(state)
            await app(scope, receive, send)

        transport = httpx.ASGITransport(app=serve, raise_app_exceptions=True)
        yield House(app, contract, state, owner, Make(owner, vault), clients, transport)
