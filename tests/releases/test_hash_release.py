"""The worker hashes a release's files once: asked for with the release, cut off at any point, and taken again."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import jwt
import pytest

from api.core.jobs import ATTEMPTS, StopAsked, Workplace
from api.core.settings import Settings
from api.releases import jobs
from api.releases.contents import EDITION, ReleaseFile, content
from api.releases.jobs import hash_release
from api.worker import run_worker
from tests.releases.decided import Pilot, pilot
from tests.support.house import House

WORKER = """
import asyncio
from datetime import timedelta
from api.core.settings import Settings
from api.releases import jobs
from api.worker import run_worker
jobs.ROWS_A_TIME = 1
asyncio.run(run_worker(Settings(), stale_after=timedelta(seconds=2)))
"""


async def status(here: Pilot, release: UUID) -> str:
    told: str = (await (await here.house.as_(here.dewi)).get(f"/v1/releases/{release}")).json()["manifest_status"]
    return told


async def hashes(house: House) -> dict[str, tuple[str, object]]:
    rows = await house.owner.fetch("select name, sha256, made_at from release_file_hashes")
    return {row["name"]: (row["sha256"], row["made_at"]) for row in rows}


async def work_until(here: Pilot, release: UUID, wanted: Settings, end: str) -> None:
    stopping = asyncio.Event()
    worker = asyncio.create_task(run_worker(wanted, stopping=stopping, stale_after=timedelta(seconds=2)))
    try:
        async with asyncio.timeout(60):
            while await status(here, release) != end:
                assert not worker.done(), worker.exception()
                await asyncio.sleep(0.1)
    finally:
        stopping.set()
        await worker


async def test_a_release_asks_for_its_hashes_in_its_own_transaction(house: House) -> None:
    here = await pilot(house)
    nothing = await (await house.as_(here.dewi)).post("/v1/releases", json={"campaign_id": str(here.campaign_id)})
    assert nothing.status_code == 409
    assert await house.owner.fetchval("select count(*) from pgqueuer") == 0
    await here.household()

    release = await here.release()

    asked = await house.owner.fetch("select entrypoint, payload from pgqueuer")
    assert [tuple(row) for row in asked] == [(jobs.NAME, str(release).encode())]
    assert await status(here, release) == "hashing"


async def test_until_then_the_manifest_says_when_to_ask_again(house: House, wanted: Settings) -> None:
    here = await pilot(house)
    await here.household()
    release = await here.release()
    dewi = await house.as_(here.dewi)

    early = await dewi.get(f"/v1/releases/{release}/manifest")
    assert (early.status_code, early.json()["code"]) == (409, "manifest_not_ready")
    assert int(early.headers["Retry-After"]) > 0
    assert (await dewi.get(f"/v1/releases/{release}/files/households.csv")).status_code == 200

    await work_until(here, release, wanted, "ready")
    assert (await dewi.get(f"/v1/releases/{release}/manifest")).status_code == 200
    noted = await house.owner.fetch("select action, actor_id from audit_events where action = 'release.hashed'")
    assert [row["actor_id"] for row in noted] == [here.dewi.id]


async def test_a_file_that_is_hashed_is_not_made_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    here = await pilot(house)
    await here.household()
    release = await here.hashed()
    before = await hashes(house)
    await house.owner.execute("delete from release_file_hashes where name = 'members.csv'")
    made: list[str] = []

    def noted(file: ReleaseFile, *rest: Any) -> AsyncGenerator[bytes, None]:
        made.append(file.name)
        return content(file, *rest)

    monkeypatch.setattr(jobs, "content", noted)

    await hash_release(here.place, str(release))

    assert made == ["members.csv"]
    after = await hashes(house)
    assert {name: told[0] for name, told in after.items()} == {name: told[0] for name, told in before.items()}


async def test_a_killed_worker_is_followed_by_another(house: House, wanted: Settings) -> None:
    here = await pilot(house)
    for number in range(120):
        await here.household(rt=f"{number % 9:03}", nik="3573041203850001", external_id=f"X{number}")
    release = await here.release()
    environment = os.environ | {
        "SAMBANG_ENV": "test",
        "SAMBANG_DATABASE_URL": wanted.database_url,
        "SAMBANG_PRIVATE_FOLDER": str(wanted.private_folder),
    }
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, env=environment)
    async with asyncio.timeout(30):
        while not (before := await hashes(house)):  # noqa: ASYNC110  # another process hashes
            await asyncio.sleep(0.01)
    worker.send_signal(signal.SIGKILL)
    await worker.wait()
    before = await hashes(house)
    assert 0 < len(before) < 7
    assert await status(here, release) == "hashing"

    await work_until(here, release, wanted, "ready")

    after = await hashes(house)
    assert len(after) == 7
    assert before.items() <= after.items()  # what stood was not made again
    signed = (await (await house.as_(here.dewi)).get(f"/v1/releases/{release}/manifest")).text
    published = (await (await house.as_(None)).get("/.well-known/jwks.json")).json()
    key = jwt.PyJWKSet.from_dict(published)[jwt.get_unverified_header(signed)["kid"]]
    told = json.loads(jwt.PyJWS().decode(signed, key=key, algorithms=["ES256"]))
    assert {file["name"]: file["sha256"] for file in told["files"]} == {name: one[0] for name, one in after.items()}


async def test_a_worker_that_must_end_stops_inside_a_file(house: House) -> None:
    here = await pilot(house)
    await here.household()
    release = await here.release()
    place = here.place
    place.stopping.set()

    with pytest.raises(StopAsked):
        await hash_release(place, str(release))

    assert (await status(here, release), await hashes(house)) == ("hashing", {})


async def test_what_keeps_failing_is_said_and_the_next_worker_tries_again(house: House, wanted: Settings) -> None:
    here = await pilot(house)
    await here.household(nik="3573041203850001")
    release = await here.release()
    sealed = await house.owner.fetch("select member_id, nik from released_members where nik is not null")
    await house.owner.execute("update released_members set nik = '\\x00' where nik is not null")

    for attempt in range(ATTEMPTS):
        place = Workplace(wanted, house.make.vault, asyncio.Event(), attempt)
        with pytest.raises(Exception, match="nik"):
            await hash_release(place, str(release))

    assert await status(here, release) == "failed"
    dewi = await house.as_(here.dewi)
    refused = await dewi.get(f"/v1/releases/{release}/manifest")
    assert (refused.status_code, refused.json()["code"]) == (409, "manifest_failed")

    await house.owner.execute("delete from pgqueuer")
    await house.owner.executemany(
        "update released_members set nik = $2 where member_id = $1", [tuple(row) for row in sealed]
    )
    await work_until(here, release, wanted, "ready")


async def test_files_of_another_shape_are_asked_for_once_when_workers_start(house: House) -> None:
    here = await pilot(house)
    await here.household()
    release = await here.hashed()
    await house.owner.execute("delete from pgqueuer")
    await house.owner.execute("update release_file_hashes set edition = $1", EDITION - 1)

    async with here.place.connect() as connection:
        await jobs.ask_for_missing(connection)
        await jobs.ask_for_missing(connection)

    assert await status(here, release) == "hashing"
    assert await house.owner.fetchval("select count(*) from pgqueuer") == 1
    await hash_release(here.place, str(release))
    assert await house.owner.fetchval("select count(*) from release_file_hashes where edition = $1", EDITION) == 7
    assert await status(here, release) == "ready"


async def test_the_client_role_reads_no_row_of_a_release(house: House) -> None:
    here = await pilot(house)
    await here.household(nik="3573041203850001")
    release = await here.hashed()
    await (await house.as_(here.dewi)).get(f"/v1/releases/{release}/manifest")
    await house.owner.execute("set role sambang_client")

    assert await house.owner.fetchval("select (counts ->> 'households')::int from releases") == 1
    for table in ("released_households", "released_members", "release_file_hashes", "release_manifests", "households"):
        for query in (f"select * from {table}", f"select count(*) from {table}", f"select 1 from {table}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await house.owner.fetch(query)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await house.owner.execute("update releases set manifest_status = 'ready'")
    await house.owner.execute("reset role")
