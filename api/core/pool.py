"""Processes for work in which one Python's lock would be the limit: sealing, opening, checking by the ten thousand.

The pool is the standard library's. A process is started fresh (`spawn`), so it holds none of our connections; what it
works with comes over a pipe, never on a command line; and it ends with us, however we end.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import connection


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def open_pool(size: int) -> Iterator[ProcessPoolExecutor]:
    """So many processes, until the context ends; work that has not begun by then is dropped.

    They start with the first piece of work, about a second before it is done: not for a small piece.
    """
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(size, mp_context=spawn, initializer=_end_with_parent)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """The pool's pipes stay open among the processes themselves, so a `kill -9` of the parent would leave them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which lets us end our work
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_await_end, args=(parent.sentinel,), daemon=True).start()


def _await_end(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
