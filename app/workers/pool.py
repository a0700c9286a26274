"""Where bodies are worked on: small ones in place, large ones in processes of their own.

C code that parses holds the interpreter, so a thread would keep small requests waiting all the same. A large body
is written once, as it arrives, into a file that lives in memory; the process maps it and nothing is copied again.
"""

import gc
import mmap
import os
import signal
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from types import FrameType, MappingProxyType
from typing import IO, Any, Final

from anyio import CapacityLimiter, to_thread
from starlette.responses import Response

from app.problems import Problem
from app.workers.capacity import Capacity
from app.workers.fork_server import Source, Spawning
from app.workers.memory import give_back
from app.workers.parent_watchdog import when_hung_up

Work = Callable[..., Response]
AGAIN: Final = MappingProxyType({"Retry-After": "1"})
REST: Final = 0.5
"""Seconds without work after which a process gives back the memory that it no longer needs."""
LOWER_PRIORITY: Final = 10
"""How much nicer than the server its processes are: whoever waits for a small answer goes first."""


class TooMuchInPlaceError(Exception):
    """A small body holds more than should be worked on in place, once it is unpacked; a process of its own takes it."""


def is_in_place(body: object) -> bool:
    """Tell whether a body is worked on in the server itself; in the processes it is mapped."""
    return not isinstance(body, mmap.mmap)


class Body:
    """A request's body: bytes while it is small, a file in memory once it is not."""

    def __init__(self, inline_bytes: int, capacity: Capacity) -> None:
        self.capacity = capacity
        self._inline_bytes = inline_bytes
        self._chunks: list[bytes] = []
        self._file: IO[bytes] | None = None
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Take the next bytes; raises `overloaded`."""
        self.capacity.hold(len(chunk))
        self.size += len(chunk)
        if self._file is None and self.size > self._inline_bytes:
            self.become_large()
        if self._file is None:
            self._chunks.append(chunk)
        else:
            self._file.write(chunk)

    def become_large(self) -> None:
        """Move into a file; raises `overloaded`."""
        self.capacity.check()
        self._file = _file_in_memory()
        self._file.writelines(self._chunks)
        self._chunks = []

    @property
    def is_large(self) -> bool:
        """Whether the body is in a file."""
        return self._file is not None

    def read(self) -> bytes:
        """Hand out the whole of a small body."""
        return self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)

    def path(self) -> str:
        """Name the file so that another process can open it."""
        assert self._file is not None
        self._file.flush()
        if isinstance(self._file.name, str):
            return self._file.name
        return f"/proc/{os.getpid()}/fd/{self._file.fileno()}"

    def close(self) -> None:
        """Let go of the bytes."""
        self.capacity.let_go(self.size)
        self.size = 0
        if self._file is not None:
            self._file.close()


class WorkFailedError(Exception):
    """A bug in a process; the message is its traceback, for the log."""


class WorkerPool:
    """Does the work of the endpoints that read bodies."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.source: Source = Spawning()
        self.lost = 0
        """How many processes were lost so far."""
        self._idle: list[PoolProcess] = []
        self._busy: set[PoolProcess] = set()
        self._limiter: CapacityLimiter | None = None
        self._is_doubtful = False
        self._is_closed = False

    @property
    def busy(self) -> int:
        """How many processes are at work."""
        return len(self._busy)

    @property
    def processes(self) -> int:
        """How many processes there are."""
        return len(self._busy) + len(self._idle)

    async def do(self, work: Work, body: Body, *arguments: Any) -> Response:
        """Call `work(bytes, *arguments)` where the body belongs, and let go of the body.

        Raises `Problem`, `worker-lost` and `overloaded` among them.
        """
        try:
            if not body.is_large:
                try:
                    return work(body.read(), *arguments)
                except TooMuchInPlaceError:
                    body.become_large()
            if self._limiter is None:  # made here, where there is an event loop
                self._limiter = CapacityLimiter(self.size)
            with body.capacity.room():
                async with self._limiter:
                    return await to_thread.run_sync(self._do_elsewhere, work, body.path(), *arguments)
        finally:
            body.close()

    async def is_down(self) -> bool:
        """Tell whether a process was lost and no other one works in its place; nothing is asked otherwise."""
        if self._is_doubtful and not self._busy:
            body = Body(inline_bytes=0, capacity=Capacity(most_in_work=1, most_held=2))
            body.write(b"{}")
            with suppress(Problem):
                await self.do(_nothing, body)
        return self._is_doubtful

    def close(self) -> None:
        """Let the processes go; whoever waits for one is answered `shutting-down`."""
        self._is_closed = True
        while self._idle:
            self._idle.pop().close()
        for bench in list(self._busy):
            bench.kill()

    def _do_elsewhere(self, work: Work, path: str, *arguments: Any) -> Response:
        if self._is_closed:
            raise shutting_down()
        try:
            outcome = self._do_at(self._bench(), work, path, *arguments)
        except (EOFError, OSError):
            self.lost += 1
            self._is_doubtful = True
            raise (shutting_down() if self._is_closed else _worker_lost()) from None
        self._is_doubtful = False
        if isinstance(outcome, Response):
            return outcome
        raise outcome

    def _bench(self) -> "PoolProcess":
        """Find a process that lives, or start one."""
        while self._idle:
            bench = self._idle.pop()
            if bench.is_alive():
                return bench
            self.lost += 1
            bench.close()
        return PoolProcess(self.source)

    def _do_at(self, bench: "PoolProcess", work: Work, path: str, *arguments: Any) -> Response | Exception:
        self._busy.add(bench)
        try:
            outcome = bench.do(work, path, *arguments)
        except BaseException:
            bench.close()
            raise
        finally:
            self._busy.discard(bench)
        self._idle.append(bench)
        return outcome


