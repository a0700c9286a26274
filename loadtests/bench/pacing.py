"""Requests sent at a fixed rate whatever comes back, each timed from when it was due: nothing hides behind a wait."""

import threading
import time
from typing import Final

from loadtests.bench.wire import Connection, WrongAnswerError

LANES: Final = 16
GRACE: Final = 5.0
"""Seconds after the last request was due; whoever is still unanswered then counts with what it has waited."""


class Pace:
    """A rate kept by several connections in turn, so that one slow answer does not hold up the next request."""

    def __init__(self, port: int, request: bytes, rate: float, seconds: float) -> None:
        self.waits: list[float] = []
        self._port, self._request, self._rate = port, request, rate
        self._count = int(rate * seconds)
        self._wrong: list[Exception] = []
        self._threads = [threading.Thread(target=self._lane, args=(number,)) for number in range(LANES)]

    def start(self, at: float) -> None:
        """Begin at that moment of the monotonic clock."""
        self._begin = at
        for thread in self._threads:
            thread.start()

    def finish(self) -> list[float]:
        """Wait for the last answer; raises `WrongAnswerError` where one was refused."""
        for thread in self._threads:
            thread.join()
        if self._wrong:
            raise WrongAnswerError(f"while the worker was busy: {self._wrong[0]}")
        return self.waits

    def _lane(self, number: int) -> None:
        try:
            with Connection(self._port) as connection:
                for turn in range(number, self._count, LANES):
                    self._send(connection, self._begin + turn / self._rate)
        except (OSError, WrongAnswerError) as problem:
            self._wrong.append(problem)

    def _send(self, connection: Connection, due: float) -> None:
        over = self._begin + self._count / self._rate + GRACE
        time.sleep(max(0.0, due - time.monotonic()))
        if time.monotonic() < over and (answer := connection.ask(self._request)).status != 200:
            raise WrongAnswerError(f"status {answer.status}: {answer.body[:300]!r}")
        self.waits.append(time.monotonic() - due)
