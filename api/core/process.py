"""What a process needs before its first request: database, keys, vault. Made once, passed by the lifespan."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypedDict

from api.core import metrics
from api.core.audit_head import AuditHead, fresh_head
from api.core.database import Database, open_database
from api.core.leases import Leases
from api.core.refusals import refuse_unsafe_database, refuse_unsafe_place
from api.core.settings import Settings
from api.core.vault import Vault, open_vault


class ProcessState(TypedDict):
    """The keys of `request.state` that every request finds."""

    settings: Settings
    database: Database
    vault: Vault
    key_ring: Any
    leases: Leases
    audit_head: AuditHead


@asynccontextmanager
async def open_process(wanted: Settings, key_ring: Any) -> AsyncIterator[ProcessState]:
    """Open everything, check the database, give the state; close the pool at the end."""
    refuse_unsafe_place(wanted)
    database = open_database(wanted)
    metrics.CONNECTIONS_MOST.set(wanted.pool_size)
    try:
        await refuse_unsafe_database(database, wanted)
        async with fresh_head(database, wanted.audit_stuck_s) as head:
            yield {
                "settings": wanted,
                "database": database,
                "vault": open_vault(wanted.keys_folder),
                "key_ring": key_ring,
                "leases": Leases(database),
                "audit_head": head,
            }
    finally:
        await database.close()
