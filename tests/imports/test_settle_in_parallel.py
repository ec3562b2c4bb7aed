"""Several connections settle one file at once; what two batches bring to one household is added one after the other."""

import asyncio
from contextlib import suppress

import asyncpg
import pytest

from api.core.settings import Settings
from api.imports import settling
from tests.imports.sending import count, take
from tests.support.dirt import clean_rows, nik, no_kk, write
from tests.support.house import House

WAITING = "select count(distinct pid) from pg_locks where not granted"
LONG_ENOUGH_S = 1.0


async def await_waiting(owner: asyncpg.Connection, connections: int) -> None:
    """Until so many connections wait for a lock."""
    while await owner.fetchval(WAITING) < connections:  # noqa: ASYNC110  # others wait, in the database
        await asyncio.sleep(0.02)


@pytest.fixture
def one_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each household is a batch."""
    monkeypatch.setattr(settling, "HOUSEHOLDS_A_BATCH", 1)


@pytest.mark.usefixtures("one_a_batch")
async def test_people_of_two_cards_of_a_known_household_stand_in_one_order(house: House, wanted: Settings) -> None:
    dewi, campaign, rows = await house.make.dewi(), await house.make.campaign(), clean_rows(2, people=1)
    rows[1] |= {name: rows[0][name] for name in ("Kecamatan", "Desa/Kelurahan")}
    known = await house.make.household(region_code="35.73.04.1007", nik=nik(9), no_kk=no_kk(1), members=1)
    card = "insert into families (id, household_id, no, no_kk_index) values (gen_random_uuid(), $1, 2, $2)"
    await house.owner.execute(card, known, house.make.vault.index("no_kk", no_kk(2)))
    two = wanted.model_copy(update={"worker_processes": 2})

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        async with house.owner.transaction():  # nobody adds a person to the household meanwhile
            await house.owner.execute("select from households where id = $1 for update", known)
            taking = group.create_task(take(house, two, dewi, campaign, write(rows).encode()))
            await await_waiting(house.owner, 1)
            with suppress(TimeoutError):
                await asyncio.wait_for(await_waiting(house.owner, 2), LONG_ENOUGH_S)
        done = await taking

    assert (done["status"], done["households"], await count(house, "households")) == ("done", 0, 1)
    people = await house.owner.fetch("select line, family_no from members order by line")
    assert [row["line"] for row in people] == [1, 2, 3]
    assert sorted(row["family_no"] for row in people) == [1, 1, 2]
    revisions = await house.owner.fetch("select revision from household_revisions order by revision")
    assert [row["revision"] for row in revisions] == [2, 3]


@pytest.mark.usefixtures("one_a_batch")
async def test_every_batch_is_settled_once(house: House, wanted: Settings) -> None:
    dewi, campaign, file = await house.make.dewi(), await house.make.campaign(), write(clean_rows(7)).encode()
    three = wanted.model_copy(update={"worker_processes": 3})

    done = await take(house, three, dewi, campaign, file)
    again = await take(house, three, dewi, campaign, file)

    assert (done["status"], done["households"], again["households"]) == ("done", 7, 0)
    tables = ("households", "members", "household_sources", "household_programmes", "assignments", "staged_people")
    assert [await count(house, table) for table in tables] == [7, 21, 21, 42, 7, 0]
