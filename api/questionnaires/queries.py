"""SQL of publishing: open work that asks a form, and the visits in it that were begun on another version."""

OPEN = "array['unassigned', 'open', 'downloaded', 'returned']"

# The newest version that phones ask before this one is published; null where there is none.
ASKED_NOW = """
select version, content::text as content from questionnaire_versions
where questionnaire_id = $1 and status = 'published' and version <> $2 order by version desc limit 1
"""
OPEN_WORK = f"""
select a.status, count(*) as assignments, count(distinct a.holder_id) as holders
from assignments a join campaigns c on c.id = a.campaign_id
where c.questionnaire_id = $1 and c.status <> 'closed' and a.status = any({OPEN})
group by grouping sets ((a.status), ()) order by a.status nulls last
"""  # noqa: S608  # text of ours, here and below
# The last visit of each open door that named a version: what was begun on it is judged by it, and so is its correction
# until the phone has pulled.
BEGUN = f"""
select last.id, last.assignment_id, last.questionnaire_version, count(*) over () as all_of_them
from assignments a join campaigns c on c.id = a.campaign_id
cross join lateral (
    select v.id, v.assignment_id, v.questionnaire_version, v.sequence from visits v
    where v.assignment_id = a.id and v.questionnaire_version is not null order by v.sequence desc limit 1
) last
where c.questionnaire_id = $1 and c.status <> 'closed' and a.status = any({OPEN}) and last.questionnaire_version <> $2
order by last.sequence limit $3
"""  # noqa: S608
