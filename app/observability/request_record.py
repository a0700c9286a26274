"""What is recorded of one request: numbers and kinds, never what was in it."""

from time import perf_counter, time
from typing import Final

from app.responses import BatchStatistics

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
OTHER_METHOD: Final = "OTHER"
UNMATCHED: Final = "unmatched"
"""The route of a request for a path that leads nowhere."""


class RequestRecord:
    """What is seen of one request, from its head to its answer's end."""

    __slots__ = (
        "begun",
        "bytes_in",
        "bytes_out",
        "method",
        "refusal",
        "request_id",
        "route",
        "seconds",
        "statistics",
        "status",
    )

    def __init__(self, method: str, request_id: str) -> None:
        self.method = method if method in METHODS else OTHER_METHOD
        self.route = UNMATCHED
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
