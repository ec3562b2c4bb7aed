"""The embedded PostgreSQL on real clusters: made, kept, refused twice, gone with its owner."""

import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from api.core import embedded
from tests.core import clusters
from tests.core.clusters import alive, ask, children, kill, start_elsewhere


@pytest.fixture
def folder() -> Iterator[Path]:
    with clusters.folder_in_the_open() as place:
        yield place


def test_second_start_is_refused_and_told_where_the_first_one_is(folder: Path) -> None:
    with embedded.start(folder, durable=False) as cluster, pytest.raises(embedded.AlreadyRunning) as refusal:
        embedded.start(folder)

    assert refusal.value.owner_url == cluster.owner_url
    assert "in use" in str(refusal.value)


def test_start_is_refused_while_another_process_owns_the_folder(folder: Path) -> None:
    owner, _, url = start_elsewhere(folder)

    with pytest.raises(embedded.AlreadyRunning) as refusal:
        embedded.start(folder)
    with pytest.raises(embedded.AlreadyRunning):
        embedded.reset(folder)

    assert refusal.value.owner_url == url
    kill(owner)
    embedded.reset(folder)
    assert not Path(url.partition("host=")[2].partition("&")[0]).exists()


def test_start_outside_the_main_thread_is_refused(folder: Path) -> None:
    refusals: list[Exception] = []

    def start() -> None:
        try:
            embedded.start(folder)
        except RuntimeError as refusal:
            refusals.append(refusal)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()

    assert "main thread" in str(refusals[0])


def test_wrong_binaries_folder_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMBANG_PG_BINDIR", str(folder))

    with pytest.raises(embedded.EmbeddedError, match="SAMBANG_PG_BINDIR"):
        embedded.start(folder)


def test_failed_start_says_why_and_leaves_the_folder_free(folder: Path) -> None:
    with pytest.raises(embedded.EmbeddedError, match="max_connections"):
        embedded.start(folder, durable=False, settings={"max_connections": "many"})

    embedded.start(folder, durable=False).stop()


def test_restart_keeps_what_was_written(folder: Path) -> None:
    with embedded.start(folder) as cluster:
        ask(cluster.owner_url, "create database malang")
        ask(cluster.database_url("malang"), "create table verdicts as select 7 as desil")

    with embedded.start(folder) as cluster:
        assert ask(cluster.database_url("malang"), "select desil from verdicts") == 7
        assert ask(cluster.owner_url, "show max_connections") == "200"
        assert ask(cluster.owner_url, "show listen_addresses") == ""
        assert ask(cluster.owner_url, "show fsync") == "on"


def test_login_role_comes_in_by_the_same_socket_as_itself(folder: Path) -> None:
    with embedded.start(folder, durable=False) as cluster:
        ask(cluster.owner_url, "create role sambang_login login noinherit")
        url = cluster.database_url("postgres", "sambang_login")

        who = ask(url, "select current_user || ' ' || usesuper from pg_user where usename = current_user")

    assert who == "sambang_login false"


def test_stop_leaves_no_process_and_no_socket_folder(folder: Path) -> None:
    cluster = embedded.start(folder, durable=False)
    pid = cluster.process.pid

    cluster.stop()
    cluster.stop()

    assert not alive(pid)
    assert not cluster.sockets.exists()


def test_reset_deletes_the_cluster_and_nothing_else(folder: Path) -> None:
    embedded.start(folder, durable=False).stop()
    (folder / "letter.txt").write_text("Bu Dewi's")

    embedded.reset(folder)

    assert [path.name for path in folder.iterdir()] == ["letter.txt"]


def test_killed_owner_takes_the_server_along_and_the_next_start_works(folder: Path) -> None:
    owner, pid, url = start_elsewhere(folder)
    ask(url, "create table visits as select 1 as visit")
    workers = children(pid)
    assert workers

    kill(owner)  # SIGKILL

    with embedded.start(folder, durable=False) as cluster:  # at once: it waits for the old server by itself
        assert ask(cluster.owner_url, "select visit from visits") == 1
    assert not any(alive(number) for number in (pid, *workers))
    assert not Path(url.partition("host=")[2].partition("&")[0]).exists()


def test_start_works_after_the_server_itself_was_killed(folder: Path) -> None:
    cluster = embedded.start(folder)
    ask(cluster.owner_url, "create table visits as select 1 as visit")

    cluster.process.kill()
    cluster.stop()

    with embedded.start(folder) as cluster:
        assert ask(cluster.owner_url, "select visit from visits") == 1


def test_process_number_of_a_dead_server_given_to_a_stranger_does_not_stop_a_start(folder: Path) -> None:
    embedded.start(folder, durable=False).stop()
    # of the server's own user: another user's process PostgreSQL would not mind
    user = (folder / "data").stat().st_uid if os.geteuid() == 0 else None
    stranger = subprocess.Popen(["/bin/sleep", "60"], user=user)
    (folder / "data" / "postmaster.pid").write_text(f"{stranger.pid}\n{folder}/data\n")

    embedded.start(folder, durable=False).stop()

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_half_made_cluster_of_a_killed_first_start_is_made_again(folder: Path) -> None:
    (folder / "data.new").mkdir(parents=True)
    (folder / "data.new" / "PG_VERSION").write_text("18\n")
    for path in (folder, folder / "data.new"):
        path.chmod(0o711)

    embedded.start(folder, durable=False).stop()

    assert (folder / "data" / "PG_VERSION").exists()
    assert not (folder / "data.new").exists()


def test_personal_numbers_in_failing_statements_stay_out_of_the_log(folder: Path) -> None:
    nik = "3573010101900001"
    with embedded.start(folder, durable=False) as cluster:
        ask(cluster.owner_url, "create table people (nik text primary key)")
        ask(cluster.owner_url, f"insert into people values ('{nik}')")
        with pytest.raises(asyncpg.UniqueViolationError):
            ask(cluster.owner_url, f"insert into people values ('{nik}')")
        with pytest.raises(asyncpg.InvalidTextRepresentationError):
            ask(cluster.owner_url, f"select 'x{nik}'::int")

    log = (folder / "postgres.log").read_text()
    assert "database system is ready" in log
    assert nik not in log
