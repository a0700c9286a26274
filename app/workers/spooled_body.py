"""A request's body: bytes while it is small, a file in memory once it is large."""

import os
from typing import IO

from app.workers.capacity import Capacity
from app.workers.memory_file import memory_file


class SpooledBody:
    """Collects a body as it arrives. A pool process maps the file of a large one, so nothing is copied again."""

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
            self.move_to_file()
        if self._file is None:
            self._chunks.append(chunk)
        else:
            self._file.write(chunk)

    def move_to_file(self) -> None:
        """Become a large body; raises `overloaded`."""
        self.capacity.check()
        self._file = memory_file()
        self._file.writelines(self._chunks)
        self._chunks = []

    @property
    def is_large(self) -> bool:
        """Whether the body is in a file."""
        return self._file is not None

    def read(self) -> bytes:
        """Return the whole of a small body."""
        return self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)

    def path(self) -> str:
        """Return a path under which another process can open the file."""
        assert self._file is not None
        self._file.flush()
        if isinstance(self._file.name, str):
            return self._file.name
        return f"/proc/{os.getpid()}/fd/{self._file.fileno()}"

    def close(self) -> None:
        """Free the bytes."""
        self.capacity.release(self.size)
        self.size = 0
        self._chunks = []
        if self._file is not None:
            self._file.close()
