"""Who saw this household, and whom did this account see: the list of an incident (UU 27/2022 article 46)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import asyncpg

from api.core.conditions import Conditions
from api.core.database import Connection

# A person, a machine, by what an operator has at hand.
ACCOUNT = """
select p.id from principals p left join staff s on s.id = p.id left join clients c on c.id = p.id
where p.id::text = $1 or s.username = $1 or c.client_id = $1"""
# The household in which a person is listed, and those in which they may have been before a merge or a split.
HOUSEHOLDS_OF = """
with recursive line (id) as (
    select household_id from members where id = $1
    union
    select before.id from line join lateral (
        select h.id from households h where h.merged_into = line.id
        union all select h.split_from from households h where h.id = line.id and h.split_from is not null
    ) before on true
)
select id from line"""
SEEN = """
select h.id as household_id, p.region_code, count(*)::int as looks, min(d.at) as first_at, max(d.at) as last_at,
    array_agg(distinct d.operation) as operations, array_agg(distinct d.purpose) filter (where d.purpose is not null)
        as purposes, count(distinct d.actor_id)::int as accounts
from disclosures d cross join unnest(d.household_ids) as h (id) left join households p on p.id = h.id
{where} group by h.id, p.region_code order by looks desc, h.id"""
VIEWERS = """
select d.actor_id, coalesce(max(s.username), max(c.client_id)) as account, max(p.role) as role, d.session_id,
    count(*)::int as looks, min(d.at) as first_at, max(d.at) as last_at, array_agg(distinct d.operation) as operations,
    array_agg(distinct d.purpose) filter (where d.purpose is not null) as purposes,
    sum(cardinality(d.household_ids))::int as shown
from disclosures d left join principals p on p.id = d.actor_id left join staff s on s.id = d.actor_id
    left join clients c on c.id = d.actor_id
{where} group by d.actor_id, d.session_id order by looks desc, d.actor_id, d.session_id"""


class LineOf(StrEnum):
    """What one line of the list is about."""

    HOUSEHOLD = "household"
    ACCOUNT = "account"


class NobodyFound(Exception):
    """No account of that name, or no such person."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What narrows an incident; everything that is given must hold. From `since` to before `until`.

    `member` stands for the household in which this person is listed and those before it. `by` says what a line is: a
    household that was seen, or an account (in one session) that saw; unless said, the one that was not asked for.
    """

    household: UUID | None = None
    member: UUID | None = None
    account: str | None = None
    session: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    by: LineOf | None = None


async def who_saw(owner_url: str, asked: Asked) -> list[asyncpg.Record]:
    """The incident's list, most looks first. Raises `NobodyFound`."""
    owner = await asyncpg.connect(owner_url, server_settings={"timezone": "UTC"})
    try:
        return await list_incident(owner, asked)
    finally:
        await owner.close()


async def list_incident(connection: Connection, asked: Asked) -> list[asyncpg.Record]:
    """The same over a connection that may read disclosures."""
    households = None if asked.household is None else [asked.household]
    if asked.member is not None:
        lived = [row["id"] for row in await connection.fetch(HOUSEHOLDS_OF, asked.member)]
        households = lived if households is None else [one for one in households if one in lived]
        if not lived:
            raise NobodyFound
    account = None
    if asked.account is not None:
        account = await connection.fetchval(ACCOUNT, asked.account)
        if account is None:
            raise NobodyFound
    chosen = Conditions()
    chosen.add("d.household_ids && ?::uuid[]", households)
    chosen.add("d.actor_id = ?", account)
    chosen.add("d.session_id = ?", asked.session)
    chosen.add("d.at >= ?", asked.since)
    chosen.add("d.at < ?", asked.until)
    by = asked.by or (LineOf.ACCOUNT if households is not None else LineOf.HOUSEHOLD)
    if by is LineOf.HOUSEHOLD:  # of an answer that showed several, only those that were asked for
        chosen.add("h.id = any(?::uuid[])", households)
    query = SEEN if by is LineOf.HOUSEHOLD else VIEWERS
    found: list[asyncpg.Record] = await connection.fetch(query.format(where=chosen.where()), *chosen.values)
    return found
