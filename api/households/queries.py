"""The SQL of the households room. Row security says which rows there are; ids and filters say which are wanted."""

# The assignment of a household's latest campaign that the caller may see.
LATEST_ASSIGNMENT = """
left join lateral (
    select a.* from assignments a join campaigns c on c.id = a.campaign_id
    where a.household_id = h.id order by c.starts_on desc, a.id desc limit 1
) a on true"""
# The same where something is asked of it: the few of a rare state are found first, not the latest of every household.
LATEST_ASSIGNMENT_LIKE = """
join assignments a on a.household_id = h.id and a.campaign_id = any (array(select id from campaigns))
join campaigns c on c.id = a.campaign_id and not exists (
    select from assignments l join campaigns k on k.id = l.campaign_id
    where l.household_id = a.household_id and (k.starts_on, l.id) > (c.starts_on, a.id)
)"""
ASSIGNMENT_IN_CAMPAIGN = "join assignments a on a.household_id = h.id"

ASSIGNMENT = """
case when a.id is not null then json_build_object(
    'id', a.id, 'campaign_id', a.campaign_id, 'team_id', a.team_id, 'enumerator_id', a.enumerator_id,
    'status', a.status, 'verdict_stage', a.verdict_stage, 'field_result', a.field_result,
    'eligibility', a.eligibility, 'revision', a.revision) end"""

# Its columns are the fields of `HouseholdSummary`: lists send a row as the database writes it.
SUMMARY = f"""
select h.id, h.region_code, h.rw, h.rt, h.address, h.head_name, h.status,
    {ASSIGNMENT} as assignment, h.revision
from households h"""  # noqa: S608  # text of ours

# What a household consists of, as json and not jsonb: nobody looks into it here. Sealed numbers leave as the text that
# they are and are opened by the vault.
PARTS = """
    'families', (select coalesce(json_agg(json_build_object(
        'id', f.id, 'no', f.no, 'no_kk', convert_from(f.no_kk, 'UTF8')) order by f.no), '[]'::json)
        from families f where f.household_id = h.id),
    'members', (select coalesce(json_agg(json_build_object(
        'id', m.id, 'family_no', m.family_no, 'line', m.line, 'nik', convert_from(m.nik, 'UTF8'),
        'nik_missing_reason', m.nik_missing_reason, 'name', m.name, 'sex', m.sex, 'born_on', m.born_on,
        'born_at', m.born_at, 'relation', m.relation, 'occupation', m.occupation, 'mother_name', m.mother_name,
        'whereabouts', m.whereabouts) order by m.family_no, m.line, m.id), '[]'::json)
        from members m where m.household_id = h.id),
    'sources', (select coalesce(json_agg(json_build_object(
        'source', s.source, 'external_id', s.external_id, 'member_id', s.member_id, 'desil', s.desil,
        'percentile', s.percentile, 'snapshot_id', s.snapshot_id) order by s.source, s.external_id), '[]'::json)
        from household_sources s where s.household_id = h.id),
    'programmes', (select coalesce(json_agg(json_build_object(
        'programme', p.programme, 'member_id', p.member_id, 'source', p.source)
        order by p.programme, p.member_id), '[]'::json) from household_programmes p where p.household_id = h.id)"""
COLUMNS = """
select h.id, h.region_code, h.rw, h.rt, h.address, h.head_name, h.status, h.revision, h.latitude, h.longitude,
    h.accuracy_m, h.merged_into, h.split_from,"""

# A household whole in one statement.
HOUSEHOLD = f"""{COLUMNS} a.holder_id, {ASSIGNMENT}::text as assignment, json_build_object({PARTS},
    'verdict', (select json_build_object(
        'id', v.id, 'revision', r.revision, 'field_result', r.field_result, 'eligibility', r.eligibility,
        'reasons', r.reasons, 'criteria', r.criteria, 'criteria_set', r.criteria_set,
        'registry_action', r.registry_action, 'registry_status', a.registry_status)
        from verdicts v join verdict_revisions r on r.verdict_id = v.id
        where v.assignment_id = a.id order by r.revision desc limit 1))::text as whole
from households h {LATEST_ASSIGNMENT}
where h.id = $1"""  # noqa: S608  # text of ours
# As the holder's phone carries it: all of a page at once, and whether its work is open.
CARRIED = f"""{COLUMNS} exists (
        select from assignments a where a.household_id = h.id and a.holder_id = $2 and a.status = any($3)
    ) as at_the_door, json_build_object({PARTS})::text as whole
from households h where h.id = any($1) order by h.id"""  # noqa: S608  # text of ours

