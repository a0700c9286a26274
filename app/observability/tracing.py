"""OpenTelemetry traces: a span a request, with the numbers and names of the log line and nothing that was sent.

They go out as OTLP over HTTP, as OpenTelemetry's own OTEL_ variables say. FastAPI's own tracing, and the ready-made one
for ASGI, tell paths and queries as they came, and know neither our routes nor refusals. Without `COLLAB_TRACING`
nothing of this is imported.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind, Status, StatusCode
from starlette.types import Scope

from app.observability.request_record import RequestRecord

_tracer = trace.get_tracer("app")


@contextmanager
def span(scope: Scope, record: RequestRecord) -> Iterator[None]:
    """Make the span of a request, within the caller's trace where there is one, and describe it at its end."""
    caller = propagate.extract({name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]})
    with _tracer.start_as_current_span("request", caller, SpanKind.SERVER) as span:
        yield
        span.update_name(f"{record.method} {record.route}")
        told: dict[str, str | int | None] = {
            "http.request.method": record.method,
            "http.route": record.route,
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


@contextmanager
def exporting() -> Iterator[None]:
    """Send the spans of this process away for as long as it serves, and the last ones before it ends."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        provider.shutdown()
