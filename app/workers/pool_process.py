"""A process of the pool: the server's handle on it, and what runs inside."""

import gc
import mmap
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import ExitStack, suppress
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from time import monotonic
from typing import Any, Final

from starlette.responses import Response

from app.problems import Problem
from app.workers.capacity import exhaustion_problem, hold_unpacked
from app.workers.fork_server import call_on_hangup
from app.workers.memory_file import memory_file, receive_file, send_file

Work = Callable[..., Response]
"""A function of a module, called with the body and further arguments that can be pickled."""
LOWER_PRIORITY: Final = 10
"""How much nicer than the server a pool process is, so that small requests go first."""
FROZEN_SECONDS: Final = 10.0
"""How long a process may be stopped (SIGSTOP) before it is replaced."""
GROWN_BYTES: Final = 48 * 1024 * 1024
"""A process that has grown by so much ends when there is nothing to do, which gives its memory back."""
GROWN_REST: Final = 0.5
"""Seconds without work after which a grown process ends."""


class WorkFailedError(Exception):
    """A bug in the work; the message is its traceback, for the log."""


class PoolProcess:
    """A process that does one piece of work at a time, and ends when its server does."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.pid: int = pipe.recv()
        self.since = monotonic()
        """When it began its work, or to rest."""
        self._running_at = self.since
        self._grown = 0

    def run(
        self, work: Work, path: str, arguments: tuple[Any, ...], hold: Callable[[int], None]
    ) -> Response | Exception:
        """Hand over the work and wait, without holding the interpreter; raises `EOFError` when the process is lost.

        `hold` counts the bytes that the work unpacks; it raises `overloaded`, which the work then raises.
        """
        self.since = self._running_at = monotonic()
        self._pipe.send((work, path, arguments))
        while isinstance(message := self._pipe.recv(), int):
            refusal = None
            try:
                hold(message)
            except Problem as problem:
                refusal = problem
            self._pipe.send(refusal)
        outcome: Response | Exception
        outcome, self._grown = message
        if isinstance(outcome, Response):
            outcome.body = receive_file(self._pipe)
        self.since = monotonic()
        return outcome

    def is_alive(self) -> bool:
        """Whether the process is there; an idle one sends nothing, so there is only its end to read."""
        return not self._pipe.poll()

    def is_stopped(self) -> bool:
        """Whether the process is stopped by a signal; false where the system does not say (macOS)."""
        try:
            status = Path(f"/proc/{self.pid}/stat").read_bytes()
        except OSError:
            return False
        return status.rpartition(b")")[2].split()[0] in (b"T", b"t")

    def is_frozen(self, now: float) -> bool:
        """Whether the process has been stopped for too long; to be asked about every second."""
        if not self.is_stopped():
            self._running_at = now
        return now - self._running_at > FROZEN_SECONDS

    def is_bloated(self, now: float) -> bool:
        """Whether an idle process keeps much memory that nothing needs."""
        return self._grown > GROWN_BYTES and now - self.since > GROWN_REST

    def close(self) -> None:
        """Let an idle process end."""
        self._pipe.close()

    def kill(self) -> None:
        """End the process now."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


def serve_bodies(pipe: Connection) -> None:
    """Do the work that comes through the pipe until its other end closes, which the death of the server does too."""
    call_on_hangup(lambda: os._exit(0), pipe.fileno())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # what a batch allocates holds no cycles, and walking it costs half the time
    with suppress(OSError):
        os.nice(LOWER_PRIORITY)
    before = _peak_memory()

    def hold(size: int) -> None:
        pipe.send(size)
        refusal: Problem | None = pipe.recv()
        if refusal is not None:
            raise refusal

    hold_unpacked.set(hold)
    with suppress(EOFError, OSError):
        pipe.send(os.getpid())
        while True:
            work, path, arguments = pipe.recv()
            outcome = _run(work, path, arguments)
            _send(pipe, outcome, _peak_memory() - before)
            if isinstance(outcome, Exception):
                gc.collect()  # an exception may hold on to the body through its frames
            del outcome


def _run(work: Work, path: str, arguments: tuple[Any, ...]) -> Response | Exception:
    try:
        with Path(path).open("rb") as file:
            body = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return work(body, *arguments)
    except Exception as error:
        return _failure(error)


def _send(pipe: Connection, outcome: Response | Exception, grown: int) -> None:
    """Send the body of a response in a file: it is large, and the server would copy it more than once."""
    with ExitStack() as open_files:
        try:
            if isinstance(outcome, Response):
                file = open_files.enter_context(memory_file())
                file.write(outcome.body)
                file.flush()
                outcome.body = b""
            message = ForkingPickler.dumps((outcome, grown))
        except Exception as error:
            outcome = _failure(error)
            message = ForkingPickler.dumps((outcome, grown))
        pipe.send_bytes(message)
        if isinstance(outcome, Response):
            send_file(pipe, file)


def _failure(error: Exception) -> Exception:
    """Return what to raise in the server: a problem, or a bug with its traceback."""
    if isinstance(error, Problem):
        return error
    return exhaustion_problem(error) or WorkFailedError(traceback.format_exc())


def _peak_memory() -> int:
    """Return the most bytes that this process has had in memory."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
