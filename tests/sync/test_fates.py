"""Which failure of judging is for ever, and which a later try may find mended: on that hangs what is acknowledged."""

import asyncpg
import pytest

from api.core.problems import Unexpected, WrongState
from api.sync.fates import permanent


@pytest.mark.parametrize(
    "failed",
    [
        asyncpg.LockNotAvailableError("lock"),
        asyncpg.DeadlockDetectedError("deadlock"),
        asyncpg.QueryCanceledError("slow"),
        asyncpg.DiskFullError("disk"),
        asyncpg.InterfaceError("closed"),
        asyncpg.ConnectionDoesNotExistError("gone"),
        asyncpg.AdminShutdownError("shut down"),
        ConnectionResetError("reset"),
    ],
)
def test_what_a_later_try_may_find_mended_ends_the_call(failed: Exception) -> None:
    with pytest.raises(type(failed)) as raised:
        permanent(failed)
    assert raised.value is failed


def test_what_would_come_back_every_time_is_a_refusal() -> None:
    taken = asyncpg.UniqueViolationError("taken")
    taken.constraint_name = "pk_members"  # as the server's answer sets it
    refused = WrongState([])

    assert permanent(refused) is refused
    assert permanent(taken).code == "household_conflict"
    assert permanent(asyncpg.InsufficientPrivilegeError("hidden")).code == "not_found"
    assert isinstance(permanent(asyncpg.CheckViolationError("broken")), Unexpected)
    assert isinstance(permanent(KeyError("bug")), Unexpected)


async def test_what_cannot_even_be_sent_to_the_database_is_no_lost_line(owner: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.DataError) as raised:
        await owner.fetchval("select $1::int", 2**40)

    assert isinstance(permanent(raised.value), Unexpected)
