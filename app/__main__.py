"""Starts the service: `python -m app`."""

import signal
import sys
from types import FrameType
from typing import NoReturn

from app.observability import logging as logs
from app.observability.metrics_folder import shared_folder
from app.observability.trace_export import require_packages
from app.server.listener import CannotListenError, listen
from app.settings import BadSettingsError, from_environment


def main() -> int:
    """Serve until told to stop; what prevents the start is told in one line."""
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    try:
        settings = from_environment()
        require_packages(settings)
        listener = listen(settings.host, settings.port)
    except (BadSettingsError, CannotListenError) as error:
        print(f"Cannot start: {error}", file=sys.stderr)
        return 2
    logs.configure(settings)
    with shared_folder(settings.workers):
        from app.server.run import serve  # only now, for it imports the whole service, which looks at the folder

        return serve(settings, listener)


def _leave(signal_number: int, frame: FrameType | None) -> NoReturn:
    """Leave before anything has begun; whoever serves listens to signals in its own way."""
    raise SystemExit(0)


if __name__ == "__main__":
    raise SystemExit(main())
