"""SQL of the job: from staged rows to households, set by set. Runs as the role `worker`."""

# Where each batch of $2 households begins and ends: asked once, because it looks at every staged row.
BATCHES = """
select min(household_key) as first, max(household_key) as last from (
    select household_key, (dense_rank() over (order by household_key) - 1) / $2::int as batch
    from staged_people where import_id = $1
) k group by batch order by batch
"""

# A batch of households between staging and registry; temporary tables, emptied by every commit. Its rows leave the
# staging table at once: nobody has counted that, and a statement that joins it reads all of the file for each batch.
BATCH_TABLES = """
create temporary table arriving_rows (like staged_people) on commit delete rows;
create index on arriving_rows (household_key);
create temporary table arriving_households (
    household_key text primary key, household_id uuid not null, known boolean not null, family_no int not null,
    family_id uuid not null, region_code text, rw text, rt text, address text, head_name text,
    no_kk bytea, no_kk_index bytea, household_ref text, household_source_id uuid not null, desil int, percentile int,
    makes boolean not null, grows boolean not null
) on commit delete rows;
create temporary table arriving_people (
    row_no int primary key, household_id uuid not null, family_no int not null, line int not null,
    member_id uuid not null, known boolean not null
) on commit delete rows;
"""
TAKE_BATCH = """
with taken as (
    delete from staged_people where import_id = $1 and household_key between $2 and $3 returning *
)
insert into arriving_rows select * from taken
"""
# The household's own row speaks for a group, else the head's, else the first. A household is known by its id in this
# list, by its family card in the same kelurahan (in any, where the list says none), by a person ($4: the file of the
# people) of the group whom this list has named before, and where the list makes no households of itself ($3) by a
# person's NIK, but not one that this very file brought. What such a list calls by another id is another household.
# `offset 0` keeps the order of the look-ups: nobody has counted the tables while a first file fills them, and the
# planner would begin at the whole kelurahan.
KNOWN = """
select p.*, coalesce(r.household_id, c.household_id, s.household_id, n.household_id) as known_id,
       coalesce(c.no, s.family_no, n.family_no, 1) as known_family_no
from (
    select distinct on (household_key) * from arriving_rows
    order by household_key, file, (relation = 'head') desc nulls last, row_no
) p
left join lateral (
    select household_id from household_sources
    where source = $2 and external_id = p.household_ref and member_id is null
) r on true
left join lateral (
    select f.household_id, f.no
    from (select household_id, no from families where no_kk_index = p.no_kk_index offset 0) f
    cross join lateral (select id, region_code, status from households where id = f.household_id offset 0) h
    where (h.region_code = p.region_code or p.region_code = '') and ($3 or p.household_ref is null or not exists (
        select from household_sources x where x.household_id = h.id and x.source = $2 and x.member_id is null
    ))
    order by (h.status = 'active') desc, h.id, f.no limit 1
) c on true
left join lateral (
    select k.household_id, m.family_no from (
        select external_id, file from arriving_rows
        where household_key = p.household_key offset 0
    ) o
    join household_sources k on k.source = $2 and k.external_id = o.external_id and k.member_id is not null
    left join members m on m.id = k.member_id
    where o.file = $4 and ($3 or p.household_ref is null or not exists (
        select from household_sources x where x.household_id = k.household_id and x.source = $2 and x.member_id is null
    ))
    order by k.id limit 1
) s on true
left join lateral (
    select h.id as household_id, m.family_no
    from (select nik_index from arriving_rows where household_key = p.household_key offset 0) o
    cross join lateral (select household_id, family_no from members where nik_index = o.nik_index offset 0) m
    cross join lateral (select id, region_code, status from households where id = m.household_id offset 0) h
    where $3 and h.status not in ('merged', 'split') and (
        not exists (select from household_sources x where x.household_id = h.id)
        or exists (select from household_sources x where x.household_id = h.id and x.snapshot_id is distinct from $1)
    )
    order by (h.region_code = p.region_code) desc, (h.status = 'active') desc, h.id limit 1
) n on true
"""
# A list without cards adds people only to the households that are its own.
RESOLVE = f"""
select household_key, coalesce(known_id, household_id) as household_id, known_id is not null as known,
       known_family_no as family_no, family_id, region_code, rw, rt, address, name as head_name, no_kk, no_kk_index,
       household_ref, household_source_id, desil, percentile, makes,
       not $3 or (makes and not exists (
           select from household_sources x where x.household_id = known_id and x.source <> $2
       )) as grows
from ({KNOWN}) k
"""  # noqa: S608  # text of ours
TAKE_HOUSEHOLDS = f"""
insert into arriving_households select * from ({RESOLVE}) r where known or makes returning household_id, known, makes
"""  # noqa: S608  # text of ours
COUNT_NEW = f"select count(*) from ({RESOLVE}) r where not known and makes"  # noqa: S608  # text of ours
NOTE_UNKNOWN = f"""
insert into import_findings (import_id, file, row_no, "column", code, level)
select $1, o.file, o.row_no, $5::text, 'household_unknown', 'warning' from ({RESOLVE}) r
join arriving_rows o using (household_key)
where not r.known and not r.makes
"""  # noqa: S608  # text of ours
ADD_HOUSEHOLDS = """
insert into households (id, region_code, rw, rt, address, head_name, status, created_at, updated_at, revision)
select household_id, region_code, rw, rt, address, head_name, 'active', $1, $1, 1
from arriving_households where not known
"""
# What a household was when a list brought it, its own columns say until a revision says otherwise: nothing to seal.
# Its first revision has its id.
ADD_FIRST_REVISIONS = """
insert into household_revisions (id, household_id, revision, author_id, cause, cause_id, at, changes)
select household_id, household_id, 1, $2, 'import', $3, $1, '' from arriving_households where not known
"""
ADD_FAMILIES = """
insert into families (id, household_id, no, no_kk, no_kk_index)
select family_id, household_id, family_no, no_kk, no_kk_index from arriving_households where not known
"""
# A row whose id the registry has adds nothing. A person with the NIK of somebody of that household is that person;
# in a list without cards also one without NIK who has the name and the birth date.
TAKE_PEOPLE = """
insert into arriving_people
select p.row_no, a.household_id, a.family_no,
       coalesce(l.last, 0) + row_number() over (
           partition by a.household_id order by (p.relation = 'head') desc nulls last, p.row_no
       ),
       coalesce(m.id, p.member_id), m.id is not null
from arriving_rows p join arriving_households a using (household_key)
left join lateral (
    select max(line) as last from members where a.known and household_id = a.household_id
) l on true
left join lateral (
    select id from members
    where a.known and household_id = a.household_id and (
        nik_index = p.nik_index
        or ($3 and (nik_index is null or p.nik_index is null) and lower(name) = lower(p.name) and born_on = p.born_on)
    )
    order by (nik_index = p.nik_index) desc nulls last, line limit 1
) m on true
where p.file = $4 and (m.id is not null or a.grows) and not exists (
    select from household_sources k
    where k.source = $1 and k.external_id = p.external_id and (k.member_id is null) = $2
)
"""
ADD_MEMBERS = """
insert into members (id, household_id, family_no, line, nik, nik_index, nik_missing_reason, name, sex, born_on, born_at,
                     relation, occupation, mother_name)
select a.member_id, a.household_id, a.family_no, a.line, p.nik, p.nik_index, p.nik_missing_reason, p.name, p.sex,
       p.born_on, p.born_at, p.relation, p.occupation, p.mother_name
from arriving_people a join arriving_rows p on p.file = $1 and p.row_no = a.row_no
where not a.known
"""
# The desil is the household's: it stands where the list names the household, else with the person.
ADD_SOURCES = """
insert into household_sources (id, household_id, member_id, source, external_id, desil, snapshot_id, row_no, raw)
select p.source_id, a.household_id, case when not $4 then a.member_id end, $3, p.external_id,
       case when $4 or p.household_ref is null then p.desil end, $1, p.row_no, p.raw
from arriving_people a join arriving_rows p on p.file = $2 and p.row_no = a.row_no
"""
# $3: the household has a row of its own in the file.
ADD_HOUSEHOLD_SOURCES = """
insert into household_sources (id, household_id, source, external_id, desil, percentile, snapshot_id, row_no, raw)
select a.household_source_id, a.household_id, $2, a.household_ref, a.desil, a.percentile, $1, h.row_no, h.raw
from arriving_households a
left join arriving_rows h on $3 and h.household_key = a.household_key and h.file = 'file'
where a.household_ref is not null
on conflict (source, external_id) where member_id is null do nothing returning household_id, external_id
"""
# A list ranks anew; no visit finds a desil.
RANKED = """
select a.household_id, a.household_ref as external_id, k.desil as before, a.desil as after
from arriving_households a join household_sources k
    on k.source = $1 and k.external_id = a.household_ref and k.member_id is null
where a.known and a.desil is distinct from k.desil and a.desil is not null
"""
RANK_ANEW = """
update household_sources k set desil = a.desil, percentile = a.percentile, snapshot_id = $1
from arriving_households a
where k.source = $2 and k.external_id = a.household_ref and k.member_id is null
  and (a.desil, a.percentile) is distinct from (k.desil, k.percentile) and a.desil is not null
"""
# An id is that of the row's source with the number of the programme for its last digit. $3: the household has a row of
# its own in the file. What is told of households that were known comes back.
ADD_PROGRAMMES = """
with added as (
    insert into household_programmes (id, household_id, member_id, programme, source)
    select overlay(r.source_id::text placing to_hex(s.number) from 36)::uuid, household_id, member_id, programme, $2
    from (
        select a.household_id, a.member_id, p.source_id, p.programmes
        from arriving_people a join arriving_rows p on p.file = $1 and p.row_no = a.row_no
        union all
        select a.household_id, null, h.source_id, h.programmes from arriving_households a
        join arriving_rows h on h.household_key = a.household_key and h.file = 'file'
        where $3
    ) r, unnest(r.programmes) with ordinality as s (programme, number)
    on conflict do nothing returning household_id, member_id, programme
)
select household_id, member_id, programme from added
where household_id in (select household_id from arriving_households where known)
"""
# Whom the list names of a household that was known before; those who are new to it too.
JOINED = """
select a.household_id, a.member_id, a.known, p.external_id, p.name, p.relation, a.family_no
from arriving_people a join arriving_rows p on p.file = $1 and p.row_no = a.row_no
where a.household_id in (select household_id from arriving_households where known)
order by a.household_id, a.family_no, a.line
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
