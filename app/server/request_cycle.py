"""A request and its answer: uvicorn's own, with what the socket has to say about the body."""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from app.problems import Problem
from app.server.refusals import ended_early

if TYPE_CHECKING:
    from uvicorn._types import ASGIReceiveEvent, ASGISendEvent


class RequestCycle(RequestResponseCycle):
    """Raises what is wrong with a body where it is read, so that the application answers for it as for all else."""

    fault: Problem | None = None

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
