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

from app.observability.metrics_folder import clear_away, forget
from app.server.listener import close_the_door
from app.workers.parent_watchdog import when_hung_up

HEARD: Final = (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT)
TOO_YOUNG: Final = 1.0
"""Seconds; a worker that dies sooner may die again, so the next one waits as long."""
MARGIN: Final = 3.0
"""Seconds beyond the drain time after which a worker is killed."""

logger = logging.getLogger("app.server")


class Supervisor:
    """Looks after the workers of one service."""

    def __init__(self, count: int, work: Callable[[], int], drain_seconds: float) -> None:
        self._count = count
        self._work = work
        self._patience = drain_seconds + MARGIN
        self._born: dict[int, float] = {}
        self._cooling_until = 0.0
        self._is_orphan = False
        self._lifeline, self._held = os.pipe()

    def run(self, listener: socket.socket) -> int:
        """Serve until told to stop."""
        with _signals() as inbox:
            while not self._is_told_to_stop(inbox, self._fill_up()):
                for pid in self._reap():
                    logger.error("Worker %d died and is replaced", pid)
            close_the_door(listener)
            listener.close()
            return self._stop(inbox)

    def _fill_up(self) -> float | None:
        """Start the workers that are missing; tell how long to wait before one that had to be put off."""
        wait = self._cooling_until - time.monotonic()
        if len(self._born) < self._count and wait > 0:
            return wait
        while len(self._born) < self._count:
            self._start()
        return None

    def _start(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)  # none is to be heard by the wrong one of the two
        pid = os.fork()
        if pid == 0:
            os._exit(self._be_worker())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
        self._born[pid] = time.monotonic()

    def _be_worker(self) -> int:
        try:
            os.close(self._held)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
            when_hung_up(self._end_with_supervisor, self._lifeline)
            status = self._work()
            if self._is_orphan:
                clear_away()
            return status
        except BaseException:
            logger.exception("A worker could not serve")
            return 1

    def _end_with_supervisor(self) -> None:
        """Stop as if told to, and make sure of it."""
        self._is_orphan = True
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(self._patience)
        os._exit(1)

    def _reap(self) -> list[int]:
        """Bury the dead: workers, and in a container whatever else has no parent any more."""
        dead = []
        with contextlib.suppress(ChildProcessError):
            while pid := os.waitpid(-1, os.WNOHANG)[0]:
                if born := self._born.pop(pid, None):
                    dead.append(pid)
                    forget(pid)
                    if time.monotonic() - born < TOO_YOUNG:
                        self._cooling_until = time.monotonic() + TOO_YOUNG
        return dead

    def _stop(self, inbox: socket.socket) -> int:
        """Let the workers drain; kill those that take too long, or all when told to stop again."""
        self._send(signal.SIGTERM)
        deadline = time.monotonic() + self._patience
        while self._born and time.monotonic() < deadline:
            again = self._is_told_to_stop(inbox, deadline - time.monotonic())
            self._reap()
            if again:
                break
        late = bool(self._born)
        self._send(signal.SIGKILL)
        return 1 if late else 0

    def _send(self, number: signal.Signals) -> None:
        for pid in self._born:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _is_told_to_stop(self, inbox: socket.socket, seconds: float | None) -> bool:
        """Sleep until a signal comes, or so many seconds."""
        ready, _, _ = select.select([inbox], [], [], seconds)
        heard = inbox.recv(4096) if ready else b""
        return any(number != signal.SIGCHLD for number in heard)


@contextlib.contextmanager
def _signals() -> Iterator[socket.socket]:
    """Let signals arrive as bytes, one each, that can be waited for together with a time."""
    inbox, outbox = socket.socketpair()
    outbox.setblocking(False)
    for number in HEARD:
        signal.signal(number, lambda number, frame: None)
    signal.set_wakeup_fd(outbox.fileno())
    try:
        yield inbox
    finally:
        signal.set_wakeup_fd(-1)
