"""SQL of the visits room: one set-based statement a purpose, so that one visit and five hundred are the same call.

Row security decides whose rows there are. Rows travel as one JSON text and come out of `json_to_recordset`; sealed
bytes are ASCII, so they travel in it as they are.
"""

# The lock first, what hangs on it in the next statement: only that one sees what the last holder of the lock wrote.
LOCK_DOORS = """
select from assignments where id = any($1::uuid[]) and ($2::uuid is null or holder_id = $2::uuid)
order by id for update
"""
# The assignments that these visits were paid to, with everything that a visit is judged against; of the published forms
# the row and the transaction that wrote it, by which its content is known.
DOORS = """
select a.id, a.household_id, a.status, a.verdict_stage as stage, a.revision, c.status as campaign_status, c.starts_on,
       c.criteria_set, c.questionnaire_id, h.latitude, h.longitude,
       (
           select json_object_agg(q.version, array[q.id::text, q.xmin::text])::text from questionnaire_versions q
           where q.questionnaire_id = c.questionnaire_id and q.status = 'published'
       ) as published,
       (
           select json_object_agg(m.id, json_build_object(
               'whereabouts', m.whereabouts, 'sex', m.sex, 'born_on', m.born_on, 'relation', m.relation))::text
           from members m where m.household_id = a.household_id
       ) as people,
       (
           select json_agg(json_build_array(v.id, v.started_at, v.outcome, v.corrects) order by v.sequence)::text
           from visits v where v.assignment_id = a.id
       ) as knocks
from assignments a
join campaigns c on c.id = a.campaign_id
join households h on h.id = a.household_id
where a.id = any($1::uuid[]) and ($2::uuid is null or a.holder_id = $2::uuid)
"""
FORM_CONTENTS = "select id, content::text as content from questionnaire_versions where id = any($1::uuid[])"

SHOWN = """id, assignment_id, household_id, enumerator_id, sequence, corrects, based_on, started_at, ended_at, outcome,
latitude, longitude, accuracy_m, mock_location, questionnaire_version, submits, flags, clock_skew_s, distance_m,
findings::text as findings,
receipt_id as receipt, received_at"""

HAS_RECEIPTS = """
select exists (select from receipts where principal_id = $1::uuid and subject_id = any($2::uuid[]))
"""
# What came in from this sender under these ids, and what became of it.
RECEIPTS_OF = """
select r.id, r.subject_id, r.bytes_index, r.content_index, q.status, q.problem::text as problem, s.action
from receipts r
left join quarantined_items q on q.id = r.id
left join quarantine_resolutions s on s.quarantine_id = q.id
where r.principal_id = $1::uuid and r.subject_id = any($2::uuid[])
order by r.received_at, r.id
"""
# Receipts of this sender for these very bytes that were taken in and never waited for a person.
TAKEN_IN = """
select r.id, r.subject_id, r.bytes_index
from receipts r
where r.principal_id = $1::uuid and r.subject_id = any($2::uuid[]) and r.bytes_index = any($3::bytea[])
  and not exists (select from quarantined_items q where q.id = r.id)
"""
# A receipt that does not come back is another call's, which has ended by then: the key of the table waits for it.
KEEP_RECEIPTS = """
insert into receipts (id, principal_id, kind, subject_id, device_id, bytes_index, content_index, body, received_at)
select r.id, $2::uuid, r.kind, r.subject_id, $3::text, r.bytes_index, r.content_index, r.body, $4::timestamptz
from unnest($1::uuid[], $5::text[], $6::uuid[], $7::bytea[], $8::bytea[], $9::bytea[])
    as r (id, kind, subject_id, bytes_index, content_index, body)
order by r.subject_id, r.content_index
on conflict (principal_id, subject_id, content_index) do nothing
returning id
"""

# The files that the items of these receipts announce, or are known to bring; the first word about a name stands.
ANNOUNCE = """
insert into attachments (receipt_id, name, visit_id, assignment_id, sender_id, sha256, size, announced_at)
select a.receipt_id, a.name, a.visit_id, a.assignment_id, $2::uuid, a.sha256, a.size, $3::timestamptz
from json_to_recordset($1::json) as a (
    receipt_id uuid, name text, visit_id uuid, assignment_id uuid, sha256 text, size int
)
on conflict do nothing
"""

# A visit that comes back from here is stored; an id that does not is somebody else's.
STORE_VISITS = f"""
insert into visits (id, assignment_id, household_id, enumerator_id, corrects, based_on, started_at, ended_at, outcome,
                    latitude, longitude, accuracy_m, mock_location, distance_m, questionnaire_version, device_id,
                    app_version, clock_skew_s, flags, findings, submits, receipt_id, content, received_at)
select v.id, v.assignment_id, v.household_id, $2::uuid, v.corrects, v.based_on, v.started_at, v.ended_at, v.outcome,
       v.latitude, v.longitude, v.accuracy_m, v.mock_location, v.distance_m, v.questionnaire_version, v.device_id,
       v.app_version, v.clock_skew_s, v.flags, v.findings, v.submits, v.receipt_id, v.content, $3::timestamptz
from json_to_recordset($1::json) as v (
    id uuid, assignment_id uuid, household_id uuid, corrects uuid, based_on int, started_at timestamptz,
    ended_at timestamptz, outcome text, latitude float8, longitude float8, accuracy_m float8, mock_location boolean,
    distance_m float8, questionnaire_version int, device_id text, app_version text, clock_skew_s float8, flags text[],
    findings jsonb, submits boolean, receipt_id uuid, content bytea
)
on conflict (id) do nothing
returning {SHOWN}
"""  # noqa: S608  # names of ours, here and below

MOVE_MEMBERS = """
update members m set whereabouts = f.whereabouts
from json_to_recordset($1::json) as f (id uuid, household_id uuid, whereabouts text)
where m.id = f.id and m.household_id = f.household_id and m.whereabouts is distinct from f.whereabouts
"""
ADD_MEMBERS = """
insert into members (id, household_id, family_no, line, nik, nik_index, nik_missing_reason, name, sex, born_on, born_at,
                     relation, occupation, mother_name, whereabouts)
select n.id, n.household_id, coalesce(n.family_no, 1),
       row_number() over (partition by n.household_id order by n.place) + coalesce(
           (select max(m.line) from members m where m.household_id = n.household_id), 0),
       n.nik, n.nik_index, n.nik_missing_reason, n.name, n.sex, n.born_on, n.born_at, n.relation, n.occupation,
       n.mother_name, 'new'
from json_to_recordset($1::json) as n (
    id uuid, household_id uuid, place int, family_no int, nik bytea, nik_index bytea, nik_missing_reason text,
    name text, sex text, born_on date, born_at text, relation text, occupation text, mother_name text
)
"""

VISITS = f"select {SHOWN} from visits"  # noqa: S608
VISIT = f"select {SHOWN}, content from visits where id = $1"  # noqa: S608
