"""Passwords: argon2id in a small bounded pool, and what a password may not be.

A hash of 19 MiB takes a tenth of a second. Without a bound 126 sign-ins at once take a minute and five gigabytes
(measured, trust.md H11): two threads hash, 64 callers wait, everybody else is told to come back.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from api.core.problems import Invalid, Unavailable

Result = TypeVar("Result")

THREADS: Final = 2
QUEUE: Final = 64
HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# the hash of a password that nobody knows: an unknown user costs the same time as a known one
NOBODY: Final = "$argon2id$v=19$m=19456,t=2,p=1$lyVEi7LGJ7rT/WGisHXb7g$bReMjRQx2kS0Le16s1jGWtVjCsYtISOdfHZVvBgNeF0"
COMMON: Final = (
    "password",
    "katasandi",
    "rahasia",
    "qwerty",
    "asdfgh",
    "bismillah",
    "indonesia",
    "malang",
    "sambang",
    "bappeda",
    "admin",
    "welcome",
    "iloveyou",
    "sayang",
    "123456",
    "654321",
)


@dataclass(slots=True)
class HashingPool:
    """Exactly two threads and a short queue; a full queue is 503 with Retry-After."""

    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, "argon2"))
    inside: int = 0

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do this work on one of the threads, or raise `Unavailable`."""
        if self.inside >= THREADS + QUEUE:
            raise Unavailable(retry_after_s=5)
        self.inside += 1
        work_done = asyncio.get_running_loop().run_in_executor(self.threads, work)
        # a caller who hangs up leaves the thread busy: the place is free when the work is done, not before
        work_done.add_done_callback(self._leave)
        return await asyncio.shield(work_done)

    def _leave(self, _: asyncio.Future[Result]) -> None:
        self.inside -= 1


POOL: Final = HashingPool()


async def hash_password(password: str) -> str:
    """The argon2id hash of a new password."""
    return await POOL.run(lambda: HASHER.hash(password))


async def is_password(stored: str | None, password: str) -> bool:
    """Whether this is the password; without a stored hash the answer is no, after the same time."""
    right = await POOL.run(lambda: _matches(stored or NOBODY, password))
    return right and stored is not None


def _matches(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def refuse_weak(password: str, username: str, pointer: str = "/password") -> None:
    """Refuse what is guessed first: the username, a well-known word with a few more signs, a handful of signs."""
    lowered = password.casefold()
    if username.casefold() in lowered:
        raise Invalid(pointer, "password_holds_username")
    for word in COMMON:
        lowered = lowered.replace(word, "")
    if len(set(password)) < 5 or len(lowered) < 5:
        raise Invalid(pointer, "password_too_common")
