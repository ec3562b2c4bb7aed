"""Row security by raw SQL, as the login role: what each role may touch, which rows it sees, what it may write."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from api.access import row_security
from api.access.row_security import API_ROLES, APPEND_ONLY, ROLES
from api.core.database import TAKE_PRINCIPAL
from api.core.embedded import EmbeddedPostgres
from api.core.settings import Settings
from tests.access.matrix import MATRIX
from tests.support.house import House
from tests.support.make import Person, Team

NOW = datetime(2022, 11, 5, 3, 0, tzinfo=UTC)
OURS = [*(f"sambang_{role}" for role in ROLES), "sambang_login"]
SECURED = ("households", "families", "members", "household_sources", "assignments", "staff")


@pytest.fixture
async def login(wanted: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A raw connection as the app has it, without the app."""
    connection = await asyncpg.connect(wanted.database_url)
    yield connection
    await connection.close()


@asynccontextmanager
async def acting(login: asyncpg.Connection, person: Person) -> AsyncIterator[None]:
    """A transaction of this person, as a request opens it; nothing is kept."""
    transaction = login.transaction()
    await transaction.start()
    try:
        assert await login.fetchrow(TAKE_PRINCIPAL, person.id, person.version, "sambang_", None) is not None
        yield
    finally:
        await transaction.rollback()


@dataclass(frozen=True, slots=True)
class Season:
    """Two teams, each with a household of Siti's and one of Budi's."""

    campaign: UUID
    ours: Team
    theirs: Team
    households: dict[str, UUID]
    assignments: dict[str, UUID]


@pytest.fixture
async def season(house: House) -> Season:
    """The least that can be seen by the wrong person."""
    make, campaign = house.make, await house.make.campaign()
    ours = await make.team(campaign)
    theirs = await make.team(campaign, names=("Agus", "Lina", "Joko"))
    households, assignments = {}, {}
    for holder in (ours.siti, ours.budi, theirs.siti, theirs.budi):
        households[holder.name] = await make.household(head=f"Keluarga {holder.name}")
        assignments[holder.name] = await make.assignment(campaign, households[holder.name], holder)
    return Season(campaign, ours, theirs, households, assignments)


async def ids(login: asyncpg.Connection, table: str) -> set[UUID]:
    return {row["id"] for row in await login.fetch(f"select id from {table}")}


