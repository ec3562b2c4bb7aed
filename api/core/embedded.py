"""The PostgreSQL that comes with pip: a private cluster in a folder, for a city without a database server.

One process owns it: a second start is refused, and when the owner dies, even by `kill -9`, the server shuts
down. It listens on a unix socket in a folder only we and the server can enter; that folder is the password.
Linux is meant. Where the binaries and the cluster lie is decided in `embedded_places`.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

from api.core.embedded_places import (
    OWNER,
    Account,
    AlreadyRunning,
    EmbeddedError,
    account_for,
    await_predecessor,
    find_binaries,
    forget_sockets,
    locate,
    lock,
    make_folder,
    reachable,
    socket_folder,
    status,
    url,
)
from api.core.supervisor import tied_to_parent

__all__ = ["AlreadyRunning", "EmbeddedError", "EmbeddedPostgres", "find_binaries", "locate", "reset", "start"]

READY_SECONDS, STOP_SECONDS, POLL_SECONDS = 120.0, 30.0, 0.01
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}  # the server gets none of our secrets
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    # errors quote values, details quote rows, both may quote statements: no personal number may reach the log
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """A running cluster. It ends with `stop()`, with its context, or with the process that started it."""

    def __init__(self, home: Path, sockets: Path, process: subprocess.Popen[bytes], undo: ExitStack) -> None:
        self.home, self.sockets, self.process = home, sockets, process
        self._undo = undo

    @property
    def owner_url(self) -> str:
        """The superuser's connection: it makes databases and roles, and never serves a request."""
        return self.database_url("postgres")

    def database_url(self, name: str, user: str = OWNER) -> str:
        """How to reach one database of this cluster as one role; the socket folder is the password."""
        return url(self.sockets, name, user)

    def stop(self) -> None:
        """Shut down fast: running transactions are rolled back, and the folder is free when this returns."""
        self._undo.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(folder: Path, *, durable: bool = True, settings: Mapping[str, str] = {}) -> EmbeddedPostgres:
    """Start the cluster of this folder, made on first use, and return when it answers.

    Call it from the main thread. `durable=False` may lose everything in a crash: for tests, on /dev/shm.
    """
    home = locate(folder)
    undo = ExitStack()
    try:
        make_folder(home)
        undo.callback(os.close, lock(home))
        account = account_for(home)
        binaries = reachable(find_binaries(), account)
        await_predecessor(home / "data")
        if not (home / "data").exists():
            _create(home, binaries, account, durable)
        sockets = socket_folder(home, account)
        undo.callback(forget_sockets, home)
        chosen = SETTINGS | ({} if durable else NOT_DURABLE) | dict(settings)
        chosen["unix_socket_directories"] = str(sockets)
        process = _launch(home, binaries, account, chosen)
        undo.callback(_shut_down, process)
        _await_ready(home, process)
    except BaseException:
        undo.close()
        raise
    return EmbeddedPostgres(home, sockets, process, undo)


def reset(folder: Path) -> None:
    """Delete the cluster of this folder with all its data; refused while it runs. Other files there stay."""
    home = locate(folder)
    if not home.exists():
        return
    with ExitStack() as undo:
        undo.callback(os.close, lock(home))
        await_predecessor(home / "data")
        for cluster in (home / "data", home / "data.new"):
            if cluster.exists():
                shutil.rmtree(cluster)
        forget_sockets(home)
        (home / "postgres.log").unlink(missing_ok=True)
        with suppress(OSError):  # not empty: somebody else's files are in it
            home.rmdir()


def _create(home: Path, binaries: Path, account: Account, durable: bool) -> None:
    """Make the cluster beside its place and move it there whole: a killed first start leaves no half one."""
    fresh = home / "data.new"
    if fresh.exists():
        shutil.rmtree(fresh)
    fresh.mkdir(mode=0o700)
    account.own(fresh)
    initdb = [
        str(binaries / "initdb"),
        "-D",
        str(fresh),
        "-U",
        OWNER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
    ]
    done = subprocess.run(  # noqa: S603 - our own command line
        [*initdb, "--no-instructions", "--data-checksums" if durable else "--no-sync"],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, cwd="/", env=ENVIRONMENT,
        user=account.user, group=account.group, extra_groups=account.groups,
        preexec_fn=tied_to_parent(signal.SIGKILL),
    )  # fmt: skip
    if done.returncode != 0:
        raise EmbeddedError(f"initdb failed in {home}: {done.stderr.strip()[-1000:]}")
    fresh.rename(home / "data")


def _launch(home: Path, binaries: Path, account: Account, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    log = os.open(home / "postgres.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        return subprocess.Popen(  # noqa: S603 - our own command line
            [str(binaries / "postgres"), "-D", str(home / "data"), "-p", "5432", *arguments],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=ENVIRONMENT,
            user=account.user, group=account.group, extra_groups=account.groups,
            start_new_session=True,  # Ctrl-C in the terminal must not take the database before the API
            preexec_fn=tied_to_parent(signal.SIGINT),
        )  # fmt: skip
    finally:
        os.close(log)


def _await_ready(home: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while (told := status(home / "data"))[:1] != [str(process.pid)] or told[7:8] != ["ready   "]:
        if process.poll() is not None or time.monotonic() > deadline:
            log = (home / "postgres.log").read_text(errors="replace").strip()[-1000:]
            raise EmbeddedError(f"PostgreSQL did not start in {home}: {log}")
        time.sleep(POLL_SECONDS)


def _shut_down(process: subprocess.Popen[bytes]) -> None:
    """Fast, then immediate, then by force."""
    for number in (signal.SIGINT, signal.SIGQUIT):
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            return
    process.kill()
    process.wait()
