"""Database roles, grants, policies, and the functions that look past one: `sambang migrate` installs them.

What the roles may do stands in `row_security`; this file only says it to PostgreSQL.
"""

import asyncpg

from api.access import audit_chain
from api.access.row_security import FIELD_ROLES, ROLES, RULES, Rule

# Enumerators may learn that somebody like this is already listed, never who: the one look past row security.
LIKELY_DUPLICATES = """
create or replace function likely_duplicates(nik_indexes bytea[], no_kk_indexes bytea[], wanted_name text,
                                             wanted_born_on date, wanted_region text)
returns table (household_id uuid, region_code text, rw text, rt text, head_name text, team_id uuid, score int)
language sql stable security definer set search_path from current as $$
    select h.id, h.region_code, h.rw, h.rt, h.head_name, h.team_id, max(hit.score)::int
    from (
        select m.household_id, 100 as score from members m
        where m.nik_index = any(nik_indexes) and m.restricted_at is null
        union all select f.household_id, 95 from families f where f.no_kk_index = any(no_kk_indexes)
        union all select m.household_id, 80 from members m join households p on p.id = m.household_id
        where lower(m.name) = lower(wanted_name) and m.born_on = wanted_born_on and m.restricted_at is null
          and (wanted_region is null or p.region_code = wanted_region
               or starts_with(p.region_code, wanted_region || '.'))
    ) hit join households h on h.id = hit.household_id
    group by h.id order by max(hit.score) desc, h.id limit 20
$$
"""

# The login role asks whether a token's family still lives, and nothing else about it: in the transaction that takes the
# caller's role, so it costs no round trip. Who switches an account or a phone off ends its sessions unread.
SESSIONS = """
create or replace function session_alive(family uuid) returns boolean
language sql stable security definer set search_path from current as $$
    select exists (select from refresh_tokens t where t.family_id = family and t.revoked_at is null)
$$;
create or replace function end_sessions(principal uuid) returns void
language plpgsql volatile security definer set search_path from current as $$
begin
    -- a refresh under way holds its family: what it adds must be seen by the next statement
    perform pg_advisory_xact_lock(hashtextextended(f.family_id::text, 2)) from (
        select distinct t.family_id from refresh_tokens t
        where t.principal_id = principal and t.revoked_at is null order by t.family_id
    ) f;
    update refresh_tokens t set revoked_at = now() where t.principal_id = principal and t.revoked_at is null;
end
$$;
create or replace function end_device_sessions(device uuid) returns void
language plpgsql volatile security definer set search_path from current as $$
begin
    perform pg_advisory_xact_lock(hashtextextended(f.family_id::text, 2)) from (
        select distinct t.family_id from refresh_tokens t join devices d
            on d.staff_id = t.principal_id and d.device_id = t.device_id
        where d.id = device and d.revoked_at is not null and t.revoked_at is null order by t.family_id
    ) f;
    update refresh_tokens t set revoked_at = now() from devices d
    where d.id = device and d.revoked_at is not null and t.principal_id = d.staff_id and t.device_id = d.device_id
      and t.revoked_at is null;
end
$$
"""

# The field does not read a restricted person, so it cannot tell by itself what else shows one: a name said at the door,
# a photo, a comment. It asks in which households there is one, and has the words of the name struck out of what it
# brings: it learns whether a word that it knows already is part of the name, and no other.
RESTRICTED = r"""
drop function if exists holds_restricted(uuid);
create or replace function holding_restricted(households uuid[]) returns setof uuid
language sql stable security definer set search_path from current as $$
    select distinct m.household_id from members m where m.household_id = any(households) and m.restricted_at is not null
$$;
create or replace function strike_out_restricted(households uuid[], said text[]) returns table (text text)
language sql stable security definer set search_path from current as $$
    select coalesce(regexp_replace(s.said, '\m(' || n.words || ')\M', '(dibatasi)', 'gi'), s.said)
    from unnest(households, said) with ordinality as s (household, said, place)
    left join lateral (
        select string_agg(distinct w.word, '|') as words
        from members m, regexp_split_to_table(m.name, '[^[:alnum:]]+') as w (word)
        where m.household_id = s.household and m.restricted_at is not null and length(w.word) > 1
    ) n on true
    order by s.place
$$
"""

# Whoever prints codes for many asks who needs one. Credentials themselves are read at the door of sign-in alone.
NOT_ACTIVATED = """
create or replace function not_activated(wanted uuid[]) returns setof uuid
language sql stable security definer set search_path from current as $$
    select p.id from principals p
    where p.id = any(wanted) and p.active and p.role in ('coordinator', 'enumerator')
      and not exists (select from credentials c where c.principal_id = p.id)
$$
"""


