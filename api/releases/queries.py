"""The SQL of the releases room: one statement freezes, three read what was frozen."""

# One statement, so one snapshot: nothing that is decided while it runs is half in. A household's verdict is that of its
# last event at `decided` or later. It was decided when that revision first came so far: a letter decides nothing anew.
# `valid` is dossier 10.4: field result completed and at least one person present.
FREEZE = """
with decided as materialized (
    select h.id as household_id, a.id as assignment_id, v.id as verdict_id, h.region_code, h.rw, h.rt, h.address,
        h.head_name
    from assignments a
    join households h on h.id = a.household_id
    join verdicts v on v.assignment_id = a.id
    where a.campaign_id = $2 and a.verdict_stage in ('decided', 'deliberated', 'endorsed')
), judged as (
    select distinct on (came.verdict_id) came.* from (
        select e.verdict_id, e.revision, min(e.at) as at from decided d join verdict_events e using (verdict_id)
        where e.stage in ('decided', 'deliberated', 'endorsed') group by e.verdict_id, e.revision) came
    order by came.verdict_id, came.revision desc
), living as (
    select m.household_id, count(*)::int as members,
        (count(*) filter (where m.whereabouts = 'present'))::int as present
    from decided d join members m using (household_id) where m.restricted_at is null group by m.household_id
), listed as (
    select s.household_id, array_agg(distinct s.source::text order by s.source::text) as sources,
        min(s.desil) filter (where s.source = 'p3ke') as p3ke_desil
    from decided d join household_sources s using (household_id) group by s.household_id
), named as materialized (
    select household_id, member_id, jsonb_object_agg(source, ids) as external_ids from (
        select s.household_id, s.member_id, s.source, jsonb_agg(s.external_id order by s.external_id) as ids
        from decided d join household_sources s using (household_id)
        group by s.household_id, s.member_id, s.source) each_list
    group by household_id, member_id
), aided as (
    select household_id, jsonb_object_agg(programme, lists) as programmes from (
        select g.household_id, g.programme, jsonb_agg(distinct g.source::text order by g.source::text) as lists
        from decided d join household_programmes g using (household_id)
        group by g.household_id, g.programme) each_programme
    group by household_id
), chosen as materialized (
    select d.*, e.revision, e.at as decided_at, r.field_result, r.eligibility, r.reasons, r.criteria, r.criteria_set,
        r.registry_action, coalesce(p.members, 0) as members, coalesce(p.present, 0) as present,
        coalesce(s.sources, '{}') as sources, s.p3ke_desil, coalesce(g.programmes, '{}') as programmes,
        coalesce(x.external_ids, '{}') as external_ids
    from decided d
    join judged e using (verdict_id)
    join verdict_revisions r on r.verdict_id = e.verdict_id and r.revision = e.revision
    left join living p using (household_id)
    left join listed s using (household_id)
    left join aided g using (household_id)
    left join named x on x.household_id = d.household_id and x.member_id is null
), made as (
    insert into releases (id, campaign_id, number, counts, created_by, created_at)
    select $1, $2, coalesce((select max(number) from releases where campaign_id = $2), 0) + 1, jsonb_build_object(
        'households', (select count(*) from chosen),
        'by_eligibility', (select jsonb_object_agg(word, households) from (
            select eligibility as word, count(*) as households from chosen group by 1) counted),
        'by_field_result', (select jsonb_object_agg(word, households) from (
            select field_result as word, count(*) as households from chosen group by 1) counted),
        'by_registry_action', (select jsonb_object_agg(word, households) from (
            select registry_action as word, count(*) as households from chosen group by 1) counted),
        'by_source', (select jsonb_object_agg(word, jsonb_build_object('households', households, 'valid', valid)) from (
            select word, count(c.household_id) as households,
                count(c.household_id) filter (where c.field_result = 'completed' and c.present > 0) as valid
            from unnest($5::text[]) word left join chosen c on word = any(c.sources) group by 1) counted)
    ), $3, $4
    where exists (select from chosen)
    returning id, campaign_id, number, counts, manifest_status, created_by, created_at
), frozen as (
    insert into released_households (release_id, household_id, assignment_id, verdict_id, verdict_revision, region_code,
        rw, rt, address, head_name, members, present, field_result, eligibility, reasons, criteria, criteria_set,
        registry_action, sources, p3ke_desil, programmes, external_ids, decided_at)
    select $1, household_id, assignment_id, verdict_id, revision, region_code, rw, rt, address, head_name, members,
        present, field_result, eligibility, reasons, criteria, criteria_set, registry_action, sources, p3ke_desil,
        programmes, external_ids, decided_at
    from chosen
), people as (
    insert into released_members (release_id, member_id, household_id, family_no, line, external_ids, nik, name, sex,
        born_on, born_at, relation, occupation, mother_name, family_id, no_kk, programmes, whereabouts)
    select $1, m.id, m.household_id, m.family_no, m.line, coalesce(x.external_ids, '{}'), m.nik, m.name, m.sex,
        m.born_on, m.born_at, m.relation, m.occupation, m.mother_name, f.id, f.no_kk,
        coalesce(g.programmes, '{}'), m.whereabouts
    from chosen c
    join members m on m.household_id = c.household_id and m.restricted_at is null
    left join families f on f.household_id = m.household_id and f.no = m.family_no
    left join (
        select g.household_id, g.member_id, array_agg(distinct g.programme order by g.programme) as programmes
        from chosen c join household_programmes g using (household_id) group by g.household_id, g.member_id) g
        on g.household_id = m.household_id and g.member_id = m.id
    left join named x on x.household_id = m.household_id and x.member_id = m.id
)
select * from made
"""

