"""Log lines, to standard error: JSON for programs, plain for a terminal; one form for all of them, uvicorn's too.

A server hands its lines to a thread (`QueueHandler`), so that a reader of the log who does not read never holds up a
request.
"""

import logging
import os
import queue
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from logging.handlers import QueueHandler, QueueListener
from threading import Thread
from time import sleep
from typing import Any, Final

import msgspec

from app.settings import Settings

STDERR: Final = 2
MOST_WAITING_LINES: Final = 10_000
"""How many lines may wait for the thread; more are dropped."""
GATHER_SECONDS: Final = 0.1
"""How long a line may wait to be written."""
LAST_LINES_SECONDS: Final = 1.0
"""How long a process that ends waits for its last lines to be read."""


class LogLine(msgspec.Struct, omit_defaults=True):
    """One line of the log. What does not apply is left out."""

    time: str
    """When it was written, UTC."""
    level: str
    """`debug`, `info`, `warning`, `error` or `critical`."""
    message: str
    """What happened; `request` for the line of a request."""
    pid: int
    """The process that wrote it."""
    logger: str | None = None
    """The part that wrote it: `app`, `app.server`, `uvicorn.error`."""
    method: str | None = None
    """The request's method, `OTHER` for an unusual one."""
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
    """How many events were reduced or judged; absent where there were none."""
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
    handler = StderrHandler()
    is_json = settings.log_format == "json" or (settings.log_format == "auto" and not os.isatty(STDERR))
    handler.setFormatter(LineFormatter(is_json=is_json))
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)


@contextmanager
def log_from_a_thread() -> Iterator[None]:
    """Write the lines of a process from a thread; threads do not survive a fork, so each server has its own."""
    root = logging.getLogger()
    handlers = root.handlers[:]
    waiting: queue.Queue[logging.LogRecord] = queue.Queue(MOST_WAITING_LINES)
    listener = GatheringListener(waiting, *handlers)
    listener.start()
    root.handlers = [DroppingQueueHandler(waiting)]
    try:
        yield
    finally:
        root.handlers = handlers
        last = Thread(target=listener.stop, daemon=True)
        last.start()
        last.join(LAST_LINES_SECONDS)


class DroppingQueueHandler(QueueHandler):
    """Drops lines while too many wait, and says how many once there is room."""

    def __init__(self, waiting: "queue.Queue[logging.LogRecord]") -> None:
        super().__init__(waiting)
        self._dropped = 0

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Leave the record as it is: it stays in this process."""
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        """Put a record where the thread takes it."""
        try:
            if self._dropped:
                message = "%d log lines were dropped, for standard error was not read"
                told = logging.LogRecord(__name__, logging.WARNING, __file__, 0, message, (self._dropped,), None)
                self.queue.put_nowait(told)
                self._dropped = 0
            self.queue.put_nowait(record)
        except queue.Full:
            self._dropped += 1


class GatheringListener(QueueListener):
    """Takes lines in batches: to wake this thread for each of them takes a tenth of a request's time."""

    def dequeue(self, block: bool) -> logging.LogRecord:
        """Take the next line; once there is none, let some gather before waiting for one."""
        with suppress(queue.Empty):
            return super().dequeue(block=False)
        sleep(GATHER_SECONDS)
        return super().dequeue(block)


class StderrHandler(logging.Handler):
    """Writes each line with one call, so that no two processes mix their lines."""

    def __init__(self) -> None:
        super().__init__()
        self._descriptor = STDERR

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, unless there is no reader."""
        line = self.format(record).encode(errors="replace") + b"\n"
        with suppress(OSError):
            while line:
                line = line[os.write(self._descriptor, line) :]


class LineFormatter(logging.Formatter):
    """Writes a record of the standard library as a `Line`; what a request adds is in the record's `fields`."""

    def __init__(self, *, is_json: bool) -> None:
        super().__init__()
        self._is_json = is_json

    def format(self, record: logging.LogRecord) -> str:
        """Write a line."""
        fields: dict[str, Any] = getattr(record, "fields", {"logger": record.name})
        error = self.formatException(record.exc_info) if record.exc_info else None
        written = datetime.fromtimestamp(record.created, UTC).replace(tzinfo=None)
        line = LogLine(
            time=f"{written.isoformat(timespec='milliseconds')}Z",
            level=record.levelname.lower(),
            message=record.getMessage(),
            pid=record.process or os.getpid(),
            error=error,
            **fields,
        )
        if self._is_json:
            return msgspec.json.encode(line).decode()
        told = {name: value for name in line.__struct_fields__[4:-1] if (value := getattr(line, name)) is not None}
        rest = "".join(f" {name}={value}" for name, value in told.items())
        trace = f"\n{line.error}" if line.error else ""
        return f"{line.time[11:23]} {line.level.upper():<8} {line.message}{rest}{trace}"
