"""A run that `kill -9` ends in the middle of a batch leaves each household whole or gone, and the next run ends it.

With real photos on the disk: their rows go with the household, their files with the next sweep.
"""

import asyncio
import os
import signal
import sys
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from api.attachments import sweeping
from api.attachments.store import folder_of
from api.attachments.sweeping import sweep_photos
from api.core.settings import Settings
from api.custody.anonymising import anonymise
from tests.attachments.shots import JPEG, announced, path_of, shot
from tests.core.clusters import ROOT
from tests.support.dirt import nik
from tests.support.house import House
from tests.visits.bodies import visit

HOUSEHOLDS, BATCH = 5, 2
TODAY = date(2030, 1, 1)
RUN = f"""
import asyncio
from datetime import date
from api.core.settings import Settings
from api.custody import anonymising
anonymising.BATCH = {BATCH}
wanted = Settings()
asyncio.run(anonymising.anonymise(wanted, wanted.owner_url, date(2030, 1, 1), for_good=True, tell=lambda gone: None))
"""
WAITING = """
select count(*) from pg_stat_activity a where a.application_name = 'sambang anonymise' and a.wait_event_type = 'Lock'
and a.datname = current_database()
"""
# a household's rows that still tell of somebody, table by table
LEFT = """
select h.id, h.anonymised_at is not null as gone,
    (select count(*) from members m where m.household_id = h.id and m.name <> '-') as people,
    (select count(*) from visits v where v.household_id = h.id and v.content <> '') as visits,
    (select count(*) from photos p join visits v on v.receipt_id = p.receipt_id where v.household_id = h.id) as photos
from households h order by h.id
"""


async def photographed(house: House) -> list[UUID]:
    """Siti's households, each visited with a photo of its door, in a campaign that is long over."""
    team = await house.make.team(await house.make.campaign())
    siti, households = await house.as_(team.siti), []
    for number in range(1, HOUSEHOLDS + 1):
        households.append(await house.make.household(head=f"Kenari {number}", nik=nik(number)))
        door = await house.make.assignment(team.campaign_id, households[-1], team.siti)
        photo = shot(colour=("red", "green", "blue", "black", "navy")[number - 1])
        said = visit(door, attachments=announced(photo))
        assert (await siti.post("/v1/visits", json=said)).status_code == 201
        assert (await siti.put(path_of(said["id"]), content=photo, headers=JPEG)).status_code == 201
    await house.owner.execute("update households set created_at = '2022-11-01'")
    await house.owner.execute("update campaigns set status = 'closed', ends_on = '2022-12-26'")
    return sorted(households)


async def start(wanted: Settings) -> asyncio.subprocess.Process:
    """The command in a process of its own."""
    environment = os.environ | {
        "SAMBANG_ENV": "test", "SAMBANG_DATABASE_URL": wanted.database_url,
        "SAMBANG_DATABASE_OWNER_URL": wanted.owner_url, "SAMBANG_PRIVATE_FOLDER": str(wanted.private_folder),
    }  # fmt: skip
    return await asyncio.create_subprocess_exec(sys.executable, "-c", RUN, cwd=ROOT, env=environment)


def photos_in(wanted: Settings) -> list[Path]:
    return [path for path in folder_of(wanted).rglob("*") if path.is_file()]


async def test_killed_in_the_middle_of_a_batch_it_goes_on(house: House, wanted: Settings, monkeypatch: Any) -> None:
    households = await photographed(house)
    assert len(photos_in(wanted)) == HOUSEHOLDS
    other = await asyncpg.connect(wanted.owner_url)
    holding = other.transaction()
    await holding.start()  # the second batch has taken its photos and families away when it comes to these people
    await other.execute("select from members where household_id = $1 for update", households[BATCH])
    process = await start(wanted)
    async with asyncio.timeout(60):
        while not await house.owner.fetchval(WAITING):  # noqa: ASYNC110  # the database tells nobody
            await asyncio.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await holding.rollback()
    await other.close()
    async with asyncio.timeout(60):
        while await house.owner.fetchval(WAITING):  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    half = await house.owner.fetch(LEFT)
    assert [(row["gone"], row["people"], row["visits"], row["photos"]) for row in half] == [
        *[(True, 0, 0, 0)] * BATCH,
        *[(False, 2, 1, 1)] * (HOUSEHOLDS - BATCH),
    ]
    assert await (await start(wanted)).wait() == 0
    assert [tuple(row)[1:] for row in await house.owner.fetch(LEFT)] == [(True, 0, 0, 0)] * HOUSEHOLDS
    monkeypatch.setattr(sweeping, "UPLOAD_S", -60.0)
    assert await sweep_photos(wanted, house.owner) == HOUSEHOLDS
    assert photos_in(wanted) == []
    before = await house.owner.fetch("select * from audit_events order by seq")
    again = await anonymise(wanted, wanted.owner_url, TODAY, for_good=True, tell=lambda gone: None)
    assert (again.households, await house.owner.fetch("select * from audit_events order by seq")) == (0, before)
    done = [row["detail"] for row in before if row["action"] == "households.anonymised"]
    assert len(done) == 3, "one deed a batch, none of the batch that was broken off"