# the planner knows nothing of a release that was made a moment ago, and would join its people for a handful of rows
COUNT = "select count_released()"

LOCK_CAMPAIGN = "select id from campaigns where id = $1 for no key update"

RELEASE = """
select r.id, r.campaign_id, r.number, r.counts, (r.counts ->> 'households')::int as households, r.manifest_status,
    r.anonymised_at, r.created_by, r.created_at, c.code as campaign_code
from releases r join campaigns c on c.id = r.campaign_id where r.id = $1
"""

RELEASES = """
select id, campaign_id, number, counts, manifest_status, created_by, created_at from releases
where ($1::uuid is null or campaign_id = $1) and ($2::uuid is null or id > $2)
order by id limit $3
"""

# in WIB, as it stands in the files
DECIDED_AT = (
    """to_char(h.decided_at at time zone interval '7 hours', 'YYYY-MM-DD"T"HH24:MI:SS"+07:00"') as decided_at"""
)

# every tie is broken by the id, in the byte order of "C": two downloads are the same bytes on any server
HOUSEHOLDS = """
select h.household_id::text, h.region_code, g.bps_code, g.name as village, h.rw, h.rt, h.address, h.head_name,
    h.members, h.present, h.field_result, h.eligibility, h.reasons, h.criteria, h.criteria_set, h.registry_action,
    h.sources, h.external_ids::text as external_ids,
    to_char(h.decided_at at time zone interval '7 hours', 'YYYY-MM-DD"T"HH24:MI:SS"+07:00"') as decided_at
from released_households h join regions g on g.code = h.region_code
where h.release_id = $1
order by h.region_code collate "C", h.rw collate "C", h.rt collate "C", h.household_id
"""

# the same with the head's sealed NIK, for Bappeda
HOUSEHOLDS_WITH_HEAD = HOUSEHOLDS.replace("\nfrom", ", k.member_id::text, k.nik\nfrom", 1).replace(
    "where h.release_id",
    """left join lateral (
    select m.member_id, m.nik from released_members m
    where m.household_id = h.household_id and m.release_id = h.release_id
    order by m.relation is distinct from 'head', m.family_no, m.line, m.member_id limit 1) k on true
where h.release_id""",
)

# one file of many: a workbook holds so many rows and no more
A_PART = "limit $2 offset $3"

# dossier 10.4: who receives and should not, and who should and does not. P3KE's poorest whom the DTKS does not know
# are left out by the list that aid goes by, whatever they receive today.
INCLUSION = "h.eligibility = 'not_eligible' and h.programmes <> '{}'"
EXCLUSION = """h.eligibility = 'eligible'
    and (h.programmes = '{}' or h.p3ke_desil = 1 and 'dtks' <> all(h.sources))"""
GROUNDS = """array_remove(array[
    case when h.eligibility = 'not_eligible' then 'receives_programme' end,
    case when h.eligibility = 'eligible' and h.programmes = '{}' then 'no_programme' end,
    case when h.eligibility = 'eligible' and h.p3ke_desil = 1 and 'dtks' <> all(h.sources)
        then 'p3ke_desil_1_not_in_dtks' end], null) as grounds"""
CANDIDATES = HOUSEHOLDS_WITH_HEAD.replace(
    "k.nik\n", f"k.nik, h.p3ke_desil, h.programmes::text as programmes, {GROUNDS}\n"
)
INCLUSION_CANDIDATES = CANDIDATES.replace("where h.release_id = $1", f"where h.release_id = $1 and {INCLUSION}")
EXCLUSION_CANDIDATES = CANDIDATES.replace("where h.release_id = $1", f"where h.release_id = $1 and {EXCLUSION}")

