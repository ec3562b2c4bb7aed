"""The import's job.

It may be run again at any point with the same result: staged rows and findings are made anew, and what is already in
the registry is known. One import runs at a time in a city, so that two files cannot add the same household.
"""

import asyncio
from uuid import UUID

from api.core import clock
from api.core.database import Connection
from api.core.jobs import KEYS_IN_USE, StopAsked, Workplace
from api.core.vault import WrongSeal
from api.imports import people, queries, settling, staging
from api.imports.forgetting import forget_files
from api.imports.layouts.known import LAYOUTS
from api.imports.layouts.staff import STAFF
from api.imports.upload import file_of
from api.imports.workbooks import BrokenWorkbook
from api.tables import CampaignStatus, ImportPart

NAME = "import"
TURN_S = 0.5


async def run_import(place: Workplace, payload: str) -> None:
    """Read, check and settle one file."""
    import_id = UUID(payload)
    async with place.connect() as connection:
        await _take_turn(place, connection)
        try:
            await _run(place, connection, import_id)
        except (FileNotFoundError, WrongSeal, BrokenWorkbook):
            await fail(connection, import_id, "file_unreadable")
        except StopAsked:
            raise
        except Exception:
            if place.last_attempt:
                await fail(connection, import_id, "internal")
                forget_files(place.settings, import_id)
            raise
        forget_files(place.settings, import_id)


async def _take_turn(place: Workplace, connection: Connection) -> None:
    """Wait until no other import runs and one index key is live: a file's rows are looked up by the newest only.

    A worker that was thought dead may still be alive: the lock goes with its connection. Two index keys are live while
    `sambang vault rotate` runs, or was broken off and waits to be run again.
    """
    while not await connection.fetchval("select pg_try_advisory_lock(hashtext('sambang import'))"):
        await _wait(place)
    while len(place.vault.index_keys) > 1:
        # the rotation waits for who holds the keys
        await connection.execute(f"select pg_advisory_unlock_shared({KEYS_IN_USE})")
        await _wait(place)
        await connection.execute(f"select pg_advisory_lock_shared({KEYS_IN_USE})")


async def _wait(place: Workplace) -> None:
    place.go_on()
    await asyncio.sleep(TURN_S)


async def _run(place: Workplace, connection: Connection, import_id: UUID) -> None:
    begun = await connection.fetchrow(queries.BEGIN_AGAIN, import_id)
    if begun is None:
        return  # done by the run before this one
    if begun["campaign_status"] == CampaignStatus.CLOSED:
        await fail(connection, import_id, "campaign_closed")
        return
    if begun["layout"] == STAFF.name:
        if problem := await people.take_people(place, connection, import_id, begun):
            await fail(connection, import_id, problem)
        return
    paths = {part: file_of(place.settings, import_id, part) for part in ImportPart}
    staged = await staging.stage(place, connection, import_id, paths, begun)
    await settling.find_repeated(connection, import_id, LAYOUTS[begun["layout"]])
    await settling.settle(place, connection, import_id, begun, staged)
    await settling.finish(connection, import_id, begun)


async def fail(connection: Connection, import_id: UUID, problem: str) -> None:
    """The file as a whole cannot be taken; households that earlier batches added stay."""
    async with connection.transaction():
        by = await connection.fetchval(queries.FAIL, import_id, problem, clock.now())
        if by is not None:
            await settling.note(connection, import_id, by, "import.failed", {"problem": problem})
