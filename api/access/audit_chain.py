"""The audit chain in SQL: how a row and a seal are hashed, written once for the sealer and for whoever verifies.

Everything is built into PostgreSQL (`sha256`), and anybody with a dump can do it again in any language. A row is the
text of a JSON array: the table's name, then its columns in order, instants as microseconds. A seal is the digest of
the seal before, the text of its own facts, and the digests of its rows. The rows are numbered by a sequence, so the
chain outlives a restore into another cluster, where transaction numbers would begin anew.
"""

SEAL_ROWS = 5_000
GENESIS = r"'\x" + "00" * 32 + "'::bytea"


def _sha256(text: str) -> str:
    return f"sha256(convert_to({text}::text, 'UTF8'))"


def _instant(column: str) -> str:
    return f"(extract(epoch from {column}) * 1000000)::bigint"


EVENT_DIGEST = _sha256(
    f"jsonb_build_array('audit_events', e.seq, {_instant('e.at')}, e.actor_id, e.action, e.subject_id, e.request_id,"
    " e.detail)"
)
DISCLOSURE_DIGEST = _sha256(
    f"jsonb_build_array('disclosures', d.seq, {_instant('d.at')}, d.actor_id, d.operation, d.purpose, d.fields,"
    " d.household_ids, d.request_id, d.session_id)"
)


def seal_digest(seal: str) -> str:
    """The digest of a seal, an alias with the columns of `audit_seals`."""
    facts = (
        f"jsonb_build_array({seal}.n, {seal}.audit_events::text, {seal}.disclosures::text,"
        f" {seal}.audit_events_through, {seal}.disclosures_through, {seal}.count, {_instant(f'{seal}.sealed_at')})"
    )
    return f"sha256({seal}.prev || convert_to({facts}::text, 'UTF8') || {seal}.row_digests)"


# The highest numbers drawn so far, by whoever; the sequences' own word, not the rows'.
DRAWN = """
select coalesce(pg_sequence_last_value(pg_get_serial_sequence('audit_events', 'seq')::regclass), 0) as events,
    coalesce(pg_sequence_last_value(pg_get_serial_sequence('disclosures', 'seq')::regclass), 0) as looks"""

# Takes exactly the rows that are visible and stand in no seal: one statement, no lock. $1: seals up to it hold nothing
# above $2 and $3. $4 and $5: where this round has come to. A row whose number was never drawn was put in by hand, and
# is not sealed.
SEAL = f"""
with drawn as materialized ({DRAWN}
), held as (
    select coalesce(range_agg(s.audit_events), '{{}}') as events, coalesce(range_agg(s.disclosures), '{{}}') as looks
    from audit_seals s where s.n > $1
), events as materialized (
    select e.seq, {EVENT_DIGEST} as digest from audit_events e, held, drawn
    where e.seq > greatest($2::bigint, $4::bigint) and e.seq <= drawn.events and not held.events @> e.seq
    order by e.seq limit {SEAL_ROWS}
), looks as materialized (
    select d.seq, {DISCLOSURE_DIGEST} as digest from disclosures d, held, drawn
    where d.seq > greatest($3::bigint, $5::bigint) and d.seq <= drawn.looks and not held.looks @> d.seq
    order by d.seq limit {SEAL_ROWS} - (select count(*) from events)
), last as (
    select s.n, s.digest, s.audit_events_through, s.disclosures_through from audit_seals s order by s.n desc limit 1
), made as materialized (
    select coalesce((select n from last), 0) + 1 as n,
        coalesce((select range_agg(int8range(seq, seq + 1)) from events), '{{}}') as audit_events,
        coalesce((select range_agg(int8range(seq, seq + 1)) from looks), '{{}}') as disclosures,
        greatest((select max(seq) from events), (select audit_events_through from last), 0) as audit_events_through,
        greatest((select max(seq) from looks), (select disclosures_through from last), 0) as disclosures_through,
        (select count(*) from events)::int + (select count(*) from looks)::int as count,
        coalesce((select string_agg(digest, '' order by seq) from events), '')
            || coalesce((select string_agg(digest, '' order by seq) from looks), '') as row_digests,
        coalesce((select digest from last), {GENESIS}) as prev,
        clock_timestamp() as sealed_at
)
insert into audit_seals (n, audit_events, disclosures, audit_events_through, disclosures_through, count, row_digests,
    prev, digest, sealed_at)
select m.n, m.audit_events, m.disclosures, m.audit_events_through, m.disclosures_through, m.count, m.row_digests,
    m.prev, {seal_digest("m")}, m.sealed_at
from made m where m.count > 0
returning n, count, (select max(seq) from events) as last_event, (select max(seq) from looks) as last_look"""
# Whoever draws a number holds this lock until the row is committed or will never be.
WRITERS = """
select distinct l.virtualtransaction from pg_locks l
where l.database = (select oid from pg_database where datname = current_database()) and l.mode = 'RowExclusiveLock'
    and l.relation in ('audit_events'::regclass, 'disclosures'::regclass) and l.pid is distinct from pg_backend_pid()"""

