"""A connection and its deadlines: it is idle, in the head of a request, in its body, or owes an answer."""

import asyncio
from collections.abc import Sized
from time import monotonic
from typing import Any, Final

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.problems import Problem
from app.server import protocol_problems as problems
from app.server.lingering_close import LingeringTransport
from app.server.request_cycle import RequestCycle
from app.server.timeouts import ReadingRate, TimeoutSweeper
from app.settings import Settings

SHORTEST_SILENCE: Final = 1.0
"""Seconds that a new connection has before it must make room for a newer one."""
MOST_REFUSED: Final = 200
"""How many connections beyond the limit, or half of it, are answered 503; more are closed without an answer."""


class PipelineFlowControl(FlowControl):
    """Reads nothing while pipelined requests wait, so that they cannot pile up."""

    def __init__(self, transport: asyncio.Transport, pipeline: Sized) -> None:
        super().__init__(transport)
        self._pipeline = pipeline

    def resume_reading(self) -> None:
        """Read again, unless requests wait."""
        if not self._pipeline:
            super().resume_reading()


class DeadlineProtocol(HttpToolsProtocol):
    """uvicorn's protocol with deadlines for heads, bodies and slow readers, and a lingering close."""

    transport: LingeringTransport  # type: ignore[assignment]
    cycle: RequestCycle

    def __init__(self, settings: Settings, sweeper: TimeoutSweeper, **given: Any) -> None:
        super().__init__(**given)
        self.settings = settings
        self.sweeper = sweeper
        self.resting_since: float | None = None
        self.head_since: float | None = None
        self.body_bytes = 0
        self.refusal: Problem | None = None
        self.running_cycle: RequestResponseCycle | None = None
        self.is_client_done = False
        self.reading_rate = ReadingRate(settings)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept a connection, or answer that there are too many."""
        super().connection_made(transport)
        self.transport = LingeringTransport(transport, self._may_still_send)
        self.flow = PipelineFlowControl(transport, self.pipeline)
        self.resting_since = monotonic()
        limit = self.settings.max_connections
        has_room = len(self.sweeper) < limit or self.sweeper.make_room()
        self.sweeper.add(self)
        if not has_room:
            self.refuse(problems.too_many_connections())
        if len(self.sweeper) > limit + min(MOST_REFUSED, 1 + limit // 2):
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection, and tell the running request, which with pipelining is not uvicorn's `cycle`."""
        self.sweeper.remove(self)
        if self.running_cycle is not None and not self.running_cycle.response_complete:
            self.running_cycle.disconnected = True
            self.running_cycle.message_event.set()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self.running_cycle = cycle
        super()._start_asgi_task(cycle, app)

    @property
    def owes_answer(self) -> bool:
        """Whether a request is in work."""
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def is_reading(self) -> bool:
        """Whether a head or a body is on its way."""
        return self.head_since is not None or (self.owes_answer and self.cycle.more_body)

    def on_response_complete(self) -> None:
        """Start the next pipelined request, or wait for one.

        uvicorn's own method is not called: it would arm a keep-alive timer for each request, where the sweeper has one.
        """
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self.flow.resume_reading()
        if self.refusal is not None:
            self._answer(self.refusal)
        elif self.head_since is not None:
            self.head_since = monotonic()
        else:
            self.resting_since = monotonic()

    def check_deadlines(self, now: float) -> None:
        """Answer late heads and slow bodies 408, close idle connections, drop clients that do not read."""
        if self.transport.is_overdue(now) or self.reading_rate.is_too_slow(self.transport.unread_bytes()):
            self.transport.abort()
        elif self.transport.is_closing() or self.refusal is not None:
            return
        elif self.resting_since is not None:
            allowed = self.settings.head_seconds if self.cycle is None else self.settings.keep_alive_seconds
            if now - self.resting_since > allowed:
                self.transport.close()
        elif not self.owes_answer:
            if self.head_since is not None and now - self.head_since > self.settings.head_seconds:
                self.refuse(problems.late_head(self.settings))
        elif self.cycle.is_body_too_slow(self.body_bytes, self.settings):
            self.refuse(problems.slow_body(self.settings))

    def idle_since(self, now: float) -> float | None:
        """Return since when nothing was asked here; None where the client would miss the connection."""
        since = self.head_since if self.resting_since is None else self.resting_since
        if since is None or self.owes_answer or self.transport.is_closing():
            return None
        return None if self.cycle is None and now - since < SHORTEST_SILENCE else since

    def close_idle(self) -> None:
        """Close for a newer connection."""
        self.refusal = None
        self.resting_since = self.resting_since or self.head_since
        self.transport.close()

    def shutdown(self) -> None:
        """Close with the server."""
        if self.transport.is_lingering:
            self.transport.abort()
        super().shutdown()

    def refuse(self, problem: Problem) -> None:
        """Answer with a problem once everything before is answered; nothing more is read."""
        self.refusal = problem
        if not self.owes_answer:
            self._answer(problem)
        elif self.cycle.more_body:  # this request's own body is wrong, so the application answers
            self.cycle.fail(problem)

    def _answer(self, problem: Problem) -> None:
        if self.transport.is_closing():
            return
        without_body = bool(self.headers) and self.parser.get_method() == b"HEAD"
        request_id, headers = problems.new_request_id(), self.server_state.default_headers
        root_path = self.settings.root_path
        self.transport.write(problems.as_bytes(problem, request_id, root_path, headers, without_body=without_body))
        self.sweeper.note_refusal(problem, request_id)
        self.transport.close()

    def _may_still_send(self) -> bool:
        if self.is_client_done:
            return False
        return self.refusal is not None or (self.cycle is not None and self.cycle.more_body)
