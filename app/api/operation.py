"""A service: the state of its process, and its operations as readers, client generators and the router see them."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.observability.access_log import AccessLog
from app.problems import AGAIN, Problem
from app.settings import Settings
from app.workers.capacity import Capacity
from app.workers.pool import WorkerPool, shutting_down
from mission_collaboration.contract.errors import PENDING_CODES

SERVICE_NAME: Final = "Mission Collaboration Service"
BODY_PROBLEMS: Final = (
    "malformed-request",
    "malformed-json",
    "too-deep",
    "not-acceptable",
    "request-timeout",
    "body-too-large",
    "unsupported-media-type",
    "invalid-request",
)
REFUSALS: Final = (
    "malformed-payload",
    "unknown-participant",
    "departed-participant",
    "unknown-warning",
    "unmatched-completion",
    "conflicting-duplicate",
    "mission-mismatch",
)
DOOR: Final = (
    "invalid-request",
    "malformed-payload",
    "conflicting-duplicate",
    "mission-mismatch",
    "late-event",
    "clock-jump",
    "too-many-pending",
)
"""What is rejected at the door (contract L6)."""
REDUCE_FORMS: Final = dict.fromkeys(REFUSALS, "problem in strict mode, anomaly in permissive mode")
ADMIT_FORMS: Final = {
    **dict.fromkeys(PENDING_CODES, "verdict on the event: pending, later rejected"),
    **dict.fromkeys(DOOR, "verdict on the event: rejected"),
}
EXPLAIN_FORMS: Final = {
    **dict.fromkeys(REFUSALS, "effect of the event: anomaly or refused"),
    **dict.fromkeys(PENDING_CODES, "effect of the event: anomaly, refused or pending"),
    "invalid-request": "problem, or effect of the event: malformed",
    **dict.fromkeys(("duplicate-join", "repeated-invitation"), "effect of the event: anomaly"),
}
LOST: Final = ("overloaded", "shutting-down", "worker-lost")
SCHEMAS: Final = "#/components/schemas/"
"""Where the document has its schemas."""
EVENT_LINE: Final = {"$ref": f"{SCHEMAS}Event"}
ANY_LINE: Final = {"anyOf": [EVENT_LINE, {"$ref": f"{SCHEMAS}JsonValue"}]}
IF_NONE_MATCH: Final = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of the copy that you have.",
    "schema": {"type": "string"},
}


class AppState:
    """One serving process, from its start to its end."""

    def __init__(self, settings: Settings) -> None:
        self.pool = WorkerPool(settings.pool_size, settings.work_seconds)
        self.capacity = Capacity(settings.max_concurrency, max(settings.max_held_bytes, settings.max_body_bytes))
        self.access_log = AccessLog(self.pool)
        self.draining = False

    async def check_ready(self) -> None:
        """Find out whether requests are welcome here just now; raises `shutting-down` or `worker-lost`."""
        if self.draining:
            raise shutting_down()
        if await self.pool.is_down():
            raise Problem(
                "worker-lost", "No process can be started for large bodies; it is tried again.", headers=AGAIN
            )


class RequestHandler(Protocol):
    """Answers a request; raises `Problem`."""

    def __call__(self, request: Request, service: "Service") -> Awaitable[Response]:
        """Answer one request."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Operation:
    """One endpoint as readers and client generators see it."""

    method: str
    path: str
    operation_id: str
    tag: str
    summary: str
    description: str
    handler: RequestHandler
    answer: type[BaseModel] | str
    """The model of the 200 answer, or its media type where it is a document of its own."""
    answered: str = "Done."
    """What the 200 answer is, in a sentence."""
    answer_headers: tuple[str, ...] = ()
    request: type[BaseModel] | None = None
    lines: Mapping[str, Any] | None = None
    """The schema of each line, where the request may be NDJSON."""
    parameters: tuple[dict[str, Any], ...] = ()
    problems: tuple[str, ...] = ()
    """The codes of the problems that it can answer with."""
    forms: Mapping[str, str] = field(default_factory=dict)
    """Code → what it is in this endpoint, where it is no problem, or not only one: an anomaly, a verdict."""
    examples: Mapping[str, Any] = field(default_factory=dict)
    """Requests to try, by name."""
    shown: str | None = None
    """The 200 answer where it is plain text: a few of its lines."""
    page: bool = False
    """Whether browsers get the 200 answer as a page."""

    def route(self, service: "Service") -> Route:
        """Make the route of this endpoint in a service."""
        endpoint = partial(self.handler, service=service)
        return Route(self.path, endpoint, methods=[self.method.upper()], name=self.operation_id)


@dataclass(frozen=True)
class Service:
    """What the endpoints of one service share."""

    settings: Settings
    app_state: AppState
    operations: tuple[Operation, ...]
    """Every published operation."""
