"""OpenTelemetry traces: a span a request, with the numbers and names of the log line and nothing that was sent.

Written against OpenTelemetry's API alone. FastAPI's own tracing, and the ready-made one for ASGI, tell paths and
queries as they came, and know neither our routes nor refusals. Without `COLLAB_TRACING` nothing of this is imported.
"""

from opentelemetry import propagate, trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.facts import SIGHT, Sight
from app.api.watching import route_of


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
            sight: Sight | None = scope.get(SIGHT)
            if sight is not None and span.is_recording():
                _describe(span, sight)


def _describe(span: Span, sight: Sight) -> None:
    route = route_of(sight.path)
    span.update_name(f"{sight.method} {route}")
    told: dict[str, str | int | None] = {
        "http.request.method": sight.method,
        "http.route": route,
        "http.response.status_code": sight.status,
        "http.request.body.size": sight.bytes_in,
        "http.response.body.size": sight.bytes_out,
        "collab.request_id": sight.request_id,
        "collab.refusal": sight.refusal,
        "collab.events": sight.facts and sight.facts.events,
        "collab.mode": sight.facts and sight.facts.mode,
    }
    span.set_attributes({name: value for name, value in told.items() if value is not None})
    if sight.status >= 500:
        span.set_status(Status(StatusCode.ERROR))
