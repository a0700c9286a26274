"""Starts the service: `python -m app`."""

import signal
import sys
from types import FrameType
from typing import NoReturn

import uvicorn

from app.server.descriptors import make_room_for
from app.server.protocol import protocol_factory
from app.settings import BadSettingsError, from_environment


def main() -> int:
    """Serve until told to stop; a bad setting stops the start with one line."""
    try:
        settings = from_environment()
    except BadSettingsError as error:
        print(f"Cannot start: {error}", file=sys.stderr)
        return 2
    make_room_for(settings.max_connections)
    signal.signal(signal.SIGTERM, _leave)  # uvicorn raises the signal again when it has shut down
    uvicorn.run(
        "app.main:app",
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        log_level=settings.log_level,
        access_log=settings.log_level == "debug",
        server_header=False,
        loop="uvloop",
        http=protocol_factory(settings),
        ws="none",
    )
    return 0


def _leave(signal_number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


if __name__ == "__main__":
    raise SystemExit(main())
