"""Watches every request from outside, and tells about it afterwards: a line in the log, and the metrics.

A request pays for remembering a few numbers. They are told a moment later, many requests at once.
"""

import asyncio
import os
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.operations import OPERATIONS
from app.observability.logging import Line, instant, is_json, sink, written
from app.observability.metrics import Metrics
from app.observability.request_record import RequestRecord
from app.problems import Problem, request_id
from app.responses import RECORD
from app.settings import Settings
from app.workers.pool import WorkerPool

DELAY: Final = 0.1
"""Seconds that what was seen may wait to be told."""
MOST_WAITING: Final = 1_000
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
OTHER_METHOD: Final = "OTHER"
PROBES: Final = frozenset({"/livez", "/readyz", "/healthz", "/metrics"})
"""What is asked again and again by machines; its success is worth a line at level debug alone."""
PAGES: Final = ("/docs", "/redoc", "/openapi.json")
LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}

_whole: Final = {path: path for path in (*(operation.path for operation in OPERATIONS), *PAGES) if "{" not in path}
_beginnings: Final = [
    (operation.path.partition("{")[0], operation.path) for operation in OPERATIONS if "{" in operation.path
] + [("/assets/", "/assets/{file}")]


def route_of(path: str) -> str:
    """Find the template of a path, of which there are few."""
    return _whole.get(path) or next((route for start, route in _beginnings if path.startswith(start)), "unmatched")


class AccessLog:
    """Tells of requests, some time after they have ended."""

    def __init__(self, settings: Settings, pool: WorkerPool, put: Callable[[Iterable[bytes]], None] = sink.put) -> None:
        self.metrics = Metrics()
        self.in_flight = 0
        self.is_logging = False
        """Whether lines are written at all; whoever serves decides."""
        self._put = put
        self._as_json = is_json(settings)
        self._least = LEVELS[settings.log_level]
        self._pid = os.getpid()
        self._workshop = pool
        self._waiting: list[RequestRecord] = []
        self._is_due = False

    def begin(self) -> None:
        """Note that a request has begun."""
        self.in_flight += 1
        self._be_due()

    def end(self, record: RequestRecord) -> None:
        """Note that a request has ended."""
        self.in_flight -= 1
        self._waiting.append(record)
        if len(self._waiting) >= MOST_WAITING:
            self.tell()
        self._be_due()

    def note(self, record: RequestRecord) -> None:
        """Note a request that has begun and ended at once."""
        self.begin()
        self.end(record)

    def note_refusal(self, problem: Problem, chosen_id: str) -> None:
        """Note what was refused at the socket, before there was a request to watch."""
        record = RequestRecord(OTHER_METHOD, "", chosen_id)
        record.status, record.refusal = problem.status, problem.code
        self.note(record)

    def tell(self) -> None:
        """Tell what is waiting to be told."""
        self._is_due = False
        waiting, self._waiting = self._waiting, []
        records = [(route_of(record.path), record) for record in waiting]
        if self.is_logging:
            self._put(written(line, as_json=self._as_json) for line in map(self._line, records) if self._matters(line))
        self.metrics.count(records)
        self.metrics.look(self.in_flight, self._workshop)

    def page(self) -> bytes:
        """Write the metrics page."""
        self.tell()
        return self.metrics.page()

    def _be_due(self) -> None:
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_later(DELAY, self.tell)

    def _matters(self, line: Line) -> bool:
        return LEVELS[line.level] >= self._least

    def _line(self, seen: tuple[str, RequestRecord]) -> Line:
        route, record = seen
        statistics = record.statistics
        return Line(
            time=instant(record.ended),
            level=_level(route, record.status),
            message="request",
            pid=self._pid,
            method=record.method,
            route=route,
            status=record.status or None,
            duration_ms=round(record.seconds * 1000, 3),
            bytes_in=record.bytes_in,
            bytes_out=record.bytes_out,
            events=statistics and statistics.events,
            mode=statistics and statistics.mode,
            refusal=record.refusal,
            request_id=record.request_id,
        )


def _level(route: str, status: int) -> str:
    if status >= 500:
        return "error"
    return "debug" if route in PROBES and status < 400 else "info"


class Seen:
    """Sees each request come and go."""

    def __init__(self, app: ASGIApp, access_log: AccessLog) -> None:
        self.app = app
        self.access_log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and remember what it was."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        method = scope["method"]
        record = RequestRecord(method if method in METHODS else OTHER_METHOD, scope["path"], request_id.get())
        scope[RECORD] = record

        async def receive_seen() -> Message:
            message = await receive()
            record.bytes_in += len(message.get("body", b""))
            return message

        async def send_seen(message: Message) -> None:
            await send(message)  # which may have to wait, and be given up
            if "body" in message:
                record.bytes_out += len(message["body"])
            elif "status" in message:
                record.status = message["status"]

        self.access_log.begin()
        try:
            await self.app(scope, receive_seen, send_seen)
        finally:
            record.seconds = perf_counter() - record.begun
            self.access_log.end(record)
