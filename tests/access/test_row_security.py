"""What each role may touch at all: grants, powers and functions, proved by raw SQL; rows stand in `_rows`."""

import os
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from api.access import database_roles
from api.access.row_security import API_ROLES, APPEND_ONLY, ROLES
from api.core.database import BY_VALUES, TAKE_PRINCIPAL
from api.core.embedded import EmbeddedPostgres
from tests.access.matrix import MATRIX
from tests.access.two_teams import Season, refused
from tests.support.house import House

NOW = datetime(2022, 11, 5, 3, 0, tzinfo=UTC)
OURS = [*(f"sambang_{role}" for role in ROLES), "sambang_login"]
SECURED = ("households", "families", "members", "household_sources", "assignments", "staff")


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

    await database_roles.install(owner, "sambang_", "sambang_login", None)
    assert (await owner.fetch(policies), await owner.fetch(grants)) == before

    prefix = f"kota{os.urandom(3).hex()}_"
    database = f"city_{os.urandom(4).hex()}"
    name = await owner.fetchval("select current_database()")
    admin = await asyncpg.connect(cluster.owner_url)
    try:
        await admin.execute(f"create database {database} template sambang_template")
        other = await asyncpg.connect(cluster.database_url(database))
        await database_roles.install(other, prefix, f"{prefix}login", None)
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
        found = await login.fetchrow(TAKE_PRINCIPAL, dewi.id, 1, "sambang_", family, BY_VALUES)
        assert (found is None) == (family is not None)
