"""How much a worker takes on at once: what goes past it is refused at once instead of queueing without end.

A small body is worked on where it arrives, before anything else is looked at, so it never queues and always has its
turn. What is counted is what can pile up: large bodies that wait for a process, streams, and the bytes of bodies. A
connection that is idle, or a body that is slow to come, takes up no more than its bytes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from app.problems import SEE_LIMITS, Problem


class Capacity:
    """The account of what is in work."""

    def __init__(self, most_in_work: int, most_held: int) -> None:
        self._most_in_work = most_in_work
        self._most_held = most_held
        self.in_work = 0
        self.held = 0

    def check(self) -> None:
        """Raise `overloaded` when there is no room for another request."""
        if self.in_work >= self._most_in_work:
            raise _overloaded(f"{self._most_in_work} requests in work")

    @contextmanager
    def room(self) -> Iterator[None]:
        """Take up the room of one request while it is in work; raises `overloaded`."""
        self.check()
        self.in_work += 1
        try:
            yield
        finally:
            self.in_work -= 1

    def hold(self, size: int) -> None:
        """Count bytes that a body holds; raises `overloaded`."""
        if self.held + size > self._most_held:
            raise _overloaded(f"{self._most_held} bytes of bodies in work")
        self.held += size

    def let_go(self, size: int) -> None:
        """Count bytes that a body holds no more."""
        self.held -= size


def _overloaded(what: str) -> Problem:
    detail = f"The service has {what}, as much as it takes; send the request again in a moment; {SEE_LIMITS}."
    return Problem("overloaded", detail, headers={"Retry-After": "1"})
