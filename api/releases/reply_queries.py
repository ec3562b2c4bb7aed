"""The SQL of the ministry's replies: each statement takes a whole file."""

# $1 release, $2 and $3 ids of people and of households as they were named. A household that is named by our id is
# answered under each id that the DTKS gave it, or under ours when it gave none.
HITS = """
with named as materialized (
    select 'person' as unit, x.external_id as named, x.external_id, m.household_id
    from released_members m
    cross join lateral jsonb_array_elements_text(m.external_ids -> 'dtks') as x (external_id)
    where cardinality($2::text[]) > 0 and m.release_id = $1 and x.external_id = any($2::text[])
    union all
    select 'household', k.named, x.external_id, h.household_id
    from released_households h
    cross join lateral jsonb_array_elements_text(
        coalesce(h.external_ids -> 'dtks', jsonb_build_array(h.household_id))) as x (external_id)
    cross join lateral unnest(array[h.household_id::text, nullif(x.external_id, h.household_id::text)]) as k (named)
    where cardinality($3::text[]) > 0 and h.release_id = $1 and k.named = any($3::text[])
)
select n.unit, n.named, n.external_id, n.household_id, h.assignment_id, a.registry_status
from named n
join released_households h on h.release_id = $1 and h.household_id = n.household_id
join assignments a on a.id = h.assignment_id
"""
LOCK = "select id from assignments where id = any($1::uuid[]) order by id for update"
LATEST = """
select distinct on (unit, external_id) unit, external_id, status, reason from release_replies
where release_id = $1 and household_id = any($2::uuid[]) order by unit, external_id, id desc
"""
ADD = """
insert into release_replies (release_id, household_id, unit, external_id, status, reason, recorded_by, at)
select $1::uuid, r.household_id, r.unit, r.external_id, r.status, r.reason, $2::uuid, $3::timestamptz
from unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[])
    as r (household_id, unit, external_id, status, reason)
"""
# An answer about a person says nothing of the others, one about the household speaks for all of them; a refusal stands
# until the same id is accepted. Nothing was counted since the release was made, so nothing here is left to a guess of
# how many rows there are: each part is read once and grouped.
SETTLE = """
with latest as materialized (
    select distinct on (household_id, unit, external_id) household_id, unit, status from release_replies
    where release_id = $1 and household_id = any($2::uuid[])
    order by household_id, unit, external_id, id desc
), told as materialized (
    select household_id, bool_or(status = 'refused') as refused,
        count(*) filter (where unit = 'person') as people, count(*) filter (where unit = 'household') as names
    from latest group by household_id
), sent as materialized (
    select household_id, sum(coalesce(jsonb_array_length(external_ids -> 'dtks'), 0)) as people
    from released_members where release_id = $1 and household_id = any($2::uuid[]) group by household_id
), settled as materialized (
    select h.assignment_id, case
        when t.refused then 'refused'
        when t.names = coalesce(jsonb_array_length(h.external_ids -> 'dtks'), 1) then 'accepted'
        when t.people > 0 and t.people = s.people then 'accepted'
        else 'submitted' end as word
    from told t
    join released_households h on h.release_id = $1 and h.household_id = t.household_id
    left join sent s on s.household_id = t.household_id
)
update assignments a set registry_status = s.word, revision = a.revision + 1
from settled s where a.id = s.assignment_id and a.registry_status <> s.word
"""
REPLIES = "select id, household_id, unit, external_id, status, reason, recorded_by, at from release_replies"
