"""Whose rows, by raw SQL under each role on every table with household data, also where somebody was served before."""

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from tests.access.two_teams import PLANT, TABLES, Season, acting, refused, seen, used
from tests.support.house import House
from tests.support.make import WHEN


async def test_every_table_of_households_that_the_field_reads_is_looked_at(owner: asyncpg.Connection) -> None:
    tables = await owner.fetch(
        "select distinct c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relrowsecurity"
        " and a.attname in ('household_id', 'assignment_id', 'verdict_id')"
        " and (has_table_privilege('sambang_coordinator', c.oid, 'select')"
        "   or has_table_privilege('sambang_enumerator', c.oid, 'select'))"
    )

    # changes go to persons, not to rows: the next test
    assert {row["name"] for row in tables} - {"sync_changes"} | {"households"} == set(TABLES)


async def test_changes_are_read_by_their_addressee_alone(login: asyncpg.Connection, season: Season) -> None:
    for person in (season.ours.siti, season.ours.budi, season.theirs.siti):
        async with acting(login, person):
            rows = await login.fetch("select addressee_id, assignment_id from sync_changes")
            assert {tuple(row) for row in rows} == {(person.id, season.assignments[person.name])}
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with acting(login, season.ours.ratna):
            await login.fetch("select from sync_changes")


@pytest.mark.parametrize("table", TABLES)
async def test_a_coordinator_sees_the_own_team_and_an_enumerator_what_is_hers(
    login: asyncpg.Connection, season: Season, table: str
) -> None:
    for person, names in (
        (season.ours.ratna, ("Siti", "Budi")),
        (season.theirs.ratna, ("Lina", "Joko")),
        (season.ours.siti, ("Siti",)),
        (season.theirs.siti, ("Lina",)),
    ):
        async with acting(login, person):
            assert await seen(login, table) == season.of(table, *names), person.name


async def test_people_and_trainings_of_others_are_hidden(login: asyncpg.Connection, season: Season) -> None:
    strangers = {season.theirs.ratna.id, season.theirs.siti.id, season.theirs.budi.id}

    async with acting(login, season.ours.ratna):
        for table in ("staff", "principals"):
            assert not strangers & {row["id"] for row in await login.fetch(f"select id from {table}")}
    async with acting(login, season.ours.siti):
        assert [row["id"] for row in await login.fetch("select id from staff")] == [season.ours.siti.id]
        attended = await login.fetch("select staff_id from training_attendances")
        assert [row["staff_id"] for row in attended] == [season.ours.siti.id]
        assert await login.fetchval("select count(*) from trainings") == 1, "of the two, hers"


