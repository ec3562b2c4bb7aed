"""The SQL of merges and splits: Bappeda's alone, so no child's policy asks for a parent of the same statement."""

# Assignments, then households, then people: whoever locks several of these does it in this order.
LOCK_WORK = """
select a.id, a.household_id, a.campaign_id, a.status, a.team_id, a.enumerator_id, a.holder_id,
    c.status as campaign_status
from assignments a join campaigns c on c.id = a.campaign_id
where a.household_id = any($1::uuid[]) order by a.id for update of a"""
LOCK_HOUSEHOLDS = """
select id, region_code, rw, rt, address, head_name, status, merged_into, latitude, longitude, accuracy_m
from households where id = any($1::uuid[]) order by id for update"""
PEOPLE = """
select id, family_no, name, relation, restricted_at from members where household_id = $1 order by family_no, line, id"""
CARDS = "select id, no from families where household_id = $1 order by no"
VERDICT_OF = "select exists (select from verdicts where id = $1 and household_id = any($2::uuid[]))"

CANCEL = """
with cancelled as (
    update assignments set status = 'cancelled', holder_id = null, revision = revision + 1
    where id = any($1::uuid[]) returning id, enumerator_id, team_id
)
insert into assignment_events (assignment_id, event, actor_id, status, enumerator_id, team_id, reason, at)
select id, 'cancelled', $2, 'cancelled', enumerator_id, team_id, $3, $4 from cancelled"""

# The phone's copy is old now: a visit based on it is kept, and moves nothing.
SHOW_ANEW = """
with shown as (
    update assignments set revision = revision + 1 where id = any($1::uuid[])
    returning id, status, enumerator_id, team_id
)
insert into assignment_events (assignment_id, event, actor_id, status, enumerator_id, team_id, reason, at)
select id, $5, $2, status, enumerator_id, team_id, $3, $4 from shown"""

# Cards and people keep their order; their numbers go on after those of the household that takes them in ($3).
MERGE = """
with gone as (
    update households set status = 'merged', merged_into = $2, enumerator_id = case when $4 then null else enumerator_id
        end
    where id = $1
), cards as (
    update families set household_id = $2, no = no + $3 where household_id = $1 returning id
), people as (
    update members set household_id = $2, family_no = family_no + $3 where household_id = $1 returning id
), lists as (
    update household_sources set household_id = $2 where household_id = $1 returning id
), programmes as (
    update household_programmes p set household_id = $2 where p.household_id = $1 and not exists (
        select from household_programmes q where q.household_id = $2 and q.programme = p.programme
            and q.member_id is not distinct from p.member_id
    ) returning id
)
select (select count(*)::int from cards) as families, (select count(*)::int from people) as members,
    (select count(*)::int from lists) as sources, (select count(*)::int from programmes) as programmes"""

# Revision 0: the revision that every new household begins with tells what it was made of.
ADD_PARTS = """
insert into households (id, region_code, rw, rt, address, head_name, latitude, longitude, accuracy_m, status, team_id,
    enumerator_id, split_from, created_at, updated_at, revision)
select n.id, h.region_code, n.rw, n.rt, n.address, n.head_name, n.latitude, n.longitude, n.accuracy_m, 'active',
    n.team_id, n.enumerator_id, h.id, $3, $3, 0
from json_to_recordset($2::json) as n (id uuid, rw text, rt text, address text, head_name text, latitude float8,
    longitude float8, accuracy_m float8, team_id uuid, enumerator_id uuid)
cross join households h where h.id = $1"""
MOVE_PARTS = """
with moving as (
    select * from json_to_recordset($2::json) as m (id uuid, household_id uuid, relation text)
), carding as (
    select * from json_to_recordset($3::json) as c (id uuid, household_id uuid, no int, moves boolean)
), new_work as (
    select * from json_to_recordset($4::json) as w (id uuid, household_id uuid, campaign_id uuid, team_id uuid,
        enumerator_id uuid, status text)
), left_over as (
    update households set status = $5, head_name = $6, enumerator_id = case when $7 then null else enumerator_id end
    where id = $1
), cards as (
    update families f set household_id = c.household_id from carding c where c.moves and f.id = c.id
), new_cards as (
    insert into families (id, household_id, no) select id, household_id, no from carding where not moves
), lists as (
    update household_sources s set household_id = m.household_id from moving m
    where s.member_id = m.id and s.household_id = $1
), found as (
    insert into household_sources (id, household_id, source, external_id)
    select p.source_id, p.id, 'field', p.id::text from unnest($8::uuid[], $12::uuid[]) as p (id, source_id)
), programmes as (
    update household_programmes p set household_id = m.household_id from moving m
    where p.member_id = m.id and p.household_id = $1
), places as (
    insert into assignments (id, campaign_id, household_id, team_id, enumerator_id, holder_id, status, revision)
    select id, campaign_id, household_id, team_id, enumerator_id, enumerator_id, status, 1 from new_work
), told as (
    insert into assignment_events (assignment_id, event, actor_id, status, enumerator_id, team_id, reason, at)
    select id, 'split', $9, status, enumerator_id, team_id, $10, $11 from new_work
)
update members m set household_id = v.household_id, relation = v.relation from moving v
where m.id = v.id and m.household_id = $1"""
