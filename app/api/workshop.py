"""Where bodies are worked on: small ones in place, large ones in processes of their own.

C code that parses holds the interpreter, so a thread would keep small requests waiting all the same. A large body
is written once, as it arrives, into a file that lives in memory; the process maps it and nothing is copied again.
"""

import gc
import mmap
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

from anyio import BrokenWorkerProcess, CapacityLimiter, to_process
from starlette.responses import Response

from app.api.problems import Problem

Work = Callable[..., Response]
LOWEST_PRIORITY: Final = 10
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


class Workshop:
    """Does the work of the endpoints that read bodies."""

    def __init__(self, pool_size: int) -> None:
        self.pool_size = pool_size
        self._limiter: CapacityLimiter | None = None

    async def do(self, work: Work, body: Body, *arguments: Any) -> Response:
        """Call `work(bytes, *arguments)` where the body belongs; raises `Problem`, `worker-lost` among them."""
        if not body.is_large:
            return work(body.read(), *arguments)
        if self._limiter is None:  # made here, where there is an event loop
            self._limiter = CapacityLimiter(self.pool_size)
        try:
            return await to_process.run_sync(
                _work_on_file, work, body.path(), *arguments, cancellable=True, limiter=self._limiter
            )
        except BrokenWorkerProcess:
            raise Problem(
                "worker-lost",
                "The process that worked on the request was lost; nothing was stored, send the request again.",
                headers={"Retry-After": "1"},
            ) from None


def _work_on_file(work: Work, path: str, *arguments: Any) -> Response:
    """Do one piece of work, in a process of its own."""
    _be_a_worker()
    with Path(path).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as body:
        return work(body, *arguments)


def _be_a_worker() -> None:
    """Step back behind the server, once; and leave the young objects of a batch, which hold no cycles, alone."""
    if gc.isenabled():
        gc.disable()
        with suppress(OSError):
            os.nice(LOWEST_PRIORITY)


def _file_in_memory() -> IO[bytes]:
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("body"), "w+b")
    return tempfile.NamedTemporaryFile("w+b")  # where there are no such files, as on macOS
