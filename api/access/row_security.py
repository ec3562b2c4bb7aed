"""Database roles, table grants and row policies, written once; `sambang migrate` installs them.

Grants say what a role may touch at all, policies which rows. A policy is plain equality on an indexed column of
`assignments` or `households`; the tables beneath ask their household or assignment, so the rule stands once. No OR
inside a policy, settings wrapped in a sub-select: both decide between 0.4 and 80 ms a page (measured, stack.md 3d).
"""

from dataclasses import dataclass

import asyncpg

API_ROLES = ("bappeda", "coordinator", "enumerator", "diskominfo", "observer", "client")
ROLES = (*API_ROLES, "access", "worker")
WRITERS = ("bappeda", "coordinator", "enumerator", "diskominfo")
STAFF_ROLES = ("bappeda", "coordinator", "enumerator", "diskominfo", "observer")
FIELD_ROLES = ("coordinator", "enumerator")

ACTOR = "(select nullif(current_setting('sambang.actor_id', true), '')::uuid)"
TEAM = "(select nullif(current_setting('sambang.team_id', true), '')::uuid)"
IN_HOUSEHOLD = "exists (select from households h where h.id = household_id)"
IN_ASSIGNMENT = "exists (select from assignments a where a.id = assignment_id)"
IN_ATTENDANCE = "exists (select from training_attendances t where t.training_id = trainings.id)"
AT_THE_DOOR = "exists (select from assignments a where a.id = {0}.assignment_id and a.household_id = {0}.household_id)"
IN_VERDICT = "exists (select from verdicts v where v.id = verdict_id)"
APPOINTED = "exists (select from principals p where p.id = staff_id and p.role in ({}))"
READ, ADD, ALL = "select", "select, insert", "select, insert, update"


@dataclass(frozen=True, slots=True)
class Rule:
    """What roles may do with a table, and on which rows (`None`: the table has no row security).

    `columns` narrows UPDATE; `check` is what a written row must satisfy (the same as `rows` unless given).
    """

    roles: tuple[str, ...] | str
    table: str
    commands: str
    rows: str | None = None
    check: str | None = None
    columns: str | None = None

    def named(self) -> tuple[str, ...]:
        """The roles as a tuple."""
        return (self.roles,) if isinstance(self.roles, str) else self.roles


MOVES = "status, verdict_stage, field_result, eligibility, received_at, revision"
FOUND_AT_THE_DOOR = ("families", "members", "household_sources")
OFFICIAL = ("deliberations", "deliberated_verdicts", "endorsements", "release_replies", "objections")
APPEND_ONLY = (
    *OFFICIAL,
    "remark_resolutions",
    "household_revisions",
    "visits",
    "verdict_revisions",
    "verdict_events",
    "assignment_events",
    "audit_events",
    "disclosures",
    "receipts",
)

