"""What a process needs before its first request: database, keys, vault. Made once, passed by the lifespan."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypedDict

from api.core.database import Database, open_database, raw, transaction
from api.core.settings import Settings
from api.core.vault import Vault, open_vault


class UnsafeDatabase(RuntimeError):
    """The database would not keep what we promise; the process does not start."""


class ProcessState(TypedDict):
    """The keys of `request.state` that every request finds."""

    settings: Settings
    database: Database
    vault: Vault
    key_ring: Any


async def refuse_unsafe_database(database: Database, wanted: Settings) -> None:
    """Refuse a login role with too much power, and a database that may forget what it acknowledged.

    `SAMBANG_ENV=test` is excepted from the durability part only: a test cluster lives on a RAM disk.
    """
    async with transaction(database) as connection:
        found = await (await raw(connection)).fetchrow(
            "select r.rolsuper or r.rolbypassrls or r.rolinherit as powerful,"
            " exists (select from pg_class c where c.relowner = r.oid) as owner,"
            " current_setting('fsync') = 'on' and current_setting('full_page_writes') = 'on'"
            " and current_setting('synchronous_commit') <> 'off' as durable"
            " from pg_roles r where r.rolname = session_user"
        )
    if found is None or found["powerful"] or found["owner"]:
        raise UnsafeDatabase("the login role must be NOINHERIT, own nothing, and be neither superuser nor BYPASSRLS")
    if not found["durable"] and wanted.env != "test":
        raise UnsafeDatabase("fsync, full_page_writes and synchronous_commit must be on")


@asynccontextmanager
async def open_process(wanted: Settings, key_ring: Any) -> AsyncIterator[ProcessState]:
    """Open everything, check the database, give the state; close the pool at the end."""
    database = open_database(wanted)
    try:
        await refuse_unsafe_database(database, wanted)
        yield {"settings": wanted, "database": database, "vault": open_vault(wanted.keys_folder), "key_ring": key_ring}
    finally:
        await database.close()
