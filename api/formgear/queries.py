"""SQL of the FormGear bridge. Row security decides whose assignments there are."""

# The newest published version of the form that the assignment's campaign asks.
ASSIGNMENT = """
select a.household_id, a.status, a.revision, q.id as questionnaire_id, q.code, q.title, v.version,
       v.content::text as content
from assignments a
join campaigns c on c.id = a.campaign_id
left join questionnaires q on q.id = c.questionnaire_id
left join lateral (
    select v.version, v.content from questionnaire_versions v
    where v.questionnaire_id = q.id and v.status = 'published' order by v.version desc limit 1
) v on true
where a.id = $1
"""
VERSION = """
select q.code, q.title, v.version, v.content::text as content
from questionnaires q join questionnaire_versions v on v.questionnaire_id = q.id
where q.id = $1 and v.version = $2
"""
# The same documents again are kept once.
KEEP = """
insert into formgear_submissions (receipt_id, documents, received_at) values ($1, $2, $3) on conflict do nothing
"""
# What the form that a submission names asks, and the code of what its campaign asks, as far as the caller sees either.
FORM = """
select (
    select q.code from assignments a join campaigns c on c.id = a.campaign_id
    join questionnaires q on q.id = c.questionnaire_id where a.id = $1
) as code, (
    select v.content::text from questionnaires q join questionnaire_versions v on v.questionnaire_id = q.id
    where q.code = $2 and v.version = $3 and v.status = 'published'
) as content
"""
