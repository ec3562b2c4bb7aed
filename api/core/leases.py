"""How many calls somebody may make, counted by all processes together and asked of the database once in a lump.

Every subject has a bucket of calls that fills as time goes by (`call_buckets`). A process takes some out at a time, a
lease, and spends them from memory: a call costs a dictionary's look, and nobody is ever given more than the bucket
held. What a process has not spent it gives back when it asks again; until then another process may refuse up to one
lump a process too early. Looked for in a library: `limits` has no PostgreSQL, `pyrate-limiter` writes a row a call.
"""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from api.core.database import BROKEN, Database, raw, transaction
from api.core.problems import Problem, Unavailable

WINDOW_S: Final = 60
LUMPS: Final = 40  # a lump is this part of a minute's calls
MOST_LEASES: Final = 20_000
TAKE = "select granted, held from take_calls($1, $2, $3, $4, $5)"


class TooManyCalls(Problem):
    """You have used up your calls for now: `Retry-After` says in how many seconds there are more.

    `RateLimit-Policy` names what may be used a minute (`q` calls in `w` seconds), `RateLimit` what is left (`r`) and in
    how many seconds all of it is there again (`t`). A person, a machine and an address without a token are counted each
    by itself, whatever process answers.
    """

    status, code = 429, "too_many_calls"
    title_id, title_en = "Terlalu banyak panggilan, coba lagi nanti", "Too many calls, try again later"


@dataclass(frozen=True, slots=True)
class Policy:
    """So many calls a minute for each of one kind of caller."""

    name: str
    quota: int

    @property
    def lump(self) -> int:
        """How many calls a process takes at once."""
        return max(1, self.quota // LUMPS)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a subject stands after a call: what is left, and after how many seconds to come again when refused."""

    policy: Policy
    left: int
    retry_after_s: int | None = None

    def headers(self) -> list[tuple[bytes, bytes]]:
        """The two fields of draft-ietf-httpapi-ratelimit-headers-10, and `Retry-After` with a refusal."""
        name, quota = self.policy.name, self.policy.quota
        full_s = math.ceil((quota - self.left) * WINDOW_S / quota)
        said = [
            (b"ratelimit-policy", f'"{name}";q={quota};w={WINDOW_S}'.encode()),
            (b"ratelimit", f'"{name}";r={self.left};t={full_s}'.encode()),
        ]
        if self.retry_after_s is not None:
            said.append((b"retry-after", str(self.retry_after_s).encode()))
        return said


@dataclass(slots=True)
class Lease:
    """What this process may still spend for one subject, what else the bucket held, and until when that is believed."""

    unspent: int = 0
    held: int = 0
    refused: bool = False
    until: float = 0.0
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class Leases:
    """The leases of one process."""

    database: Database
    clock: Callable[[], float] = time.monotonic
    leases: dict[str, Lease] = field(default_factory=dict)

    async def spend(self, policy: Policy, subject: str) -> Standing:
        """One call of this subject: counted, or refused with the seconds to wait."""
        lease = self.leases.get(subject)
        if lease is None:
            self._forget()
            lease = self.leases[subject] = Lease()
        if not self._speaks(lease):
            async with lease.asking:  # of many calls at once one asks for all
                if not self._speaks(lease):
                    await self._ask(lease, policy, subject)
        if lease.unspent < 1:
            return Standing(policy, 0, 1)
        lease.unspent -= 1
        return Standing(policy, min(policy.quota, lease.held + lease.unspent))

    def _speaks(self, lease: Lease) -> bool:
        """Whether the lease says yes or no by itself: it has calls, or was refused a moment ago."""
        return self.clock() < lease.until and (lease.unspent > 0 or lease.refused)

    async def _ask(self, lease: Lease, policy: Policy, subject: str) -> None:
        """Take a lump out of the bucket.

        Without the database this process counts by itself for as long as a lump takes to fill: what needs the database
        answers 503 anyway, and what does not (the contract, the keys, how we are) goes on.
        """
        try:
            async with transaction(self.database) as connection:
                wire = await raw(connection)
                row = await wire.fetchrow(TAKE, subject, policy.quota, WINDOW_S, policy.lump, lease.unspent)
            granted, held, kept_s = row["granted"], row["held"], float(WINDOW_S)
        except (*BROKEN, OSError, asyncpg.PostgresError, SQLAlchemyError, Unavailable):
            granted, held, kept_s = policy.lump, policy.lump, policy.lump * WINDOW_S / policy.quota
        if granted < 1:  # not asked again before there can be one
            kept_s = max(0.0, 1 - held) * WINDOW_S / policy.quota
        lease.unspent, lease.held, lease.refused = granted, int(held), granted < 1
        lease.until = self.clock() + kept_s

    def _forget(self) -> None:
        """Hold no more leases than fit into a few megabytes; what was unspent in them the bucket has filled by then."""
        if len(self.leases) < MOST_LEASES:
            return
        present = self.clock()
        self.leases = {subject: lease for subject, lease in self.leases.items() if present < lease.until}
        if len(self.leases) >= MOST_LEASES:
            self.leases.clear()
