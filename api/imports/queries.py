"""SQL of the imports room: files, findings and counts. Runs as `bappeda` in a request, as `worker` in the job."""

LIST = """
select id, campaign_id, layout, dry_run, create_households, desil_max, status, sha256, members_sha256, rows,
       accepted, rejected, warnings, by_code::text, households, accounts, teams, problem, created_at, finished_at
from imports
"""
ONE = f"{LIST} where id = $1"
FINDINGS = 'select id, file, row_no as row, "column", code, level from import_findings'
ADD = """
insert into imports (id, campaign_id, layout, dry_run, status, sha256, bytes, rows, accepted, rejected, warnings,
                     households, by_code, created_by, created_at, create_households, desil_max, members_sha256)
values ($1, $2, $3, $4, 'queued', $5, $6, 0, 0, 0, 0, 0, '{}', $7, $8, $9, $10, $11)
"""

# What a worker that died left of this file goes; the count of added households stays, for those are added.
BEGIN_AGAIN = """
with running as (select id from imports where id = $1 and status in ('queued', 'checking')),
     findings as (delete from import_findings where import_id in (select id from running)),
     staged as (delete from staged_people where import_id in (select id from running))
update imports i set status = 'checking', rows = 0, accepted = 0, rejected = 0, warnings = 0, by_code = '{}',
    households = case when i.dry_run then 0 else i.households end
from campaigns c where i.id = $1 and c.id = i.campaign_id and i.status in ('queued', 'checking')
returning i.campaign_id, i.dry_run, i.layout, i.create_households, i.desil_max, i.created_by, i.created_at,
          c.region_codes, c.status as campaign_status
"""
VILLAGES = """
select d.name as district, v.name as village, v.code, v.bps_code from regions v join regions d on d.code = v.parent
where v.level = 'village'
"""
PROGRESS = "update imports set rows = $2, rejected = $3, accepted = $2::int - $3::int, warnings = $4 where id = $1"

# What only the whole file shows. A repeated id is an error of the later row; a repeated NIK is for people to decide.
# An array and no join: nobody has counted the staged rows yet, and a planner that takes them for few compares each with
# every other.
REPEATED_IDS = """
with later as (
    delete from staged_people where ctid = any(array(
        select ctid from (
            select ctid, row_number() over (partition by file, external_id order by row_no) as place
            from staged_people where import_id = $1 and not rejected
        ) s where place > 1
    )) returning file, row_no
)
insert into import_findings (import_id, file, row_no, "column", code, level)
select $1, file, row_no, case file when 'file' then $2 else $3 end, 'external_id_repeated', 'error' from later
"""
REPEATED_NIKS = """
insert into import_findings (import_id, file, row_no, "column", code, level)
select $1, file, row_no, $2, 'nik_repeated_in_file', 'warning' from (
    select file, row_no, row_number() over (partition by nik_index order by row_no) as place
    from staged_people where import_id = $1 and nik_index is not null
) s where place > 1
"""
COUNT = """
update imports set
    rejected = f.rejected, accepted = rows - f.rejected, warnings = f.warnings, by_code = f.by_code
from (
    select (select count(distinct (file, row_no)) from import_findings
            where import_id = $1 and level = 'error') as rejected,
           coalesce(sum(n) filter (where level = 'warning'), 0) as warnings,
           coalesce(jsonb_object_agg(code, n), '{}') as by_code
    from (select code, level, count(*) as n from import_findings where import_id = $1 group by code, level) c
) f where id = $1
"""
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
