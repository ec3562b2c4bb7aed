"""What was sent goes when it has been read, and what was left behind is swept away."""

import asyncio
import os
import time
from pathlib import Path
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from api.core.jobs import ATTEMPTS, StopAsked
from api.core.settings import Settings
from api.imports import settling
from api.imports.forgetting import UPLOAD_S, sweep_files
from api.imports.jobs import run_import
from api.imports.upload import file_of, folder_of
from api.tables import ImportPart
from tests.imports.sending import place_of, send, take, work_until_done
from tests.imports.test_take_bdt import pair
from tests.support.dirt import clean_rows, write
from tests.support.house import House


def lying(wanted: Settings, *imports: str) -> set[str]:
    """Which of these imports still have a file; the folder is the session's."""
    return {one for one in imports for path in folder_of(wanted).glob(f"{one}*") if path.exists()}


async def test_a_file_stays_until_it_is_read_and_while_it_may_be_read_again(
    house: House, wanted: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    waiting, stopped, failing = [
        (await send(house, dewi, campaign, write(clean_rows(number)).encode())).json()["id"] for number in (1, 2, 3)
    ]
    place = place_of(house, wanted)
    place.stopping.set()
    with pytest.raises(StopAsked):
        await run_import(place, stopped)
    with monkeypatch.context() as broken:
        broken.setattr(settling, "finish", None)
        with pytest.raises(TypeError):
            await run_import(place_of(house, wanted), failing)
        await sweep_files(wanted, house.owner)
        assert lying(wanted, waiting, stopped, failing) == {waiting, stopped, failing}
        with pytest.raises(TypeError):
            await run_import(place_of(house, wanted, ATTEMPTS - 1), failing)

    assert lying(wanted, waiting, stopped, failing) == {waiting, stopped}
    await run_import(place_of(house, wanted), stopped)
    assert lying(wanted, waiting, stopped) == {waiting}


async def test_both_files_go_when_an_import_is_done_and_a_broken_one_goes_too(house: House, wanted: Settings) -> None:
    dewi, campaign, (households, members) = await house.make.dewi(), await house.make.campaign(), pair(2)
    done = await take(house, wanted, dewi, campaign, households, members_file=members)
    sent = await send(house, dewi, campaign, write(clean_rows(2)).encode())
    os.truncate(file_of(wanted, UUID(sent.json()["id"])), 90)

    await run_import(place_of(house, wanted), sent.json()["id"])

    assert (done["status"], done["households"]) == ("done", 2)
    assert lying(wanted, done["id"], sent.json()["id"]) == set()
    again = await take(house, wanted, dewi, campaign, households, members_file=members)
    assert (again["status"], again["households"], again["sha256"]) == ("done", 0, done["sha256"])


async def test_the_sweep_takes_what_a_death_left_and_no_upload_under_way(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    done = await take(house, wanted, dewi, campaign, write(clean_rows(2)).encode())
    fresh, old = uuid7(), uuid7()
    left = [file_of(wanted, UUID(done["id"]), part) for part in ImportPart]
    for path in (*left, file_of(wanted, fresh), file_of(wanted, old)):
        path.write_bytes(b"sealed\n")  # a small file of a test
    long_ago = time.time() - UPLOAD_S - 60
    os.utime(file_of(wanted, old), (long_ago, long_ago))

    swept = await sweep_files(wanted, house.owner)

    assert swept >= 3
    assert lying(wanted, done["id"], str(fresh), str(old)) == {str(fresh)}
    await asyncio.to_thread(file_of(wanted, fresh).unlink)


async def test_a_worker_sweeps_when_it_begins(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    done = await take(house, wanted, dewi, campaign, write(clean_rows(2)).encode())
    left: Path = file_of(wanted, UUID(done["id"]))
    left.write_bytes(b"sealed\n")  # noqa: ASYNC240  # a small file of a test
    sent = await send(house, dewi, campaign, write(clean_rows(3)).encode())

    await work_until_done(house, wanted, dewi, sent.headers["Location"])

    assert lying(wanted, done["id"], sent.json()["id"]) == set()
