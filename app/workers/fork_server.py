"""Where the processes for large bodies come from: forked from one that has everything imported and nothing begun.

A worker runs threads once it serves, so it cannot be forked safely any more. It therefore forks a nursery before it
starts, which waits and forks when asked: a process is there within hundredths of a second instead of one or two, and
shares the memory of all that was imported.
"""

import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Protocol

from app.workers.parent_watchdog import when_hung_up

Serve = Callable[[Connection], None]


class Source(Protocol):
    """Something that starts processes."""

    def start(self, serve: Serve) -> Connection:
        """Start a process that serves the other end of a pipe; `OSError` when it cannot."""
        ...


class Spawning:
    """Starts every process from nothing: slow, and possible anywhere."""

    def start(self, serve: Serve) -> Connection:
        """Start a process that serves the other end of a pipe."""
        context = multiprocessing.get_context("spawn")
        pipe, far_end = context.Pipe()
        context.Process(target=serve, args=(far_end,), daemon=True).start()
        far_end.close()
        return pipe


class ForkServer:
    """Starts processes by fork. To be made while there is one thread only, and before anything listens."""

    def __init__(self, serve: Serve) -> None:
        self._line, far_end = socket.socketpair()
        self._lock = threading.Lock()
        if os.fork() == 0:
            _wait_for_orders(far_end.detach(), serve)
        far_end.close()

    def start(self, serve: Serve) -> Connection:
        """Have a process forked; where the nursery itself was lost, one is started from nothing."""
        near_end, far_end = socket.socketpair()
        try:
            with self._lock, far_end:
                socket.send_fds(self._line, [b"."], [far_end.fileno()])
        except OSError:
            near_end.close()
            return Spawning().start(serve)
        return Connection(near_end.detach())


def _wait_for_orders(line: int, serve: Serve) -> None:
    """Be the nursery: fork for every descriptor that comes, until the worker is gone."""
    os.closerange(3, line)
    os.closerange(line + 1, os.sysconf("SC_OPEN_MAX"))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a worker that drains may still need a process
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # which buries the dead
    lifeline, held = os.pipe()
    with suppress(OSError), socket.socket(fileno=line) as orders:
        while descriptors := socket.recv_fds(orders, 1, 1)[1]:
            if os.fork() == 0:
                os.close(held)
                orders.close()
                _be_born(descriptors[0], lifeline, serve)
            os.close(descriptors[0])
    os._exit(0)


def _be_born(pipe: int, lifeline: int, serve: Serve) -> None:
    when_hung_up(lambda: os._exit(1), lifeline)
    with suppress(BaseException):
        serve(Connection(pipe))
    os._exit(0)
