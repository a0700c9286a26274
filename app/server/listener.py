"""The socket that all workers share."""

import os
import select
import socket
from typing import Final

BACKLOG: Final = 2048
"""How many connections may wait to be accepted."""


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
