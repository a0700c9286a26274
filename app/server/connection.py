"""A connection as the watch sees it: whether it rests, is late or slow, and how it ends."""

import asyncio
from time import monotonic
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.problems import Problem
from app.server import refusals
from app.server.flow_control import Flow
from app.server.lingering_close import LingeringTransport
from app.server.minimum_rate import Pace
from app.server.request_cycle import RequestCycle
from app.server.timeouts import Watch
from app.settings import Settings

SHORTEST_SILENCE: Final = 1.0
"""Seconds that a new connection has before it must give way to a newer one."""


class Connection(HttpToolsProtocol):
    """uvicorn's protocol with deadlines: it is at rest, in the head of a request, in its body, or owes an answer."""

    transport: LingeringTransport  # type: ignore[assignment]
    cycle: RequestCycle

    def __init__(self, settings: Settings, watch: Watch, **given: Any) -> None:
        super().__init__(**given)
        self.settings = settings
        self.watch = watch
        self.resting_since: float | None = None
        self.head_since: float | None = None
        self.body_bytes = 0
        self.body_pace: Pace | None = None
        self.refusal: Problem | None = None
        self.in_work: RequestResponseCycle | None = None
        self.is_heard_out = False
        self._unread = 0
        self._unread_pace: Pace | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, or tell the client that there is no room."""
        super().connection_made(transport)
        self.transport = LingeringTransport(transport, self._may_still_send)
        self.flow = Flow(transport, self.pipeline)
        self.resting_since = monotonic()
        has_room = len(self.watch) < self.settings.max_connections or self.watch.make_room()
        self.watch.add(self)
        if not has_room:
            self.refuse(refusals.too_many_connections())

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection; the request in work, which need not be the latest, hears that nobody waits for it."""
        self.watch.remove(self)
        if self.in_work is not None and not self.in_work.response_complete:
            self.in_work.disconnected = True
            self.in_work.message_event.set()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self.in_work = cycle
        super()._start_asgi_task(cycle, app)

    @property
    def owes_answer(self) -> bool:
        """Whether a request is in work."""
        return self.cycle is not None and not self.cycle.response_complete

    def on_response_complete(self) -> None:
        """Go on with what has come meanwhile, or rest."""
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

    def look(self, now: float) -> None:
        """Do what is due: refuse the late, close the idle, cut those who neither send nor read."""
        if self.transport.is_overdue(now) or self._is_read_too_slowly():
            self.transport.abort()
        elif self.transport.is_closing() or self.refusal is not None:
            return
        elif self.resting_since is not None:
            self._close_if_idle(now - self.resting_since)
        elif not self.owes_answer:
            self._refuse_if_late(now)
        elif self.cycle.is_starving() and not self.flow.read_paused:
            self._refuse_if_slow()

    def quiet_since(self, now: float) -> float | None:
        """Tell since when nothing has been asked here; None where somebody would miss the connection."""
        since = self.head_since if self.resting_since is None else self.resting_since
        if since is None or self.owes_answer or self.transport.is_closing():
            return None
        return None if self.cycle is None and now - since < SHORTEST_SILENCE else since

    def give_way(self) -> None:
        """Close for somebody else."""
        self.refusal = None
        self.resting_since = self.resting_since or self.head_since
        self.transport.close()

    def shutdown(self) -> None:
        """End with the server."""
        if self.transport.is_lingering:
            self.transport.abort()
        super().shutdown()

    def refuse(self, problem: Problem) -> None:
        """Answer with a problem when everything before is answered; what comes meanwhile is not read."""
        self.refusal = problem
        if not self.owes_answer:
            self._answer(problem)
        elif self.cycle.more_body:  # it is this request's own body that is wrong, so the application answers
            self.cycle.blame(problem)

    def _answer(self, problem: Problem) -> None:
        if self.transport.is_closing():
            return
        without_body = bool(self.headers) and self.parser.get_method() == b"HEAD"
        chosen, headers = refusals.new_id(), self.server_state.default_headers
        self.transport.write(refusals.written(problem, chosen, headers, without_body=without_body))
        self.watch.note_refusal(problem, chosen)
        self.transport.close()

    def _may_still_send(self) -> bool:
        if self.is_heard_out:
            return False
        return self.refusal is not None or (self.cycle is not None and self.cycle.more_body)

    def _close_if_idle(self, seconds: float) -> None:
        allowed = self.settings.head_seconds if self.cycle is None else self.settings.keep_alive_seconds
        if seconds > allowed:
            self.transport.close()

    def _refuse_if_late(self, now: float) -> None:
        if self.head_since is not None and now - self.head_since > self.settings.head_seconds:
            self.refuse(refusals.late_head(self.settings))

    def _refuse_if_slow(self) -> None:
        self.body_pace = self.body_pace or Pace(self.settings)
        if self.body_pace.is_too_slow(self.body_bytes):
            self.refuse(refusals.slow_body(self.settings))

    def _is_read_too_slowly(self) -> bool:
        before, self._unread = self._unread, self.transport.unread()
        if self._unread > before or not self._unread:
            self._unread_pace = None
        if not self._unread:
            return False
        self._unread_pace = self._unread_pace or Pace(self.settings)
        return self._unread_pace.is_too_slow(-self._unread)
