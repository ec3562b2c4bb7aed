"""Keeps several processes as one: they start together, stop together, and none outlives its parent.

A city's whole service is one process tree: the embedded PostgreSQL, some API workers on one listening
socket, the job worker. Linux is meant: the promise about orphans rests on PR_SET_PDEATHSIG.
"""

import ctypes
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import FrameType
from typing import Self

GRACE_SECONDS = 10.0
POLL_SECONDS = 0.05
PR_SET_PDEATHSIG = 1
# looked up here: between fork and exec nothing may be loaded
# elsewhere than on Linux there is none: a `kill -9` of the supervisor leaves its children running there
_prctl = getattr(ctypes.CDLL(None, use_errno=True), "prctl", None)


class PortUnavailable(RuntimeError):
    """Nobody can listen at this address now; the message says why and what to do."""


def tied_to_parent(parent_death: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn`: the kernel sends the child `parent_death` when its parent ends, however it ends."""
    if threading.current_thread() is not threading.main_thread():
        # the kernel means the thread that forked, not the process: a pool thread's end would kill the child
        raise RuntimeError("start processes from the main thread: they end with the thread that started them")
    parent = os.getpid()

    def tie() -> None:
        if (_prctl is not None and _prctl(PR_SET_PDEATHSIG, int(parent_death), 0, 0, 0) != 0) or os.getppid() != parent:
            os._exit(1)  # the parent died before the tie was made: nobody would ever end this child

    return tie


def listen(host: str, port: int) -> socket.socket:
    """One listening socket for all API workers: hand each `pass_fds=[s.fileno()]` and `uvicorn --fd N`."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise PortUnavailable(f"{host} is not an address of this machine: {error.strerror}") from error
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        # a restart must not wait for old connections to leave TIME_WAIT; two listeners stay impossible
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # connections inherit it; uvicorn takes an inherited socket for a Unix one and leaves it out, and then the body
        # of an answer waits 40 ms until the caller has acknowledged the head
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise PortUnavailable(
            f"cannot listen on {host}:{port} ({error.strerror}): stop the program that has it, or choose another port"
        ) from error
    return listener


class Supervisor:
    """Starts named processes and ends them all when one ends or when SIGINT or SIGTERM asks.

    Use it as a context from the main thread; leaving the context ends whatever still runs.
    """

    def __init__(self, grace_seconds: float = GRACE_SECONDS) -> None:
        self.grace_seconds = grace_seconds
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.watched: dict[str, subprocess.Popen[bytes]] = {}
        self.ended: str | None = None
        self.asked: signal.Signals | None = None
        self._impatient = False
        self._handlers: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._handlers[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def start(
        self,
        name: str,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
        parent_death: signal.Signals = signal.SIGKILL,
    ) -> subprocess.Popen[bytes]:
        """Start one process; without `env` it gets ours. If the supervisor dies it gets `parent_death`."""
        if name in self.processes or name in self.watched:
            raise ValueError(f"there is already a process called {name}")
        process = subprocess.Popen(  # noqa: S603 - our own command lines, never text from a request
            list(argv),
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            pass_fds=pass_fds,
            process_group=0,  # Ctrl-C in the terminal reaches the supervisor alone, which keeps the order
            preexec_fn=tied_to_parent(parent_death),
        )
        self.processes[name] = process
        return process

    def watch(self, name: str, process: subprocess.Popen[bytes]) -> None:
        """If this process ends, stop the rest; whoever started it stops it (the database goes last)."""
        self.watched[name] = process

    def wait(self) -> int:
        """Wait for a signal or for the first process to end, stop the rest, and answer an exit code.

        0 means asked to stop and stopped cleanly. A process that ends unasked is a failure, even with code 0,
        so that whatever supervises us starts us again.
        """
        while self.asked is None and self.ended is None:
            everyone = {**self.processes, **self.watched}
            self.ended = next((name for name in everyone if everyone[name].poll() is not None), None)
            if self.ended is None:
                time.sleep(POLL_SECONDS)
        asked, stopped = self.asked, list(self.processes.values())
        self.stop()
        if asked is None and self.ended is not None:
            return _exit_code(everyone[self.ended].returncode) or 1
        # uvicorn ends itself by the signal once it has finished its requests: that is a clean end
        clean = (0, -(asked or 0), 128 + (asked or 0))
        return next((_exit_code(process.returncode) for process in stopped if process.returncode not in clean), 0)

    def stop(self) -> None:
        """Ask every process to end, wait up to the grace, then kill; a second signal does not wait.

        The kill goes to the whole group, so what a process left behind goes with it.
        """
        stopping, self.processes = list(self.processes.values()), {}
        for process in stopping:
            process.send_signal(self.asked or signal.SIGTERM)
        deadline = time.monotonic() + self.grace_seconds
        while any(process.poll() is None for process in stopping):
            if time.monotonic() > deadline or self._impatient:
                break
            time.sleep(POLL_SECONDS)
        for process in stopping:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _note(self, number: int, _: FrameType | None) -> None:
        self._impatient = self.asked is not None
        self.asked = self.asked or signal.Signals(number)


def _exit_code(returncode: int) -> int:
    """A shell's way to say it: 128 and the signal for a process that a signal ended."""
    return returncode if returncode >= 0 else 128 - returncode
