"""SQL of the verdicts room. Row security says whose rows there are; every statement is set-based.

Rows travel as one JSON text and come out of `json_to_recordset`, so one verdict and five hundred are the same call.
"""

VERDICT = """
select v.id, v.assignment_id, v.household_id, v.campaign_id, h.region_code, a.team_id, a.enumerator_id, a.status,
       a.verdict_stage as stage, a.registry_status, r.revision, r.author_id, r.visit_id, r.field_result,
       r.eligibility, r.reasons, r.criteria, r.criteria_set, r.registry_action, r.comment, r.at,
       (select max(e.number) from verdict_events e where e.verdict_id = v.id) as event
from verdicts v
join assignments a on a.id = v.assignment_id
join households h on h.id = v.household_id
join lateral (
    select * from verdict_revisions r where r.verdict_id = v.id order by r.revision desc limit 1
) r on true
"""

REVISIONS = """
select revision, author_id, visit_id, field_result, eligibility, reasons, criteria, criteria_set, registry_action,
       comment, at
from verdict_revisions where verdict_id = $1 order by revision
"""
EVENTS = """
select number, revision, move, stage, actor_id, reason_code, comment, remarks::text, at
from verdict_events where verdict_id = $1 order by number
"""

# The lock first, what hangs on it in the next statement: only that one sees what the former holder of the lock wrote.
# The assignments are named by their ids: a join alone lets the planner read all of a city's for 500 of them.
LOCK = """
select v.id, v.assignment_id, v.household_id, a.status, a.verdict_stage as stage
from verdicts v
join assignments a on a.id = v.assignment_id
where v.id = any($1::uuid[])
    and a.id = any(array(select assignment_id from verdicts where id = any($1::uuid[])))
order by a.id
for update of a
"""
# Own work: the author of the present revision, whoever knocked on the door, and who approved this revision (a
# reviewer may revoke the own approval, but not decide on it after a change of role). `limit 1` and not `exists`: for
# 500 verdicts the planner would read every event of the city into a hash.
STANDING = """
select v.id, r.revision, r.field_result, r.eligibility, c.status as campaign_status, c.criteria_set,
       (select max(e.number) from verdict_events e where e.verdict_id = v.id) as event,
       r.author_id = $2::uuid or exists (
           select from visits k where k.assignment_id = v.assignment_id and k.enumerator_id = $2::uuid
       ) as own,
       coalesce((
           select true from verdict_events e
           where e.verdict_id = v.id and e.revision = r.revision and e.move = 'approve' and e.actor_id = $2::uuid
           limit 1
       ), false) as approved,
       $3::boolean and coalesce((
           select bool_and(coalesce(m.whereabouts = 'deceased', false)) from members m
           where m.household_id = v.household_id
       ), false) as all_deceased
from verdicts v
join campaigns c on c.id = v.campaign_id
join lateral (
    select * from verdict_revisions r where r.verdict_id = v.id order by r.revision desc limit 1
) r on true
where v.id = any($1::uuid[])
"""

MOVE = """
with moved as (
    select * from json_to_recordset($1::json) as m (
        verdict_id uuid, assignment_id uuid, event text, deed text, number int, revision int, status text, stage text,
        field_result text, eligibility text, reason_code text, comment text, remarks jsonb
    )
), told as (
    insert into verdict_events (verdict_id, number, revision, move, stage, actor_id, reason_code, comment, remarks, at)
    select verdict_id, number, revision, event, stage, $2::uuid, reason_code, comment, remarks, $3::timestamptz
    from moved
), stepped as (
    insert into assignment_events (assignment_id, event, actor_id, status, enumerator_id, team_id, reason, at)
    select m.assignment_id, m.deed, $2::uuid, m.status, a.enumerator_id, a.team_id,
           coalesce(m.reason_code, left(m.comment, 500)), $3::timestamptz
    from moved m join assignments a on a.id = m.assignment_id
)
update assignments a
set status = m.status, verdict_stage = m.stage, field_result = m.field_result, eligibility = m.eligibility,
    revision = a.revision + 1
from moved m where a.id = m.assignment_id
"""
ADD_REVISIONS = """
insert into verdict_revisions (verdict_id, revision, author_id, visit_id, field_result, eligibility, reasons, criteria,
                               criteria_set, registry_action, comment, at)
select verdict_id, revision, $2::uuid, null, field_result, eligibility, reasons, criteria, criteria_set,
       registry_action, comment, $3::timestamptz
from json_to_recordset($1::json) as m (
    verdict_id uuid, revision int, field_result text, eligibility text, reasons text[], criteria text[],
    criteria_set text, registry_action text, comment text
)
"""

