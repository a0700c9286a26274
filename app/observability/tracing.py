"""OpenTelemetry traces: a span a request, with the numbers and names of the log line and nothing that was sent.

Written against OpenTelemetry's API alone. FastAPI's own tracing, and the ready-made one for ASGI, tell paths and
queries as they came, and know neither our routes nor refusals. Without `COLLAB_TRACING` nothing of this is imported.
"""

from opentelemetry import propagate, trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from starlette.types import ASGIApp, Receive, Scope, Send

from app.observability.access_log import route_of
from app.observability.request_record import RequestRecord
from app.responses import RECORD


class Traced:
    """Makes a span of every request, within the caller's trace where there is one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.tracer = trace.get_tracer("app")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and tell of it at its end."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        caller = propagate.extract(
            {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        )
        with self.tracer.start_as_current_span("request", caller, SpanKind.SERVER) as span:
            await self.app(scope, receive, send)
            record: RequestRecord | None = scope.get(RECORD)
            if record is not None and span.is_recording():
                _describe(span, record)


def _describe(span: Span, record: RequestRecord) -> None:
    route = route_of(record.path)
    span.update_name(f"{record.method} {route}")
    told: dict[str, str | int | None] = {
        "http.request.method": record.method,
        "http.route": route,
        "http.response.status_code": record.status,
        "http.request.body.size": record.bytes_in,
        "http.response.body.size": record.bytes_out,
        "collab.request_id": record.request_id,
        "collab.refusal": record.refusal,
        "collab.events": record.statistics and record.statistics.events,
        "collab.mode": record.statistics and record.statistics.mode,
    }
    span.set_attributes({name: value for name, value in told.items() if value is not None})
    if record.status >= 500:
        span.set_status(Status(StatusCode.ERROR))
