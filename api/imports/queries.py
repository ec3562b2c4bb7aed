"""SQL of the imports room: from staged rows to households, set by set. Runs as the role `worker`."""

LIST = """
select id, campaign_id, layout, dry_run, status, sha256, rows, accepted, rejected, warnings, by_code::text, households,
       problem, created_at, finished_at
from imports
"""
ONE = f"{LIST} where id = $1"
FINDINGS = 'select id, row_no as row, "column", code, level from import_findings'
ADD = """
insert into imports (id, campaign_id, layout, dry_run, status, sha256, bytes, rows, accepted, rejected, warnings,
                     households, by_code, created_by, created_at)
values ($1, $2, $3, $4, 'queued', $5, $6, 0, 0, 0, 0, 0, '{}', $7, $8)
"""

# What a worker that died left of this file goes; the count of added households stays, for those are added.
BEGIN_AGAIN = """
with running as (select id from imports where id = $1 and status in ('queued', 'checking')),
     findings as (delete from import_findings where import_id in (select id from running)),
     staged as (delete from staged_people where import_id in (select id from running))
update imports i set status = 'checking', rows = 0, accepted = 0, rejected = 0, warnings = 0, by_code = '{}',
    households = case when i.dry_run then 0 else i.households end
from campaigns c where i.id = $1 and c.id = i.campaign_id and i.status in ('queued', 'checking')
returning i.campaign_id, i.dry_run, i.layout, i.created_by, i.created_at, c.region_codes, c.status as campaign_status
"""
VILLAGES = """
select d.name as district, v.name as village, v.code from regions v join regions d on d.code = v.parent
where v.level = 'village'
"""
PROGRESS = "update imports set rows = $2, rejected = $3, accepted = $2::int - $3::int, warnings = $4 where id = $1"

# What only the whole file shows. A repeated id is an error of the later row; a repeated NIK is for people to decide.
REPEATED_IDS = """
with later as (
    delete from staged_people p using (
        select row_no, row_number() over (partition by external_id order by row_no) as place
        from staged_people where import_id = $1
    ) s where p.import_id = $1 and s.row_no = p.row_no and s.place > 1 returning p.row_no
)
insert into import_findings (import_id, row_no, "column", code, level)
select $1, row_no, $2, 'external_id_repeated', 'error' from later
"""
REPEATED_NIKS = """
insert into import_findings (import_id, row_no, "column", code, level)
select $1, row_no, $2, 'nik_repeated_in_file', 'warning' from (
    select row_no, row_number() over (partition by nik_index order by row_no) as place
    from staged_people where import_id = $1 and nik_index is not null
) s where place > 1
"""
COUNT = """
update imports set
    rejected = f.rejected, accepted = rows - f.rejected, warnings = f.warnings, by_code = f.by_code
from (
    select (select count(distinct row_no) from import_findings where import_id = $1 and level = 'error') as rejected,
           coalesce(sum(n) filter (where level = 'warning'), 0) as warnings,
           coalesce(jsonb_object_agg(code, n), '{}') as by_code
    from (select code, level, count(*) as n from import_findings where import_id = $1 group by code, level) c
) f where id = $1
"""
NEXT_HOUSEHOLDS = """
select min(household_key) as first, max(household_key) as last from (
    select distinct household_key from staged_people where import_id = $1 and household_key > $2 order by 1 limit $3
) k
"""

