"""The socket that all workers share."""

import contextlib
import ctypes
import os
import select
import socket
import struct
from typing import Final

BACKLOG: Final = 2048
"""How many connections may wait to be accepted."""

HANDSHAKE: Final = 0.05
"""Seconds for connections that have begun to be there."""
SO_ATTACH_FILTER: Final = 26
DROP_SYN: Final = (
    (0x30, 0, 0, 13),  # load the flags of the TCP header
    (0x54, 0, 0, 0x12),  # of these SYN and ACK
    (0x15, 0, 1, 0x02),  # unless it is SYN alone, go over the next
    (0x06, 0, 0, 0),  # drop
    (0x06, 0, 0, 0xFFFFFFFF),  # take
)
"""A program of classic BPF: code, jump if true, jump if false, operand."""


class CannotListenError(Exception):
    """The address cannot be listened on; the message is one clear line."""


def listen(host: str, port: int) -> socket.socket:
    """Listen, before anything else is started; raises `CannotListenError`."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=_PASSIVE)[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise CannotListenError(f"{host}:{port} cannot be listened on: {reason}") from None


def address_of(listener: socket.socket) -> str:
    """Name the address in the form of a URL."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if listener.family == socket.AF_INET6 else f"http://{host}:{port}"


def close_the_door(listener: socket.socket) -> None:
    """Let nobody begin to connect any more, while those who have begun still come in; Linux alone can do that.

    Closing a socket resets every connection that waits to be accepted, although its client takes it for open and may
    have sent a request already. A filter that drops the first packet of a connection leaves time to accept them all.
    """
    with contextlib.suppress(OSError):
        program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in DROP_SYN))
        filtering = struct.pack("HL", len(DROP_SYN), ctypes.addressof(program))
        listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, filtering)


def has_visitors(listeners: list[socket.socket]) -> bool:
    """Tell whether a connection waits to be accepted."""
    return bool(select.select(listeners, [], [], 0)[0])


_PASSIVE: Final = socket.AI_PASSIVE
