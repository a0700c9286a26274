"""Starts the pool's processes by forking a process that has imported everything and runs no threads.

A server that serves has threads, so it cannot be forked safely. It forks this process before it starts. A pool process
is then there within hundredths of a second instead of one or two, and shares the memory of all that was imported.

No process outlives its parent: each holds one end of a pipe whose other end only the parent holds.
"""

import multiprocessing
import os
import select
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Final

Serve = Callable[[Connection], None]
"""What a new process runs, with its end of the pipe; it sends its process id first."""

STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1)
"""The signals that stop the service; every process of it may get them at once."""
START_SECONDS: Final = 10.0
"""How long a new process may take to send its id."""


def call_on_hangup(act: Callable[[], None], *descriptors: int) -> None:
    """Call `act` from a thread once the far end of one of these pipes is closed, which any kind of death does."""

    def watch() -> None:
        poll = select.poll()
        for descriptor in descriptors:
            poll.register(descriptor, 0)  # a hang-up is reported without being asked for
        poll.poll()
        act()

    threading.Thread(target=watch, name="parent-watchdog", daemon=True).start()


def spawn(serve: Serve) -> Connection:
    """Start a process from scratch: slow, and possible wherever Python runs."""
    context = multiprocessing.get_context("spawn")
    pipe, far_end = context.Pipe()
    context.Process(target=serve, args=(far_end,), daemon=True).start()
    far_end.close()
    return pipe


class ForkServer:
    """Starts processes by fork. It must be made while there is one thread only, and before anything listens."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._requests, far_end = socket.socketpair()
        self._lock = threading.Lock()
        self.pid = os.fork()
        if self.pid == 0:
            _serve_forks(far_end.detach(), serve)
        far_end.close()

    def start(self) -> Connection:
        """Fork a process; where the fork server was lost or does not answer, spawn one."""
        near_end, far_end = socket.socketpair()
        pipe = Connection(near_end.detach())
        try:
            with self._lock, far_end:
                socket.send_fds(self._requests, [b"."], [far_end.fileno()])
            if pipe.poll(START_SECONDS):
                return pipe
            os.kill(self.pid, signal.SIGKILL)
        except OSError:
            pass
        pipe.close()
        return spawn(self._serve)


def _serve_forks(line: int, serve: Serve) -> None:
    """Fork once for every descriptor that arrives, until the server is gone."""
    os.closerange(3, line)
    os.closerange(line + 1, os.sysconf("SC_OPEN_MAX"))
    for number in STOP_SIGNALS:  # a server that drains may still need a process
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel then reaps the dead
    parent_end, held_end = os.pipe()
    with suppress(OSError), socket.socket(fileno=line) as requests:
        while descriptors := socket.recv_fds(requests, 1, 1)[1]:
            with suppress(BlockingIOError):  # no more processes: the server sees the pipe close
                if os.fork() == 0:
                    os.close(held_end)
                    requests.close()
                    call_on_hangup(lambda: os._exit(1), parent_end)
                    with suppress(BaseException):
                        serve(Connection(descriptors[0]))
                    os._exit(0)
            os.close(descriptors[0])
    os._exit(0)
