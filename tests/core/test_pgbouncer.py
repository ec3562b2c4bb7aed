"""Behind PgBouncer in transaction mode: every transaction may find another server process, and nothing is mixed up.

Two server connections serve ten callers, so that whatever a session kept would soon be another caller's.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from api.core.database import open_database, raw, transaction
from api.core.embedded import EmbeddedPostgres
from api.core.jobs import Workplace
from api.core.settings import Settings
from api.core.vault import Vault
from tests.conftest import LOGIN
from tests.support.contract import Contract
from tests.support.house import House, open_house
from tests.sync.parcels import doors, push
from tests.visits.bodies import visit

PGBOUNCER = os.environ.get("SAMBANG_PGBOUNCER") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/bin:/usr/bin")
pytestmark = pytest.mark.skipif(PGBOUNCER is None, reason="no pgbouncer here: apt install pgbouncer")
READY_S = 20
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # a RAM disk
INI = """
[databases]
* = host={host} port=5432
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 2
max_client_conn = 200
unix_socket_dir =
"""


@pytest.fixture
def pooled(wanted: Settings, cluster: EmbeddedPostgres) -> Settings:
    """The settings of an app behind a PgBouncer of two server connections, which `pooler` starts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    database = urlsplit(wanted.database_url).path
    pooler = f"postgresql://{LOGIN}@127.0.0.1:{port}{database}"
    return wanted.model_copy(update={"database_url": pooler, "database_direct_url": wanted.database_url})


@pytest.fixture
async def pooler(pooled: Settings) -> AsyncIterator[Settings]:
    """PgBouncer runs; as root it runs as nobody, for it refuses to be root."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as place, start(pooled, Path(place)):
        async with asyncio.timeout(READY_S):
            while not listens(pooled):  # noqa: ASYNC110  # another process tells nobody
                await asyncio.sleep(0.05)
        yield pooled


@contextmanager
def start(pooled: Settings, folder: Path) -> Iterator[None]:
    """PgBouncer with its files in this folder, until the context ends."""
    direct, pooler = urlsplit(pooled.direct_url), urlsplit(pooled.database_url)
    folder.chmod(0o755)
    (folder / "users").write_text(f'"{LOGIN}" ""\n')
    ini = INI.format(host=parse_qs(direct.query)["host"][0], port=pooler.port, folder=folder)
    (folder / "ini").write_text(ini)
    command = [str(PGBOUNCER), "-q", str(folder / "ini")]
    running = subprocess.Popen(command, user="nobody" if os.geteuid() == 0 else None)  # noqa: S603
    try:
        yield
    finally:
        running.terminate()
        running.wait(20)


def listens(pooled: Settings) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", urlsplit(pooled.database_url).port)) == 0


@pytest.fixture
async def behind(
    pooler: Settings, app: FastAPI, contract: Contract, owner: asyncpg.Connection, vault: Vault
) -> AsyncIterator[House]:
    """The running app behind the pooler."""
    async with open_house(app, contract, owner, pooler, vault) as opened:
        yield opened


async def test_ten_callers_on_two_servers_see_their_own_rows_and_nobody_elses(behind: House) -> None:
    team = await behind.make.team(await behind.make.campaign())
    own = [
        (await behind.as_(who), str(await behind.make.assignment(team.campaign_id, household, who)))
        for who in (team.siti, team.budi)
        for household in [await behind.make.household(head=who.name)]
    ]

    async def look(client: httpx.AsyncClient) -> list[str]:
        answer = await client.get("/v1/assignments")
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["items"]]

    seen = await asyncio.gather(*(look(client) for client, _ in own * 30))

    assert seen == [[assignment] for _, assignment in own * 30]


async def test_both_doors_write_and_a_first_answer_is_replayed(behind: House) -> None:
    dewi = await behind.as_(await behind.make.dewi())
    new = {"username": "tari", "name": "Tari Utami", "role": "enumerator"}

    answers = [await dewi.post("/v1/staff", json=new, headers={"Idempotency-Key": "7b0e"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    pages = await asyncio.gather(*(dewi.get("/v1/campaigns") for _ in range(20)))  # the door of SQLModel
    assert {page.status_code for page in pages} == {200}


async def test_five_equal_pushes_at_once_are_one(behind: House) -> None:
    team, (assignment,) = await doors(behind)
    siti, knock = await behind.as_(team.siti), visit(assignment)

    answers = await asyncio.gather(*(push(siti, knock) for _ in range(5)))

    told = sorted(results[0]["status"] for results in answers)
    assert told == ["accepted"] + ["duplicate"] * 4
    assert await behind.owner.fetchval("select count(*) from visits") == 1


async def test_a_statement_still_has_its_limit_and_the_next_caller_none_of_it(pooler: Settings) -> None:
    database = open_database(pooler.model_copy(update={"statement_timeout_ms": 100}))
    other = open_database(pooler)
    try:
        with pytest.raises(asyncpg.QueryCanceledError):
            async with transaction(database) as connection:
                await (await raw(connection)).execute("select pg_sleep(5)")
        for _ in range(4):  # both servers are met
            async with transaction(other) as connection:
                assert await (await raw(connection)).fetchval("show statement_timeout") == "15s"
    finally:
        await database.close()
        await other.close()


async def test_the_worker_goes_past_the_pooler(pooler: Settings, behind: House) -> None:
    place = Workplace(pooler, behind.make.vault, asyncio.Event())

    async with place.connect() as connection:
        held = await behind.owner.fetchval(
            "select count(*) from pg_locks where locktype = 'advisory' and pid = $1", connection.get_server_pid()
        )

    assert held == 1
