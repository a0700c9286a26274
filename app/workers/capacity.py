"""How much one server process takes on at once. A request beyond it is refused at once instead of queueing.

Small bodies are worked on where they arrive, so they never queue. Counted are the requests that can pile up (large
bodies waiting for a pool process, ordered streams) and the bytes that the process holds: bodies, what pool processes
unpack of them, the states of ordered streams, and answers that the client has not read yet.
"""

import errno
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from threading import Lock
from typing import Final

from app.problems import AGAIN, SEE_LIMITS, Problem

EXHAUSTED: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC, errno.ENOBUFS, errno.EAGAIN})
"""Error numbers that mean: no descriptors, no memory, no shared memory, or no processes are left."""
OUT_OF_RESOURCES: Final = "The system is out of resources (%s); requests are answered with 503 until it has some again"

hold_unpacked: ContextVar[Callable[[int], None]] = ContextVar("hold_unpacked", default=lambda size: None)
"""Counts what the work of a request unpacks, until the work is done; raises `overloaded`.

A pool process asks its server. Work in place is done before the server does anything else, so nothing is counted.
"""

logger = logging.getLogger("app.workers")
_error_once = lru_cache(maxsize=16)(logger.error)


class Capacity:
    """Counts the requests in work and the bytes held by one server process."""

    def __init__(self, max_in_work: int, max_held_bytes: int) -> None:
        self._max_in_work = max_in_work
        self._max_held_bytes = max_held_bytes
        self.in_work = 0
        self.held_bytes = 0
        self._lock = Lock()

    def check(self) -> None:
        """Raise `overloaded` when there is no room for another request."""
        if self.in_work >= self._max_in_work:
            raise overloaded(f"{self._max_in_work} requests in work")

    @contextmanager
    def room(self) -> Iterator[None]:
        """Count a request while it is in work; raises `overloaded`."""
        self.check()
        self.in_work += 1
        try:
            yield
        finally:
            self.in_work -= 1

    def hold(self, size: int) -> None:
        """Add bytes to what is held; raises `overloaded`."""
        with self._lock:  # the threads that wait for pool processes hold bytes, too
            if self.held_bytes + size > self._max_held_bytes:
                raise overloaded(f"{self._max_held_bytes} bytes in work")
            self.held_bytes += size

    def release(self, size: int) -> None:
        """Take bytes off what is held."""
        with self._lock:
            self.held_bytes -= size

    @contextmanager
    def holding(self, size: int) -> Iterator[None]:
        """Hold bytes for the length of a block; raises `overloaded`."""
        self.hold(size)
        try:
            yield
        finally:
            self.release(size)


def overloaded(what: str) -> Problem:
    """Make the problem of a request for which there is no room."""
    detail = f"The service has {what}, as much as it takes; send the request again in a moment; {SEE_LIMITS}."
    return Problem("overloaded", detail, headers=AGAIN)


def exhaustion_problem(error: BaseException) -> Problem | None:
    """Make the problem of a failure that means the system gave no more descriptors or memory; None for other failures.

    The log says so once; the metrics count every such answer.
    """
    number = error.errno if isinstance(error, OSError) else None
    is_thread_missing = isinstance(error, RuntimeError) and "new thread" in str(error)
    if number not in EXHAUSTED and not isinstance(error, MemoryError) and not is_thread_missing:
        return None
    _error_once(OUT_OF_RESOURCES, str(error) or "no memory")
    detail = "The service has no more descriptors or memory just now; send the request again in a moment."
    return Problem("overloaded", detail, headers=AGAIN)