# fmt: off
RULES: tuple[Rule, ...] = (
    # who calls
    Rule("access", "principals", "select, update", "true", columns="version"),
    Rule(("bappeda", "diskominfo", "observer"), "principals", READ, "true"),
    Rule("bappeda", "principals", "insert, update", "role in ('bappeda', 'coordinator', 'enumerator', 'observer')"),
    Rule("diskominfo", "principals", "insert, update", "role in ('diskominfo', 'observer', 'client')"),
    Rule("coordinator", "principals", READ, f"team_id = {TEAM}"),
    Rule("access", "alembic_version", READ),
    Rule("access", "credentials", ALL),
    Rule("access", "activation_codes", "select, update", "true"),
    Rule("bappeda", "activation_codes", "insert", APPOINTED.format("'bappeda', 'coordinator', 'enumerator', 'observer'")),
    Rule("diskominfo", "activation_codes", "insert", APPOINTED.format("'diskominfo', 'observer'")),
    Rule("access", "refresh_tokens", ALL),
    Rule("access", "staff", READ, "true"),
    Rule(("bappeda", "diskominfo"), "staff", ALL, "true"),
    Rule("observer", "staff", READ, "true"),
    Rule("coordinator", "staff", READ, f"id in (select m.staff_id from team_members m where m.team_id = {TEAM})"),
    Rule(FIELD_ROLES, "staff", READ, f"id = {ACTOR}"),
    Rule("access", "clients", READ, "true"), Rule("access", "client_secrets", READ),
    Rule("diskominfo", "clients", ALL, "true"), Rule("diskominfo", "client_secrets", ALL),
    Rule("bappeda", "clients", READ, "true"), Rule("client", "clients", READ, f"id = {ACTOR}"),
    # what everybody reads
    Rule((*API_ROLES, "worker"), "regions", READ), Rule((*API_ROLES, "worker"), "campaigns", READ),
    Rule(API_ROLES, "questionnaires", READ), Rule(API_ROLES, "questionnaire_versions", READ),
    Rule(STAFF_ROLES, "teams", READ), Rule(STAFF_ROLES, "team_members", READ),
    Rule(("coordinator", "diskominfo", "observer"), "trainings", READ, "true"), Rule("bappeda", "trainings", ALL, "true"),
    Rule("enumerator", "trainings", READ, IN_ATTENDANCE),
    Rule(("coordinator", "diskominfo", "observer"), "training_attendances", READ, "true"),
    Rule("bappeda", "training_attendances", "select, insert, delete", "true"),
    Rule("enumerator", "training_attendances", READ, f"staff_id = {ACTOR}"),
    *(Rule("bappeda", table, ALL) for table in ("campaigns", "teams", "team_members", "questionnaires", "questionnaire_versions")),
    # households and what hangs on them
    Rule(("bappeda", "worker"), "households", ALL, "true"),
    Rule("coordinator", "households", "select, update", f"team_id = {TEAM}", columns="rw, rt, address, head_name, status, enumerator_id, updated_at, revision"),
    Rule("enumerator", "households", "insert", f"enumerator_id = {ACTOR} and team_id = {TEAM}"),
    Rule("enumerator", "households", "select, update", f"enumerator_id = {ACTOR}", columns="latitude, longitude, accuracy_m, updated_at, revision"),
    *(Rule("bappeda", table, ALL, "true") for table in FOUND_AT_THE_DOOR), Rule("worker", "household_sources", ALL, "true"),
    *(Rule("worker", table, ADD, "true") for table in ("families", "members", "household_programmes")),
    *(Rule("enumerator", table, ADD, IN_HOUSEHOLD) for table in FOUND_AT_THE_DOOR),
    *(Rule("coordinator", table, READ, IN_HOUSEHOLD) for table in FOUND_AT_THE_DOOR),
    Rule("bappeda", "household_programmes", "select, update", "true"), Rule(FIELD_ROLES, "household_programmes", READ, IN_HOUSEHOLD),
    Rule("enumerator", "members", "update", IN_HOUSEHOLD, columns="whereabouts"),
    Rule("coordinator", "members", "update", IN_HOUSEHOLD, columns="name, sex, born_on, relation, nik, nik_index, nik_missing_reason"),
    Rule("coordinator", "families", "update", IN_HOUSEHOLD, columns="no_kk, no_kk_index"),
    Rule("bappeda", "household_revisions", ADD, "true", f"author_id = {ACTOR}"),
    Rule(FIELD_ROLES, "household_revisions", ADD, IN_HOUSEHOLD, f"author_id = {ACTOR} and {IN_HOUSEHOLD}"),
    # the season
    Rule("bappeda", "assignments", ALL, "true"), Rule("worker", "assignments", ADD, "true"),
    Rule("coordinator", "assignments", "select, update", f"team_id = {TEAM}", columns=f"{MOVES}, enumerator_id, holder_id"),
    Rule("enumerator", "assignments", "insert", f"holder_id = {ACTOR} and team_id = {TEAM} and {IN_HOUSEHOLD}"),
    Rule("enumerator", "assignments", "select, update", f"holder_id = {ACTOR}", columns=MOVES),
    Rule("bappeda", "assignment_events", ADD, "true"), Rule("worker", "assignment_events", "insert", "true"),
    Rule(FIELD_ROLES, "assignment_events", ADD, IN_ASSIGNMENT, f"actor_id = {ACTOR} and {IN_ASSIGNMENT}"),
    Rule("bappeda", "visits", READ, "true"), Rule("coordinator", "visits", READ, IN_ASSIGNMENT),
    Rule("enumerator", "visits", ADD, IN_ASSIGNMENT, f"enumerator_id = {ACTOR} and {AT_THE_DOOR.format('visits')}"),
    Rule("enumerator", "receipts", "insert", f"principal_id = {ACTOR}"),
    Rule("bappeda", "verdicts", READ, "true"), Rule("coordinator", "verdicts", READ, IN_ASSIGNMENT),
    Rule("enumerator", "verdicts", ADD, IN_ASSIGNMENT, AT_THE_DOOR.format("verdicts")),
    Rule("bappeda", "verdict_revisions", ADD, "true", f"author_id = {ACTOR}"),
    Rule("coordinator", "verdict_revisions", READ, IN_VERDICT),
    Rule("enumerator", "verdict_revisions", ADD, IN_VERDICT, f"author_id = {ACTOR} and {IN_VERDICT}"),
    Rule("bappeda", "verdict_events", ADD, "true", f"actor_id = {ACTOR}"),
    Rule(FIELD_ROLES, "verdict_events", ADD, IN_VERDICT, f"actor_id = {ACTOR} and {IN_VERDICT}"),
    Rule("bappeda", "remark_resolutions", READ, "true"), Rule("coordinator", "remark_resolutions", READ, IN_VERDICT),
    Rule("enumerator", "remark_resolutions", ADD, IN_VERDICT, f"resolved_by = {ACTOR} and {IN_VERDICT}"),
    # the official tail: Bappeda writes down what the meeting, the mayor, the ministry and the family said
    *(Rule("bappeda", table, ADD, "true", f"recorded_by = {ACTOR}") for table in OFFICIAL),
    # files in, releases out
    Rule("bappeda", "imports", ADD), Rule("bappeda", "import_findings", READ),
    Rule("worker", "imports", ALL), Rule("worker", "import_findings", "select, insert, delete"),
    Rule("worker", "staged_people", "select, insert, update, delete"),
    Rule("bappeda", "releases", ADD), Rule("bappeda", "released_households", ADD), Rule("bappeda", "released_members", ADD),
    Rule("client", "releases", READ), Rule("client", "released_households", READ), Rule("client", "released_members", READ),
    Rule("bappeda", "release_manifests", ADD, "true"), Rule("client", "release_manifests", ADD, "reader = 'client'"),
    # what the system keeps of its own doing
    Rule((*WRITERS, "client", "worker"), "audit_events", "insert", f"actor_id = {ACTOR}"),
    Rule("access", "audit_events", "insert", "true"),
    Rule(("bappeda", *FIELD_ROLES, "client"), "disclosures", "insert", f"actor_id = {ACTOR}"), Rule("bappeda", "disclosures", READ, "true"),
    Rule(WRITERS, "idempotency_keys", ALL, f"principal_id = {ACTOR}"),
    Rule(("observer", "client"), "idempotency_keys", READ, f"principal_id = {ACTOR}"),
    Rule("worker", "idempotency_keys", "select, delete", "true"),
    Rule("bappeda", "pgqueuer", ADD), Rule("bappeda", "pgqueuer_log", ADD),
    *(Rule("worker", f"pgqueuer{part}", "select, insert, update, delete") for part in ("", "_log", "_statistics", "_schedules")),
)
# fmt: on

