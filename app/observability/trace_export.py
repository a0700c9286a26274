"""Where traces go: OTLP over HTTP, as OpenTelemetry's own OTEL_ variables say. Needs the extra `otel`."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from app.settings import BadSettingsError, Settings

PACKAGES = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")


def require_packages(settings: Settings) -> None:
    """Refuse to start without what traces need; raises `BadSettingsError`."""
    if not settings.tracing:
        return
    try:
        are_there = all(find_spec(package) is not None for package in PACKAGES)
    except ModuleNotFoundError:  # a package above one of them is missing
        are_there = False
    if not are_there:
        raise BadSettingsError("COLLAB_TRACING: OpenTelemetry is missing; install requirements/otel.txt")


@contextmanager
def exporting(settings: Settings) -> Iterator[None]:
    """Send the spans of this process away for as long as it serves, and the last ones before it ends."""
    if not settings.tracing:
        yield
        return
    from opentelemetry import trace
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