# A batch of households between staging and registry; a temporary table, emptied by every commit.
BATCH_TABLES = """
create temporary table arriving_households (
    household_key text primary key, household_id uuid not null, known boolean not null, family_no int not null,
    family_id uuid not null, region_code text, rw text, rt text, address text, head_name text,
    no_kk bytea, no_kk_index bytea
) on commit delete rows;
create temporary table arriving_people (
    row_no int primary key, household_id uuid not null, family_no int not null, line int not null,
    member_id uuid not null, known boolean not null
) on commit delete rows;
"""
# The first row of a group speaks for it, the head's if it has one. A household is known by its family card in the same
# kelurahan, else by a person of the group whom this list has named before. `offset 0` keeps the order of the look-ups:
# nobody has counted the tables while a first file fills them, and the planner would begin at the whole kelurahan.
RESOLVE = """
select p.household_key, coalesce(c.household_id, s.household_id, p.household_id) as household_id,
       coalesce(c.household_id, s.household_id) is not null as known, coalesce(c.no, s.family_no, 1) as family_no,
       p.family_id, p.region_code, p.rw, p.rt, p.address, p.name as head_name, p.no_kk, p.no_kk_index
from (
    select distinct on (household_key) * from staged_people where import_id = $1 and household_key between $2 and $3
    order by household_key, (relation = 'head') desc nulls last, row_no
) p
left join lateral (
    select f.household_id, f.no
    from (select household_id, no from families where no_kk_index = p.no_kk_index offset 0) f
    cross join lateral (select id, region_code, status from households where id = f.household_id offset 0) h
    where h.region_code = p.region_code order by (h.status = 'active') desc, h.id, f.no limit 1
) c on true
left join lateral (
    select k.household_id, m.family_no from staged_people o
    join household_sources k on k.source = $4 and k.external_id = o.external_id
    left join members m on m.id = k.member_id
    where o.import_id = $1 and o.household_key = p.household_key order by k.id limit 1
) s on true
"""
TAKE_HOUSEHOLDS = f"insert into arriving_households {RESOLVE} returning household_id, known"
COUNT_NEW = f"select count(*) from ({RESOLVE}) r where not known"  # noqa: S608  # text of ours
ADD_HOUSEHOLDS = """
insert into households (id, region_code, rw, rt, address, head_name, status, created_at, updated_at, revision)
select household_id, region_code, rw, rt, address, head_name, 'active', $1, $1, 1
from arriving_households where not known
"""
ADD_FAMILIES = """
insert into families (id, household_id, no, no_kk, no_kk_index)
select family_id, household_id, family_no, no_kk, no_kk_index from arriving_households where not known
"""
# A row whose id the registry has adds nothing. A person with the NIK of somebody of that household is that person.
TAKE_PEOPLE = """
insert into arriving_people
select p.row_no, a.household_id, a.family_no,
       coalesce(l.last, 0) + row_number() over (
           partition by a.household_id order by (p.relation = 'head') desc nulls last, p.row_no
       ),
       coalesce(m.id, p.member_id), m.id is not null
from staged_people p join arriving_households a using (household_key)
left join lateral (select max(line) as last from members where household_id = a.household_id) l on a.known
left join lateral (
    select id from members where household_id = a.household_id and nik_index = p.nik_index order by line limit 1
) m on a.known
where p.import_id = $1
  and not exists (select from household_sources k where k.source = $2 and k.external_id = p.external_id)
"""
ADD_MEMBERS = """
insert into members (id, household_id, family_no, line, nik, nik_index, nik_missing_reason, name, sex, born_on, born_at,
                     relation, occupation, mother_name)
select a.member_id, a.household_id, a.family_no, a.line, p.nik, p.nik_index, p.nik_missing_reason, p.name, p.sex,
       p.born_on, p.born_at, p.relation, p.occupation, p.mother_name
from arriving_people a join staged_people p on p.import_id = $1 and p.row_no = a.row_no where not a.known
"""
ADD_SOURCES = """
insert into household_sources (id, household_id, member_id, source, external_id, snapshot_id, row_no, raw)
select p.source_id, a.household_id, a.member_id, $2, p.external_id, $1, p.row_no, p.raw
from arriving_people a join staged_people p on p.import_id = $1 and p.row_no = a.row_no
"""
PROGRAMMES_OF_BATCH = """
select a.household_id, a.member_id, unnest(p.programmes) as programme
from arriving_people a join staged_people p on p.import_id = $1 and p.row_no = a.row_no
"""
ADD_PROGRAMMES = """
insert into household_programmes (id, household_id, member_id, programme, source)
select i, h, m, p, $5 from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) as t (i, h, m, p)
on conflict do nothing
"""
TOUCH_JOINED = """
update households h set revision = h.revision + 1, updated_at = $1
where h.id in (
    select a.household_id from arriving_households a join arriving_people p using (household_id) where a.known
)
"""
# Exactly one place in the campaign for every household; one that was merged or split away has its work elsewhere.
ADD_ASSIGNMENTS = """
with added as (
    insert into assignments (id, campaign_id, household_id, status, revision)
    select t.id, $3, t.household_id, 'unassigned', 1 from unnest($1::uuid[], $2::uuid[]) as t (id, household_id)
    join households h on h.id = t.household_id where h.status not in ('merged', 'split')
    on conflict (campaign_id, household_id) do nothing returning id
)
insert into assignment_events (assignment_id, event, actor_id, status, at)
select id, 'import', $4, 'unassigned', $5 from added
"""
COUNT_ADDED = "update imports set households = households + $2 where id = $1"
FORGET_BATCH = "delete from staged_people where import_id = $1 and household_key between $2 and $3"
FORGET = "delete from staged_people where import_id = $1"
FINISH = """
update imports set status = 'done', finished_at = $2 where id = $1
returning rows, accepted, rejected, warnings, households
"""
FAIL = """
with running as (select id from imports where id = $1 and status in ('queued', 'checking')),
     findings as (delete from import_findings where import_id in (select id from running)),
     staged as (delete from staged_people where import_id in (select id from running))
update imports set status = 'failed', problem = $2, finished_at = $3,
    rows = 0, accepted = 0, rejected = 0, warnings = 0, by_code = '{}'
where id = $1 and status in ('queued', 'checking') returning created_by
"""