# A submitted visit: the anchor and the assignment first, because the policy of a revision looks for its verdict.
SUBMIT = """
with submitted as (
    select * from json_to_recordset($1::json) as s (
        id uuid, assignment_id uuid, field_result text, eligibility text
    )
), anchored as (
    insert into verdicts (id, assignment_id, household_id, campaign_id)
    select s.id, a.id, a.household_id, a.campaign_id from submitted s join assignments a on a.id = s.assignment_id
    on conflict (assignment_id) do nothing
), stepped as (
    insert into assignment_events (assignment_id, event, actor_id, status, enumerator_id, team_id, at)
    select a.id, 'submitted', $2::uuid, 'submitted', a.enumerator_id, a.team_id, $3::timestamptz
    from submitted s join assignments a on a.id = s.assignment_id
)
update assignments a
set status = 'submitted', verdict_stage = 'proposed', field_result = s.field_result, eligibility = s.eligibility,
    received_at = $3::timestamptz, revision = a.revision + 1
from submitted s where a.id = s.assignment_id
"""
PROPOSE = """
with proposed as (
    insert into verdict_revisions (verdict_id, revision, author_id, visit_id, field_result, eligibility, reasons,
                                   criteria, criteria_set, registry_action, comment, at)
    select v.id, 1 + coalesce((select max(r.revision) from verdict_revisions r where r.verdict_id = v.id), 0),
           s.author_id, s.visit_id, s.field_result, s.eligibility, s.reasons, s.criteria, s.criteria_set,
           s.registry_action, s.comment, $3::timestamptz
    from json_to_recordset($1::json) as s (
        assignment_id uuid, visit_id uuid, author_id uuid, field_result text, eligibility text, reasons text[],
        criteria text[], criteria_set text, registry_action text, comment text
    ) join verdicts v on v.assignment_id = s.assignment_id
    returning verdict_id, revision
)
insert into verdict_events (verdict_id, number, revision, move, stage, actor_id, remarks, at)
select p.verdict_id, 1 + coalesce((select max(e.number) from verdict_events e where e.verdict_id = p.verdict_id), 0),
       p.revision, 'propose', 'proposed', $2::uuid, '[]', $3::timestamptz
from proposed p
"""

# Remarks are numbered as they came, over all events of a verdict; events are only added, so a number stays.
NUMBERED_REMARKS = """
select row_number() over (order by e.number, r.place)::int as number
from verdict_events e cross join lateral jsonb_array_elements(e.remarks) with ordinality as r (remark, place)
where e.verdict_id = """
RESOLUTIONS = """
select number, resolved_by, visit_id, comment, at from remark_resolutions where verdict_id = $1
"""
ANSWER_REMARKS = f"""
insert into remark_resolutions (verdict_id, number, resolved_by, visit_id, comment, at)
select v.id, n.number, $2::uuid, s.visit_id, null, $3::timestamptz
from json_to_recordset($1::json) as s (assignment_id uuid, visit_id uuid, corrects uuid)
join verdicts v on v.assignment_id = s.assignment_id
cross join lateral ({NUMBERED_REMARKS}v.id) n
where s.corrects is not null
on conflict do nothing
"""  # noqa: S608  # text of ours
HELD = """
select v.household_id from verdicts v join assignments a on a.id = v.assignment_id
where v.id = $1 and a.holder_id = $2
"""
RESOLVE_REMARK = f"""
insert into remark_resolutions (verdict_id, number, resolved_by, visit_id, comment, at)
select $1, n.number, $3, null, $4, $5 from ({NUMBERED_REMARKS}$1) n where n.number = $2
on conflict do nothing returning number
"""  # noqa: S608  # text of ours
HAS_REMARK = f"select exists (select from ({NUMBERED_REMARKS}$1) n where n.number = $2)"  # noqa: S608

# As JSON, for phones: remarks keep their numbers, so that an answer can name one.
RETURNED = """
select v.household_id, json_build_object('id', v.id, 'assignment_id', v.assignment_id, 'household_id', v.household_id,
    'revision', r.revision, 'visit_id', r.visit_id, 'field_result', r.field_result, 'eligibility', r.eligibility,
    'reasons', r.reasons, 'criteria', r.criteria, 'criteria_set', r.criteria_set, 'registry_action', r.registry_action,
    'comment', r.comment, 'returned_at', back.at, 'return_reason_code', back.reason_code,
    'return_comment', back.comment, 'remarks', (
        select coalesce(json_agg(json_build_object('number', n.number, 'pointer', n.remark ->> 'pointer',
            'comment', n.remark ->> 'comment') order by n.number), '[]'::json)
        from (
            select row_number() over (order by e.number, s.place)::int as number, s.remark
            from verdict_events e
            cross join lateral jsonb_array_elements(e.remarks) with ordinality as s (remark, place)
            where e.verdict_id = v.id
        ) n
        where not exists (select from remark_resolutions d where d.verdict_id = v.id and d.number = n.number)
    ))::text as shown
from assignments a
join verdicts v on v.assignment_id = a.id
join lateral (
    select * from verdict_revisions r where r.verdict_id = v.id order by r.revision desc limit 1
) r on true
join lateral (
    select e.at, e.reason_code, e.comment from verdict_events e where e.verdict_id = v.id order by e.number desc limit 1
) back on true
where a.id = any($1::uuid[]) and a.status = 'returned'
order by v.id
"""
