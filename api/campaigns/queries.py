"""Set-based SQL of the campaigns room: who is trained, who works where, and what closing empties."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from api.core.database import Connection

PASSED = """
select distinct a.staff_id from training_attendances a join trainings t on t.id = a.training_id
where t.campaign_id = $1 and a.passed and a.staff_id = any($2)
"""
TRAINED_TEAM = """
with passed as (
    select a.staff_id from training_attendances a join trainings t on t.id = a.training_id
    where t.campaign_id = $1 and a.passed
)
select exists (
    select from teams t where t.campaign_id = $1 and t.coordinator_id in (select staff_id from passed)
    and exists (select from team_members m where m.team_id = t.id and m.ends_on is null
                and m.staff_id in (select staff_id from passed))
)
"""
# the people of a campaign's teams: coordinators, and members who have not left
PLACES = """
select coordinator_id as staff_id, id as team_id from teams where campaign_id = $1
union all select staff_id, team_id from team_members where campaign_id = $1 and ends_on is null
"""
BUSY = """
select exists (
    select from principals p join teams t on t.id = p.team_id join campaigns c on c.id = t.campaign_id
    where p.id = any($2) and c.id <> $1 and c.status in ('fieldwork', 'review')
)
"""
SEAT = f"""
with place as ({PLACES})
update principals p set team_id = place.team_id from place where p.id = place.staff_id
and p.team_id is distinct from place.team_id
"""  # noqa: S608  # our own text
EMPTY_HOLDERS = """
with hidden as (
    update assignments set holder_id = null, revision = revision + 1
    where campaign_id = $1 and holder_id is not null and ($5::uuid is null or holder_id = $5)
    returning id, status, enumerator_id, team_id
), logged as (
    insert into assignment_events (assignment_id, event, actor_id, status, enumerator_id, team_id, at)
    select id, $4, $2, status, enumerator_id, team_id, $3 from hidden
)
select count(*)::int from hidden
"""
# a household that the same person holds in another open campaign stays in that person's sight
EMPTY_HOUSEHOLDS = """
update households h set enumerator_id = null, updated_at = $2 from assignments a
where a.campaign_id = $1 and a.household_id = h.id and h.enumerator_id is not null
and ($3::uuid is null or h.enumerator_id = $3)
and not exists (
    select from assignments b join campaigns c on c.id = b.campaign_id
    where b.household_id = h.id and b.campaign_id <> $1 and b.holder_id = h.enumerator_id and c.status <> 'closed'
)
"""
OPEN_WORK = """
select count(*) from assignments
where campaign_id = $1 and enumerator_id = $2 and status in ('open', 'downloaded', 'returned')
"""
LARGEST_TEAM = """
select coalesce(max(members), 0) from (
    select count(*) as members from team_members where campaign_id = $1 and ends_on is null group by team_id
) as counted
"""


async def passed(connection: Connection, campaign_id: UUID, staff_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these people who have passed a training of this campaign."""
    return {row["staff_id"] for row in await connection.fetch(PASSED, campaign_id, list(staff_ids))}


async def is_published(connection: Connection, questionnaire_id: UUID) -> bool:
    """Whether a version of this questionnaire has been published."""
    published = "select from questionnaire_versions where questionnaire_id = $1 and status = 'published'"
    return bool(await connection.fetchval(f"select exists ({published})", questionnaire_id))


async def has_trained_team(connection: Connection, campaign_id: UUID) -> bool:
    """Whether one team's coordinator and at least one of its enumerators have passed."""
    return bool(await connection.fetchval(TRAINED_TEAM, campaign_id))


async def people(connection: Connection, campaign_id: UUID) -> list[UUID]:
    """Everybody who has a place in a team of this campaign."""
    return [row["staff_id"] for row in await connection.fetch(PLACES, campaign_id)]


async def busy_elsewhere(connection: Connection, campaign_id: UUID, staff_ids: Sequence[UUID]) -> bool:
    """Whether one of these people works in a team of another campaign that is in the field or in review."""
    return bool(await connection.fetchval(BUSY, campaign_id, list(staff_ids)))


async def seat(connection: Connection, campaign_id: UUID) -> None:
    """Everybody with a place in this campaign sees its team's rows from now on."""
    await connection.execute(SEAT, campaign_id)


async def take_out_of_sight(
    connection: Connection, actor_id: UUID, campaign_id: UUID, now: datetime, holder: UUID | None = None
) -> int:
    """Take every assignment out of its holder's sight, on record as `closed`; answers how many.

    With a holder only that person's, on record as `left`. Coordinators keep theirs by the team.
    """
    # a pilot has 52,881 of them: more than the few seconds that an ordinary statement gets
    await connection.execute("set local statement_timeout = '120s'")
    event = "left" if holder else "closed"
    hidden: int = await connection.fetchval(EMPTY_HOLDERS, campaign_id, actor_id, now, event, holder)
    await connection.execute(EMPTY_HOUSEHOLDS, campaign_id, now, holder)
    return hidden


async def hold_places(connection: Connection, staff_ids: Sequence[UUID], *, leaving: bool = False) -> None:
    """Nobody leaves a team while work is handed to that person, and no work goes to somebody who is leaving.

    Until the transaction ends. Those who hand work on wait for nobody else; the ids go in order, so that two who
    leave at once do not wait for each other.
    """
    lock = "pg_advisory_xact_lock" if leaving else "pg_advisory_xact_lock_shared"
    await connection.execute(
        f"select {lock}(hashtextextended(id::text, 0)) from unnest($1::uuid[]) as id",  # noqa: S608  # our own text
        sorted(staff_ids),
    )


async def open_work(connection: Connection, campaign_id: UUID, staff_id: UUID) -> int:
    """How many households of this campaign a person still has to visit."""
    return int(await connection.fetchval(OPEN_WORK, campaign_id, staff_id))


async def largest_team(connection: Connection, campaign_id: UUID) -> int:
    """How many enumerators the fullest team of this campaign has now."""
    return int(await connection.fetchval(LARGEST_TEAM, campaign_id))
