"""Starts the service: `python -m app`."""

import os
import signal
import sys
from importlib.util import find_spec
from typing import Final

from app.observability import logging as logs
from app.server.listener import CannotListenError, listen
from app.settings import BadSettingsError, Settings, from_environment

TRACING_PACKAGES: Final = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")


def main() -> int:
    """Serve until told to stop; what prevents the start is written in one line."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: sys.exit(0))  # a server handles signals in its own way
    try:
        settings = from_environment()
        require_tracing_packages(settings)
        listener = listen(settings.host, settings.port)
    except (BadSettingsError, CannotListenError) as error:
        print(f"Cannot start: {error}", file=sys.stderr)
        return 2
    logs.configure(settings)
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)  # it would make prometheus-client keep its values in files
    from app.observability.shared_counts import shared_folder
    from app.server.run import serve  # these import prometheus-client, and the whole service

    with shared_folder(settings.workers):
        return serve(settings, listener)


def require_tracing_packages(settings: Settings) -> None:
    """Refuse to start without what traces need; raises `BadSettingsError`."""
    if not settings.tracing:
        return
    try:
        are_there = all(find_spec(package) is not None for package in TRACING_PACKAGES)
    except ModuleNotFoundError:  # a package above one of them is missing
        are_there = False
    if not are_there:
        raise BadSettingsError("COLLAB_TRACING: OpenTelemetry is missing; install requirements/otel.txt")


if __name__ == "__main__":
    raise SystemExit(main())
