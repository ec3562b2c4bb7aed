"""Whom a file of people named, and the codes with which those who have no password yet set one."""

from uuid import UUID

from api.access.actor import Actor
from api.access.roles import Permission
from api.access.staff import issue_first_codes
from api.core.database import Connection
from api.core.paging import Paging
from api.core.problems import Forbidden, NotFound, WrongState
from api.imports import people_queries as sql
from api.imports.layouts.staff import STAFF
from api.imports.problems import BroughtNoPeople
from api.imports.schemas import ImportedPersonOut, IssuedCodeOut, IssuedCodesOut
from api.tables import ImportStatus


async def issue_codes(connection: Connection, actor: Actor, import_id: UUID) -> IssuedCodesOut:
    """Codes for everybody of the import who has no password yet; a newer code voids the older ones.

    Raises `NotFound`, `WrongState` until the import is done, `BroughtNoPeople` and `StillRunning`; and `Forbidden` for
    a token that was not given for people too.
    """
    if Permission.STAFF_WRITE not in actor.permissions:
        raise Forbidden
    found = await connection.fetchrow(sql.IMPORT, import_id)
    if found is None:
        raise NotFound
    if found["layout"] != STAFF.name or found["dry_run"]:
        raise BroughtNoPeople
    if found["status"] != ImportStatus.DONE:
        raise WrongState(allowed=[ImportStatus.DONE])
    people = await connection.fetch(sql.SLIPS, import_id)
    issued = await issue_first_codes(connection, [person["staff_id"] for person in people])
    codes = [
        IssuedCodeOut(
            **{name: person[name] for name in ("team", "name", "role", "username")},
            code=issued[person["staff_id"]].code,
        )
        for person in people
        if person["staff_id"] in issued
    ]
    await actor.note("import.codes_issued", import_id, count=len(codes), staff_ids=sorted(issued))
    expires_at = next((made.expires_at for made in issued.values()), None)
    return IssuedCodesOut(import_id=import_id, campaign=found["campaign"], expires_at=expires_at, codes=codes)


async def list_people(connection: Connection, import_id: UUID, wanted: Paging) -> list[ImportedPersonOut]:
    """One more person than a page holds, in the order of the file; raises `NotFound`."""
    if await connection.fetchrow(sql.IMPORT, import_id) is None:
        raise NotFound
    after = wanted.after(int)
    rows = await connection.fetch(sql.NAMED, import_id, after[0] if after else 0, wanted.limit + 1)
    return [ImportedPersonOut.model_validate(dict(row)) for row in rows]