async def install(connection: asyncpg.Connection, prefix: str, login: str, login_password: str | None) -> None:
    """Make roles, grants and policies what this file says. Idempotent; run by the owner in one transaction.

    The login role is NOINHERIT and owns nothing: it may read `principals` and take one of the roles, no more.
    """
    async with connection.transaction():
        await _make_roles(connection, prefix, login, login_password)
        await connection.execute(LIKELY_DUPLICATES)
        await connection.execute(SESSIONS)
        for function in audit_chain.FUNCTIONS:
            await connection.execute(function)
        await connection.execute(NOT_ACTIVATED)
        await connection.execute(RESTRICTED)
        tables = await connection.fetch(
            "select c.relname as name from pg_class c where c.relkind in ('r', 'p')"
            " and c.relnamespace = current_schema()::regnamespace"
        )
        schema = _quoted(await connection.fetchval("select current_schema()"))
        everyone = ", ".join(_quoted(prefix + role) for role in ROLES)
        for table in tables:
            await connection.execute(
                f"revoke all on {_quoted(table['name'])} from public, {everyone}, {_quoted(login)}"
            )
        for policy in await connection.fetch(
            "select tablename, policyname from pg_policies where schemaname = current_schema()"
        ):
            await connection.execute(f"drop policy {_quoted(policy['policyname'])} on {_quoted(policy['tablename'])}")
        for number, rule in enumerate(RULES):
            await _install_rule(connection, prefix, number, rule)
        # the queue's bigserial keys are the only sequences that are not identity columns
        queue_users = f"{_quoted(prefix + 'bappeda')}, {_quoted(prefix + 'worker')}"
        await connection.execute(f"grant usage on all sequences in schema {schema} to {queue_users}")
        await connection.execute(f"grant select on principals to {_quoted(login)}")
        await connection.execute(
            f"create policy rule_login_select on principals for select to {_quoted(login)} using (true)"
        )
        for signature, callers in (
            ("likely_duplicates(bytea[], bytea[], text, date, text)", (*FIELD_ROLES, "bappeda")),
            ("end_sessions(uuid)", ("bappeda", "diskominfo", "access")),
            ("end_device_sessions(uuid)", ("bappeda", "coordinator")),
            ("feed_epoch()", ("enumerator",)),
            ("sweep_feed(int)", ("worker",)),
            ("audit_head()", ROLES),
            ("verify_audit_seals(bigint, int, interval)", audit_chain.VERIFIERS),
            ("verify_audit_rest(interval)", audit_chain.VERIFIERS),
            ("not_activated(uuid[])", ("bappeda",)),
            ("holding_restricted(uuid[])", FIELD_ROLES),
            ("strike_out_restricted(uuid[], text[])", FIELD_ROLES),
            ("count_released()", ("bappeda",)),
        ):
            named = ", ".join(_quoted(prefix + role) for role in callers)
            await connection.execute(f"revoke all on function {signature} from public")
            await connection.execute(f"grant execute on function {signature} to {named}")
        for signature in ("session_alive(uuid)", "take_calls(text, integer, integer, integer, integer)"):
            await connection.execute(f"revoke all on function {signature} from public")
            await connection.execute(f"grant execute on function {signature} to {_quoted(login)}")


async def _make_roles(connection: asyncpg.Connection, prefix: str, login: str, password: str | None) -> None:
    present = {row["rolname"] for row in await connection.fetch("select rolname from pg_roles")}
    schema = _quoted(await connection.fetchval("select current_schema()"))
    for role in ROLES:
        if prefix + role not in present:
            await connection.execute(f"create role {_quoted(prefix + role)} nologin noinherit")
        await connection.execute(f"grant usage on schema {schema} to {_quoted(prefix + role)}")
    if login not in present:
        await connection.execute(
            f"create role {_quoted(login)} login noinherit nosuperuser nobypassrls nocreatedb nocreaterole"
        )
    if password is not None:
        quoted = await connection.fetchval("select quote_literal($1::text)", password)
        await connection.execute(f"alter role {_quoted(login)} password {quoted}")
    for role in ROLES:
        await connection.execute(f"grant {_quoted(prefix + role)} to {_quoted(login)}")


async def _install_rule(connection: asyncpg.Connection, prefix: str, number: int, rule: Rule) -> None:
    roles = ", ".join(_quoted(prefix + role) for role in rule.named())
    for command in rule.commands.split(", "):
        narrowed = f" ({rule.columns})" if command == "update" and rule.columns else ""
        await connection.execute(f"grant {command}{narrowed} on {rule.table} to {roles}")
        if rule.rows is None:
            continue
        await connection.execute(f"alter table {rule.table} enable row level security")
        using = f" using ({rule.rows})" if command != "insert" else ""
        check = f" with check ({rule.check or rule.rows})" if command in ("insert", "update") else ""
        await connection.execute(
            f"create policy rule_{number}_{command} on {rule.table} for {command} to {roles}{using}{check}"
        )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
