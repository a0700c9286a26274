"""Watches every request from outside, and tells about it afterwards: a line in the log, and the metrics.

A request pays for remembering a few numbers. They are told a moment later, many requests at once.
"""

import asyncio
import os
from collections.abc import Callable, Iterable
from typing import Final

from app.observability.logging import Line, instant, is_json, sink, written
from app.observability.metrics import Metrics
from app.observability.request_record import OTHER_METHOD, RequestRecord
from app.problems import Problem
from app.settings import Settings
from app.workers.pool import WorkerPool

DELAY: Final = 0.1
"""Seconds that what was seen may wait to be told."""
MOST_WAITING: Final = 1_000
PROBES: Final = frozenset({"/livez", "/readyz", "/healthz", "/metrics"})
"""What is asked again and again by machines; its success is worth a line at level debug alone."""
LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}


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
        record = RequestRecord(OTHER_METHOD, chosen_id)
        record.status, record.refusal = problem.status, problem.code
        self.note(record)

    def tell(self) -> None:
        """Tell what is waiting to be told."""
        self._is_due = False
        waiting, self._waiting = self._waiting, []
        records = [(record.route, record) for record in waiting]
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