# whom a file shows, for the record of the look
HOUSEHOLD_IDS = """
select array_agg(h.household_id order by h.household_id) from released_households h where h.release_id = $1"""
INCLUSION_IDS = f"{HOUSEHOLD_IDS} and {INCLUSION}"
EXCLUSION_IDS = f"{HOUSEHOLD_IDS} and {EXCLUSION}"
PART_IDS = f"select array_agg(shown.household_id::uuid) from ({HOUSEHOLDS} {A_PART}) shown"  # noqa: S608  # text of ours

MEMBERS = """
select m.household_id::text, m.member_id::text, h.region_code, g.bps_code, h.rw, h.rt, m.family_no, m.line,
    m.family_id::text, m.no_kk, m.nik, m.name, m.sex, m.born_on::text, m.born_at, m.relation, m.occupation,
    m.whereabouts, m.programmes, m.external_ids::text as external_ids, h.field_result, h.eligibility, h.registry_action
from released_households h
join regions g on g.code = h.region_code
join released_members m on m.household_id = h.household_id and m.release_id = h.release_id
where h.release_id = $1
order by h.region_code collate "C", h.rw collate "C", h.rt collate "C", h.household_id, m.family_no, m.line, m.member_id
"""

DTKS_UPDATE = """
select x.external_id, c.name as city, d.name as district, g.name as village, h.address, h.rw, h.rt, m.family_id::text,
    m.no_kk, m.member_id::text, m.nik, m.name, m.born_on, m.born_at, m.sex, m.occupation, m.mother_name, m.relation,
    m.programmes, h.region_code, g.bps_code, h.field_result, m.whereabouts, h.eligibility, h.registry_action,
    to_char(h.decided_at at time zone interval '7 hours', 'YYYY-MM-DD"T"HH24:MI:SS"+07:00"') as decided_at
from released_households h
join regions g on g.code = h.region_code
left join regions d on d.code = g.parent
left join regions c on c.code = d.parent
join released_members m on m.household_id = h.household_id and m.release_id = h.release_id
cross join lateral jsonb_array_elements_text(m.external_ids -> 'dtks') as x (external_id)
where h.release_id = $1
order by h.region_code collate "C", h.rw collate "C", h.rt collate "C", h.household_id, m.family_no, m.line,
    x.external_id collate "C"
"""

# What two releases may say otherwise of a household: its content. When it was decided is none of it, a verdict that was
# taken up again and decided the same is the same; nor is what a list calls the household, for a list may do so later.
COMPARED = (
    "region_code", "rw", "rt", "address", "head_name", "members", "present", "field_result", "eligibility", "reasons",
    "criteria", "criteria_set", "registry_action", "sources", "p3ke_desil", "programmes",
)  # fmt: skip


def _differences(columns: tuple[str, ...]) -> str:
    """The statement that compares these columns of two releases: the keys of both are read in order and once."""
    one_by_one, other = (", ".join(f"{side}.{column}" for column in columns) for side in ("n", "o"))
    after = "household_id > coalesce($3::uuid, '00000000-0000-0000-0000-000000000000')"  # by the key, on any page
    side = f"(select * from released_households where release_id = ${{}} and {after}) {{}}"  # noqa: S608
    return f"""
select household_id, coalesce(n.region_code, o.region_code) as region_code,
    case when o.release_id is null then 'added' when n.release_id is null then 'removed' else 'changed' end as change,
    to_jsonb(o)::text as before, to_jsonb(n)::text as after
from {side.format(1, "n")} full join {side.format(2, "o")} using (household_id)
where n.release_id is null or o.release_id is null or ({one_by_one}) is distinct from ({other})
order by household_id limit $4"""  # noqa: S608  # names of ours


DIFFERENCES = _differences(COMPARED)

UNHASHED = """
update releases r set manifest_status = 'hashing'
where r.anonymised_at is null and (r.manifest_status <> 'ready'
    or not exists (select from release_file_hashes f where f.release_id = r.id and f.edition = $1))
returning r.id
"""
HASHES = "select name, sha256, bytes, rows from release_file_hashes where release_id = $1 and edition = $2"
# a worker that was thought dead may be alive: both made the same bytes
KEEP_HASH = """
insert into release_file_hashes (release_id, edition, name, sha256, bytes, rows, made_at)
values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing"""
SETTLE_MANIFEST = """
update releases set manifest_status = $2 where id = $1 and manifest_status <> $2 returning created_by
"""
MANIFEST = "select signed from release_manifests where release_id = $1 and reader = $2 and edition = $3"
# two who ask at once both sign; the first to keep it is believed
KEEP_MANIFEST = """
insert into release_manifests (release_id, reader, edition, signed, made_at) values ($1, $2, $3, $4, $5)
on conflict do nothing"""
