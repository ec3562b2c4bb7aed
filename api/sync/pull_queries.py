"""SQL of the pull. Row security says whose rows there are; every statement takes a page at once."""

from api.core.feed import HORIZON

# The newest published version of each form that a campaign asks which is not over.
CURRENT_FORMS = """
select distinct on (v.questionnaire_id) v.* from questionnaire_versions v
where v.status = 'published' and v.questionnaire_id in (
    select c.questionnaire_id from campaigns c where c.status <> 'closed'
)
order by v.questionnaire_id, v.version desc
"""
# No own change of this assignment lies behind the place, so the phone has it as it stands.
COVERED = """
a.holder_id = $1 and a.status = $6 and ($5::uuid is null or a.id <= $5) and not exists (
    select from sync_changes k
    where k.addressee_id = $1 and (k.xid, k.seq) > ($2, $3) and k.assignment_id = a.id)
"""
# Where the feed stands and what lies between the place and its horizon. One statement, for one snapshot: what commits
# later lies above. Without a change it is one row whose `seq` is null.
LOOK = f"""
select f.epoch, f.swept_xid, s.horizon, s.forms, s.arrived, c.xid, c.seq, c.assignment_id, c.household_id
from feed_epoch() f
cross join (
    select {HORIZON} as horizon, exists (select from assignments a where {COVERED}) as arrived, coalesce((
        select left(md5(string_agg(q.id::text, ',' order by q.id)), 16) from ({CURRENT_FORMS}) q
    ), '') as forms
) s
left join lateral (
    select k.xid, k.seq, k.assignment_id, k.household_id from sync_changes k
    where k.addressee_id = $1 and (k.xid, k.seq) > ($2, $3) and k.xid < s.horizon order by k.xid, k.seq limit $4
) c on true
order by c.xid, c.seq
"""  # noqa: S608  # text of ours, here and below

# One that changes in this moment is left for the next pull: the lock is not waited for, and another revision is not
# the one that was seen. The assignment's own revision stays: what the phone holds is not stale for having arrived.
MARK = f"""
with covered as (
    select a.id, a.revision from assignments a where {COVERED}
), held as (
    select a.id from assignments a join covered c on c.id = a.id and c.revision = a.revision
    where a.holder_id = $1 and a.status = $6 order by a.id for update of a skip locked
), marked as (
    update assignments a set status = $4 from held where held.id = a.id returning a.id, a.enumerator_id, a.team_id
)
insert into assignment_events (assignment_id, event, actor_id, status, enumerator_id, team_id, at)
select id, 'downloaded', $1, $4, enumerator_id, team_id, $7 from marked
"""  # noqa: S608

ASSIGNMENT = """
select a.id, a.household_id, a.status = 'returned' as returned, json_build_object('id', a.id,
    'campaign_id', a.campaign_id, 'household_id', a.household_id, 'team_id', a.team_id,
    'enumerator_id', a.enumerator_id, 'status', a.status, 'verdict_stage', a.verdict_stage,
    'field_result', a.field_result, 'eligibility', a.eligibility, 'received_at', a.received_at,
    'revision', a.revision)::text as shown
from assignments a where a.holder_id = $1 and a.status <> 'cancelled'
"""
STANDING = f"{ASSIGNMENT} and ($2::uuid is null or a.id > $2) order by a.id limit $3"
CHANGED = f"{ASSIGNMENT} and a.id = any($2::uuid[]) order by a.id"
FORMS = f"""
select json_build_object('questionnaire_id', q.questionnaire_id, 'version', q.version, 'status', q.status,
    'created_at', q.created_at, 'content', q.content)::text as shown
from ({CURRENT_FORMS}) q order by q.questionnaire_id
"""  # noqa: S608
