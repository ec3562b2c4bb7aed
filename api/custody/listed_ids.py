"""Ids of a list that names people by their numbers alone (DTSEN): keyed digests, made anew from the row as it came.

They stand in `household_sources.external_id`, where a later file of the same list looks them up. Each person's row
keeps, sealed, what the file said; the id of its family is found by the same row.
"""

from typing import Any
from uuid import UUID

import asyncpg
import orjson

from api.core import clock
from api.core.types import check_nik, check_no_kk
from api.core.vault import Vault, WrongSeal
from api.custody.renewing import BATCH, Tally, Tell
from api.imports.layouts.known import LAYOUTS
from api.imports.layouts.layout import Layout
from api.imports.sealing import kinds_by_number

PEOPLE = """
select id, external_id, raw from household_sources
where source = $1 and member_id is not null and raw is not null and id > $2 order by id limit $3
"""
RENAME_PEOPLE = """
update household_sources s set external_id = u.made
from unnest($1::uuid[], $2::text[]) as u (id, made) where s.id = u.id
"""
RENAME_FAMILIES = """
update household_sources s set external_id = u.made
from (select distinct former, made from unnest($2::text[], $3::text[]) as u (former, made)) u
where s.source = $1 and s.member_id is null and s.external_id = u.former
"""
KNOWN_FAMILIES = "create temporary table known_families (id text primary key)"
KNOW_FAMILIES = "insert into known_families select distinct unnest($1::text[]) on conflict do nothing"
UNKNOWN_FAMILIES = """
select s.id from household_sources s where s.source = $1 and s.member_id is null
  and not exists (select from known_families k where k.id = s.external_id) order by s.id
"""


async def renew_ids(owner: asyncpg.Connection, vault: Vault, tell: Tell) -> Tally:
    """One pass over the ids of every such list."""
    tally = Tally()
    for layout in LAYOUTS.values():
        if layout.by_number:
            tally.add(await _renew_list(owner, vault, layout, tell))
    return tally


async def _renew_list(owner: asyncpg.Connection, vault: Vault, layout: Layout, tell: Tell) -> Tally:
    tally, last, source = Tally(), UUID(int=0), layout.source.value
    await owner.execute(KNOWN_FAMILIES)
    try:
        while rows := await owner.fetch(PEOPLE, source, last, BATCH):
            last = rows[-1]["id"]
            tally.rows += len(rows)
            await _renew_batch(owner, vault, layout, rows, tally)
            tell(f"ids of {layout.name}", tally.rows, tally.renewed)
        # a family none of whose people is left in the list: nothing says its number any more
        unknown = await owner.fetch(UNKNOWN_FAMILIES, source)
        tally.unreadable += [f"household_sources {row['id']}" for row in unknown]
    finally:
        await owner.execute("drop table known_families")
    return tally


async def _renew_batch(
    owner: asyncpg.Connection, vault: Vault, layout: Layout, rows: list[asyncpg.Record], tally: Tally
) -> None:
    (of_person, of_family), today = kinds_by_number(layout), clock.now().date()
    people: dict[UUID, str] = {}
    families: dict[str, str] = {}
    for row in rows:
        try:
            said: dict[str, Any] = orjson.loads(vault.open("source.raw", row["id"], row["raw"]))
        except WrongSeal:
            tally.unreadable.append(f"household_sources {row['id']}")
            continue
        nik = check_nik(said.get(str(layout.nik), ""), today).number
        card = check_no_kk(said.get(str(layout.no_kk), ""), today).number
        if nik is not None and (made := vault.index(of_person, nik).hex()) != row["external_id"]:
            people[row["id"]] = made
        if card is not None:
            newest, *older = (made.hex() for made in vault.indexes(of_family, card))
            families |= {newest: newest} | dict.fromkeys(older, newest)
    former = {old: new for old, new in families.items() if old != new}
    async with owner.transaction():
        renamed = int((await owner.execute(RENAME_PEOPLE, list(people), list(people.values()))).split()[-1])
        found = await owner.execute(RENAME_FAMILIES, layout.source.value, list(former), list(former.values()))
        await owner.execute(KNOW_FAMILIES, list(set(families.values())))
    tally.renewed += renamed + int(found.split()[-1])
