"""Fills a house by SQL: so many households, three people each, in the middle of a season.

Every enumerator holds 420 households, as in the pilot; a larger house has more enumerators and teams (accounts without
a password). Half of the work is decided, a tenth each waits for a coordinator and for Bappeda, the rest is open. The
numbers are sealed by the vault, each for its row, so that every export and every household can be opened.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import asyncpg

from api.core.settings import settings
from api.core.vault import Vault, open_vault

EACH = 420
CHUNK = 20_000
RELATIONS = ("head", "spouse", "child", "child", "parent")
# an id that stands in the order of its number, as a UUIDv7 of 2025 would: `kind` tells tables apart
ID = """
create function pg_temp.made(kind int, n bigint) returns uuid language sql immutable as $$
    select (lpad(to_hex(1735689600000 + n), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8000'
        || lpad(to_hex(n), 12, '0'))::uuid $$
"""
HOUSEHOLD, MEMBER, FAMILY, ASSIGNMENT, VISIT, RECEIPT, VERDICT, OTHER = range(1, 9)

# More teams of seven beside the demo's eighteen, when these are not enough.
MORE_PEOPLE = """
with wanted as (select n, pg_temp.made(8, n) as id, n % 8 = 0 as leads, (n / 8)::int as team
    from generate_series(0, 8 * $1::bigint - 1) n
), acting as (
    insert into principals (id, kind, role, scopes, active, version)
    select id, 'staff', case when leads then 'coordinator' else 'enumerator' end, '{}', true, 1 from wanted
), named as (
    insert into staff (id, username, name, created_at, revision)
    select id, 'rekan' || lpad(n::text, 6, '0'), 'Rekan ' || n, now(), 1 from wanted
), led as (
    insert into teams (id, campaign_id, name, coordinator_id, district_code, revision)
    select pg_temp.made(9, team), c.id, 'Tim tambahan ' || team, w.id,
        case when team % 2 = 0 then '35.73.03' else '35.73.04' end, 1
    from wanted w cross join campaigns c where w.leads
), trained as (
    insert into training_attendances (training_id, staff_id, days, passed)
    select t.id, w.id, t.days, true from wanted w cross join trainings t
)
insert into team_members (id, campaign_id, team_id, staff_id, starts_on)
select pg_temp.made(10, n), c.id, pg_temp.made(9, team), w.id, c.starts_on
from wanted w cross join campaigns c where not w.leads
"""
SEAT = "update principals p set team_id = m.team_id from team_members m where m.staff_id = p.id and p.team_id is null"
SEAT_LEADERS = "update principals p set team_id = t.id from teams t where t.coordinator_id = p.id and p.team_id is null"
# Who holds what: the demo's own people first, `budi` at the very first, with nothing done yet.
PLACES = """
create temp table places as
with villages as (
    select code, row_number() over (order by code) - 1 as place, count(*) over () as many
    from regions where level = 'village' and (code like '35.73.03.%' or code like '35.73.04.%')
), people as (
    select s.id, p.team_id, t.coordinator_id, row_number() over (order by s.username like 'rekan%', s.username) - 1 as e
    from staff s join principals p on p.id = s.id join teams t on t.id = p.team_id where p.role = 'enumerator'
)
select n, pg_temp.made(1, n) as id, pg_temp.made(4, n) as assignment_id, v.code as region_code,
    lpad((1 + (n - 1) / 210 % 20)::text, 3, '0') as rw, lpad((1 + (n - 1) / 35 % 12)::text, 3, '0') as rt,
    w.id as enumerator_id, w.team_id, w.coordinator_id,
    case when n <= {each} then 'open' else (array['completed', 'completed', 'completed', 'completed', 'completed',
        'submitted', 'approved', 'open', 'open', 'open'])[1 + n % 10] end as status
from generate_series(1, {households}::bigint) n
join people w on w.e = (n - 1) / {each} % (select count(*) from people)
join villages v on v.place = (n - 1) / {each} % v.many
"""
FILLED = (
    """insert into households (id, region_code, rw, rt, address, head_name, latitude, longitude, accuracy_m, status,
        team_id, enumerator_id, created_at, updated_at, revision)
    select id, region_code, rw, rt, 'Jl. Ki Ageng Gribig Gg. ' || 1 + n % 40 || ' No. ' || 1 + n % 97,
        'KEPALA ' || n, case when status <> 'open' then -7.98 + n % 1000 * 1e-5 end,
        case when status <> 'open' then 112.63 + n % 997 * 1e-5 end, case when status <> 'open' then 8 end, 'active',
        team_id, enumerator_id, now(), now(), 1 from places""",
    """insert into household_revisions (id, household_id, revision, author_id, cause, at, changes)
    select p.id, p.id, 1, d.id, 'import', now(), '' from places p cross join (
        select id from staff where username = 'dewi') d""",
    """insert into assignments (id, campaign_id, household_id, team_id, enumerator_id, holder_id, status, verdict_stage,
        field_result, eligibility, received_at, revision)
    select assignment_id, c.id, p.id, team_id, enumerator_id, enumerator_id, p.status,
        case p.status when 'completed' then 'decided' when 'approved' then 'reviewed'
            when 'submitted' then 'proposed' end,
        case when p.status <> 'open' then 'completed' end, case when p.status <> 'open' then 'eligible' end,
        case when p.status <> 'open' then now() end, 2 from places p cross join campaigns c""",
    """insert into assignment_events (assignment_id, event, actor_id, status, enumerator_id, team_id, at)
    select assignment_id, e, enumerator_id, 'open', enumerator_id, team_id, now()
    from places cross join unnest(array['import', 'allocated']) e""",
    """insert into receipts (id, principal_id, kind, subject_id, device_id, bytes_index, content_index, body,
        received_at)
    select pg_temp.made(6, n), enumerator_id, 'visit', pg_temp.made(5, n), 'hp', sha256(n::text::bytea),
        sha256(n::text::bytea), repeat('r', 1400)::bytea, now() from places where status <> 'open'""",
    """insert into visits (id, assignment_id, household_id, enumerator_id, based_on, started_at, ended_at, outcome,
        flags, submits, receipt_id, content, received_at)
    select pg_temp.made(5, n), assignment_id, id, enumerator_id, 1, now(), now(), 'completed', '{}', true,
        pg_temp.made(6, n), repeat('c', 1400)::bytea, now() from places where status <> 'open'""",
    """insert into verdicts (id, assignment_id, household_id, campaign_id)
    select pg_temp.made(7, n), assignment_id, p.id, c.id from places p cross join campaigns c
    where p.status <> 'open'""",
    """insert into verdict_revisions (verdict_id, revision, author_id, visit_id, field_result, eligibility, reasons,
        criteria, registry_action, at)
    select pg_temp.made(7, n), 1, enumerator_id, pg_temp.made(5, n), 'completed', 'eligible', '{}', '{K0}', 'keep',
        now() from places where status <> 'open'""",
    """insert into verdict_events (verdict_id, number, revision, move, stage, actor_id, at, remarks)
    select pg_temp.made(7, n), m.number, 1, m.move, m.stage,
        case m.number when 1 then enumerator_id when 2 then coordinator_id else d.id end, now(), '[]'
    from places cross join (select id from staff where username = 'dewi') d
    join (values (1, 'propose', 'proposed'), (2, 'approve', 'reviewed'), (3, 'confirm', 'decided'))
        as m (number, move, stage)
        on m.number <= case status when 'completed' then 3 when 'approved' then 2 when 'submitted' then 1 else 0 end""",
    """insert into audit_events (at, actor_id, action, subject_id, request_id, detail)
    select now(), enumerator_id, 'visit.recorded', pg_temp.made(5, n), 'bench', '{}' from places
    where status <> 'open'""",
    """insert into household_sources (id, household_id, member_id, source, external_id)
    select pg_temp.made(11, row_number() over ()), household_id, id, 'dtks', 'DB' || id from members""",
    """insert into household_sources (id, household_id, source, external_id, desil)
    select pg_temp.made(12, n), id, 'p3ke', 'PB' || n, 1 + n % 4 from places where n % 4 = 0""",
    """insert into household_programmes (id, household_id, programme, source)
    select pg_temp.made(13, n), id, 'pkh', 'dtks' from places where n % 5 < 2""",
)
MEMBERS = (
    "id", "household_id", "family_no", "line", "nik", "nik_index", "name", "sex", "born_on", "born_at", "relation",
    "occupation", "mother_name", "whereabouts",
)  # fmt: skip
FAMILIES = ("id", "household_id", "no", "no_kk", "no_kk_index")


def made(kind: int, number: int) -> UUID:
    """The id that `pg_temp.made` gives."""
    return UUID(f"{1735689600000 + number:012x}7{kind:03x}8000{number:012x}")


def number_of(place: int) -> str:
    """A NIK or No. KK of Malang that no other place has, for up to 160 million."""
    rest, order = divmod(place, 9999)
    return f"357303{1 + rest % 28:02}{1 + rest // 28 % 12:02}{50 + rest // 336 % 50:02}{order + 1:04}"


def size_of(household: int) -> int:
    """How many people live there: one to five, three on the average."""
    return 1 + household % 5


def _people(vault: Vault, first: int, last: int) -> Iterator[tuple[object, ...]]:
    for household in range(first, last):
        for line in range(1, size_of(household) + 1):
            place = household * 8 + line
            row, nik = made(MEMBER, place), number_of(place)
            yield (
                row, made(HOUSEHOLD, household), 1, line, vault.seal("member.nik", row, nik), vault.index("nik", nik),
                f"ORANG {place}", ("male", "female")[line % 2], date(1950 + place % 70, 1 + place % 12, 1 + place % 28),
                "MALANG", RELATIONS[line - 1], "BURUH HARIAN LEPAS", "SITI AMINAH",
                None if household <= EACH else "present",
            )  # fmt: skip


def _cards(vault: Vault, first: int, last: int) -> Iterator[tuple[object, ...]]:
    for household in range(first, last):
        row, no_kk = made(FAMILY, household), number_of(household * 8)
        yield row, made(HOUSEHOLD, household), 1, vault.seal("family.no_kk", row, no_kk), vault.index("no_kk", no_kk)


async def fill(owner_url: str, folder: Path, households: int) -> None:
    """Fill an empty demo; without triggers and look-ups of keys, for what is written fits together by itself."""
    vault = open_vault(settings().keys_folder)
    owner = await asyncpg.connect(owner_url)
    try:
        await owner.execute("set session_replication_role = replica; set synchronous_commit = off")
        await owner.execute(ID)
        here = await owner.fetchval("select count(*) from principals where role = 'enumerator'")
        more = -(-max(0, -(-households // EACH) - here) // 7)
        await owner.execute(MORE_PEOPLE, more)
        await owner.execute(SEAT)
        await owner.execute(SEAT_LEADERS)
        await owner.execute(PLACES.format(each=EACH, households=households))  # what makes a table takes no parameters
        await owner.execute("analyze places")
        for first in range(1, households + 1, CHUNK):
            part = (vault, first, min(first + CHUNK, households + 1))
            await owner.copy_records_to_table("members", records=_people(*part), columns=MEMBERS)
            await owner.copy_records_to_table("families", records=_cards(*part), columns=FAMILIES)
        for statement in FILLED:
            await owner.execute(statement)
        await owner.execute("reset session_replication_role")
        await owner.execute("vacuum (analyze, freeze)")
        await owner.execute("checkpoint")
    finally:
        await owner.close()
