"""Several workers on one socket: a worker that dies is replaced, and none outlives the supervisor.

The workers are forked from a process that has imported everything and has no threads, so that a new one serves within
a few hundredths of a second and shares what it does not change.
"""

import contextlib
import logging
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from typing import Final

from app.observability import shared_counts
from app.workers.fork_server import STOP_SIGNALS, call_on_hangup

HANDLED: Final = (signal.SIGCHLD, *STOP_SIGNALS)
RESTART_SECONDS: Final = 1.0
"""A worker that dies sooner than this after its start is replaced only after as long."""
MARGIN_SECONDS: Final = 3.0
"""How long beyond the drain time a worker may take before it is killed."""

logger = logging.getLogger("app.server")


class Supervisor:
    """Keeps the workers of one service running."""

    def __init__(self, count: int, work: Callable[[], int], drain_seconds: float) -> None:
        self._count = count
        self._work = work
        self._stop_seconds = drain_seconds + MARGIN_SECONDS
        self._started_at: dict[int, float] = {}
        self._restart_after = 0.0
        self._is_orphan = False
        self._worker_end, self._held_end = os.pipe()

    def run(self, listener: socket.socket) -> int:
        """Serve until told to stop; returns the exit status."""
        with _signals_as_bytes() as inbox:
            while not self._is_told_to_stop(inbox, self._start_missing()):
                for pid in self._reap():
                    logger.error("Worker %d died and is replaced", pid)
            listener.close()
            self._send(signal.SIGTERM)  # and let the workers drain, until it takes too long or a second signal comes
            deadline = time.monotonic() + self._stop_seconds
            while self._started_at and time.monotonic() < deadline:
                is_second = self._is_told_to_stop(inbox, deadline - time.monotonic())
                self._reap()
                if is_second:
                    break
            is_late = bool(self._started_at)
            self._send(signal.SIGKILL)
            return 1 if is_late else 0

    def _start_missing(self) -> float | None:
        """Start the workers that are missing; returns the seconds to wait where one has to be put off."""
        wait = self._restart_after - time.monotonic()
        if len(self._started_at) < self._count and wait > 0:
            return wait
        while len(self._started_at) < self._count:
            signal.pthread_sigmask(signal.SIG_BLOCK, HANDLED)  # so that none is handled by the wrong process
            pid = os.fork()
            if pid == 0:
                os._exit(self._run_worker())
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HANDLED)
            self._started_at[pid] = time.monotonic()
        return None

    def _run_worker(self) -> int:
        try:
            os.close(self._held_end)
            signal.set_wakeup_fd(-1)
            for number in HANDLED:
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HANDLED)
            call_on_hangup(self._end_with_supervisor, self._worker_end)
            status = self._work()
            if self._is_orphan:
                shared_counts.remove_folder()
            return status
        except BaseException:
            logger.exception("A worker failed")
            return 1

    def _end_with_supervisor(self) -> None:
        """Drain as if told to, and end in any case."""
        self._is_orphan = True
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(self._stop_seconds)
        os._exit(1)

    def _reap(self) -> list[int]:
        """Collect dead children, and return the workers among them; in a container orphans are children too."""
        dead = []
        with contextlib.suppress(ChildProcessError):
            while pid := os.waitpid(-1, os.WNOHANG)[0]:
                if started_at := self._started_at.pop(pid, None):
                    dead.append(pid)
                    shared_counts.merge_dead(pid)
                    if time.monotonic() - started_at < RESTART_SECONDS:
                        self._restart_after = time.monotonic() + RESTART_SECONDS
        return dead

    def _send(self, number: signal.Signals) -> None:
        for pid in self._started_at:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _is_told_to_stop(self, inbox: socket.socket, seconds: float | None) -> bool:
        """Wait for a signal, or for so many seconds."""
        ready, _, _ = select.select([inbox], [], [], seconds)
        received = inbox.recv(4096) if ready else b""
        return any(number != signal.SIGCHLD for number in received)


@contextlib.contextmanager
def _signals_as_bytes() -> Iterator[socket.socket]:
    """Turn signals into bytes, one each, so that one `select` waits for them and for a time."""
    inbox, outbox = socket.socketpair()
    outbox.setblocking(False)
    for number in HANDLED:
        signal.signal(number, lambda number, frame: None)
    signal.set_wakeup_fd(outbox.fileno())
    try:
        yield inbox
    finally:
        signal.set_wakeup_fd(-1)
