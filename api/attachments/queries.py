"""SQL of the photos. Row security decides whose announcements there are, and with them whose photos and pieces."""

# What this sender announced under this name; one row, or more where a mended visit announced it again.
ANNOUNCED = """
select a.receipt_id, a.name, a.sha256, a.size, p.id as photo_id, p.sha256 as held_sha256,
       coalesce((select sum(t.size) from photo_parts t where t.receipt_id = a.receipt_id and t.name = a.name), 0)::int
           as held_bytes
from attachments a left join photos p on p.receipt_id = a.receipt_id and p.name = a.name
where a.visit_id = $1 and a.name = $2 and a.sender_id = $3
order by a.receipt_id desc
"""
# Two calls about one photo come one after the other.
LOCK = "select pg_advisory_xact_lock(hashtextextended($1::text || '/' || $2::text, 3))"
PARTS = "select id, body from photo_parts where receipt_id = $1 and name = $2 order by position"
ADD_PART = """
insert into photo_parts (id, receipt_id, name, position, size, body, arrived_at) values ($1, $2, $3, $4, $5, $6, $7)
"""
FORGET_PARTS = "delete from photo_parts where receipt_id = $1 and name = $2"
ADD_PHOTO = """
insert into photos (id, receipt_id, name, sha256, size, picture_sha256, width, height, found, arrived_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
EXPECT = """
insert into attachments (receipt_id, name, visit_id, assignment_id, sender_id, announced_at)
select r.id, n.name, r.subject_id, $3, $2, $5
from receipts r cross join unnest($4::text[]) as n (name)
where r.id = $1 and r.principal_id = $2
on conflict do nothing
"""

# The same picture in the hands of a visit to another door, as far as the caller may see it.
TWINS = """
from photos o join attachments b on b.receipt_id = o.receipt_id and b.name = o.name
where o.picture_sha256 = p.picture_sha256 and b.visit_id <> a.visit_id
  and b.assignment_id is distinct from a.assignment_id
"""
ATTACHMENTS = f"""
select * from (
    select a.receipt_id, a.name, a.visit_id, a.assignment_id, g.household_id, g.team_id, a.sender_id as enumerator_id,
           a.sha256, a.size as bytes, a.announced_at, p.id as photo_id, p.arrived_at, p.width, p.height,
           case when p.id is not null then 'held' when t.size > 0 then 'partial' else 'missing' end as status,
           case when p.id is not null then p.size else coalesce(t.size, 0)::int end as held_bytes,
           array(select distinct b.visit_id {TWINS}) as reused_in
    from attachments a
    left join photos p on p.receipt_id = a.receipt_id and p.name = a.name
    left join assignments g on g.id = a.assignment_id
    left join lateral (
        select sum(t.size) as size from photo_parts t where t.receipt_id = a.receipt_id and t.name = a.name
    ) t on p.id is null
    left join quarantine_resolutions s on s.quarantine_id = a.receipt_id
    where s.action is distinct from 'discard' or p.id is not null
) a
"""  # noqa: S608  # names of ours

# Whose photos go by this id: a visit's, or those of what waits in quarantine under it. In sight as these are.
RECEIPTS = """
select v.receipt_id from visits v where v.id = $1
union
select q.id from attachments n join quarantined_items q on q.id = n.receipt_id where n.visit_id = $1
"""
IN_SIGHT = f"select exists ({RECEIPTS})"
PHOTO = f"""
select p.id, p.picture_sha256, a.receipt_id, coalesce(v.household_id, g.household_id) as household_id
from attachments a
join photos p on p.receipt_id = a.receipt_id and p.name = a.name
left join visits v on v.receipt_id = a.receipt_id
left join quarantined_items q on q.id = a.receipt_id
left join assignments g on g.id = q.assignment_id
where a.receipt_id in ({RECEIPTS}) and a.name = $2 and ($3::uuid is null or a.receipt_id = $3)
order by v.id is not null desc, a.receipt_id desc
limit 1
"""  # noqa: S608
FOUND_IN_PHOTOS = "select id, name, found, arrived_at from photos where receipt_id = $1 order by name"
# What is held of these names for one item, and expected of another.
TO_CARRY = """
select p.id, p.name, p.sha256, p.size, p.picture_sha256, p.width, p.height, p.found
from photos p join attachments a on a.receipt_id = $2 and a.name = p.name
where p.receipt_id = $1 and p.name = any($3::text[])
"""
KNOWN = "select id from photos where id = any($1::uuid[])"
FORGET_OLD_PARTS = "delete from photo_parts where arrived_at < now() - make_interval(days => $1)"
