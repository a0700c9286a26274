"""A request and its answer: uvicorn's own, with what the socket has to say about the body."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from app.problems import Problem
from app.server.refusals import LAST_HEADER, ended_early, written_head

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application, ASGIReceiveEvent, ASGISendEvent

Answerer = Callable[[Scope, bytearray, Callable[[Response], None]], bool]
"""Answers a request whose body is all there, or tells that the application has to."""


def never(scope: Scope, body: bytearray, send: Callable[[Response], None]) -> bool:
    """Answer nothing at once."""
    return False


class RequestCycle(RequestResponseCycle):
    """Raises what is wrong with a body where it is read, so that the application answers for it as for all else."""

    fault: Problem | None = None

    def __init__(self, at_once: Answerer, **given: Any) -> None:
        super().__init__(**given)
        self._at_once = at_once

    async def run_asgi(self, app: "ASGI3Application") -> None:
        """Answer at once where nothing has to be waited for; the application answers all else."""

        async def answer(scope: Any, receive: Any, send: Any) -> None:
            has_to_wait = self.more_body or self.disconnected or self.flow.write_paused
            if has_to_wait or not self._at_once(scope, self.body, self._send_whole):
                await app(scope, receive, send)

        await super().run_asgi(answer)

    def _send_whole(self, response: Response) -> None:
        """Send an answer that is all there, in one piece."""
        self.response_started = True
        headers = [*self.default_headers, *response.raw_headers]
        if not self.keep_alive and LAST_HEADER not in headers:
            headers.append(LAST_HEADER)
        self.transport.writelines([written_head(response.status_code, headers), response.body])
        self.response_complete = True
        self.body = bytearray()
        self.message_event.set()
        if LAST_HEADER in headers:
            self.transport.close()
        self.on_response()

    def blame(self, fault: Problem) -> None:
        """Let whoever reads the body hear that it will not come."""
        self.fault = fault
        self.keep_alive = False
        self.message_event.set()

    async def receive(self) -> "ASGIReceiveEvent":
        """Hand out what has come of the body; raises `Problem` when the rest will not."""
        message = await super().receive()
        if self.fault is not None and not self.response_complete:
            raise self.fault
        if self.disconnected and self.more_body:
            raise ended_early("body")
        return message

    def send(self, message: "ASGISendEvent") -> Coroutine[Any, Any, None]:
        """Send the answer; one that comes before the body's end is the last of its connection."""
        if self.more_body:
            self.keep_alive = False
        return super().send(message)

    def is_starving(self) -> bool:
        """Tell whether the application waits for a body that the client keeps back."""
        return self.more_body and not (self.response_complete or self.body or self.waiting_for_100_continue)
