"""What a process refuses to start with: a database that has too much power or forgets, keys that others read, debug."""

import os
import sys

from asyncpg import Record

from api.core.database import Database, raw, transaction
from api.core.settings import Settings

FACTS = """
select r.rolsuper or r.rolbypassrls or r.rolinherit as powerful,
       exists (select from pg_class c where c.relowner = r.oid) as owner,
       current_setting('fsync') = 'on' and current_setting('full_page_writes') = 'on'
       and current_setting('synchronous_commit') <> 'off' as durable,
       current_setting('log_error_verbosity') <> 'terse' or current_setting('log_parameter_max_length_on_error') <> '0'
       or current_setting('log_parameter_max_length') <> '0' and (current_setting('log_statement') <> 'none'
          or current_setting('log_min_duration_statement') <> '-1' or current_setting('log_duration') = 'on')
       as talkative
from pg_roles r where r.rolname = session_user
"""


class UnsafeToStart(RuntimeError):
    """Something would break a promise as soon as the first request came; the message says what to change."""


async def refuse_unsafe_database(database: Database, wanted: Settings) -> None:
    """Refuse a login role with too much power, a database that may forget what it acknowledged, a log that tells.

    `SAMBANG_ENV=test` is excepted from durability: a test cluster lives on a RAM disk. The server's log is looked at in
    production only: an error's DETAIL quotes the row that failed, a logged statement its parameters (trust.md H1).
    """
    async with transaction(database) as connection:
        found: Record | None = await (await raw(connection)).fetchrow(FACTS)
    reasons = []
    if found is None or found["powerful"] or found["owner"]:
        reasons.append("the login role must be NOINHERIT, own nothing, and be neither superuser nor BYPASSRLS")
    if found and not found["durable"] and wanted.env != "test":
        reasons.append("fsync, full_page_writes and synchronous_commit must be on")
    if found and found["talkative"] and wanted.env == "production":
        reasons.append(
            "the database's log would hold names and numbers: set log_error_verbosity = terse,"
            " log_parameter_max_length = 0 and log_parameter_max_length_on_error = 0 on the server"
        )
    _refuse(reasons)


def refuse_unsafe_place(wanted: Settings) -> None:
    """Refuse, in production, keys that another user can read, the demo's logins, and Python in debug mode.

    Debug mode prints the arguments of slow calls, which are people's data.
    """
    if wanted.env != "production":
        return
    readable = [key for key in sorted(wanted.keys_folder.glob("*")) if key.stat().st_mode & 0o077]
    reasons = [f"others can read or write {key}: chmod 600 {key}" for key in readable]
    if (wanted.private_folder / "demo.json").exists():
        reasons.append(
            f"{wanted.private_folder} holds the demo's logins: a city starts with a folder and a database of its own"
        )
    if sys.flags.dev_mode or os.environ.get("PYTHONASYNCIODEBUG"):
        reasons.append("Python's debug mode logs people's data: unset PYTHONDEVMODE and PYTHONASYNCIODEBUG")
    _refuse(reasons)


def _refuse(reasons: list[str]) -> None:
    if reasons:
        raise UnsafeToStart("; ".join(reasons))
