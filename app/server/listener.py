"""What the system gives a server: the socket that all workers share, and open files."""

import logging
import os
import resource
import select
import socket
from contextlib import suppress
from typing import Final

from app.settings import Settings

BACKLOG: Final = 2048
"""How many connections may wait to be accepted."""
OTHER_FILES: Final = 500
"""Open files that are no connections: bodies in memory, pipes, connections that are being closed."""

IDLE_FILES: Final = 32
"""Open files of a server without connections."""

logger = logging.getLogger("app.server")


class CannotListenError(Exception):
    """The address cannot be listened on; the message is one clear line."""


def listen(host: str, port: int) -> socket.socket:
    """Listen, before anything else is started; raises `CannotListenError`."""
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise CannotListenError(f"{host}:{port} cannot be listened on: {reason}") from None


def address_of(listener: socket.socket) -> str:
    """Return the address as a URL."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if listener.family == socket.AF_INET6 else f"http://{host}:{port}"


def has_pending_connections(listeners: list[socket.socket]) -> bool:
    """Whether a connection waits to be accepted."""
    return bool(select.select(listeners, [], [], 0)[0])


def fit_open_files(settings: Settings) -> Settings:
    """Raise the limit on open files to what the settings need, or lower `max_connections` to what it allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = settings.max_connections + OTHER_FILES
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return settings
    allowed = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        soft = allowed
    if soft >= needed:
        return settings
    fitting = min(settings.max_connections, max(1, soft - OTHER_FILES, (soft - IDLE_FILES) // 2))
    logger.warning(
        "The limit of %d open files is too low for COLLAB_MAX_CONNECTIONS=%d; serving %d connections (ulimit -n %d)",
        soft,
        settings.max_connections,
        fitting,
        needed,
    )
    return settings.model_copy(update={"max_connections": fitting})
