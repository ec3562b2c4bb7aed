"""The import's job: what a file becomes."""

from pathlib import Path

from api.core.settings import Settings
from api.demo.dtks import write_dtks_person_file
from tests.imports.sending import count, send, take, work_until_done
from tests.support.house import House


async def test_the_worker_takes_a_file_from_the_queue(house: House, wanted: Settings, tmp_path: Path) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    written = write_dtks_person_file(tmp_path / "dtks.csv", 60)

    sent = await send(house, dewi, campaign, written.path)
    done = await work_until_done(house, wanted, dewi, sent.headers["Location"])

    assert (done["status"], done["rows"], done["households"]) == ("done", written.rows, 60)
    assert await count(house, "households") == await count(house, "assignments") == 60
    assert await count(house, "staged_people") == await count(house, "pgqueuer") == 0


async def test_the_same_file_twice_adds_nothing(house: House, wanted: Settings, tmp_path: Path) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    written = write_dtks_person_file(tmp_path / "dtks.csv", 60)
    first = await take(house, wanted, dewi, campaign, written.path)
    tables = ("households", "families", "members", "household_sources", "household_programmes", "assignments")
    before = [await count(house, table) for table in (*tables, "assignment_events")]

    again = await take(house, wanted, dewi, campaign, written.path)

    assert (first["households"], again["households"]) == (60, 0)
    assert again["accepted"] == first["accepted"] == before[2]
    assert [await count(house, table) for table in (*tables, "assignment_events")] == before
