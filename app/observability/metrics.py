"""`GET /metrics`: what is counted. A value costs microseconds to change, so it is changed for many requests at once."""

from collections import Counter as CountOf
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    disable_created_metrics,
    generate_latest,
)

from app.observability import shared_counts
from app.observability.request_record import RequestRecord
from app.responses import BatchStatistics
from app.workers.pool import WorkerPool
from mission_collaboration import __version__
from mission_collaboration.contract.constants import CONTRACT_VERSION

METRICS_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

WINDOWS: Final = (1, 10, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 100_000)
CHECKPOINTS: Final = (1_000, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 10_000_000, 50_000_000)


class RequestMetrics:
    """What is counted of every request, and of the events in it."""

    def __init__(self, registry: CollectorRegistry) -> None:
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

    def count(self, method: str, route: str, status: int, group: Sequence[RequestRecord]) -> None:
        """Count requests that are alike in method, route and status."""
        self._requests.labels(method, route, str(status)).inc(len(group))
        self._bytes_in.labels(route).inc(sum(record.bytes_in for record in group))
        self._bytes_out.labels(route).inc(sum(record.bytes_out for record in group))
        observe = self._seconds.labels(method, route).observe
        for record in group:
            observe(record.seconds)
        for code, times in CountOf(record.refusal for record in group if record.refusal is not None).items():
            self._refusals.labels(code).inc(times)

    def count_events(self, batches: Iterable[BatchStatistics]) -> None:
        """Count events by type, and anomalies."""
        types: CountOf[str] = CountOf()
        anomalies = 0
        for batch in batches:
            types.update(batch.types)
            anomalies += batch.anomalies
        for event_type, times in types.items():
            self._events.labels(event_type).inc(times)
        self._anomalies.inc(anomalies)


class LoopMetrics:
    """What is counted of the live loop."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._verdicts = Counter("collab_verdicts", "Verdicts of the live loop", ["verdict", "code"], registry=registry)
        self._windows = Histogram(
            "collab_window_events", "Events in the window of a mission", buckets=WINDOWS, registry=registry
        )
        self._checkpoints = Histogram(
            "collab_checkpoint_bytes", "Bytes of a new checkpoint", buckets=CHECKPOINTS, registry=registry
        )

    def count(self, batches: Iterable[BatchStatistics]) -> None:
        """Count verdicts, windows and checkpoints."""
        for batch in batches:
            for (verdict, code), times in (batch.verdicts or {}).items():
                self._verdicts.labels(verdict, code).inc(times)
            for events in batch.windows:
                self._windows.observe(events)
            for size in batch.checkpoints:
                self._checkpoints.observe(size)


class ProcessMetrics:
    """How things stand with one server process and its pool."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._in_flight = Gauge("collab_requests_in_flight", "Requests begun and not yet answered", registry=registry)
        workers = Gauge("collab_workers", "Server processes", registry=registry)
        self._pool_size = Gauge("collab_pool_size", "Processes for large bodies that there may be", registry=registry)
        self._pool = Gauge(
            "collab_pool_processes", "Processes for large bodies that there are", ["state"], registry=registry
        )
        self._lost = Counter(
            "collab_pool_lost", "Processes for large bodies that died and were replaced", registry=registry
        )
        self._known_lost = 0
        build = Gauge(
            "collab_build_info",
            "The versions of the service and of the contract",
            ["version", "contract_version"],
            registry=registry,
        )
        build.labels(__version__, CONTRACT_VERSION).set(1)
        workers.set(1)

    def set(self, in_flight: int, pool: WorkerPool) -> None:
        """Set what is true just now."""
        self._in_flight.set(in_flight)
        self._pool_size.set(pool.size)
        self._pool.labels("busy").set(pool.busy)
        self._pool.labels("idle").set(pool.processes - pool.busy)
        self._lost.inc(pool.lost - self._known_lost)
        self._known_lost = pool.lost


class Metrics:
    """The metrics of one process."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._requests = RequestMetrics(self.registry)
        self._loop = LoopMetrics(self.registry)
        self._process = ProcessMetrics(self.registry)

    def count(self, records: Iterable[RequestRecord]) -> None:
        """Count requests that have ended."""
        groups: dict[tuple[str, str, int], list[RequestRecord]] = {}
        for record in records:
            groups.setdefault((record.method, record.route, record.status), []).append(record)
        for (method, route, status), group in groups.items():
            self._requests.count(method, route, status, group)
            batches = [record.statistics for record in group if record.statistics is not None]
            self._requests.count_events(batches)
            self._loop.count(batches)

    def set_gauges(self, in_flight: int, pool: WorkerPool) -> None:
        """Set what is true just now."""
        self._process.set(in_flight, pool)

    def page(self) -> bytes:
        """Write what all workers have counted."""
        return generate_latest(AllWorkers(self.registry))


class AllWorkers(CollectorRegistry):
    """The metrics of all workers."""

    def __init__(self, own: CollectorRegistry) -> None:
        super().__init__()
        self._own = own

    def collect(self) -> Iterator[Metric]:
        """List the metrics."""
        yield from shared_counts.add_others(self._own.collect())
