"""The SQL of the releases room: one statement freezes, three read what was frozen."""

# One statement, so one snapshot: nothing that is decided while it runs is half in. A household's verdict is that of its
# last event at `decided` or later; `valid` is dossier 10.4: field result completed and at least one person present.
FREEZE = """
with chosen as materialized (
    select h.id as household_id, a.id as assignment_id, r.verdict_id, r.revision, h.region_code, h.rw, h.rt, h.address,
        h.head_name, p.members, p.present, r.field_result, r.eligibility, r.reasons, r.criteria, r.criteria_set,
        r.registry_action, s.sources, e.at as decided_at
    from assignments a
    join households h on h.id = a.household_id
    join verdicts v on v.assignment_id = a.id
    cross join lateral (
        select e.revision, e.at from verdict_events e
        where e.verdict_id = v.id and e.stage in ('decided', 'deliberated', 'endorsed')
        order by e.number desc limit 1) e
    join verdict_revisions r on r.verdict_id = v.id and r.revision = e.revision
    cross join lateral (
        select count(*)::int as members, (count(*) filter (where m.whereabouts = 'present'))::int as present
        from members m where m.household_id = h.id) p
    cross join lateral (
        select coalesce(array_agg(distinct s.source::text order by s.source::text), '{}') as sources
        from household_sources s where s.household_id = h.id) s
    where a.campaign_id = $2 and a.verdict_stage in ('decided', 'deliberated', 'endorsed')
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
    returning id, campaign_id, number, counts, created_by, created_at
), frozen as (
    insert into released_households (release_id, household_id, assignment_id, verdict_id, verdict_revision, region_code,
        rw, rt, address, head_name, members, present, field_result, eligibility, reasons, criteria, criteria_set,
        registry_action, sources, decided_at)
    select $1, household_id, assignment_id, verdict_id, revision, region_code, rw, rt, address, head_name, members,
        present, field_result, eligibility, reasons, criteria, criteria_set, registry_action, sources, decided_at
    from chosen
), people as (
    insert into released_members (release_id, member_id, household_id, family_no, line, external_ids, nik, name, sex,
        born_on, relation, whereabouts)
    select $1, m.id, m.household_id, m.family_no, m.line, coalesce(x.external_ids, '{}'), m.nik, m.name, m.sex,
        m.born_on, m.relation, m.whereabouts
    from chosen c
    join members m on m.household_id = c.household_id
    left join lateral (
        select jsonb_object_agg(named.source, named.ids) as external_ids from (
            select s.source, jsonb_agg(s.external_id order by s.external_id) as ids
            from household_sources s where s.household_id = m.household_id and s.member_id = m.id
            group by s.source) named) x on true
)
select * from made
"""

LOCK_CAMPAIGN = "select id from campaigns where id = $1 for no key update"

RELEASE = """
select r.id, r.campaign_id, r.number, r.counts, r.created_by, r.created_at, c.code as campaign_code
from releases r join campaigns c on c.id = r.campaign_id where r.id = $1
"""

RELEASES = """
select id, campaign_id, number, counts, created_by, created_at from releases
where ($1::uuid is null or campaign_id = $1) and ($2::uuid is null or id > $2)
order by id limit $3
"""

HOUSEHOLD_IDS = "select array_agg(household_id order by household_id) from released_households where release_id = $1"

# every tie is broken by the id, in the byte order of "C": two downloads are the same bytes on any server
HOUSEHOLDS = """
select h.household_id, h.region_code, g.bps_code, g.name as village, h.rw, h.rt, h.address, h.head_name, h.members,
    h.present, h.field_result, h.eligibility, h.reasons, h.criteria, h.criteria_set, h.registry_action, h.sources,
    h.decided_at
from released_households h join regions g on g.code = h.region_code
where h.release_id = $1
order by h.region_code collate "C", h.rw collate "C", h.rt collate "C", h.household_id
"""

# the same with the head's sealed NIK, for Bappeda
HOUSEHOLDS_WITH_HEAD = HOUSEHOLDS.replace("h.decided_at\nfrom", "h.decided_at, k.member_id, k.nik\nfrom").replace(
    "where h.release_id",
    """left join lateral (
    select m.member_id, m.nik from released_members m
    where m.household_id = h.household_id and m.release_id = h.release_id
    order by m.relation is distinct from 'head', m.family_no, m.line, m.member_id limit 1) k on true
where h.release_id""",
)

DTKS_UPDATE = """
select x.external_id, m.member_id, m.nik, m.name, m.whereabouts, h.region_code, g.bps_code, h.rw, h.rt,
    h.field_result, h.eligibility, h.registry_action, h.decided_at
from released_households h
join regions g on g.code = h.region_code
join released_members m on m.household_id = h.household_id and m.release_id = h.release_id
cross join lateral jsonb_array_elements_text(m.external_ids -> 'dtks') as x (external_id)
where h.release_id = $1
order by h.region_code collate "C", h.rw collate "C", h.rt collate "C", h.household_id, m.family_no, m.line,
    x.external_id collate "C"
"""
