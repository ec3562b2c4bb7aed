"""Processes that live and die as one: real processes, real signals, no orphan."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from api.core.supervisor import PortUnavailable, Supervisor, listen, tied_to_parent
from tests.core.clusters import ROOT, alive, kill

SLEEP = ["/bin/sleep", "60"]
STUBBORN = ["/bin/sh", "-c", "trap '' TERM INT; echo ready; while :; do /bin/sleep 0.1; done"]
WITH_GRANDCHILD = ["/bin/sh", "-c", "/bin/sleep 60 & echo $!; wait"]
SUPERVISE = """
import sys
from api.core.supervisor import Supervisor
with Supervisor() as supervisor:
    for name in ("api", "worker"):
        supervisor.start(name, ["/bin/sleep", "60"])
    print(*(process.pid for process in supervisor.processes.values()), flush=True)
    code = supervisor.wait()
sys.exit(code)
"""
ANSWER_ONCE = """
import socket, sys
listener = socket.socket(fileno=int(sys.argv[1]))
connection, _ = listener.accept()
connection.sendall(b"selamat datang")
connection.close()
"""


def comes_true(fact: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def supervise_elsewhere() -> tuple[subprocess.Popen[str], list[int]]:
    supervisor = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", SUPERVISE],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=tied_to_parent(signal.SIGKILL),
    )
    assert supervisor.stdout is not None
    return supervisor, [int(pid) for pid in supervisor.stdout.readline().split()]


def test_taken_port_is_named_in_the_refusal() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]

        with pytest.raises(PortUnavailable, match=f"127.0.0.1:{port}"):
            listen("127.0.0.1", port)


def test_address_of_no_machine_is_refused() -> None:
    with pytest.raises(PortUnavailable, match=r"malang\.invalid"):
        listen("malang.invalid", 0)


def test_two_processes_of_one_name_are_refused() -> None:
    with Supervisor() as supervisor:
        supervisor.start("api", SLEEP)

        with pytest.raises(ValueError, match="api"):
            supervisor.start("api", SLEEP)


def test_one_end_stops_the_rest_with_its_code() -> None:
    with Supervisor() as supervisor:
        rest = supervisor.start("api", SLEEP)
        supervisor.start("worker", ["/bin/sh", "-c", "exit 3"])

        assert supervisor.wait() == 3
        assert supervisor.ended == "worker"
        assert rest.returncode == -signal.SIGTERM


def test_unasked_end_is_a_failure_even_with_code_0() -> None:
    with Supervisor() as supervisor:
        supervisor.start("worker", ["/bin/true"])

        assert supervisor.wait() == 1


def test_end_of_a_watched_process_stops_the_rest() -> None:
    database = subprocess.Popen(SLEEP)  # noqa: S603 - our own command line
    with Supervisor() as supervisor:
        rest = supervisor.start("api", SLEEP)
        supervisor.watch("database", database)
        database.kill()

        assert supervisor.wait() == 128 + signal.SIGKILL
        assert rest.returncode == -signal.SIGTERM


def test_watched_process_is_left_to_whoever_started_it() -> None:
    database = subprocess.Popen(SLEEP)  # noqa: S603 - our own command line
    with Supervisor() as supervisor:
        supervisor.start("api", ["/bin/true"])
        supervisor.watch("database", database)
        supervisor.wait()

    assert database.poll() is None
    database.kill()
    database.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_to_the_supervisor_stops_all_and_is_a_clean_end(number: signal.Signals) -> None:
    supervisor, processes = supervise_elsewhere()

    supervisor.send_signal(number)
    supervisor.communicate(timeout=10)

    assert supervisor.returncode == 0
    assert len(processes) == 2
    assert not any(alive(pid) for pid in processes)


def test_killed_supervisor_leaves_no_orphan() -> None:
    supervisor, processes = supervise_elsewhere()
    assert all(alive(pid) for pid in processes)

    kill(supervisor)

    assert len(processes) == 2
    assert comes_true(lambda: not any(alive(pid) for pid in processes))


def test_process_that_will_not_end_is_killed_after_the_grace(tmp_path: Path) -> None:
    with Supervisor(grace_seconds=0.3) as supervisor, (tmp_path / "output").open("wb") as output:
        process = supervisor.start("api", ["/bin/sh", "-c", f"exec >{output.name}; {STUBBORN[2]}"])
        assert comes_true(lambda: (tmp_path / "output").read_text() == "ready\n")
        supervisor.start("worker", ["/bin/false"])

        assert supervisor.wait() == 1
        assert process.returncode == -signal.SIGKILL


def test_second_signal_does_not_wait_for_the_grace(tmp_path: Path) -> None:
    with Supervisor(grace_seconds=60) as supervisor:
        ready = tmp_path / "ready"
        process = supervisor.start("api", ["/bin/sh", "-c", f"exec >{ready}; {STUBBORN[2]}"])
        assert comes_true(lambda: ready.exists() and ready.read_text() == "ready\n")
        supervisor.start(
            "impatient", ["/bin/sh", "-c", f"kill -INT {os.getpid()}; trap '' INT; sleep 0.3; kill -INT {os.getpid()}"]
        )

        started = time.monotonic()
        assert supervisor.wait() == 128 + signal.SIGKILL
        assert time.monotonic() - started < 10
        assert process.returncode == -signal.SIGKILL


def test_what_a_stopped_process_left_behind_goes_with_it(tmp_path: Path) -> None:
    left = tmp_path / "left"
    with Supervisor() as supervisor:
        supervisor.start("api", ["/bin/sh", "-c", f"exec >{left}; {WITH_GRANDCHILD[2]}"])
        assert comes_true(lambda: left.exists() and left.read_text().endswith("\n"))
        grandchild = int(left.read_text())
        assert alive(grandchild)

    assert comes_true(lambda: not alive(grandchild))


def test_leaving_the_context_gives_the_signals_back() -> None:
    before = signal.getsignal(signal.SIGTERM)

    with Supervisor():
        assert signal.getsignal(signal.SIGTERM) != before

    assert signal.getsignal(signal.SIGTERM) == before


def test_processes_answer_on_one_shared_listening_socket() -> None:
    with listen("127.0.0.1", 0) as listener, Supervisor() as supervisor:
        number = listener.fileno()
        for name in ("api-1", "api-2"):
            supervisor.start(name, [sys.executable, "-c", ANSWER_ONCE, str(number)], pass_fds=[number])

        for _ in range(2):
            with socket.create_connection(listener.getsockname(), timeout=10) as connection:
                assert connection.recv(100) == b"selamat datang"


def test_answer_in_two_pieces_does_not_wait_for_its_acknowledgement() -> None:
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname(), timeout=10):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
