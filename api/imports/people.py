"""A file of people becomes accounts, teams and memberships, in one transaction: a city has hundreds, not millions.

A worker that dies leaves nothing of it, and the next one begins anew.
"""

import asyncio
from itertools import islice
from typing import Final
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from api.access import audit
from api.core import clock
from api.core.database import Connection
from api.core.jobs import Workplace
from api.imports import people_queries as sql
from api.imports import settling
from api.imports.checking_rows import FOUND
from api.imports.findings import level_of
from api.imports.layouts.layout import places_of
from api.imports.layouts.staff import STAFF, StaffRow, name_accounts, read_row
from api.imports.placing import Account, Arranged, Place, Present, arrange
from api.imports.reading import Record, letters
from api.imports.source_files import SourceFile
from api.imports.upload import file_of
from api.tables import CampaignStatus, ImportPart

MOST_PEOPLE: Final = 10_000


async def take_people(place: Workplace, connection: Connection, import_id: UUID, begun: asyncpg.Record) -> str | None:
    """Make what the file says and is not there; answers why the whole file cannot be taken, or None.

    A dry run finds and counts everything, tells the usernames, and makes nothing.
    """
    districts = await connection.fetch(sql.DISTRICTS)
    codes = {letters(row[key]): row["code"] for row in districts for key in ("name", "code")}
    read = await asyncio.to_thread(_read, place, import_id, codes)
    if len(read) > MOST_PEOPLE:
        return "too_many_rows"
    rows = [row for row in read if isinstance(row, StaffRow)]
    name_accounts(rows)
    place.go_on()
    async with connection.transaction():
        campaign = await connection.fetchrow(sql.HOLD, begun["campaign_id"])
        if campaign["status"] == CampaignStatus.CLOSED:
            return "campaign_closed"
        arranged = arrange(rows, await _present(connection, begun["campaign_id"], campaign, rows))
        broken = [(record.row_no, "", "wrong_number_of_columns") for record in read if isinstance(record, Record)]
        found = [
            (import_id, ImportPart.FILE.value, row_no, column, code, level_of(code).value)
            for row_no, column, code in sorted(broken + arranged.findings)
        ]
        await connection.copy_records_to_table("import_findings", records=found, columns=FOUND)
        await connection.execute(sql.COUNTED, import_id, len(read), len(arranged.accounts), len(arranged.teams))
        if not begun["dry_run"]:
            await _make(connection, import_id, begun, campaign, arranged)
        await _tell(connection, import_id, arranged, dry_run=begun["dry_run"])
        await settling.finish(connection, import_id, begun)
    return None


def _read(place: Workplace, import_id: UUID, districts: dict[str, str]) -> list[StaffRow | Record]:
    """The rows as people; one with another number of columns as it is."""
    with SourceFile(file_of(place.settings, import_id), place.vault, import_id) as file:
        header = file.recognise([STAFF]).header
        places = places_of(STAFF, header.columns)
        return [
            record if record.fields is None else read_row(record.row_no, record.fields, places, districts)
            for record in islice(file.records(header), MOST_PEOPLE + 1)
        ]


async def _present(
    connection: Connection, campaign_id: UUID, campaign: asyncpg.Record, rows: list[StaffRow]
) -> Present:
    there = await connection.fetch(sql.ACCOUNTS, campaign_id, [row.username for row in rows])
    accounts = {row["username"]: Account(**{name: row[name] for name in Account.__slots__}) for row in there}
    teams = await connection.fetch(sql.TEAMS, campaign_id)
    busy = await connection.fetch(sql.BUSY, campaign_id, [account.id for account in accounts.values()])
    return Present(
        accounts,
        [Place(**dict(team)) for team in teams],
        busy={row["id"] for row in busy},
        span=campaign["span"],
        preparing=campaign["status"] == CampaignStatus.PREPARATION,
    )


async def _make(
    connection: Connection, import_id: UUID, begun: asyncpg.Record, campaign: asyncpg.Record, arranged: Arranged
) -> None:
    """Write it set by set. A membership begins today; before field work not before the campaign's first day."""
    today, people = clock.working_day(clock.now()), arranged.accounts
    first = max(today, campaign["starts_on"]) if campaign["status"] == CampaignStatus.PREPARATION else today
    ids = [person.staff_id for person in people]
    names = [person.row.name for person in people]
    await connection.execute(sql.ADD_PRINCIPALS, ids, [str(person.row.role) for person in people])
    await connection.execute(sql.ADD_STAFF, ids, [person.row.username for person in people], names, clock.now())
    made = [team.id for team in arranged.teams]
    await connection.execute(
        sql.ADD_TEAMS,
        begun["campaign_id"],
        made,
        [team.name for team in arranged.teams],
        [team.coordinator_id for team in arranged.teams],
        [team.district_code for team in arranged.teams],
    )
    joined, members = ([pair[place] for pair in arranged.members] for place in (0, 1))
    await connection.execute(sql.ADD_MEMBERS, begun["campaign_id"], [uuid7() for _ in joined], joined, members, first)
    await connection.execute(sql.TOUCH_TEAMS, joined, made)
    await connection.execute(sql.SEAT, *([pair[place] for pair in arranged.seats] for place in (0, 1)))
    await _note(connection, import_id, begun, arranged)


async def _note(connection: Connection, import_id: UUID, begun: asyncpg.Record, arranged: Arranged) -> None:
    """The same deeds that the single calls note, in the name of who sent the file; the request is the import."""
    campaign_id = begun["campaign_id"]
    await connection.execute("select set_config('sambang.actor_id', $1, true)", str(begun["created_by"]))
    deeds = [
        *(("staff.added", person.staff_id, {"role": person.row.role}) for person in arranged.accounts),
        *(
            ("team.created", team.id, {"campaign_id": campaign_id, "coordinator_id": team.coordinator_id})
            for team in arranged.teams
        ),
        *(
            ("team.member_added", team_id, {"staff_id": person, "former_team_id": None})
            for team_id, person in arranged.members
        ),
    ]
    await audit.note_all(connection, begun["created_by"], str(import_id), deeds)


async def _tell(connection: Connection, import_id: UUID, arranged: Arranged, *, dry_run: bool) -> None:
    """Keep whom the file named, for the report and for the codes."""
    named = arranged.named
    await connection.execute(
        sql.ADD_NAMED,
        import_id,
        [person.row.row_no for person in named],
        [None if dry_run and person.added else person.staff_id for person in named],
        [person.row.username for person in named],
        [person.team for person in named],
        [person.added for person in named],
    )
