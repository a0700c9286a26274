"""One timer a process, which looks at every connection; nothing is armed or cancelled for a request."""

import asyncio
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Protocol

from app.problems import Problem
from app.server.minimum_rate import tick
from app.settings import Settings

NoteRefusal = Callable[[Problem, str], None]
"""Hears of what is refused at the socket, and under which request id."""


class Watched(Protocol):
    """A connection, as the watch sees it."""

    def look(self, now: float) -> None:
        """Do what is due."""

    def quiet_since(self, now: float) -> float | None:
        """Tell since when nothing has been asked here; None where somebody would miss the connection."""

    def give_way(self) -> None:
        """Close for somebody else."""


class Watch:
    """Looks at the connections of one server for as long as there are any."""

    def __init__(self, settings: Settings, note_refusal: NoteRefusal) -> None:
        self.note_refusal = note_refusal
        self._tick = tick(settings)
        self._watched: set[Watched] = set()
        self._running = False

    def add(self, connection: Watched) -> None:
        """Watch this one too."""
        self._watched.add(connection)
        if not self._running:
            self._running = True
            self._arm()

    def remove(self, connection: Watched) -> None:
        """Watch this one no more."""
        self._watched.discard(connection)

    def __len__(self) -> int:
        return len(self._watched)

    def _arm(self) -> None:
        asyncio.get_running_loop().call_later(self._tick, self._look)

    def _look(self) -> None:
        now = monotonic()
        for connection in tuple(self._watched):
            connection.look(now)
        self._running = bool(self._watched)
        if self._running:
            self._arm()

    def make_room(self) -> bool:
        """Close the connection that has been quiet for the longest time; False when everybody is busy."""
        now = monotonic()
        longest = _longest_quiet(self._watched, now)
        if longest is not None:
            longest.give_way()
        return longest is not None


def _longest_quiet(connections: Iterable[Watched], now: float) -> Watched | None:
    quiet = ((since, connection) for connection in connections if (since := connection.quiet_since(now)) is not None)
    return min(quiet, key=lambda each: each[0], default=(0.0, None))[1]
