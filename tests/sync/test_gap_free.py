"""No change is ever skipped: transactions that overlap, and lives of the database that must not be mixed up."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import asyncpg
import pytest
from typer.testing import CliRunner

from api import cli, standalone
from api.core import feed
from api.core.embedded import EmbeddedPostgres
from api.core.paging import cursor_of
from api.core.settings import database_settings
from tests.support.house import House
from tests.sync.phone import Phone, empty
from tests.sync.test_pull import give, phone_of, season, statuses

TOUCH = "update assignments set revision = revision + 1 where id = $1"


@pytest.fixture
async def other(house: House, cluster: EmbeddedPostgres) -> AsyncIterator[asyncpg.Connection]:
    """A second connection to this test's database, for a transaction that overlaps."""
    connection = await asyncpg.connect(cluster.database_url(house.owner._params.database))
    yield connection
    await connection.close()


async def expired(phone: Phone) -> None:
    """The phone's cursor is refused with 410."""
    answer = await phone.ask()
    assert (answer.status_code, answer.json()["code"]) == (410, "cursor_expired")


def changed(got: dict[str, list[dict[str, str]]]) -> list[str]:
    """The ids of the assignments of an answer."""
    return [one["id"] for one in got["assignments"]]


async def test_an_earlier_transaction_that_commits_late_is_not_skipped(house: House, other: asyncpg.Connection) -> None:
    team, (first, second, third) = await season(house)
    phone = await phone_of(house, team.siti)
    await phone.sync()

    late = other.transaction()
    await late.start()
    await other.execute(TOUCH, first)  # takes the earlier number
    await house.owner.execute(TOUCH, second)  # a later number, committed before
    while_open = await phone.pull()
    await late.commit()
    after = await phone.pull()
    await house.owner.execute(TOUCH, third)

    # both are behind the horizon until the earlier one has ended, and then both are there
    assert empty(while_open)
    assert sorted(changed(after)) == sorted([str(first), str(second)])
    assert changed(await phone.pull()) == [str(third)]


async def test_what_commits_during_the_first_pull_comes_after_it(house: House, other: asyncpg.Connection) -> None:
    team, (first, *_) = await season(house)
    late = other.transaction()
    await late.start()
    await other.execute(TOUCH, first)
    phone = await phone_of(house, team.siti, limit=2)

    page = await phone.pull()
    await late.commit()
    await phone.sync()

    assert (changed(page)[0], page["assignments"][0]["revision"]) == (str(first), 1)
    assert phone.assignments[str(first)]["revision"] == 2
    assert await statuses(house) != ["downloaded"] * 3  # revision 2 has been sent, its cursor not yet presented
    await phone.pull()
    assert await statuses(house) == ["downloaded"] * 3


async def test_work_that_somebody_changes_in_this_moment_is_neither_waited_for_nor_marked(
    house: House, other: asyncpg.Connection
) -> None:
    team, (first, *_) = await season(house)
    phone = await phone_of(house, team.siti)
    await phone.sync()
    late = other.transaction()
    await late.start()
    await other.execute(TOUCH, first)

    assert empty(await asyncio.wait_for(phone.pull(), 2))
    assert await statuses(house) == ["open", "downloaded", "downloaded"]
    await late.commit()
    assert changed(await phone.pull()) == [str(first)]
    assert await statuses(house) == ["open", "downloaded", "downloaded"]
    await phone.pull()
    assert await statuses(house) == ["downloaded"] * 3


async def test_many_writers_and_a_phone_that_pulls_all_the_while_end_alike(
    house: House, cluster: EmbeddedPostgres
) -> None:
    team, held = await season(house, 6)
    phone = await phone_of(house, team.siti, limit=3)
    await phone.sync()

    async def write(number: int) -> None:
        connection = await asyncpg.connect(cluster.database_url(house.owner._params.database))
        for turn in range(12):
            async with connection.transaction():
                await connection.execute(TOUCH, held[(number + turn) % 6])
                await asyncio.sleep(0.001 * ((number * 7 + turn) % 5))
        await connection.close()

    async def pull_all_the_while() -> None:
        while not writers.done():
            await phone.sync()

    writers = asyncio.gather(*(write(number) for number in range(4)))
    await asyncio.gather(writers, pull_all_the_while())
    await phone.sync()

    stored = {
        str(row["id"]): row["revision"] for row in await house.owner.fetch("select id, revision from assignments")
    }
    assert {key: one["revision"] for key, one in phone.assignments.items()} == stored
    assert sum(stored.values()) == 6 + 48


async def test_a_cursor_is_its_persons_own(house: House) -> None:
    team, _ = await season(house, 1)
    siti, budi = await phone_of(house, team.siti), await phone_of(house, team.budi)
    await siti.sync()
    budi.cursor = siti.cursor

    for cursor in (siti.cursor, "nonsense", cursor_of(str(team.budi.id), 1), "W10="):
        budi.cursor = cursor
        refused = await budi.ask()
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "bad_cursor")
    assert await statuses(house) == ["open"]


