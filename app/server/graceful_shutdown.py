"""A uvicorn server that loses no accepted request when it is told to stop."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import time
from collections.abc import Iterator
from types import FrameType
from typing import Final

import uvicorn

from app.api.operation import AppState
from app.server.listener import has_pending_connections
from app.server.protocol_problems import CLOSE
from app.workers.fork_server import STOP_SIGNALS

LINGER: Final = 1.0
"""Seconds for which an idle connection may still bring the request that its client was about to send."""
BUSY: Final = 2.0
"""Seconds after which clients that keep connecting are held off; two workers may else never see the last one."""
LAST_WORDS: Final = 0.5
"""Seconds for the answers of what had to be given up."""
TICK: Final = 0.02

logger = logging.getLogger("app.server")


class DrainingServer(uvicorn.Server):
    """Answers what was accepted, then stops as uvicorn does.

    uvicorn closes waiting and idle connections at once, which loses the requests that are on their way on them.
    """

    def __init__(self, config: uvicorn.Config, app_state: AppState, drain_seconds: float) -> None:
        super().__init__(config)
        self._app_state = app_state
        self._drain_seconds = drain_seconds

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain: no new connections, then no idle ones, then no requests, within the drain time."""
        deadline = time.monotonic() + self._drain_seconds
        logger.info("Draining: %d connections open", len(self.server_state.connections))
        self._app_state.draining = True
        self.server_state.default_headers = [*self.server_state.default_headers, CLOSE]
        for connection in self.server_state.connections:  # every answer is the last of its connection
            cycle = getattr(connection, "cycle", None)
            if cycle is not None and not cycle.response_complete:
                cycle.keep_alive = False
        await self._accept_the_last(sockets or [], deadline)
        for server in self.servers:
            server.close()
        await self._wait_until_idle(min(deadline, time.monotonic() + LINGER))
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if not await self._wait_until_idle(deadline):
            logger.warning("The drain time is over; %d requests did not finish", len(self.server_state.tasks))
            self._app_state.pool.close()
            for task in list(self.server_state.tasks):
                task.cancel()  # each answers 503 `shutting-down`
            await self._wait_until_idle(time.monotonic() + LAST_WORDS)
            for connection in list(self.server_state.connections):
                connection.transport.abort()
        await super().shutdown(sockets)

    async def _accept_the_last(self, listeners: list[socket.socket], deadline: float) -> None:
        """Accept connections until none waits; there is such a moment under load too."""
        narrow_at = time.monotonic() + BUSY
        while has_pending_connections(listeners) and time.monotonic() < deadline:
            if time.monotonic() > narrow_at:
                for listener in listeners:
                    listener.listen(0)  # one connection waits at most, and the moment comes
            await asyncio.sleep(0)  # each turn of the loop accepts connections

    async def _wait_until_idle(self, deadline: float) -> bool:
        """Wait until no connection and no request is left; returns whether that was so before the deadline."""
        while self.server_state.connections or self.server_state.tasks:
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(TICK)
        return True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle every signal that stops the service, and raise none of them again at the end.

        uvicorn's own method is not called: it handles two of them, and would end the process by the signal.
        """
        before = {number: signal.signal(number, self.handle_exit) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at the first signal, end at once at the second.

        uvicorn's own method is not called: it notes the signal to raise it again.
        """
        if self.should_exit:
            signal.signal(sig, signal.SIG_DFL)
            os.kill(os.getpid(), sig)
        self.should_exit = True


class Worker(DrainingServer):
    """One of several servers: its supervisor ends it when a second signal comes."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at the first signal, and ignore the next: a terminal sends them to every process."""
        self.should_exit = True
