"""The SQL of the assignments room: lists, and the two set-based statements that move work."""

from api.core.written import instant

# Its columns are the fields of `AssignmentOut`: lists send a row as the database writes it.
ASSIGNMENT = f"""
select a.id, a.campaign_id, a.household_id, a.team_id, a.enumerator_id, a.status, a.verdict_stage, a.field_result,
    a.eligibility, {instant("a.received_at")} as received_at, a.revision
from assignments a"""  # noqa: S608  # text of ours
OF_HOUSEHOLD = "join households h on h.id = a.household_id"
IN_REGION = "h.region_code in (select r.code from regions r where r.code = ? or r.code like ? || '.%')"

EVENTS = """
select e.id, e.event, e.actor_id, e.status, e.enumerator_id, e.team_id, e.reason, e.at from assignment_events e
where e.assignment_id = $1 and e.id > $2 order by e.id limit $3"""

# One allocation of a campaign at a time.
CAMPAIGN = "select status from campaigns where id = $1 for no key update"
UNASSIGNED = """
select h.region_code, h.rw, h.rt, count(*)::int as households
from assignments a join households h on h.id = a.household_id
where a.campaign_id = $1 and a.status = 'unassigned' group by h.region_code, h.rw, h.rt"""
ENUMERATORS = """
select m.staff_id as id, m.team_id, t.district_code
from team_members m join teams t on t.id = m.team_id join principals p on p.id = m.staff_id and p.active
where m.campaign_id = $1 and m.ends_on is null"""
HELD = """
select a.enumerator_id, h.region_code, h.rw, h.rt, count(*)::int as households
from assignments a join households h on h.id = a.household_id
where a.campaign_id = $1 and a.enumerator_id is not null and a.status not in ('unassigned', 'cancelled')
group by a.enumerator_id, h.region_code, h.rw, h.rt"""
# The middle of the households of an RT that visits have found: one that lies far off moves it little.
FOUND = """
select region_code, rw, rt, percentile_cont(0.5) within group (order by latitude) as latitude,
    percentile_cont(0.5) within group (order by longitude) as longitude
from households
where region_code = any($1) and rw is not null and rt is not null and latitude is not null and longitude is not null
group by region_code, rw, rt"""
# Shares are runs of an RT's households, counted in the order of their assignments' ids.
ALLOCATE = """
with share as (
    select * from unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::uuid[], $8::uuid[])
        as s (region_code, rw, rt, first, last, enumerator_id, team_id)
), waiting as (
    select a.id, h.region_code, coalesce(h.rw, '') as rw, coalesce(h.rt, '') as rt,
        row_number() over (partition by h.region_code, h.rw, h.rt order by a.id) as place
    from assignments a join households h on h.id = a.household_id
    where a.campaign_id = $1 and a.status = 'unassigned'
), given as (
    update assignments a set status = 'open', team_id = s.team_id, enumerator_id = s.enumerator_id,
        holder_id = s.enumerator_id, revision = a.revision + 1
    from waiting w join share s
        on s.region_code = w.region_code and s.rw = w.rw and s.rt = w.rt and w.place between s.first and s.last
    where a.id = w.id and a.status = 'unassigned'
    returning a.id, a.household_id, a.team_id, a.enumerator_id
), placed as (
    update households h set team_id = g.team_id, enumerator_id = g.enumerator_id, updated_at = $10
    from given g where h.id = g.household_id
), logged as (
    insert into assignment_events (assignment_id, event, actor_id, status, enumerator_id, team_id, at)
    select g.id, 'allocated', $9, 'open', g.enumerator_id, g.team_id, $10 from given g
)
select count(*)::int from given"""

# Whom a coordinator may not read has no membership here: another team's people look like nobody.
MEMBERSHIPS = """
select m.campaign_id, m.team_id, p.active from team_members m join principals p on p.id = m.staff_id
where m.staff_id = $1 and m.ends_on is null"""
TEAM = "select staff_id from team_members where team_id = $1 and ends_on is null"
# Somebody of the caller's: a present account in sight, or work in sight that still names the person.
KNOWN_ENUMERATOR = """
select exists (select from principals p where p.id = $1 and p.role = 'enumerator')
    or exists (select from assignments a where a.enumerator_id = $1)"""
# The lock first, what hangs on it in the next statement: only that one sees a campaign that closed in between.
LOCK_WORK = "select from assignments where id = any($1) order by id for no key update"
LOCK_OPEN_WORK = """
select a.id from assignments a
where a.enumerator_id = $1 and a.status in ('open', 'downloaded', 'returned')
    and exists (select from campaigns c where c.id = a.campaign_id and c.status <> 'closed')
order by a.id for no key update"""
WORK = """
select a.id, a.campaign_id, a.team_id, a.status, a.enumerator_id, a.holder_id, c.status as campaign_status,
    h.region_code, h.rw, h.rt
from assignments a join campaigns c on c.id = a.campaign_id join households h on h.id = a.household_id
where a.id = any($1) order by a.id"""
# Bappeda may move work between teams; a coordinator's own team stays, and its columns are not that role's to write.
REASSIGN = """
with moving as (
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as m (id, team_id, enumerator_id)
), given as (
    update assignments a set status = 'open', enumerator_id = m.enumerator_id, holder_id = m.enumerator_id,
        revision = a.revision + 1{team}
    from moving m where a.id = m.id returning a.id, a.household_id, m.team_id, m.enumerator_id
), placed as (
    update households h set enumerator_id = g.enumerator_id, updated_at = $6{team_of_household}
    from given g where h.id = g.household_id
)
insert into assignment_events (assignment_id, event, actor_id, status, enumerator_id, team_id, reason, at)
select g.id, 'reassigned', $4, 'open', g.enumerator_id, g.team_id, $5, $6 from given g"""
REASSIGN_ANYWHERE = REASSIGN.format(team=", team_id = m.team_id", team_of_household=", team_id = g.team_id")
REASSIGN_IN_TEAM = REASSIGN.format(team="", team_of_household="")

# The household leaves its holder's sight, unless the same person holds it in another open campaign.
CANCEL = """
with work as (
    select a.id, a.household_id, a.campaign_id, a.holder_id from assignments a where a.id = any($1::uuid[])
), cancelled as (
    update assignments a set status = 'cancelled', holder_id = null, revision = a.revision + 1
    from work w where a.id = w.id returning a.id, a.enumerator_id, a.team_id
), hidden as (
    update households h set enumerator_id = null, updated_at = $4 from work w
    where h.id = w.household_id and h.enumerator_id = w.holder_id and not exists (
        select from assignments b join campaigns c on c.id = b.campaign_id
        where b.household_id = h.id and b.campaign_id <> w.campaign_id and b.holder_id = w.holder_id
            and c.status <> 'closed'
    )
)
insert into assignment_events (assignment_id, event, actor_id, status, enumerator_id, team_id, reason, at)
select id, 'cancelled', $2, 'cancelled', enumerator_id, team_id, $3, $4 from cancelled"""
