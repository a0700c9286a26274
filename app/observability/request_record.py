"""What is recorded of one request: numbers and kinds, never what was in it."""

from time import perf_counter, time

from app.responses import BatchStatistics


class RequestRecord:
    """What is seen of one request, from its head to its answer's end."""

    __slots__ = (
        "begun",
        "bytes_in",
        "bytes_out",
        "method",
        "path",
        "refusal",
        "request_id",
        "seconds",
        "statistics",
        "status",
    )

    def __init__(self, method: str, path: str, request_id: str) -> None:
        self.method = method
        self.path = path
        self.request_id = request_id
        self.begun = perf_counter()
        self.seconds = 0.0
        self.status = 0
        self.bytes_in = 0
        self.bytes_out = 0
        self.statistics: BatchStatistics | None = None
        self.refusal: str | None = None

    @property
    def ended(self) -> float:
        """About when the request ended, by the clock; asked soon after."""
        return time() - (perf_counter() - self.begun - self.seconds)
