"""SQL of the official tail."""

# Whether this campaign may hold a meeting here: a village of its regions.
PLACE = """
select c.status, exists (
        select from regions r where r.code = $2 and r.level = 'village'
    ) as village, exists (
        select from unnest(c.region_codes) covered where $2 = covered or starts_with($2, covered || '.')
    ) as covered
from campaigns c where c.id = $1
"""
NAMED = """
select v.id, v.household_id, h.region_code
from verdicts v join households h on h.id = v.household_id
where v.campaign_id = $1 and (v.id = any($2::uuid[]) or v.household_id = any($3::uuid[]))
"""
ADD_DELIBERATION = """
insert into deliberations (id, campaign_id, region_code, held_on, minutes_number, attendance, attendance_count,
                           recorded_by, at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (campaign_id, region_code, minutes_number) do nothing
"""
SAME_MINUTES = """
select id, held_on from deliberations where campaign_id = $1 and region_code = $2 and minutes_number = $3
"""
ADD_DELIBERATED = """
insert into deliberated_verdicts (verdict_id, event, deliberation_id, revision, result, recorded_by, at)
select m.verdict_id, m.number, $2::uuid, m.revision, m.result, $3::uuid, $4::timestamptz
from json_to_recordset($1::json) as m (verdict_id uuid, number int, revision int, result text)
"""
DELIBERATIONS = """
select d.id, d.campaign_id, d.region_code, d.held_on, d.minutes_number, d.attendance::text as attendance,
       d.attendance_count, d.recorded_by, d.at, k.approved, k.rejected, k.changed
from deliberations d
cross join lateral (
    select (count(*) filter (where s.result = 'approve'))::int as approved,
           (count(*) filter (where s.result = 'reject'))::int as rejected,
           (count(*) filter (where s.result = 'change'))::int as changed
    from deliberated_verdicts s where s.deliberation_id = d.id
) k
"""
DELIBERATED = """
select s.verdict_id, v.household_id, s.result, s.revision, s.recorded_by, s.at
from deliberated_verdicts s join verdicts v on v.id = s.verdict_id
where s.deliberation_id = $1 order by s.verdict_id, s.event
"""

RELEASE = """
select r.id, r.campaign_id, c.status as campaign_status from releases r join campaigns c on c.id = r.campaign_id
where r.id = $1
"""
# One recording of a letter after another, so that two cannot give one number to two letters.
LOCK_LETTER = "select pg_advisory_xact_lock(hashtextextended($1::text, 3))"
OTHER_LETTER = """
select exists (select from endorsements where number = $1 and (release_id <> $2 or signed_on <> $3))
"""
LOCK_RELEASED = """
select count(*) from (
    select a.id from released_households h join assignments a on a.id = h.assignment_id
    where h.release_id = $1 order by a.id for update of a
) locked
"""
# The letter endorses what the release says: a verdict that is another one by now stays where it is. $1 release,
# $2 caller, $3 now, $4 number of the letter, $5 to $7 the table's statuses and stages before, and the stage after.
ENDORSE = """
with weighed as materialized (
    select a.id as assignment_id, a.status, a.enumerator_id, a.team_id, h.verdict_id, r.revision,
           1 + (select max(e.number) from verdict_events e where e.verdict_id = h.verdict_id) as number,
           case
               when a.verdict_stage = $7 then 'endorsed_before'
               when r.revision <> h.verdict_revision then 'changed'
               when not (a.status = any($5::text[]) and a.verdict_stage = any($6::text[])) then 'not_decided'
               when d.result = 'reject' then 'rejected'
               when r.eligibility = 'to_deliberation' then 'needs_deliberation'
               when r.author_id = $2::uuid
                   or a.id in (select k.assignment_id from visits k where k.enumerator_id = $2::uuid)
                   or (h.verdict_id, r.revision) in (
                       select e.verdict_id, e.revision from verdict_events e
                       where e.move = 'approve' and e.actor_id = $2::uuid)
                   then 'own_work'
           end as left_out
    from released_households h
    join assignments a on a.id = h.assignment_id
    join lateral (
        select * from verdict_revisions r where r.verdict_id = h.verdict_id order by r.revision desc limit 1
    ) r on true
    left join lateral (
        select s.result from deliberated_verdicts s
        where s.verdict_id = h.verdict_id and s.revision = r.revision order by s.event desc limit 1
    ) d on true
    where h.release_id = $1
), told as (
    insert into verdict_events (verdict_id, number, revision, move, stage, actor_id, comment, remarks, at)
    select verdict_id, number, revision, 'endorse', $7, $2::uuid, $4::text, '[]', $3::timestamptz
    from weighed where left_out is null
), stepped as (
    insert into assignment_events (assignment_id, event, actor_id, status, enumerator_id, team_id, reason, at)
    select assignment_id, 'endorsed', $2::uuid, status, enumerator_id, team_id, $4::text, $3::timestamptz
    from weighed where left_out is null
), moved as (
    update assignments a
    set verdict_stage = $7, registry_status = 'submitted', revision = a.revision + 1
    from weighed w where a.id = w.assignment_id and w.left_out is null
)
select coalesce(left_out, 'endorsed') as word, count(*)::int as households from weighed group by 1 order by 1
"""
ADD_ENDORSEMENT = """
insert into endorsements (id, campaign_id, release_id, number, signed_on, endorsed, left_out, recorded_by, at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
ENDORSEMENTS = """
select id, campaign_id, release_id, number, signed_on, endorsed, left_out::text as left_out, recorded_by, at
from endorsements
"""

ADD_OBJECTION = """
insert into objections (id, verdict_id, event, objector, reason, recorded_by, at) values ($1, $2, $3, $4, $5, $6, $7)
"""
OBJECTIONS = """
select o.id, o.verdict_id, v.household_id, o.objector as by, o.reason, o.event, o.recorded_by, o.at
from objections o join verdicts v on v.id = o.verdict_id
"""
