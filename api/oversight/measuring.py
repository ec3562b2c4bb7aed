"""`/metrics`: the figures of the processes, and how old what waits in the database is."""

import secrets
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from api import __version__
from api.core import metrics
from api.core.database import Database, raw, take_role, transaction
from api.core.problems import Unauthorized

TOKEN_FILE: Final = "metrics.token"  # noqa: S105  # a file's name
# asked as the login role, which may see its own sessions: phones read the feed up to the oldest transaction only
OLDEST_TRANSACTION = """
select coalesce(extract(epoch from clock_timestamp() - min(xact_start)), 0)::float8 from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and usename = session_user
"""
SEALS = "select coalesce(idle_s, 0) as idle_s, coalesce(waiting_s, 0) as waiting_s from audit_head()"
WAITING = """
select 'import' as what, count(*)::int as waiting, extract(epoch from now() - min(created_at))::float8 as age
from imports where status in ('queued', 'checking')
union all
select 'job', count(*)::int, extract(epoch from now() - min(created))::float8 from pgqueuer
where status in ('queued', 'picked')
"""


def make_metrics_token(folder: Path) -> None:
    """Make the token that Prometheus shows (`authorization: credentials_file`); an existing one is never touched."""
    path = folder / TOKEN_FILE
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))


def demand_token(folder: Path, given: str | None) -> None:
    """Raise 401 unless this is the token beside the keys. It is no caller's token: figures must be there when the
    database is not."""
    path = folder / TOKEN_FILE
    kept = path.read_text().strip() if path.exists() else ""
    if not kept or given is None or not secrets.compare_digest(kept.encode(), given.encode()):
        raise Unauthorized(error="invalid_request" if given is None else "invalid_token")


async def exposition(database: Database) -> bytes:
    """Everything in Prometheus' text format; without the database the figures of the processes alone."""
    asked = CollectorRegistry()
    Gauge("sambang_build_info", "The version that answers.", ("version",), registry=asked).labels(__version__).set(1)
    up = Gauge("sambang_database_up", "1 when the database answered this scrape.", registry=asked)
    waiting = Gauge("sambang_waiting", "What waits for the worker or is being done.", ("what",), registry=asked)
    age = Gauge("sambang_waiting_age_seconds", "How old the oldest of it is.", ("what",), registry=asked)
    oldest = Gauge(
        "sambang_oldest_transaction_seconds", "How far behind the feed of phones can be at most.", registry=asked
    )
    sealed = Gauge("sambang_audit_seal_age_seconds", "How old the last seal of the audit chain is.", registry=asked)
    unsealed = Gauge(
        "sambang_audit_unsealed_age_seconds",
        "How long the oldest deed or look has waited for a seal; at SAMBANG_AUDIT_STUCK_S agencies are refused.",
        registry=asked,
    )
    try:
        async with transaction(database, read_only=True) as connection:
            wire = await raw(connection)
            oldest.set(await wire.fetchval(OLDEST_TRANSACTION))
            await take_role(wire, database, "worker")
            for row in await wire.fetch(WAITING):
                waiting.labels(row["what"]).set(row["waiting"])
                age.labels(row["what"]).set(row["age"] or 0)
            seals = await wire.fetchrow(SEALS)
            sealed.set(seals["idle_s"])
            unsealed.set(seals["waiting_s"])
            up.set(1)
    except Exception:  # whatever keeps the database from answering: that is a figure too
        up.set(0)
    return generate_latest(metrics.registry()) + generate_latest(asked)
