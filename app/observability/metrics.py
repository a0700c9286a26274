"""`GET /metrics`: what is counted, and how it gets from many requests in many processes into one page.

With several workers prometheus-client keeps its values in files that all of them map (its multi-process mode), so any
worker answers for all. Such a value costs microseconds to change, so it is changed for a batch of requests at once.
"""

import os
from collections import Counter as TallyOf
from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
    multiprocess,
)

from app.observability.request_record import RequestRecord
from app.responses import BatchStatistics
from app.workers.pool import WorkerPool
from mission_collaboration import __version__
from mission_collaboration.contract.constants import CONTRACT_VERSION

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder of the shared files; set before the first import of prometheus-client."""
BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_bytes_in, _bytes_out = attrgetter("bytes_in"), attrgetter("bytes_out")


class Metrics:
    """The metrics of one process."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = registry = CollectorRegistry()
        self._requests = Counter(
            "collab_requests", "Requests that were answered", ["method", "route", "status"], registry=registry
        )
        self._seconds = Histogram(
            "collab_request_seconds",
            "Time from a request's head to its answer's end",
            ["method", "route"],
            buckets=BUCKETS,
            registry=registry,
        )
        self._bytes_in = Counter("collab_request_bytes", "Bytes of bodies as they came", ["route"], registry=registry)
        self._bytes_out = Counter(
            "collab_response_bytes", "Bytes of answers without their heads", ["route"], registry=registry
        )
        self._events = Counter("collab_events", "Events reduced or judged", ["event_type"], registry=registry)
        self._refusals = Counter("collab_refusals", "Problems answered", ["code"], registry=registry)
        self._anomalies = Counter("collab_anomalies", "Anomalies in states answered", registry=registry)
        self._in_flight = Gauge(
            "collab_requests_in_flight",
            "Requests begun and not yet answered",
            multiprocess_mode="livesum",
            registry=registry,
        )
        self._workers = Gauge("collab_workers", "Server processes", multiprocess_mode="livesum", registry=registry)
        self._pool_size = Gauge(
            "collab_pool_size",
            "Processes for large bodies that there may be",
            multiprocess_mode="livesum",
            registry=registry,
        )
        self._pool = Gauge(
            "collab_pool_processes",
            "Processes for large bodies that there are",
            ["state"],
            multiprocess_mode="livesum",
            registry=registry,
        )
        self._lost = Counter(
            "collab_pool_lost", "Processes for large bodies that died and were replaced", registry=registry
        )
        self._known_lost = 0
        build = Gauge(
            "collab_build_info",
            "The versions of the service and of the contract",
            ["version", "contract_version"],
            multiprocess_mode="livemax",
            registry=registry,
        )
        build.labels(__version__, CONTRACT_VERSION).set(1)
        self._workers.set(1)

    def count(self, records: Sequence[tuple[str, RequestRecord]]) -> None:
        """Count requests that have ended, each with its route."""
        groups: dict[tuple[str, str, int], list[RequestRecord]] = {}
        for route, record in records:
            groups.setdefault((record.method, route, record.status), []).append(record)
        for (method, route, status), group in groups.items():
            self._requests.labels(method, route, str(status)).inc(len(group))
            self._bytes_in.labels(route).inc(sum(map(_bytes_in, group)))
            self._bytes_out.labels(route).inc(sum(map(_bytes_out, group)))
            observe = self._seconds.labels(method, route).observe
            for record in group:
                observe(record.seconds)
            self._count_facts([record.statistics for record in group if record.statistics is not None])
            for code, times in TallyOf(record.refusal for record in group if record.refusal is not None).items():
                self._refusals.labels(code).inc(times)

    def _count_facts(self, statistics: list[BatchStatistics]) -> None:
        types: TallyOf[str] = TallyOf()
        for each in statistics:
            types.update(each.types)
        for event_type, times in types.items():
            self._events.labels(event_type).inc(times)
        if anomalies := sum(each.anomalies for each in statistics):
            self._anomalies.inc(anomalies)

    def look(self, in_flight: int, pool: WorkerPool) -> None:
        """Note how things stand."""
        self._in_flight.set(in_flight)
        self._pool_size.set(pool.size)
        self._pool.labels("busy").set(pool.busy)
        self._pool.labels("idle").set(pool.processes - pool.busy)
        self._lost.inc(pool.lost - self._known_lost)
        self._known_lost = pool.lost

    def page(self) -> bytes:
        """Write what all processes have counted."""
        if FOLDER not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)
