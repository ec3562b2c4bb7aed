"""Guessing is slowed down per account and per address: failures alone are counted, by all processes together.

Ten wrong tries at one account in five minutes, and whoever signs in there is told to wait; sessions that run go on, so
nobody is locked out of work. An office shares one address, so an address may fail two hundred times. Codes of somebody
whose password is known already are counted for a day (numbers after Warehouse, trust.md 1). A name that exists and one
that does not are treated alike, and neither is stored: a bucket is a keyed hash.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from api.core.database import Connection
from api.core.vault import Vault


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures in a window that begins with the first."""

    kind: str
    failures: int
    window: timedelta


ACCOUNT: Final = Limit("account", 10, timedelta(minutes=5))
ADDRESS: Final = Limit("address", 200, timedelta(minutes=5))
CODES: Final = Limit("codes", 20, timedelta(days=1))

LOCK = "select pg_advisory_xact_lock(hashtextextended($1, 3))"
STANDING = "select bucket, failures, ends_at from failed_sign_ins where bucket = any($1::text[])"
# in the order of the buckets, so that two who fail at once never wait for each other
COUNT = """
insert into failed_sign_ins as f (bucket, failures, ends_at)
select w.bucket, 1, w.ends_at from unnest($1::text[], $2::timestamptz[]) as w (bucket, ends_at) order by w.bucket
on conflict (bucket) do update set failures = case when f.ends_at > $3 then f.failures + 1 else 1 end,
                                   ends_at = case when f.ends_at > $3 then f.ends_at else excluded.ends_at end
returning f.bucket, f.failures
"""
SWEEP = """
delete from failed_sign_ins where ctid = any (array(
    select ctid from failed_sign_ins where ends_at <= $1 limit 100 for update skip locked))
"""


@dataclass(frozen=True, slots=True)
class Buckets:
    """The buckets of one attempt, by limit."""

    names: dict[Limit, str]

    async def lock(self, connection: Connection) -> None:
        """Let attempts at one account be judged one after another, so that of a thousand at once ten are judged."""
        await connection.execute(LOCK, self.names[ACCOUNT])

    async def retry_after_s(self, connection: Connection, now: datetime) -> int | None:
        """The seconds to wait, or None when there may be another try."""
        rows = await connection.fetch(STANDING, list(self.names.values()))
        kept = {row["bucket"]: row for row in rows}
        waits = [
            (row["ends_at"] - now).total_seconds()
            for limit, bucket in self.names.items()
            if (row := kept.get(bucket)) is not None and row["failures"] >= limit.failures
        ]
        longest = max(waits, default=0.0)
        return ceil(longest) if longest > 0 else None

    async def count(self, connection: Connection, now: datetime, limits: Sequence[Limit]) -> list[str]:
        """One more failure in each of these; the kinds of limit that it has just reached."""
        wanted = [self.names[limit] for limit in limits]
        rows = await connection.fetch(COUNT, wanted, [now + limit.window for limit in limits], now)
        kept = {row["bucket"]: row["failures"] for row in rows}
        await connection.execute(SWEEP, now)
        return [limit.kind for limit in limits if kept[self.names[limit]] == limit.failures]


def buckets(vault: Vault, username: str, address: str) -> Buckets:
    """Where an attempt at this account from this address is counted."""
    of = {ACCOUNT: username, ADDRESS: address, CODES: username}
    return Buckets({limit: vault.index(f"sign_in.{limit.kind}", value).hex() for limit, value in of.items()})
