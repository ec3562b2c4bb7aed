"""SQL for households and their people in two files: joined by the household's id, families counted in each."""

# A person whose household the first file has not, or whose household's row was rejected, is rejected too.
REJECT_PEOPLE = """
with left_over as (
    delete from staged_people p where p.import_id = $1 and p.file = 'members_file' and not exists (
        select from staged_people h
        where h.import_id = $1 and h.household_key = p.household_key and h.file = 'file' and not h.rejected
    )
    returning p.row_no, p.household_key
)
insert into import_findings (import_id, file, row_no, "column", code, level)
select $1, 'members_file', row_no, $2, case when exists (
    select from staged_people h where h.import_id = $1 and h.household_key = o.household_key and h.file = 'file'
) then 'household_rejected' else 'household_absent' end, 'error'
from left_over o
"""
FORGET_REJECTED = "delete from staged_people where import_id = $1 and rejected"
# It is visited all the same: the list names its head and its door.
NOTE_EMPTY_HOUSEHOLDS = """
insert into import_findings (import_id, file, row_no, "column", code, level)
select $1, 'file', h.row_no, $2, 'household_without_members', 'warning' from staged_people h
where h.import_id = $1 and h.file = 'file' and not exists (
    select from staged_people p
    where p.import_id = $1 and p.household_key = h.household_key and p.file = 'members_file'
)
"""
# The first card of a family is kept; the row with the other keeps what it said in its raw.
NOTE_SECOND_CARDS = """
insert into import_findings (import_id, file, row_no, "column", code, level)
select $1, 'members_file', row_no, $2, 'family_cards_differ', 'warning' from (
    select row_no, no_kk_index <> first_value(no_kk_index) over (
        partition by household_key, family_no order by row_no
    ) as other
    from staged_people where import_id = $1 and file = 'members_file' and no_kk_index is not null
) s where other
"""
# The household's row has no card: it is looked up by one of its people's, first by one that the registry has.
LEND_CARDS = """
update staged_people h set no_kk_index = c.no_kk_index from (
    select distinct on (p.household_key) p.household_key, p.no_kk_index from staged_people p
    where p.import_id = $1 and p.file = 'members_file' and p.no_kk_index is not null
    order by p.household_key, exists (select from families f where f.no_kk_index = p.no_kk_index) desc, p.row_no
) c
where h.import_id = $1 and h.file = 'file' and h.household_key = c.household_key
"""
# A person who is new to a known household belongs to the family with that card; a number whose family has another card
# there is counted on behind the last.
PLACE_IN_FAMILIES = """
update arriving_people q set family_no = coalesce(
    (select f.no from families f where f.household_id = q.household_id and f.no_kk_index = p.no_kk_index limit 1),
    p.family_no + case when exists (
        select from families f
        where f.household_id = q.household_id and f.no = p.family_no and f.no_kk_index <> p.no_kk_index
    ) then (select max(f.no) from families f where f.household_id = q.household_id) else 0 end
)
from arriving_rows p where p.file = 'members_file' and p.row_no = q.row_no
"""
# Every family of which somebody is added, with the first card in it; a household without people has one too.
ADD_FAMILIES = """
insert into families (id, household_id, no, no_kk, no_kk_index)
select distinct on (a.household_id, coalesce(q.family_no, 1)) coalesce(p.family_id, a.family_id), a.household_id,
       coalesce(q.family_no, 1), p.no_kk, p.no_kk_index
from arriving_households a
left join arriving_people q on q.household_id = a.household_id and not q.known
left join arriving_rows p on p.file = 'members_file' and p.row_no = q.row_no
where not a.known or q.row_no is not null
order by a.household_id, coalesce(q.family_no, 1), (p.no_kk is not null) desc, p.row_no
on conflict (household_id, no) do nothing
"""
