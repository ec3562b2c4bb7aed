"""SQL of push and quarantine. Row security decides whose receipts and whose quarantine there are."""

QUARANTINE = """
insert into quarantined_items (id, principal_id, team_id, kind, subject_id, assignment_id, status, problem, received_at)
select q.id, $2::uuid, $3::uuid, q.kind, q.subject_id, q.assignment_id, q.status, q.problem, $4::timestamptz
from json_to_recordset($1::json) as q (
    id uuid, kind text, subject_id uuid, assignment_id uuid, status text, problem jsonb
)
"""

# `recorded`: a mended item, or the very same one, has come in under the id meanwhile.
WAITING = """
select q.id, q.kind, q.subject_id, q.status, q.problem::text as problem, q.assignment_id, q.principal_id, q.team_id,
       r.device_id, q.received_at, s.action, s.reason, s.resolved_by, s.recorded_id, s.at,
       a.household_id, exists (select from visits v where v.id = q.subject_id) as recorded
from quarantined_items q
join receipts r on r.id = q.id
left join quarantine_resolutions s on s.quarantine_id = q.id
left join assignments a on a.id = q.assignment_id
"""
# The bytes of a receipt, and whether its id is free or stands for something that the caller may see.
BODY = "select body from receipts where id = $1"
RESOLVE = """
insert into quarantine_resolutions (quarantine_id, action, reason, resolved_by, recorded_id, at)
values ($1, $2, $3, $4, $5, $6)
"""

VISITED_BY = "select exists (select from visits where assignment_id = $1 and enumerator_id = $2)"
