"""A worker may die at any point: the job is taken again and ends in the same result."""

import asyncio
import os
import signal
import sys
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from api.core.jobs import ATTEMPTS, StopAsked
from api.core.settings import Settings
from api.imports import queries, settling, staging
from api.imports.jobs import run_import
from api.imports.layouts.dtks_person import DTKS_PERSON
from api.imports.upload import file_of
from api.tables import ImportPart
from tests.imports.sending import count, place_of, send, work_until_done
from tests.support.dirt import clean_rows, dirty_file, write
from tests.support.house import House

TABLES = (
    "households",
    "families",
    "members",
    "household_sources",
    "household_programmes",
    "assignments",
    "import_findings",
)
WORKER = """
import asyncio, sys
from datetime import timedelta
from api.core.settings import Settings
from api.worker import run_worker
asyncio.run(run_worker(Settings(), stale_after=timedelta(seconds=2)))
"""


async def state(house: House, path: str, client: Any) -> list[Any]:
    answer = (await client.get(path)).json()
    told = [answer[name] for name in ("status", "rows", "accepted", "rejected", "warnings", "by_code", "households")]
    return [*told, *[await count(house, table) for table in TABLES], await count(house, "staged_people")]


@pytest.mark.parametrize("stages", [0, 1, 2, 3])
async def test_a_job_cut_off_between_stages_ends_as_if_it_had_not_been(
    house: House, wanted: Settings, stages: int
) -> None:
    dewi, campaign, file = await house.make.dewi(), await house.make.campaign(), dirty_file(1).text.encode()
    sent = await send(house, dewi, campaign, file)
    import_id, place = UUID(sent.json()["id"]), place_of(house, wanted)
    async with place.connect() as connection:
        begun = await connection.fetchrow(queries.BEGIN_AGAIN, import_id)
        if stages > 0:
            await staging.stage(place, connection, import_id, {ImportPart.FILE: file_of(wanted, import_id)}, begun)
        if stages > 1:
            await settling.find_repeated(connection, import_id, DTKS_PERSON)
        if stages > 2:
            await settling.settle(place, connection, import_id, begun, 0)

    await run_import(place, str(import_id))
    after = await state(house, sent.headers["Location"], await house.as_(dewi))
    await run_import(place, str(import_id))

    assert after == await state(house, sent.headers["Location"], await house.as_(dewi))
    assert (after[0], after[-1]) == ("done", 0)
    assert after[6] == after[7] == after[12]


async def test_a_killed_worker_is_followed_by_another(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    sent = await send(house, dewi, campaign, write(clean_rows(1200)).encode())
    client, path = await house.as_(dewi), sent.headers["Location"]
    environment = os.environ | {
        "SAMBANG_ENV": "test",
        "SAMBANG_DATABASE_URL": wanted.database_url,
        "SAMBANG_PRIVATE_FOLDER": str(wanted.private_folder),
    }
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, env=environment)
    async with asyncio.timeout(30):
        while (await client.get(path)).json()["rows"] == 0:  # noqa: ASYNC110  # another process counts
            await asyncio.sleep(0.05)
    worker.kill()
    await worker.wait()
    assert (await client.get(path)).json()["status"] == "checking"

    done = await work_until_done(house, wanted, dewi, path)

    assert (done["status"], done["rows"], done["accepted"], done["households"]) == ("done", 3600, 3600, 1200)
    assert await count(house, "households") == await count(house, "assignments") == 1200
    assert await count(house, "members") == 3600


async def test_sigterm_ends_the_worker_and_gives_its_job_back(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    sent = await send(house, dewi, campaign, write(clean_rows(1200)).encode())
    client, path = await house.as_(dewi), sent.headers["Location"]
    environment = os.environ | {
        "SAMBANG_ENV": "test",
        "SAMBANG_DATABASE_URL": wanted.database_url,
        "SAMBANG_PRIVATE_FOLDER": str(wanted.private_folder),
    }
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, env=environment)
    async with asyncio.timeout(30):
        while (await client.get(path)).json()["rows"] == 0:  # noqa: ASYNC110  # another process counts
            await asyncio.sleep(0.05)
    worker.send_signal(signal.SIGTERM)

    async with asyncio.timeout(5):
        assert await worker.wait() == 0

    assert await house.owner.fetchval("select status from pgqueuer") == "queued"


async def test_a_worker_that_must_end_stops_between_batches(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    sent = await send(house, dewi, campaign, write(clean_rows(2)).encode())
    place = place_of(house, wanted)
    place.stopping.set()

    with pytest.raises(StopAsked):
        await run_import(place, sent.json()["id"])

    assert (await (await house.as_(dewi)).get(sent.headers["Location"])).json()["status"] == "checking"


async def test_a_file_that_cannot_be_read_fails_whole(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    sent = await send(house, dewi, campaign, write(clean_rows(2)).encode())
    os.truncate(file_of(wanted, UUID(sent.json()["id"])), 90)

    await run_import(place_of(house, wanted), sent.json()["id"])

    failed = (await (await house.as_(dewi)).get(sent.headers["Location"])).json()
    assert (failed["status"], failed["problem"], failed["rows"]) == ("failed", "file_unreadable", 0)


async def test_a_campaign_closed_meanwhile_takes_nothing(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    sent = await send(house, dewi, campaign, write(clean_rows(2)).encode())
    await house.owner.execute("update campaigns set status = 'closed'")

    await run_import(place_of(house, wanted), sent.json()["id"])

    failed = (await (await house.as_(dewi)).get(sent.headers["Location"])).json()
    assert (failed["status"], failed["problem"]) == ("failed", "campaign_closed")


async def test_what_keeps_failing_is_said_to_have_failed(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    sent = await send(house, dewi, campaign, write(clean_rows(2)).encode())
    await house.owner.execute("alter table household_sources add constraint never check (false) not valid")

    for attempt in range(ATTEMPTS):
        with pytest.raises(asyncpg.CheckViolationError):
            await run_import(place_of(house, wanted, attempt), sent.json()["id"])

    failed = (await (await house.as_(dewi)).get(sent.headers["Location"])).json()
    assert (failed["status"], failed["problem"]) == ("failed", "internal")
    assert await count(house, "households") == 0
