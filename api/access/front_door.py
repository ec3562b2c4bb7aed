"""The door of callers who have no token yet: short transactions in the `access` role, credential tables only.

Not a dependency that lasts for the request: no connection may wait while a password is hashed, and a refusal must be
able to leave something behind (a sign-in that failed, a family that was revoked).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from api.access import audit
from api.access.counted import address_of
from api.access.tokens import KeyRing
from api.core.database import Connection, Database, DatabaseDep, raw, take_role, transaction
from api.core.settings import Settings
from api.core.vault import Vault


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """What is needed to let somebody in: database, signing keys, vault, how long a token lives, and who knocks."""

    database: Database
    keys: KeyRing
    settings: Settings
    vault: Vault
    request_id: str
    address: str

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Connection]:
        """One short transaction as `access`; what it wrote stays when it ends without an exception."""
        async with transaction(self.database) as connection:
            wire = await raw(connection)
            await take_role(wire, self.database, "access")
            yield wire

    async def note(
        self, connection: Connection, actor_id: UUID | None, action: str, subject_id: UUID | None, **detail: object
    ) -> None:
        """Record a deed at the door: there is no actor of the request, only whom it turned out to be."""
        await audit.note(connection, actor_id, self.request_id, action, subject_id, **detail)


async def front_door(request: Request, database: DatabaseDep) -> FrontDoor:
    """The front door of this process, for this request."""
    state = request.state
    vault, address = state.vault.current(), address_of(request.scope)
    return FrontDoor(database, state.key_ring.current(), state.settings, vault, state.request_id, address)


FrontDoorDep = Annotated[FrontDoor, Depends(front_door)]
