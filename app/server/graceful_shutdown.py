"""A uvicorn server that loses nothing when it is told to stop."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Final

import uvicorn

from app.api.app_state import AppState
from app.server.listener import HANDSHAKE, close_the_door, has_visitors
from app.workers.memory import give_back

CLOSE: Final = (b"connection", b"close")
LINGER: Final = 1.0
"""Seconds for which an idle connection may still bring the request that its client was about to send."""
LAST_WORDS: Final = 0.5
"""Seconds for the answers of what had to be given up."""
TICK: Final = 0.02
TICKS_OF_REST: Final = 20
"""Of uvicorn's ten ticks a second."""
STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)

logger = logging.getLogger("app.server")


class DrainingServer(uvicorn.Server):
    """Stops in four steps: no new connections, no idle ones, no requests, no processes.

    uvicorn itself closes idle connections at once, and whatever was on its way on them is lost.
    """

    def __init__(self, config: uvicorn.Config, app_state: AppState, drain_seconds: float) -> None:
        super().__init__(config)
        self._app_state = app_state
        self._drain_seconds = drain_seconds
        self._tidy_after = 0

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what was accepted, within the drain time."""
        deadline = time.monotonic() + self._drain_seconds
        logger.info("Draining: %d connections open", len(self.server_state.connections))
        self._app_state.draining = True
        self._answer_with_close()
        await self._stop_accepting(sockets or [])
        await self._until(self._is_empty, min(deadline, time.monotonic() + LINGER))
        self._close_idle()
        await self._until(self._is_empty, deadline)
        if not self._is_empty():
            await self._give_up()
        await self.lifespan.shutdown()

    def _answer_with_close(self) -> None:
        """Let every answer from now on be the last one of its connection."""
        self.server_state.default_headers = [*self.server_state.default_headers, CLOSE]
        for connection in self.server_state.connections:
            cycle = getattr(connection, "cycle", None)
            if cycle is not None and not cycle.response_complete:
                cycle.keep_alive = False

    async def _stop_accepting(self, sockets: list[socket.socket]) -> None:
        self._close_the_door(sockets)
        await asyncio.sleep(HANDSHAKE)
        await self._until(lambda: not has_visitors(sockets), time.monotonic() + LINGER)
        for server in self.servers:
            server.close()
        for listener in sockets:
            listener.close()

    def _close_the_door(self, sockets: list[socket.socket]) -> None:
        for listener in sockets:
            close_the_door(listener)

    def _is_empty(self) -> bool:
        return not self.server_state.connections and not self.server_state.tasks

    def _close_idle(self) -> None:
        for connection in list(self.server_state.connections):
            connection.shutdown()

    async def _give_up(self) -> None:
        """Let what is still at work answer that it is not: 503 and `Retry-After`."""
        logger.warning("Drain time over: %d requests given up", len(self.server_state.tasks))
        self._app_state.pool.close()
        for task in list(self.server_state.tasks):
            task.cancel()
        await self._until(self._is_empty, time.monotonic() + LAST_WORDS)
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    async def _until(self, done: Callable[[], bool], deadline: float) -> None:
        while not done() and time.monotonic() < deadline:
            await asyncio.sleep(TICK)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals that stop the server, and leave nothing raised behind."""
        before = {number: signal.signal(number, self.handle_exit) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def on_tick(self, counter: int) -> bool:
        """Give back memory that the last requests needed, once they are answered."""
        answered = self.server_state.total_requests
        if counter % TICKS_OF_REST == 0 and not self.server_state.tasks and answered != self._tidy_after:
            self._tidy_after = answered
            give_back()
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at the first signal; end at once at the second."""
        if self.should_exit:
            signal.signal(sig, signal.SIG_DFL)
            os.kill(os.getpid(), sig)
        self.should_exit = True


class Worker(DrainingServer):
    """One of several: its supervisor says when to stop, as often as it likes; a terminal's Ctrl-C is not for it."""

    def _close_the_door(self, sockets: list[socket.socket]) -> None:
        """Leave the door, which is everybody's, to the supervisor."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop when told by the supervisor, or by its end."""
        if sig == signal.SIGTERM:
            self.should_exit = True
