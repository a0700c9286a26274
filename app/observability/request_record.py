"""What is recorded of one request: numbers and kinds, never what was in it."""

from time import perf_counter
from typing import Final

from app.responses import BatchStatistics

UNMATCHED: Final = "unmatched"
"""The route of a path that there is not."""
KNOWN_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
OTHER_METHOD: Final = "OTHER"


class RequestRecord:
    """One request, from its head to the end of its answer."""

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
        self.method = method if method in KNOWN_METHODS else OTHER_METHOD
        self.route = UNMATCHED
        """The template of the path, such as `/schemas/{type}`; the dispatcher sets it."""
        self.request_id = request_id
        self.begun = perf_counter()
        self.seconds = 0.0
        self.status = 0
        self.bytes_in = 0
        self.bytes_out = 0
        self.statistics: BatchStatistics | None = None
        self.refusal: str | None = None