IN_REGION = "h.region_code in (select r.code from regions r where r.code = ? or r.code like ? || '.%')"

OF_NIK = "h.id in (select m.household_id from members m where m.nik_index = any(?))"
OF_NO_KK = "h.id in (select f.household_id from families f where f.no_kk_index = any(?))"

ON_A_LIST = "exists (select from household_sources s where s.household_id = h.id"

# From the household to its people: row security lets no function but equality reach an index of theirs.
OF_NAME = "exists (select from members m where m.household_id = h.id and lower(m.name) = lower(?)"
OF_NAME += " and m.born_on = "

LIKELY = "select * from likely_duplicates($1, $2, $3, $4, $5)"

SEEN = "select address, rw, rt, status, head_name, revision from households where id = $1 for no key update"
SEEN_PEOPLE = """
select id, family_no, nik, nik_index, nik_missing_reason, name, sex, born_on, relation, restricted_at
from members where household_id = $1 order by family_no, line, id"""
SEEN_CARDS = "select id, no, no_kk, no_kk_index from families where household_id = $1 order by no"
VISIT_OF = """
select exists (
    select from visits v join households h on h.id = v.household_id
    where v.id = $1 and (h.id = $2 or h.merged_into = $2)
)"""
CORRECT = "update households set address = $2, rw = $3, rt = $4, status = $5, head_name = $6 where id = $1"
CORRECT_PEOPLE = """
update members m set name = c.name, sex = c.sex, born_on = c.born_on, relation = c.relation, nik = c.nik,
    nik_index = c.nik_index, nik_missing_reason = c.nik_missing_reason
from json_to_recordset($2::json) as c (id uuid, name text, sex text, born_on date, relation text, nik bytea,
    nik_index bytea, nik_missing_reason text)
where m.id = c.id and m.household_id = $1"""
CORRECT_CARDS = """
update families f set no_kk = c.no_kk, no_kk_index = c.no_kk_index
from json_to_recordset($2::json) as c (id uuid, no_kk bytea, no_kk_index bytea)
where f.id = c.id and f.household_id = $1"""

# Every change of a household is a revision of it; two of one household in a batch are two, in their order. The
# household is locked here, before its people: whoever changes both does it in this order.
REVISE = """
with told as (
    select * from json_to_recordset($1::json) as t (id uuid, household_id uuid, place int, cause text, cause_id uuid,
        reason text, changes bytea, latitude float8, longitude float8, accuracy_m float8)
), stepped as (
    update households h set revision = h.revision + n.steps, updated_at = $3::timestamptz{placing}
    from (
        select household_id, count(*)::int as steps, max(latitude) as latitude, max(longitude) as longitude,
            max(accuracy_m) as accuracy_m
        from told group by household_id
    ) n where h.id = n.household_id returning h.id, h.revision - n.steps as base
)
insert into household_revisions (id, household_id, revision, author_id, cause, cause_id, reason, at, changes)
select t.id, t.household_id, s.base + row_number() over (partition by t.household_id order by t.place), $2::uuid,
    t.cause, t.cause_id, t.reason, $3::timestamptz, t.changes
from told t join stepped s on s.id = t.household_id"""
# Coordinators place no household on the map: the columns are not theirs to write.
REVISE_ONLY = REVISE.format(placing="")
REVISE_AND_PLACE = REVISE.format(
    placing=""",
        latitude = coalesce(h.latitude, n.latitude),
        longitude = case when h.latitude is null then n.longitude else h.longitude end,
        accuracy_m = case when h.latitude is null then n.accuracy_m else h.accuracy_m end"""
)
IS_HERE = "select exists (select from households where id = $1)"
HISTORY = """
select id, revision, author_id, cause, cause_id, reason, at, changes
from household_revisions where household_id = $1 and revision < $2 order by revision desc limit $3"""
LOOKS = """
select d.seq, d.at, d.actor_id, p.kind as actor_kind, p.role as actor_role, d.operation, d.purpose, d.fields
from disclosures d join principals p on p.id = d.actor_id
where d.household_ids @> array[$1::uuid] and d.seq < $2 order by d.seq desc limit $3"""

