"""The token of a path is somebody: found as `access` does, then one transaction in the person's own role.

Collect cannot sign in, so its token stands in the URL it was given. Only a hash of it is stored, logs and problems show
`{token}`, and it opens what Collect needs and nothing else.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access.actor import Actor
from api.access.families import token_hash
from api.access.roles import Permission, Role, scopes_of
from api.core import clock
from api.core.database import Database, DatabaseDep, raw, take_principal, take_role, transaction
from api.core.problems import Forbidden, Unauthorized
from api.openrosa import queries
from api.openrosa.problems import TokenRefused, WrongVersion

# Transactions of Collect at a time in this process. It waits a minute for an answer, so it may wait for its turn:
# phones that push and people at desks find a connection meanwhile.
TURNS = CapacityLimiter(6)


@dataclass(frozen=True, slots=True)
class CollectDoor:
    """The door of one call: each transaction through it asks anew whether the token works."""

    request: Request
    database: Database
    token: str

    @property
    def url(self) -> str:
        """The address that Collect was set up with, as this call came."""
        return server_url(self.request, self.token)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[tuple[AsyncConnection, Actor, str]]:
        """One transaction as the person: connection, actor, and the id of the phone; raises `TokenRefused` (403)."""
        async with TURNS, transaction(self.database) as connection:
            wire = await raw(connection)
            await take_role(wire, self.database, "access")
            found = await wire.fetchrow(queries.WHOSE, token_hash(self.token), clock.now())
            if found is None:
                raise TokenRefused
            try:
                taken = await take_principal(wire, self.database, found["staff_id"], found["version"])
            except Unauthorized as ended:
                raise TokenRefused from ended
            role = Role(taken["role"])
            held, request_id = scopes_of(role, ()), self.request.state.request_id
            actor = Actor(found["staff_id"], taken["kind"], role, taken["team_id"], held, request_id, wire)
            self.request.state.actor = actor
            if Permission.VISITS_WRITE not in held:
                raise Forbidden
            yield connection, actor, found["device_id"]


def server_url(request: Request, token: str) -> str:
    """Where Collect with this token calls."""
    return f"{str(request.base_url).rstrip('/')}/v1/openrosa/{token}"


async def collect_door(request: Request, database: DatabaseDep, token: str) -> CollectDoor:
    """The door of the token in the path; raises `WrongVersion` (400). Nothing is asked of the database yet."""
    if request.headers.get("x-openrosa-version") != "1.0":
        raise WrongVersion
    return CollectDoor(request, database, token)


CollectDoorDep = Annotated[CollectDoor, Depends(collect_door)]
