"""The job that takes a list of people: all of it or nothing, and field staff only."""

import asyncio
import os
import sys

import pytest

from api.core.jobs import StopAsked
from api.core.settings import Settings
from api.imports.jobs import run_import
from tests.imports.sending import place_of, send, take, work_until_done
from tests.imports.test_begin_again import WORKER
from tests.imports.test_take_staff import counts, row
from tests.support.house import House
from tests.support.people import file_of_people, people


async def test_a_killed_worker_leaves_nothing_and_another_takes_the_list(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    sent = await send(house, dewi, campaign, file_of_people(people()))
    client, path = await house.as_(dewi), sent.headers["Location"]
    environment = os.environ | {
        "SAMBANG_ENV": "test",
        "SAMBANG_DATABASE_URL": wanted.database_url,
        "SAMBANG_PRIVATE_FOLDER": str(wanted.private_folder),
    }
    async with house.owner.transaction():  # somebody else writes staff: the worker waits inside its transaction
        await house.owner.execute("lock table staff in share mode")
        worker = await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, env=environment)
        waiting = "select exists (select from pg_locks where relation = 'staff'::regclass and not granted)"
        async with asyncio.timeout(60):
            while not await house.owner.fetchval(waiting):  # noqa: ASYNC110  # another process waits
                await asyncio.sleep(0.05)
        worker.kill()
        await worker.wait()
    assert (await client.get(path)).json()["status"] == "checking"
    assert await counts(house) == [1, 1, 0, 0]

    done = await work_until_done(house, wanted, dewi, path)

    assert (done["status"], done["rows"], done["accounts"], done["teams"]) == ("done", 144, 144, 18)
    assert await counts(house) == [145, 145, 18, 126]


async def test_a_job_that_must_end_or_finds_the_campaign_closed_makes_nobody(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    sent = await send(house, dewi, campaign, file_of_people(people(1)))
    place = place_of(house, wanted)
    place.stopping.set()

    with pytest.raises(StopAsked):
        await run_import(place, sent.json()["id"])
    await house.owner.execute("update campaigns set status = 'closed'")
    await run_import(place_of(house, wanted), sent.json()["id"])

    failed = (await (await house.as_(dewi)).get(sent.headers["Location"])).json()
    assert (failed["status"], failed["problem"], failed["accounts"]) == ("failed", "campaign_closed", 0)
    assert await counts(house) == [1, 1, 0, 0]


async def test_more_than_ten_thousand_people_are_no_city(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()

    failed = await take(house, wanted, dewi, campaign, file_of_people([row(f"Siti {n}") for n in range(10_001)]))

    assert (failed["status"], failed["problem"]) == ("failed", "too_many_rows")


async def test_a_worker_makes_field_staff_and_nobody_else(house: House, wanted: Settings) -> None:
    async with place_of(house, wanted).connect() as worker:
        for role in ("bappeda", "diskominfo", "observer", "client"):
            with pytest.raises(Exception, match="row-level security"):
                await worker.execute(
                    "insert into principals (id, kind, role, scopes, active, version)"
                    " values (gen_random_uuid(), 'staff', $1, '{}', true, 1)",
                    role,
                )
        for column in ("role", "active", "scopes", "version"):
            with pytest.raises(Exception, match="permission denied"):
                await worker.execute(f"update principals set {column} = {column}")
        with pytest.raises(Exception, match="permission denied"):
            await worker.execute("select * from not_activated('{}')")
