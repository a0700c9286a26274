"""Log lines, to standard error: JSON for machines, plain for a terminal; one form for all of them, uvicorn's too.

The standard library's logging suffices: the lines that come often, one a request, do not pass through it at all.
"""

import logging
import os
import select
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from time import time
from typing import Any, Final

import msgspec

from app.settings import Settings

STDERR: Final = 2
ATOMIC: Final = 4096
"""Bytes that go through a pipe in one piece, so that no two processes mix their lines."""
PATIENCE: Final = 0.05
"""Seconds to wait for a slow reader; for one who has not read since, nobody waits."""


class Line(msgspec.Struct, omit_defaults=True):
    """One line of the log. What a line has nothing to say about is left out."""

    time: str
    """When it was written, UTC."""
    level: str
    """`debug`, `info`, `warning`, `error` or `critical`."""
    message: str
    """What happened; `request` for the line that every request leaves."""
    pid: int
    """The process that wrote it."""
    logger: str | None = None
    """Who wrote it: `app`, `app.server`, `uvicorn.error`."""
    method: str | None = None
    """The request's method, `OTHER` when it is an unusual one."""
    route: str | None = None
    """The template of its path, such as `/schemas/{type}`; `unmatched` when there is no such page."""
    status: int | None = None
    """The status of the answer; absent when the caller went away before there was one."""
    duration_ms: float | None = None
    """Milliseconds from the request's head to the answer's last byte."""
    bytes_in: int | None = None
    """The body's bytes as they came."""
    bytes_out: int | None = None
    """The answer's bytes, without its head."""
    events: int | None = None
    """How many events were reduced or judged; absent where there were none to be."""
    mode: str | None = None
    """`strict` or `permissive`, for a `/reduce` that was answered."""
    refusal: str | None = None
    """The error code, when the answer is a problem."""
    request_id: str | None = None
    """The id that the answer carried as `X-Request-Id`."""
    error: str | None = None
    """A traceback."""


def configure(settings: Settings) -> None:
    """Let every logger of the process write such lines."""
    handler = _Handler()
    handler.setFormatter(_Formatter(is_json=is_json(settings)))
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)


def is_json(settings: Settings) -> bool:
    """Tell which form is meant: `auto` is plain on a terminal alone."""
    return settings.log_format == "json" or (settings.log_format == "auto" and not os.isatty(STDERR))


def written(line: Line, *, as_json: bool) -> bytes:
    """Write a line."""
    if as_json:
        return msgspec.json.encode(line) + b"\n"
    told = {name: value for name in line.__struct_fields__[4:-1] if (value := getattr(line, name)) is not None}
    rest = "".join(f" {name}={value}" for name, value in told.items())
    trace = f"\n{line.error}" if line.error else ""
    return f"{line.time[11:23]} {line.level.upper():<8} {line.message}{rest}{trace}\n".encode()


def instant(seconds: float) -> str:
    """Write a time, in UTC, to the millisecond."""
    whole, rest = divmod(int(seconds * 1000), 1000)
    return f"{_second(whole)}.{rest:03}Z"


@lru_cache(maxsize=2)
def _second(seconds: int) -> str:
    """Write a second; the lines of one are many."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat()


class Sink:
    """Puts lines on standard error, and never waits long for a reader who does not read: the service comes first."""

    def __init__(self, descriptor: int = STDERR) -> None:
        self._given = descriptor
        self._own: int | None = None
        self._is_stuck = False
        self._lost = 0

    def put(self, lines: Iterable[bytes]) -> None:
        """Write lines, as many at once as go through in one piece."""
        chunk: list[bytes] = []
        size = 0
        for line in lines:
            if chunk and size + len(line) > ATOMIC:
                self._put(chunk)
                chunk, size = [], 0
            chunk.append(line)
            size += len(line)
        if chunk:
            self._put(chunk)

    def _put(self, chunk: list[bytes]) -> None:
        """Write some lines, or count them as lost."""
        with suppress(OSError):
            descriptor = self._own = self._reopened() if self._own is None else self._own
            self._is_stuck = not select.select([], [descriptor], [], 0 if self._is_stuck else PATIENCE)[1]
            if not self._is_stuck:
                lost, self._lost = self._lost, 0
                text = b"".join([*self._note(lost), *chunk])
                while text:
                    text = text[os.write(descriptor, text) :]
                return
        self._lost += len(chunk)

    def _note(self, lost: int) -> list[bytes]:
        if not lost:
            return []
        line = Line(instant(time()), "warning", f"{lost} lines lost: nobody read them", os.getpid(), __name__)
        return [written(line, as_json=True)]

    def _reopened(self) -> int:
        """Open the same file or pipe once more, for a write that does not wait must not be everybody's."""
        try:
            return os.open(f"/proc/self/fd/{self._given}", os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK)
        except OSError:  # a socket, or not ours to open
            return self._given


sink: Final = Sink()


class _Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        """Put a line where all others go."""
        sink.put([self.format(record).encode(errors="replace") + b"\n"])


class _Formatter(logging.Formatter):
    def __init__(self, *, is_json: bool) -> None:
        super().__init__()
        self._is_json = is_json

    def format(self, record: logging.LogRecord) -> str:
        """Write a record of the standard library as one of our lines."""
        told: dict[str, Any] = {"error": self.formatException(record.exc_info)} if record.exc_info else {}
        line = Line(
            instant(record.created), record.levelname.lower(), record.getMessage(), os.getpid(), record.name, **told
        )
        return written(line, as_json=self._is_json).decode().rstrip("\n")