@pytest.mark.parametrize("role", ["arif", "observer", "machine"])
async def test_who_works_on_no_household_reads_none(
    house: House, login: asyncpg.Connection, season: Season, role: str
) -> None:
    make = house.make
    person = await (make.machine("dinsos", "releases:read") if role == "machine" else getattr(make, role)())

    for table in (*TABLES, "receipts"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with acting(login, person):
                await login.fetch(f"select 1 from {table}")


async def test_a_former_coordinator_sees_nothing_on_the_connection_that_served_her(
    login: asyncpg.Connection, owner: asyncpg.Connection, season: Season
) -> None:
    async with acting(login, season.ours.ratna):
        assert {len(await seen(login, table)) for table in TABLES} == {2}
    await owner.execute("update principals set team_id = null where id = $1", season.ours.ratna.id)
    async with acting(login, season.theirs.ratna):
        for table in TABLES:
            assert await seen(login, table) == season.of(table, "Lina", "Joko"), table
    async with acting(login, season.ours.ratna):
        for table in TABLES:
            assert await seen(login, table) == set(), table
    await owner.execute("update principals set team_id = $2 where id = $1", season.ours.ratna.id, season.theirs.id)
    async with acting(login, season.ours.ratna):
        for table in TABLES:
            assert await seen(login, table) == season.of(table, "Lina", "Joko"), table


async def test_between_two_users_a_connection_sees_nothing(login: asyncpg.Connection, season: Season) -> None:
    async with acting(login, season.ours.ratna):
        assert await seen(login, "households")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await login.fetch("select id from households")
    assert (await login.fetchval("select current_setting('sambang.team_id', true)")) in ("", None)
    async with login.transaction():  # a role without an actor: no setting, no row
        for role in ("coordinator", "enumerator"):
            await login.execute("select set_config('role', $1, true)", f"sambang_{role}")
            for table in (*TABLES, "staff"):
                assert await login.fetch(f"select 1 from {table}") == [], (role, table)


@pytest.mark.parametrize("statement", PLANT, ids=lambda text: text.split()[2])
async def test_nothing_is_added_under_somebody_elses_household(
    login: asyncpg.Connection, season: Season, statement: str
) -> None:
    people = (season.ours.siti, season.ours.ratna, season.theirs.ratna)
    foreign = (season.households["Joko"], season.assignments["Joko"], season.verdicts["Joko"], season.campaign)

    for person in people[:2]:
        for author in (person.id, season.theirs.budi.id):
            if statement.startswith("insert into receipts") and author == season.ours.siti.id:
                continue  # a receipt names its sender alone
            assert await refused(login, person, *used(statement, *foreign, author, WHEN)), person.name


async def test_own_work_is_never_written_onto_a_foreign_household(
    login: asyncpg.Connection, owner: asyncpg.Connection, season: Season
) -> None:
    siti, strange, own = season.ours.siti, season.households["Joko"], season.assignments["Siti"]
    await owner.execute("delete from remark_resolutions")
    await owner.execute("delete from verdict_events")
    await owner.execute("delete from verdict_revisions")
    await owner.execute("delete from verdicts")
    found = (
        "insert into households (id, region_code, address, head_name, status, team_id, enumerator_id, created_at,"
        " updated_at, revision) values ($1, '35.73.04.1005', 'JL', 'Yono', 'active', $2, $3, now(), now(), 1)"
    )
    held = (
        "insert into assignments (id, campaign_id, household_id, team_id, holder_id, status, revision)"
        " values ($1, $2, $3, $4, $5, 'open', 1)"
    )
    await owner.execute("delete from assignment_events")
    await owner.execute("delete from visits")
    await owner.execute("delete from assignments where household_id = $1", strange)

    verdict = next(text for text in PLANT if text.startswith("insert into verdicts"))
    for household, wrong in ((strange, True), (season.households["Siti"], False)):
        values = (household, own, uuid7(), season.campaign, siti.id, WHEN)
        assert await refused(login, siti, *used(verdict, *values)) == wrong
    visit = next(text for text in PLANT if text.startswith("insert into visits"))
    for household, wrong in ((strange, True), (season.households["Siti"], False)):
        values = (household, own, season.verdicts["Siti"], season.campaign, siti.id, WHEN)
        assert await refused(login, siti, *used(visit, *values)) == wrong
    assert await refused(login, siti, found, uuid7(), season.theirs.id, siti.id)
    assert await refused(login, siti, found, uuid7(), season.ours.id, season.ours.budi.id)
    assert not await refused(login, siti, found, uuid7(), season.ours.id, siti.id)
    assert await refused(login, siti, held, uuid7(), season.campaign, strange, season.ours.id, siti.id)


async def test_nobody_writes_into_rows_of_others(login: asyncpg.Connection, season: Season) -> None:
    siti, ratna = season.ours.siti, season.ours.ratna
    strange, household = season.assignments["Lina"], season.households["Lina"]
    family = "insert into families (id, household_id, no) values ($1, $2, 9)"
    receipt = (
        "insert into receipts (id, principal_id, kind, subject_id, bytes_index, content_index, body, received_at)"
        " values ($1, $2, 'visit', $1, '\\x00', '\\x00', '\\x00', now())"
    )
    note = "insert into audit_events (at, actor_id, action, request_id, detail) values (now(), $1, 'x.y', 'r', '{}')"
    disclosure = (
        "insert into disclosures (at, actor_id, operation, fields, household_ids, request_id)"
        " values (now(), $1, 'x', '{}', '{}', 'r')"
    )

    for person in (siti, ratna):
        assert await refused(login, person, "update households set revision = 9 where id = $1", household)
        assert await refused(login, person, "update assignments set status = 'open' where id = $1", strange)
        assert await refused(login, person, family, uuid7(), household)
        assert await refused(login, person, note, season.theirs.siti.id)
        assert await refused(login, person, disclosure, season.theirs.siti.id)
        assert not await refused(login, person, note, person.id), "the statement itself must be good"
    assert await refused(login, siti, "update assignments set holder_id = $1", season.theirs.siti.id)
    assert await refused(login, siti, receipt, uuid7(), season.theirs.siti.id)
    assert not await refused(login, siti, receipt, uuid7(), siti.id)
    assert not await refused(login, siti, family, uuid7(), season.households["Siti"])
    assert await refused(login, ratna, family, uuid7(), season.households["Siti"]), "coordinators correct, never add"


async def test_nobody_moves_a_row_out_of_the_own_sight_into_another_team(
    login: asyncpg.Connection, season: Season
) -> None:
    for change in (
        "update households set team_id = $1",
        "update assignments set team_id = $1",
    ):
        assert await refused(login, season.ours.ratna, change, season.theirs.id)
        assert await refused(login, season.ours.siti, change, season.theirs.id)


async def test_who_adopts_a_visit_writes_it_for_its_sender_and_at_its_door_alone(
    house: House, login: asyncpg.Connection, owner: asyncpg.Connection, season: Season
) -> None:
    """Siti's visit to her own door waits in quarantine; nothing in her name may be written anywhere else with it."""
    ours, siti, item = season.ours, season.ours.siti, season.verdicts["Siti"]
    await owner.execute("delete from quarantined_items where id <> $1", item)
    for table in ("remark_resolutions", "verdict_events", "verdict_revisions"):
        await owner.execute(f"delete from {table}")
    visit = (
        "insert into visits (id, assignment_id, household_id, enumerator_id, based_on, started_at, ended_at, outcome,"
        " flags, submits, receipt_id, content, received_at)"
        " values ($1, $2, $3, $4, 1, now(), now(), 'completed', '{}', true, $5, '\\x00', now())"
    )
    revision = (
        "insert into verdict_revisions (verdict_id, revision, visit_id, author_id, field_result, eligibility, reasons,"
        " criteria, registry_action, at) values ($1, 1, $2, $3, 'completed', 'eligible', '{}', '{}', 'keep', now())"
    )
    verdict = "insert into verdicts (id, assignment_id, household_id, campaign_id) values ($1, $2, $3, $4)"
    own, other, people = "Siti", "Budi", (ours.ratna, await house.make.dewi())
    for person in people:
        for door, sender, receipt, wrong in (
            (own, siti.id, item, False),
            (other, siti.id, item, True),
            (own, ours.budi.id, item, True),
            (other, ours.budi.id, season.verdicts["Budi"], True),  # a receipt that is not in quarantine
        ):
            values = (uuid7(), season.assignments[door], season.households[door], sender, receipt)
            assert await refused(login, person, visit, *values) == wrong, (person.name, door)
        # the season's visits have the ids of the verdicts
        for of, paid, author, wrong in (
            (own, own, siti.id, False),
            (other, own, siti.id, True),
            (other, other, ours.budi.id, True),  # an ordinary visit, never in quarantine
        ):
            named = (season.verdicts[of], season.verdicts[paid], author)
            assert await refused(login, person, revision, *named) == wrong, (person.name, of, paid)
    await owner.execute("delete from verdicts")
    for person in people:
        for door, wrong in ((own, False), (other, True)):
            place = (uuid7(), season.assignments[door], season.households[door], season.campaign)
            assert await refused(login, person, verdict, *place) == wrong, (person.name, door)
    assert await refused(
        login, season.theirs.ratna, visit, uuid7(), season.assignments[own], season.households[own], siti.id, item
    )
