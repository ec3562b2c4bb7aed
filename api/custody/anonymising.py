"""`sambang anonymise`: what is personal goes when its time is over; what a statistic needs stays (law 27/2022, 42-44).

A household goes when every campaign that it has a place in is closed and ended so long ago. A batch is a transaction
whose last statement marks its households, so a run that is broken off, or run again, goes on with those that are left.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import asyncpg

from api.access import audit
from api.core.settings import Settings
from api.custody.personal_columns import GOING

BATCH = 500
SHORTEST_DAYS = 365  # what is not finished is not old
OVER = "c.status = 'closed' and c.ends_on < $1"
# born before that day too: a household that no campaign has is one that has just come in
DUE = f"""
select h.id from households h
where h.anonymised_at is null and h.created_at < $1 and not exists (
    select from assignments a join campaigns c on c.id = a.campaign_id where a.household_id = h.id and not ({OVER})
)
"""  # noqa: S608  # text of ours
COUNT = """
select (select count(*) from due)::int as households,
       (select count(*) from members m where m.household_id in (select id from due))::int as people,
       (select count(*) from visits v where v.household_id in (select id from due))::int as visits
from (select) one
"""  # text of ours
RELEASES = f"""
update releases r set anonymised_at = now() from campaigns c
where c.id = r.campaign_id and {OVER} and r.anonymised_at is null and not exists (
    select from released_households k join households h on h.id = k.household_id
    where k.release_id = r.id and h.anonymised_at is null
)
"""  # noqa: S608  # text of ours
IMPORTS = f"select i.id from imports i join campaigns c on c.id = i.campaign_id where {OVER}"  # noqa: S608  # text of ours
# What phones sent that no household could be found for; nobody will find one now.
STRAY = """
r.received_at < $1 and r.body <> '' and not exists (
    select from visits v where v.receipt_id = r.id
) and not exists (select from households h where h.id = r.subject_id and h.anonymised_at is null) and not exists (
    select from quarantined_items q join assignments a on a.id = q.assignment_id
    join households h on h.id = a.household_id where q.id = r.id and h.anonymised_at is null
)
"""
STRAYS = f"update receipts r set {{sets}} where {STRAY}"  # noqa: S608  # text of ours
STRAY_PHOTOS = f"delete from {{table}} where receipt_id in (select r.id from receipts r where {STRAY})"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Anonymised:
    """How many households, people and visits went, or would go, and how many uploaded files."""

    households: int
    people: int
    visits: int
    files: int


async def anonymise(
    wanted: Settings, owner_url: str, before: date, *, for_good: bool, tell: Callable[[int], None]
) -> Anonymised:
    """Take away what is personal of campaigns that ended before this day; without `for_good` only count."""
    owner = await asyncpg.connect(owner_url, server_settings={"application_name": "sambang anonymise"})
    try:
        counted = await owner.fetchrow(f"with due as ({DUE}) {COUNT}", before)
        files = _files(wanted.files_folder, [row["id"] for row in await owner.fetch(IMPORTS, before)])
        found = Anonymised(counted["households"], counted["people"], counted["visits"], len(files))
        if for_good:
            await _take_away(owner, before, found, tell)
            for path in files:  # sealed or not: it holds everybody who was in the file
                path.unlink(missing_ok=True)
        return found
    finally:
        await owner.close()


async def _take_away(owner: asyncpg.Connection, before: date, counted: Anonymised, tell: Callable[[int], None]) -> None:
    gone = 0
    while ids := [row["id"] for row in await owner.fetch(f"{DUE} order by h.id limit {BATCH}", before)]:
        async with owner.transaction():
            # in the order in which everybody locks; a campaign that was opened again meanwhile keeps its households
            held = f"{DUE} and h.id = any($2) order by h.id for update of h"
            ids = [row["id"] for row in await owner.fetch(held, before, ids)]
            for table, going in GOING.items():
                if going.whole:
                    await owner.execute(f"delete from {table} where {going.rows}", ids)  # noqa: S608  # text of ours
                elif going.becomes:
                    await owner.execute(f"update {table} set {_sets(going.becomes)} where {going.rows}", ids)  # noqa: S608  # text of ours
            await audit.note(
                owner, None, "sambang anonymise", "households.anonymised", None, households=len(ids), before=before
            )
        gone += len(ids)
        tell(gone)
    for table in ("photo_parts", "photos", "attachments"):
        await owner.execute(STRAY_PHOTOS.format(table=table), before)
    await owner.execute(STRAYS.format(sets=_sets(GOING["receipts"].becomes)), before)
    await owner.execute(RELEASES, before)


def _sets(becomes: dict[str, str]) -> str:
    return ", ".join(f"{column} = {value}" for column, value in becomes.items())


def _files(folder: Path, import_ids: list[object]) -> list[Path]:
    ids = {str(import_id) for import_id in import_ids}
    return [path for path in sorted((folder / "imports").glob("*")) if path.name[:36] in ids]
