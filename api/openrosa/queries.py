"""SQL of Collect. Row security decides whose work and whose submissions there are."""

# As `access`: whose token this is. Lays the role down again, so that the next statement takes the person's.
WHOSE = """
select d.staff_id, d.device_id, t.version, set_config('role', 'none', true)
from openrosa_tokens t join devices d on d.id = t.device_id
where t.token_hash = $1 and t.expires_at > $2 and d.revoked_at is null
"""
ADD_DEVICE = """
insert into devices (id, staff_id, device_id, name, enrolled_at, signed_in_at) values ($1, $2, $3, $4, $5, $5)
"""
ENROL = """
insert into openrosa_tokens (device_id, token_hash, version, created_at, expires_at) values ($1, $2, $3, $4, $5)
"""
PERSON = "select p.version, s.name from principals p join staff s on s.id = p.id where p.id = $1"

# The newest published version of each form of a campaign that is not over and in which the person works.
FORMS = """
select distinct on (q.id) q.id, q.code, q.title, v.version
from questionnaires q
join questionnaire_versions v on v.questionnaire_id = q.id and v.status = 'published'
where q.id in (
    select c.questionnaire_id from campaigns c
    join team_members m on m.campaign_id = c.id
    where c.status <> 'closed' and m.staff_id = $1 and (m.ends_on is null or m.ends_on >= $2)
)
order by q.id, v.version desc
"""
PUBLISHED = """
select q.id from questionnaires q join questionnaire_versions v on v.questionnaire_id = q.id
where q.code = $1 and v.version = $2 and v.status = 'published'
"""
# The form that a submission names; no version, one that is no draft, whether a campaign asks it.
NAMED = """
select q.id, v.status, v.content::text as content,
       exists (select from campaigns c where c.questionnaire_id = q.id) as asked
from questionnaires q
left join questionnaire_versions v on v.questionnaire_id = q.id and v.version = $2
where q.code = $1
"""

# `$1` the person, `$2` the states in which somebody stands at the door.
ASSIGNMENTS = """
select a.id::text as name,
       concat_ws(' · ', 'RW ' || coalesce(h.rw, '-') || ' RT ' || coalesce(h.rt, '-'), h.head_name, h.address) as label,
       a.revision as __version__, a.household_id::text as household_id, a.revision
from assignments a join households h on h.id = a.household_id
where a.holder_id = $1 and a.status = any($2::text[])
order by h.region_code, h.rw, h.rt, h.head_name, a.id
"""
MEMBERS = """
select m.id::text as name, m.name as label, h.revision as __version__, m.household_id::text as household_id,
       m.sex, m.born_on::text as born_on, m.relation
from assignments a join households h on h.id = a.household_id join members m on m.household_id = h.id
where a.holder_id = $1 and a.status = any($2::text[])
order by m.household_id, m.family_no, m.line, m.id
"""
LISTS = {"assignments": ASSIGNMENTS, "members": MEMBERS}
# What each list holds, without any of it leaving the database.
HASHES = f"""
select (select md5(coalesce(string_agg(l::text, E'\\n'), '')) from ({ASSIGNMENTS}) l) as assignments,
       (select md5(coalesce(string_agg(l::text, E'\\n'), '')) from ({MEMBERS}) l) as members
"""  # noqa: S608  # texts of ours, here and below
STILL_THERE = f"""
select l.name from ({ASSIGNMENTS}) l where l.name = any($3::text[])
union select l.name from ({MEMBERS}) l where l.name = any($3::text[])
"""  # noqa: S608

# Two posts of one submission come one after the other.
LOCK = "select pg_advisory_xact_lock(hashtextextended($1, 4))"
KNOWN = """
select s.instance_id, s.root_id, s.receipt_id, s.xml, q.status, q.problem::text as problem, z.action,
       exists (
           select from openrosa_submissions n where n.principal_id = s.principal_id and n.replaces = s.instance_id
       ) as replaced
from openrosa_submissions s
left join quarantined_items q on q.id = s.receipt_id
left join quarantine_resolutions z on z.quarantine_id = s.receipt_id
where s.principal_id = $1 and s.instance_id = any($2::uuid[])
"""
ADD = """
insert into openrosa_submissions (receipt_id, principal_id, instance_id, root_id, replaces, xml, received_at)
values ($1, $2, $3, $4, $5, $6, $7)
"""
STALE = "select 'stale' = any(flags) from visits where receipt_id = $1"
# The files that the form names and that have not come yet.
TO_COME = """
select a.name from attachments a
where a.receipt_id = $1 and not exists (select from photos p where p.receipt_id = a.receipt_id and p.name = a.name)
"""
