"""Deadlines of connections. One timer looks at all of them, so that nothing is armed or cancelled for a request."""

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Final, Protocol

from app.problems import Problem
from app.settings import Settings

NoteRefusal = Callable[[Problem, str], None]
"""Records a problem that was answered before there was a request, with its request id."""
LONGEST_TICK: Final = 1.0
TICKS_A_DEADLINE: Final = 8


def tick_seconds(settings: Settings) -> float:
    """Return the seconds between two looks: one, or less where a deadline is short."""
    shortest = min(settings.head_seconds, settings.body_seconds, settings.keep_alive_seconds)
    return min(LONGEST_TICK, shortest / TICKS_A_DEADLINE)


class MinimumRate:
    """A sliding window of byte counts. What came fast before the window does not make up for what is slow in it."""

    def __init__(self, settings: Settings) -> None:
        tick = tick_seconds(settings)
        looks = max(1, round(settings.body_seconds / tick) - 1)  # the first look may come a tick late
        self._needed = settings.min_body_rate * looks * tick
        self._counts: deque[int] = deque(maxlen=looks + 1)

    def is_too_slow(self, count: int) -> bool:
        """Take the count at this look; whether it has grown too little since the window began."""
        self._counts.append(count)
        return len(self._counts) == self._counts.maxlen and count - self._counts[0] < self._needed


class ReadingRate:
    """How fast a client takes what waits for it to be read."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._unread = 0
        self._rate: MinimumRate | None = None

    def is_too_slow(self, unread: int) -> bool:
        """Take the bytes that wait at this look; whether too few were read since there were last more of them."""
        before, self._unread = self._unread, unread
        if unread > before or not unread:
            self._rate = None
        if not unread:
            return False
        self._rate = self._rate or MinimumRate(self._settings)
        return self._rate.is_too_slow(-unread)


class Connection(Protocol):
    """A connection as the sweeper sees it."""

    def check_deadlines(self, now: float) -> None:
        """Answer or close what is late."""

    def idle_since(self, now: float) -> float | None:
        """Return since when the connection is idle; None where it is in use."""

    def close_idle(self) -> None:
        """Close for a newer connection."""


class TimeoutSweeper:
    """Checks the deadlines of one server's connections for as long as there are any."""

    def __init__(self, settings: Settings, note_refusal: NoteRefusal) -> None:
        self.note_refusal = note_refusal
        self._tick = tick_seconds(settings)
        self._connections: set[Connection] = set()
        self._is_running = False

    def __len__(self) -> int:
        return len(self._connections)

    def add(self, connection: Connection) -> None:
        """Sweep this connection too."""
        self._connections.add(connection)
        if not self._is_running:
            self._is_running = True
            asyncio.get_running_loop().call_later(self._tick, self._sweep)

    def remove(self, connection: Connection) -> None:
        """Forget a connection that is closed."""
        self._connections.discard(connection)

    def make_room(self) -> bool:
        """Close the connection that has been idle longest; False when all are in use."""
        now = monotonic()
        idle = [(since, each) for each in self._connections if (since := each.idle_since(now)) is not None]
        if not idle:
            return False
        min(idle, key=lambda pair: pair[0])[1].close_idle()
        return True

    def _sweep(self) -> None:
        now = monotonic()
        for connection in tuple(self._connections):
            connection.check_deadlines(now)
        self._is_running = bool(self._connections)
        if self._is_running:
            asyncio.get_running_loop().call_later(self._tick, self._sweep)