async def test_a_cursor_ahead_of_the_feed_or_of_another_life_has_expired(house: House) -> None:
    team, _ = await season(house, 1)
    phone = await phone_of(house, team.siti)
    await phone.sync()
    epoch = await feed.present_epoch(house.owner)
    kept = phone.cursor
    parts = (team.siti.id, 2**40, 0, UUID(int=0), "", "")

    for lie in (cursor_of(parts[0], epoch, *parts[1:]), cursor_of(parts[0], epoch - 1, 3, *parts[2:])):
        phone.cursor = lie
        await expired(phone)
    assert await statuses(house) == ["open"]
    phone.cursor = kept
    assert empty(await phone.pull())


@pytest.mark.parametrize("column", ["system_identifier", "timeline", "database_oid"])
async def test_another_cluster_timeline_or_database_is_another_life(house: House, column: str) -> None:
    team, _ = await season(house, 1)
    phone = await phone_of(house, team.siti)
    await phone.sync()
    before = await feed.present_epoch(house.owner)
    assert await feed.present_epoch(house.owner) == before

    await house.owner.execute(f"update feed_epochs set {column} = {column} + 1")  # as a restore would find it
    await expired(phone)

    assert await feed.present_epoch(house.owner) > before
    assert await house.owner.fetchval("select count(*) from sync_changes") == 0
    phone.cursor = None
    assert len((await phone.pull())["assignments"]) == 1
    assert empty(await phone.pull())


@pytest.fixture
def operator(house: House, cluster: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The operator's command finds this test's database."""
    for name in ("SAMBANG_DATABASE_URL", "SAMBANG_DATABASE_OWNER_URL"):
        monkeypatch.setenv(name, cluster.database_url(house.owner._params.database))
    database_settings.cache_clear()
    yield
    database_settings.cache_clear()


async def test_migrating_begins_the_epoch_of_a_restored_database(house: House, operator: None) -> None:
    before = await feed.present_epoch(house.owner)
    await asyncio.to_thread(standalone.migrate)
    assert await feed.present_epoch(house.owner) == before

    await house.owner.execute("update feed_epochs set system_identifier = 1")
    await asyncio.to_thread(standalone.migrate)

    assert await house.owner.fetchval("select max(epoch) from feed_epochs") > before


async def test_the_operator_says_that_it_was_restored_where_nothing_else_shows_it(house: House, operator: None) -> None:
    team, _ = await season(house, 1)
    phone = await phone_of(house, team.siti)
    await phone.sync()

    for _ in range(2):  # two restores of one backup are two lives
        before = await feed.present_epoch(house.owner)
        done = await asyncio.to_thread(CliRunner().invoke, cli.app, ["feed", "restored"])
        assert (done.exit_code, await feed.present_epoch(house.owner) > before) == (0, True), done.output

    await expired(phone)
    swept = await asyncio.to_thread(CliRunner().invoke, cli.app, ["feed", "sweep", "--days", "7"])
    assert (swept.exit_code, swept.output) == (0, "0 changes forgotten.\n")


async def test_sweeping_forgets_what_is_old_and_expires_only_whom_it_would_have_reached(house: House) -> None:
    team, held = await season(house, 2)
    early, fresh = await phone_of(house, team.siti), await phone_of(house, team.siti)
    await early.sync()
    await house.owner.execute(TOUCH, held[0])
    await house.owner.execute("update sync_changes set at = now() - interval '91 days'")
    await fresh.sync()
    await give(house, team, team.siti)

    assert await feed.sweep(house.owner, 90) == 1
    assert await feed.sweep(house.owner, 90) == 0
    assert await house.owner.fetchval("select count(*) from sync_changes") == 1

    await expired(early)
    assert len(changed(await fresh.pull())) == 1


async def test_the_functions_of_the_feed_act_as_the_owner_on_a_path_of_their_own(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "select p.proname as name, p.prosecdef as definer, pg_get_userbyid(p.proowner) as owner, p.proconfig as config,"
        " has_function_privilege('public', p.oid, 'execute') as anybody,"
        " array(select r.rolname::text from pg_roles r where r.rolname like 'sambang\\_%' and r.oid <> p.proowner"
        " and has_function_privilege(r.oid, p.oid, 'execute')) as callers"
        " from pg_proc p where p.proname = any($1)",
        [
            "begin_feed_epoch",
            "present_feed_epoch",
            "feed_epoch",
            "sweep_feed",
            "tell_of_assignments",
            "tell_of_households",
        ],
    )
    assert len(rows) == 6
    for row in rows:
        plans = ["enable_nestloop=off"] if row["name"].startswith("tell_of_") else []
        assert (row["definer"], row["anybody"]) == (True, False), row
        assert row["config"] == ["search_path=public, pg_temp", *plans], row
        assert row["owner"] == await owner.fetchval("select current_user")
        allowed = {"feed_epoch": ["sambang_enumerator"], "sweep_feed": ["sambang_worker"]}
        assert row["callers"] == allowed.get(row["name"], []), row


async def test_a_table_of_the_callers_own_making_takes_no_place_of_ours(house: House) -> None:
    _, held = await season(house, 1)
    await house.owner.execute(
        "create temporary table sync_changes (addressee_id uuid, assignment_id uuid, household_id uuid)"
    )

    await house.owner.execute(TOUCH, held[0])

    assert await house.owner.fetchval("select count(*) from pg_temp.sync_changes") == 0
    assert await house.owner.fetchval("select count(*) from public.sync_changes") == 2