class PoolProcess:
    """A process that does one piece of work at a time, and ends when its server does."""

    def __init__(self, source: Source) -> None:
        self._pipe = source.start(serve)
        self.pid: int = self._pipe.recv()

    def do(self, work: Work, path: str, *arguments: Any) -> Response | Exception:
        """Hand over the work and wait, without holding the interpreter; `EOFError` when the process is lost."""
        self._pipe.send((work, path, arguments))
        outcome: Response | Exception = self._pipe.recv()
        return outcome

    def is_alive(self) -> bool:
        """Tell whether the process still is there; an idle one says nothing, so all there is to read is its end."""
        return not self._pipe.poll()

    def close(self) -> None:
        """Let an idle process end."""
        self._pipe.close()

    def kill(self) -> None:
        """End a process that is at work."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


def serve(pipe: Connection) -> None:
    """Do what comes through the pipe until its other end closes, which the death of the server does too."""
    when_hung_up(lambda: os._exit(0), pipe.fileno())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    at_work = _end_when_idle()
    gc.disable()  # what a batch allocates holds no cycles, and walking it costs half the time
    with suppress(OSError):
        os.nice(LOWER_PRIORITY)
    with suppress(EOFError, OSError):
        pipe.send(os.getpid())
        while True:
            work, path, arguments = pipe.recv()
            with at_work:
                pipe.send(outcome := _outcome(work, path, arguments))
            was_refused = isinstance(outcome, Exception)
            del outcome
            if was_refused:
                gc.collect()  # an exception may hold on to the body through its frames
            if not pipe.poll(REST):
                give_back()


def _end_when_idle() -> Lock:
    """End on SIGTERM, which a whole group of processes may get, but finish what is at hand while this is held."""
    at_work = Lock()

    def end(number: int, frame: FrameType | None) -> None:
        if not at_work.locked():
            raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    return at_work


def _nothing(*_: Any) -> Response:
    """Do nothing, which shows that a process works."""
    return Response()


def shutting_down() -> Problem:
    """Make the problem of a request that this process will not answer any more."""
    return Problem(
        "shutting-down", "The process that was asked is being stopped; send the request again.", headers=AGAIN
    )


def _worker_lost() -> Problem:
    lost = "The process that worked on the request was lost; nothing was stored, send the request again."
    return Problem("worker-lost", lost, headers=AGAIN)


def _outcome(work: Work, path: str, arguments: tuple[Any, ...]) -> Response | Exception:
    with Path(path).open("rb") as file:
        body = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        return work(body, *arguments)
    except Problem as problem:
        return problem
    except Exception:
        return WorkFailedError(traceback.format_exc())


def _file_in_memory() -> IO[bytes]:
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("body"), "w+b")
    return tempfile.NamedTemporaryFile("w+b")  # where there are no such files, as on macOS