# Enumerators may learn that somebody like this is already listed, never who: the one look past row security.
LIKELY_DUPLICATES = """
create or replace function likely_duplicates(nik_indexes bytea[], no_kk_indexes bytea[], wanted_name text, wanted_born_on date,
                                             wanted_region text)
returns table (household_id uuid, region_code text, rw text, rt text, head_name text, team_id uuid, score int)
language sql stable security definer set search_path from current as $$
    select h.id, h.region_code, h.rw, h.rt, h.head_name, h.team_id, max(hit.score)::int
    from (
        select m.household_id, 100 as score from members m where m.nik_index = any(nik_indexes)
        union all select f.household_id, 95 from families f where f.no_kk_index = any(no_kk_indexes)
        union all select m.household_id, 80 from members m join households p on p.id = m.household_id
        where lower(m.name) = lower(wanted_name) and m.born_on = wanted_born_on
          and (wanted_region is null or p.region_code = wanted_region or starts_with(p.region_code, wanted_region || '.'))
    ) hit join households h on h.id = hit.household_id
    group by h.id order by max(hit.score) desc, h.id limit 20
$$
"""

# The login role asks whether a token's family still lives, and nothing else about it; who switches an account off
# ends its sessions without reading them. In the transaction that takes the caller's role, so it costs no round trip.
SESSIONS = """
create or replace function session_alive(family uuid) returns boolean
language sql stable security definer set search_path from current as $$
    select exists (select from refresh_tokens t where t.family_id = family and t.revoked_at is null)
$$;
create or replace function end_sessions(principal uuid) returns void
language sql volatile security definer set search_path from current as $$
    update refresh_tokens t set revoked_at = now() where t.principal_id = principal and t.revoked_at is null
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
        tables = await connection.fetch(
            "select c.relname as name from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = current_schema()::regnamespace"
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
        ):
            named = ", ".join(_quoted(prefix + role) for role in callers)
            await connection.execute(f"revoke all on function {signature} from public")
            await connection.execute(f"grant execute on function {signature} to {named}")
        await connection.execute("revoke all on function session_alive(uuid) from public")
        await connection.execute(f"grant execute on function session_alive(uuid) to {_quoted(login)}")


async def _make_roles(connection: asyncpg.Connection, prefix: str, login: str, password: str | None) -> None:
    present = {row["rolname"] for row in await connection.fetch("select rolname from pg_roles")}
    for role in ROLES:
        if prefix + role not in present:
            await connection.execute(f"create role {_quoted(prefix + role)} nologin noinherit")
        await connection.execute(
            f"grant usage on schema {_quoted(await connection.fetchval('select current_schema()'))} to {_quoted(prefix + role)}"
        )
    if login not in present:
        await connection.execute(
            f"create role {_quoted(login)} login noinherit nosuperuser nobypassrls nocreatedb nocreaterole"
        )
    if password is not None:
        await connection.execute(
            f"alter role {_quoted(login)} password {await connection.fetchval('select quote_literal($1::text)', password)}"
        )
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
