"""A request and its answer: uvicorn's, and what the socket has to say about the body."""

import asyncio
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import ClientDisconnect
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.problems import Problem
from app.server.protocol_problems import ended_early
from app.server.timeouts import MinimumRate
from app.settings import Settings

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application, ASGIReceiveEvent

SLICE: Final = 128 * 1024
"""Bytes of an answer that are handed to the transport at once."""


class RequestCycle(RequestResponseCycle):
    """Raises what is wrong with a body where the application reads it, so that it is answered like everything else."""

    fault: Problem | None = None
    body_rate: MinimumRate | None = None

    def __init__(self, connection: HttpToolsProtocol) -> None:
        """Begin the request whose head has just come on a connection."""
        super().__init__(
            scope=connection.scope,
            transport=connection.transport,
            flow=connection.flow,
            logger=connection.logger,
            access_logger=connection.access_logger,
            access_log=False,
            default_headers=connection.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=connection.expect_100_continue,
            keep_alive=connection.scope["http_version"] != "1.0" and connection.parser.should_keep_alive(),
            on_response=connection.on_response_complete,
        )

    async def run_asgi(self, app: "ASGI3Application") -> None:
        """Run the application. A client that leaves, or still reads when the drain time is over, is no error."""

        async def run(scope: Any, receive: Any, send: Any) -> None:
            try:
                await app(scope, receive, send)
            except ClientDisconnect:
                pass
            except asyncio.CancelledError:
                self.disconnected = True
                self.transport.abort()

        await super().run_asgi(run)

    def fail(self, fault: Problem) -> None:
        """Let the application's next `receive` raise this problem."""
        self.fault = fault
        self.keep_alive = False
        self.message_event.set()

    async def receive(self) -> "ASGIReceiveEvent":
        """Return what has arrived of the body; raises `Problem` when the rest will not."""
        message = await super().receive()
        if self.fault is not None and not self.response_complete:
            raise self.fault
        if self.disconnected and self.more_body:
            raise ended_early("body")
        return message

    async def send(self, message: Any) -> None:
        """Send a part of the answer; raises `ClientDisconnect` when the client has left.

        An answer before the body's end is the last of its connection. A large part goes out in slices, each when the
        one before has left. So a client that does not read costs the application's wait, which is counted, and not a
        buffer in the transport, which is not. The last slice is a copy: the transport would keep the whole by it.
        """
        if self.more_body:
            self.keep_alive = False
        body = memoryview(message.get("body", b""))
        if len(body) > SLICE:
            while len(body) > SLICE and not self.disconnected:
                part: Any = {"type": "http.response.body", "body": body[:SLICE], "more_body": True}
                await super().send(part)
                body = body[SLICE:]
            message = {**message, "body": bytes(body[:SLICE])}
        await super().send(message)
        if self.disconnected:
            raise ClientDisconnect

    def is_body_too_slow(self, count: int, settings: Settings) -> bool:
        """Whether the client holds back a body that the application waits for; `count` of its bytes have come."""
        if not self.more_body or self.response_complete or self.body or self.waiting_for_100_continue:
            return False
        if self.flow.read_paused:
            return False
        self.body_rate = self.body_rate or MinimumRate(settings)
        return self.body_rate.is_too_slow(count)
