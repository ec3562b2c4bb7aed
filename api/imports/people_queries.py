"""SQL of a file of people. Runs as `worker`, which may make coordinators and enumerators and nobody else."""

# The campaign is held as `api.campaigns.teams` holds it: nobody joins a team between the counting and the writing.
HOLD = "select span, status, starts_on from campaigns where id = $1 for no key update"
DISTRICTS = "select code, name from regions where level = 'district'"
ACCOUNTS = """
select s.username, s.id, s.name, p.role, p.active, coalesce(m.team_id, t.id) as team_id
from staff s join principals p on p.id = s.id
left join team_members m on m.staff_id = s.id and m.campaign_id = $1 and m.ends_on is null
left join teams t on t.coordinator_id = s.id and t.campaign_id = $1
where s.username = any($2::text[])
"""
TEAMS = """
select t.id, t.name, t.coordinator_id, count(m.id)::int as members, t.district_code
from teams t left join team_members m on m.team_id = t.id and m.ends_on is null
where t.campaign_id = $1 group by t.id order by t.id
"""
BUSY = """
select p.id from principals p join teams t on t.id = p.team_id join campaigns c on c.id = t.campaign_id
where p.id = any($2::uuid[]) and c.id <> $1 and c.status in ('fieldwork', 'review')
"""
ADD_PRINCIPALS = """
insert into principals (id, kind, role, scopes, active, version)
select id, 'staff', role, '{}', true, 1 from unnest($1::uuid[], $2::text[]) as a (id, role)
"""
ADD_STAFF = """
insert into staff (id, username, name, created_at, revision)
select id, username, name, $4, 1 from unnest($1::uuid[], $2::text[], $3::text[]) as a (id, username, name)
"""
ADD_TEAMS = """
insert into teams (id, campaign_id, name, coordinator_id, district_code, revision)
select id, $1, name, coordinator_id, district_code, 1
from unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[]) as t (id, name, coordinator_id, district_code)
"""
ADD_MEMBERS = """
insert into team_members (id, campaign_id, team_id, staff_id, starts_on)
select id, $1, team_id, staff_id, $5 from unnest($2::uuid[], $3::uuid[], $4::uuid[]) as m (id, team_id, staff_id)
"""
TOUCH_TEAMS = "update teams set revision = revision + 1 where id = any($1::uuid[]) and not id = any($2::uuid[])"
SEAT = """
update principals p set team_id = s.team_id from unnest($1::uuid[], $2::uuid[]) as s (team_id, id)
where p.id = s.id and p.team_id is distinct from s.team_id
"""
ADD_NAMED = """
insert into imported_staff (import_id, row_no, staff_id, username, team, added)
select $1, row_no, staff_id, username, team, added
from unnest($2::int[], $3::uuid[], $4::text[], $5::text[], $6::boolean[]) as n (row_no, staff_id, username, team, added)
"""
COUNTED = "update imports set rows = $2, accounts = $3, teams = $4 where id = $1"

# What Bappeda reads of it, as `bappeda`.
NAMED = """
select n.row_no as row, n.staff_id, n.username, s.name, p.role, n.team, n.added
from imported_staff n left join staff s on s.id = n.staff_id left join principals p on p.id = n.staff_id
where n.import_id = $1 and n.row_no > $2 order by n.row_no limit $3
"""
SLIPS = """
select n.staff_id, n.team, s.name, p.role, s.username
from imported_staff n join staff s on s.id = n.staff_id join principals p on p.id = n.staff_id
where n.import_id = $1 order by n.team, p.role, s.name, s.username
"""
IMPORT = """
select i.status, i.layout, i.dry_run, c.name as campaign from imports i join campaigns c on c.id = i.campaign_id
where i.id = $1
"""