# Where a household may be found: the campaign's own regions, a village, and (for an enumerator) the own team.
PLACE_OF_WORK = """
select c.status, exists (
        select from regions r where r.code = $2 and r.level = 'village'
    ) as village, exists (
        select from unnest(c.region_codes) covered where $2 = covered or starts_with($2, covered || '.')
    ) as covered, exists (select from teams t where t.id = $3 and t.campaign_id = c.id) as own_team
from campaigns c where c.id = $1"""

# Who sent a household that waited in quarantine, if the person still works in this campaign.
FINDER = """
select p.id, p.team_id from principals p join teams t on t.id = p.team_id and t.campaign_id = $2
where p.id = $1 and p.active and p.role = 'enumerator'"""

# Revision 0: the revision that every new household begins with tells what it was made of.
# Separate statements: each child's policy asks for its parent, which a statement does not see before it ends.
ADD_HOUSEHOLD = """
insert into households (id, region_code, rw, rt, address, head_name, latitude, longitude, accuracy_m, status, team_id,
    enumerator_id, added_by_call, created_at, updated_at, revision)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'active', $10, $11, $12, $13, $13, 0)
on conflict (id) do nothing returning id"""
ADDED_BY = "select added_by_call from households where id = $1"
ADD_PEOPLE = """
with cards as (
    insert into families (id, household_id, no, no_kk, no_kk_index)
    select f.id, $1, f.no, f.no_kk, f.no_kk_index
    from unnest($2::uuid[], $3::int[], $4::bytea[], $5::bytea[]) as f (id, no, no_kk, no_kk_index)
), source as (
    insert into household_sources (id, household_id, source, external_id) values ($6, $1, 'field', $20)
)
insert into members (id, household_id, family_no, line, nik, nik_index, nik_missing_reason, name, sex, born_on, born_at,
    relation, occupation, mother_name)
select m.id, $1, m.family_no, m.line, m.nik, m.nik_index, m.reason, m.name, m.sex, m.born_on, m.born_at, m.relation,
    m.occupation, m.mother_name
from unnest($7::uuid[], $8::int[], $9::int[], $10::bytea[], $11::bytea[], $12::text[], $13::text[], $14::text[],
    $15::date[], $16::text[], $17::text[], $18::text[], $19::text[])
    as m (id, family_no, line, nik, nik_index, reason, name, sex, born_on, born_at,
        relation, occupation, mother_name)"""
ADD_ASSIGNMENT = """
insert into assignments (id, campaign_id, household_id, team_id, enumerator_id, holder_id, status, revision)
values ($1, $2, $3, $4, $5, $5, $6, 1)"""
ADD_ASSIGNMENT_EVENT = """
insert into assignment_events (assignment_id, event, actor_id, status, enumerator_id, team_id, at)
values ($1, 'added', $2, $3, $4, $5, $6)"""

# Locks the household first, as every change of its people does.
PERSON_TO_RESTRICT = """
select m.restricted_at from households h join members m on m.household_id = h.id and m.id = $2
where h.id = $1 for update of h"""
STRIKE_OUT = "select text from strike_out_restricted($1::uuid[], $2::text[])"
RESTRICT_PERSON = "update members set restricted_at = $2 where id = $1"
WITHHELD = "(dibatasi)"  # what a household is called whose head's name may not be shown
CALL_BY_HEAD = """
update households h set head_name = case when m.restricted_at is null then m.name else $2 end
from members m where h.id = $1 and m.household_id = h.id and m.relation = 'head' and m.family_no = (
    select min(o.family_no) from members o where o.household_id = h.id and o.relation = 'head')"""
