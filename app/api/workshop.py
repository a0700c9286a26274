"""Where bodies are worked on: small ones in place, large ones in processes of their own.

C code that parses holds the interpreter, so a thread would keep small requests waiting all the same. A large body
is written once, as it arrives, into a file that lives in memory; the process maps it and nothing is copied again.
"""

import gc
import mmap
import multiprocessing
import os
import signal
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any, Final

from anyio import CapacityLimiter, to_thread
from starlette.responses import Response

from app.api.problems import Problem

Work = Callable[..., Response]
LOWER_PRIORITY: Final = 10
"""How much nicer than the server its processes are: whoever waits for a small answer goes first."""


class Body:
    """A request's body: bytes while it is small, a file in memory once it is not."""

    def __init__(self, inline_bytes: int) -> None:
        self._inline_bytes = inline_bytes
        self._chunks: list[bytes] = []
        self._file: IO[bytes] | None = None
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self.size += len(chunk)
        if self._file is None and self.size > self._inline_bytes:
            self._file = _file_in_memory()
            self._file.writelines(self._chunks)
            self._chunks = []
        if self._file is None:
            self._chunks.append(chunk)
        else:
            self._file.write(chunk)

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
        """Let go of the file."""
        if self._file is not None:
            self._file.close()


class WorkFailedError(Exception):
    """A bug in a process; the message is its traceback, for the log."""


class Workshop:
    """Does the work of the endpoints that read bodies."""

    def __init__(self, pool_size: int) -> None:
        self._size = pool_size
        self._idle: list[Bench] = []
        self._limiter: CapacityLimiter | None = None

    async def do(self, work: Work, body: Body, *arguments: Any) -> Response:
        """Call `work(bytes, *arguments)` where the body belongs, and let go of the body.

        Raises `Problem`, `worker-lost` among them.
        """
        if not body.is_large:
            return work(body.read(), *arguments)
        if self._limiter is None:  # made here, where there is an event loop
            self._limiter = CapacityLimiter(self._size)
        try:
            async with self._limiter:
                return await to_thread.run_sync(self._do_elsewhere, work, body.path(), *arguments)
        finally:
            body.close()

    def _do_elsewhere(self, work: Work, path: str, *arguments: Any) -> Response:
        try:
            bench = self._idle.pop()
        except IndexError:
            bench = Bench()
        try:
            outcome = bench.do(work, path, *arguments)
        except (EOFError, OSError):
            raise Problem(
                "worker-lost",
                "The process that worked on the request was lost; nothing was stored, send the request again.",
                headers={"Retry-After": "1"},
            ) from None
        self._idle.append(bench)
        if isinstance(outcome, Response):
            return outcome
        raise outcome


class Bench:
    """A process that does one piece of work at a time, and ends when its server does."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, far_end = context.Pipe()
        self._process = context.Process(target=_serve, args=(far_end,), daemon=True)
        self._process.start()
        far_end.close()

    def do(self, work: Work, path: str, *arguments: Any) -> Response | Exception:
        """Hand over the work and wait, without holding the interpreter; `EOFError` when the process is lost."""
        self._pipe.send((work, path, arguments))
        outcome: Response | Exception = self._pipe.recv()
        return outcome


def _serve(pipe: Connection) -> None:
    """Do what comes through the pipe until its other end closes, which the death of the server does too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # what a batch allocates holds no cycles, and walking it costs half the time
    with suppress(OSError):
        os.nice(LOWER_PRIORITY)
    with suppress(EOFError, OSError):
        while True:
            work, path, arguments = pipe.recv()
            pipe.send(outcome := _outcome(work, path, arguments))
            if isinstance(outcome, Exception):
                del outcome
                gc.collect()  # an exception may hold on to the body through its frames


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