# What every caller may learn of the chain: its head, how long ago it was made, and how long the first row that stands
# in no seal has waited (null: none does). As the owner, because callers may only add to these tables.
HEAD = """
create or replace function audit_head() returns table (n bigint, digest text, sealed_at timestamptz, idle_s float8,
                                                       waiting_s float8)
language sql stable security definer set search_path from current as $$
    select s.n, encode(s.digest, 'hex'), s.sealed_at, extract(epoch from clock_timestamp() - s.sealed_at)::float8,
        extract(epoch from clock_timestamp() - least(
            (select e.at from audit_events e where e.seq > coalesce(s.audit_events_through, 0) order by e.seq limit 1),
            (select d.at from disclosures d where d.seq > coalesce(s.disclosures_through, 0) order by d.seq limit 1)
        ))::float8
    from (values (1)) one left join lateral (select * from audit_seals order by audit_seals.n desc limit 1) s on true
$$
"""

# A page of seals held against the rows. It names what is wrong and shows nothing of what stands there, so that an
# observer may run it. A seal that does not agree with itself is named, and its rows are not looked at.
VERIFY = f"""
create or replace function verify_audit_seals(after bigint, pages int, patience interval)
returns table (finding text, seal bigint, record text, seq bigint)
language sql stable security definer set search_path from current as $$
    with page as materialized (
        select s.*, p.n as before, p.digest as before_digest, {seal_digest("s")} as made_digest,
            (select coalesce(sum(upper(r) - lower(r)), 0) from unnest(s.audit_events) r) as events,
            (select coalesce(sum(upper(r) - lower(r)), 0) from unnest(s.disclosures) r) as looks,
            -- the last time before when the sealer had taken everything that could be seen
            (select f.sealed_at from audit_seals f where f.n < s.n and f.count < {SEAL_ROWS} order by f.n desc limit 1)
                as swept_at
        from audit_seals s
        left join lateral (select b.n, b.digest from audit_seals b where b.n < s.n order by b.n desc limit 1) p on true
        where s.n > after order by s.n limit pages
    ), judged as materialized (
        select p.*, p.digest = p.made_digest and p.events + p.looks = p.count and length(p.row_digests) = 32 * p.count
            and octet_length(p.prev) = 32 as sound
        from page p
    ), found as (
        select case when n - coalesce(before, 0) <> 1 then 'seal_missing' end as finding, n - 1 as seal, null as record,
            null::bigint as seq from judged
        union all
        select case when not sound then 'seal_altered' end, n, null, null from judged
        union all
        select case when n - coalesce(before, 0) = 1 and prev <> coalesce(before_digest, {GENESIS})
            then 'chain_broken' end, n, null, null from judged
        union all
        select case when e.seq is null then 'deleted'
                when {EVENT_DIGEST} <> substring(j.row_digests from (32 * (x.place - 1) + 1)::int for 32) then 'altered'
                when e.at < j.swept_at - patience then 'late' end, j.n, 'audit_events', x.seq
        from judged j cross join lateral (
            select g.seq, row_number() over (order by g.seq) as place
            from unnest(j.audit_events) r cross join lateral generate_series(lower(r), upper(r) - 1) g (seq)
        ) x left join audit_events e on e.seq = x.seq where j.sound
        union all
        select case when d.seq is null then 'deleted'
                when {DISCLOSURE_DIGEST}
                    <> substring(j.row_digests from (32 * (j.events + x.place - 1) + 1)::int for 32) then 'altered'
                when d.at < j.swept_at - patience then 'late' end, j.n, 'disclosures', x.seq
        from judged j cross join lateral (
            select g.seq, row_number() over (order by g.seq) as place
            from unnest(j.disclosures) r cross join lateral generate_series(lower(r), upper(r) - 1) g (seq)
        ) x left join disclosures d on d.seq = x.seq where j.sound
    )
    select f.finding, f.seal, f.record, f.seq from found f where f.finding is not null
    order by f.seal, f.record nulls first, f.seq limit 1000
$$
"""
# Old rows that no seal holds: put in by hand, or the sealer stands still.
UNSEALED = """
create or replace function verify_audit_rest(patience interval)
returns table (finding text, seal bigint, record text, seq bigint)
language sql stable security definer set search_path from current as $$
    with held as materialized (
        select coalesce(range_agg(s.audit_events), '{}') as events, coalesce(range_agg(s.disclosures), '{}') as looks
        from audit_seals s
    )
    (select 'unsealed', null::bigint, 'audit_events', e.seq from audit_events e, held
     where not held.events @> e.seq and e.at < clock_timestamp() - patience order by e.seq limit 1000)
    union all
    (select 'unsealed', null::bigint, 'disclosures', d.seq from disclosures d, held
     where not held.looks @> d.seq and d.at < clock_timestamp() - patience order by d.seq limit 1000)
$$
"""
FUNCTIONS = (HEAD, VERIFY, UNSEALED)
VERIFIERS = ("bappeda", "diskominfo", "observer")
