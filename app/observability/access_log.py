"""A log line for every request, and its metrics.

The line is logged when the request ends, in order with all other lines. The metrics are counted a moment later, for
many requests at once.
"""

import asyncio
import logging
from time import perf_counter
from typing import Final

from app.observability import shared_counts
from app.observability.metrics import Metrics
from app.observability.request_record import OTHER_METHOD, RequestRecord
from app.problems import Problem
from app.workers.pool import WorkerPool

COUNT_SECONDS: Final = 0.2
"""How long a request may wait to be counted."""
MOST_UNCOUNTED: Final = 1_000
PROBES: Final = frozenset({"/livez", "/readyz", "/healthz", "/metrics"})
"""Asked again and again by machines; success is logged at level debug."""

logger = logging.getLogger("app.access")


class AccessLog:
    """Logs and counts the requests of one process."""

    def __init__(self, pool: WorkerPool) -> None:
        self.metrics = Metrics()
        self.in_flight = 0
        self._pool = pool
        self._waiting: list[RequestRecord] = []
        self._is_due = False

    def begin(self) -> None:
        """Note that a request has begun."""
        self.in_flight += 1
        self._count_later()

    def end(self, record: RequestRecord) -> None:
        """Note that a request has ended."""
        record.seconds = perf_counter() - record.begun
        self.in_flight -= 1
        self._waiting.append(record)
        if len(self._waiting) >= MOST_UNCOUNTED:
            self.count()
        self._count_later()
        log_request(record)

    def note_refusal(self, problem: Problem, request_id: str) -> None:
        """Note what was refused at the socket, before there was a request."""
        record = RequestRecord(OTHER_METHOD, request_id)
        record.status, record.refusal = problem.status, problem.code
        self.begin()
        self.end(record)

    def count(self) -> None:
        """Count what waits to be counted, and show it to the other workers."""
        self._is_due = False
        waiting, self._waiting = self._waiting, []
        self.metrics.count(waiting)
        self.metrics.set_gauges(self.in_flight, self._pool)
        shared_counts.publish(self.metrics.registry.collect())

    def page(self) -> bytes:
        """Write the metrics page, of all workers."""
        self.count()
        return self.metrics.page()

    def _count_later(self) -> None:
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_later(COUNT_SECONDS, self.count)


def log_request(record: RequestRecord) -> None:
    """Log the line of a request."""
    level = logging.INFO
    if record.status >= 500:
        level = logging.ERROR
    elif record.route in PROBES and record.status < 400:
        level = logging.DEBUG
    if not logger.isEnabledFor(level):
        return
    statistics = record.statistics
    fields = {
        "method": record.method,
        "route": record.route,
        "status": record.status or None,
        "duration_ms": round(record.seconds * 1000, 3),
        "bytes_in": record.bytes_in,
        "bytes_out": record.bytes_out,
        "events": statistics and statistics.events,
        "mode": statistics and statistics.mode,
        "refusal": record.refusal,
        "request_id": record.request_id,
    }
    logger.log(level, "request", extra={"fields": fields})
