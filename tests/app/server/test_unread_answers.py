"""Answers go out in slices: what waits in the application is counted, so the transport must keep nothing of it."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import uvloop
from uvicorn.server import ServerState

from app.server.run import server_config
from app.settings import Settings

ANSWERED = 8 * 1024 * 1024
AT_ONCE = 16 * 1024
DEADLINE = 30.0


class Answers:
    """An application that lets go of its answer as soon as it is sent, and sees whether anybody keeps it."""

    def __init__(self) -> None:
        self.whole = bytearray(ANSWERED)
        self.is_kept: bool | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        length = str(len(self.whole)).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
        await send({"type": "http.response.body", "body": memoryview(self.whole)})
        self.is_kept = False
        try:
            self.whole.clear()
        except BufferError:  # a view of it is left
            self.is_kept = True


async def read_slowly(app: Answers) -> int:
    """Serve an answer to a client that takes a little at a time, so that all buffers on the way are full."""
    loop = asyncio.get_running_loop()
    config = server_config(app, Settings())
    config.load()
    make: Callable[..., asyncio.Protocol] = config.http_protocol_class
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
    server = await loop.create_server(
        lambda: make(config=config, server_state=ServerState(), app_state={}), sock=listener
    )
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.setblocking(False)
        await loop.sock_connect(client, listener.getsockname())
        await loop.sock_sendall(client, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        taken = 0
        while app.is_kept is None and (got := await loop.sock_recv(client, AT_ONCE)):
            taken += len(got)
    server.close()
    return taken


def test_nothing_keeps_an_answer_whose_last_slice_waits_for_its_client() -> None:
    app = Answers()
    taken = uvloop.run(asyncio.wait_for(read_slowly(app), DEADLINE))
    assert taken < ANSWERED
    assert app.is_kept is False