async def test_without_a_role_only_principals_may_be_read(login: asyncpg.Connection, owner: asyncpg.Connection) -> None:
    tables = [
        row["tablename"] for row in await owner.fetch("select tablename from pg_tables where schemaname = 'public'")
    ]
    readable = []
    for table in tables:
        try:
            await login.fetch(f'select * from "{table}" limit 1')
            readable.append(table)
        except asyncpg.InsufficientPrivilegeError:
            continue

    assert readable == ["principals"]
    for change in ("update principals set active = true", "delete from principals", "truncate principals"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await login.execute(change)
    for call in ("end_sessions(gen_random_uuid())", "likely_duplicates('{}', '{}', 'x', current_date, null)"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await login.execute(f"select {call}")


async def test_every_role_may_touch_what_the_matrix_says_and_nothing_else(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "select c.relname as name, r.role, has_table_privilege('sambang_' || r.role, c.oid, 'select') as s,"
        " has_table_privilege('sambang_' || r.role, c.oid, 'insert') as i,"
        " has_any_column_privilege('sambang_' || r.role, c.oid, 'update') as u,"
        " has_table_privilege('sambang_' || r.role, c.oid, 'delete') as d"
        " from pg_class c cross join unnest($1::text[]) as r (role)"
        " where c.relkind in ('r', 'p', 'v', 'm') and c.relnamespace = 'public'::regnamespace",
        list(ROLES),
    )
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        may = "".join(letter for letter in "siud" if row[letter])
        if may:
            found.setdefault(row["name"], {})[row["role"]] = may

    assert found == MATRIX


async def test_no_role_may_truncate_refer_or_trigger(owner: asyncpg.Connection) -> None:
    granted = await owner.fetch(
        "select grantee, table_name, privilege_type from information_schema.role_table_grants"
        " where (grantee = any($1) or grantee = 'PUBLIC') and table_schema = 'public'"
        " and privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER')",
        OURS,
    )

    assert granted == []


async def test_roles_have_no_power_of_their_own(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("select * from pg_roles where rolname = any($1)", OURS)

    assert {row["rolname"] for row in rows} == set(OURS)
    for row in rows:
        for power in ("rolsuper", "rolbypassrls", "rolinherit", "rolcreaterole", "rolcreatedb", "rolreplication"):
            assert not row[power], (row["rolname"], power)
        assert row["rolcanlogin"] == (row["rolname"] == "sambang_login")
    owned = "select count(*) from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = any($1)"
    assert await owner.fetchval(owned, OURS) == 0


async def test_a_coordinator_sees_nothing_of_another_team(login: asyncpg.Connection, season: Season) -> None:
    strangers = {season.theirs.ratna.id, season.theirs.siti.id, season.theirs.budi.id}

    async with acting(login, season.ours.ratna):
        assert await ids(login, "households") == {season.households["Siti"], season.households["Budi"]}
        assert await ids(login, "assignments") == {season.assignments["Siti"], season.assignments["Budi"]}
        for table in ("families", "members", "household_sources"):
            seen = {row["household_id"] for row in await login.fetch(f"select household_id from {table}")}
            assert seen == {season.households["Siti"], season.households["Budi"]}, table
        assert not strangers & await ids(login, "staff")
        assert not strangers & await ids(login, "principals")


async def test_an_enumerator_sees_only_what_is_hers(login: asyncpg.Connection, season: Season) -> None:
    async with acting(login, season.ours.siti):
        assert await ids(login, "households") == {season.households["Siti"]}
        assert await ids(login, "assignments") == {season.assignments["Siti"]}
        for table in ("families", "members", "household_sources"):
            seen = {row["household_id"] for row in await login.fetch(f"select household_id from {table}")}
            assert seen == {season.households["Siti"]}, table
        assert await ids(login, "staff") == {season.ours.siti.id}


async def test_the_next_user_of_a_connection_sees_nothing_of_the_last(
    login: asyncpg.Connection, season: Season
) -> None:
    async with acting(login, season.ours.ratna):
        assert len(await ids(login, "households")) == 2

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await login.fetch("select id from households")
    assert (await login.fetchval("select current_setting('sambang.team_id', true)")) in ("", None)
    async with acting(login, season.theirs.siti):
        assert await ids(login, "households") == {season.households["Lina"]}
    async with login.transaction():  # a role without an actor: no setting, no row
        for role in ("coordinator", "enumerator"):
            await login.execute("select set_config('role', $1, true)", f"sambang_{role}")
            for table in SECURED:
                assert await login.fetch(f"select 1 from {table}") == [], (role, table)


async def refused(login: asyncpg.Connection, person: Person, statement: str, *values: Any) -> bool:
    """Whether the statement is refused, or finds no row to change."""
    async with acting(login, person):
        try:
            return str(await login.execute(statement, *values)).endswith(" 0")
        except asyncpg.InsufficientPrivilegeError:
            return True


async def test_nobody_writes_into_rows_of_others(login: asyncpg.Connection, season: Season) -> None:
    siti, ratna = season.ours.siti, season.ours.ratna
    strange, household = season.assignments["Lina"], season.households["Lina"]
    family = "insert into families (id, household_id, no) values ($1, $2, 9)"
    receipt = (
        "insert into receipts (id, principal_id, subject_id, sha256, body, received_at)"
        " values ($1, $2, $1, '\\x00', '\\x00', now())"
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
        assert not await refused(login, person, family, uuid7(), season.households["Siti"])
    assert await refused(login, siti, "update assignments set holder_id = $1", season.theirs.siti.id)
    assert await refused(login, siti, receipt, uuid7(), season.theirs.siti.id)
    assert not await refused(login, siti, receipt, uuid7(), siti.id)


async def test_nobody_moves_a_row_out_of_the_own_sight_into_another_team(
    login: asyncpg.Connection, season: Season
) -> None:
    for change in (
        "update households set team_id = $1",
        "update assignments set team_id = $1",
    ):
        assert await refused(login, season.ours.ratna, change, season.theirs.id)
        assert await refused(login, season.ours.siti, change, season.theirs.id)


async def test_diskominfo_appoints_nobody_who_sees_households(
    house: House, login: asyncpg.Connection, season: Season
) -> None:
    arif = await house.make.arif()
    add = "insert into principals (id, kind, role, scopes, active, version) values ($1, 'staff', $2, '{}', true, 1)"
    code = "insert into activation_codes (id, staff_id, code_hash, expires_at) values ($1, $2, $3, now())"

    for role in ("bappeda", "coordinator", "enumerator"):
        assert await refused(login, arif, add, uuid7(), role)
    assert not await refused(login, arif, add, uuid7(), "observer")
    assert await refused(login, arif, "update principals set role = 'bappeda' where id = $1", arif.id)
    assert await refused(login, arif, code, uuid7(), season.ours.siti.id, os.urandom(32))
    assert not await refused(login, arif, code, uuid7(), arif.id, os.urandom(32))


async def test_what_is_only_ever_added_is_neither_changed_nor_removed(owner: asyncpg.Connection) -> None:
    for table in APPEND_ONLY:
        for role in (*API_ROLES, "access", "worker"):
            for command in ("update", "delete", "truncate"):
                may = f"select has_table_privilege('sambang_{role}', '{table}', '{command}')"
                assert not await owner.fetchval(may), (role, table, command)
            columns = f"select has_any_column_privilege('sambang_{role}', '{table}', 'update')"
            assert not await owner.fetchval(columns), (role, table)


async def test_every_table_of_households_has_row_security(owner: asyncpg.Connection) -> None:
    open_tables = await owner.fetch(
        "select distinct c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and not c.relrowsecurity"
        " and a.attname in ('household_id', 'assignment_id', 'verdict_id') order by 1"
    )

    # releases are frozen and whole: who may read them reads all of them; staging is the worker's alone
    assert {row["name"] for row in open_tables} <= {"released_households", "released_members", "staged_people"}


async def test_installing_again_changes_nothing_and_two_prefixes_share_a_cluster(
    owner: asyncpg.Connection, cluster: EmbeddedPostgres
) -> None:
    policies = "select tablename, policyname, roles, cmd, qual, with_check from pg_policies order by 1, 2"
    grants = "select relname, relacl::text from pg_class where relnamespace = 'public'::regnamespace order by 1"
    before = (await owner.fetch(policies), await owner.fetch(grants))

    await row_security.install(owner, "sambang_", "sambang_login", None)
    assert (await owner.fetch(policies), await owner.fetch(grants)) == before

    prefix = f"kota{os.urandom(3).hex()}_"
    database = f"city_{os.urandom(4).hex()}"
    name = await owner.fetchval("select current_database()")
    admin = await asyncpg.connect(cluster.owner_url)
    try:
        await admin.execute(f"create database {database} template sambang_template")
        other = await asyncpg.connect(cluster.database_url(database))
        await row_security.install(other, prefix, f"{prefix}login", None)
        assert await other.fetchval(f"select has_table_privilege('{prefix}bappeda', 'households', 'select')")
        await other.close()
        assert not await owner.fetchval(f"select has_table_privilege('{prefix}bappeda', 'households', 'select')")
        assert (await owner.fetch(policies), await owner.fetch(grants)) == before, name
        members = "select pg_has_role($1, $2, 'member')"
        assert not await owner.fetchval(members, f"{prefix}login", "sambang_bappeda")
        assert not await owner.fetchval(members, "sambang_login", f"{prefix}bappeda")
    finally:
        await admin.execute(f"drop database if exists {database} with (force)")
        for role in (*ROLES, "login"):
            await admin.execute(f"drop role if exists {prefix}{role}")
        await admin.close()


async def test_a_dead_family_finds_no_principal(house: House, login: asyncpg.Connection) -> None:
    dewi = await house.make.dewi()

    for family in (uuid4(), None):
        found = await login.fetchrow(TAKE_PRINCIPAL, dewi.id, 1, "sambang_", family)
        assert (found is None) == (family is not None)
