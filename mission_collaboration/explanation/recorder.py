"""Notes what each event of a fold changes in the state as JSON, and which event touched each entry last."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from mission_collaboration.contract.errors import token
from mission_collaboration.contract.state import Change, Op

MOST_NAMED: Final = 10
"""How many of the events that overwrote another one are named."""

Touch = tuple[str | int, int, bool]
"""The key of an entry, the position of the event that touched it, and whether the entry stands after that."""


class Pointers(dict[str, str]):
    """The pointers below one place of the state, by member: each is written once, however often it is told."""

    __slots__ = ("_prefix",)

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._prefix = prefix

    def __missing__(self, name: str) -> str:
        """Write the pointer of a member."""
        pointer = self[name] = self._prefix + token(name)
        return pointer


class Recorder:
    """The account of one fold; positions are those of the canonical order.

    An *entry* is what blame names: a member of a map or a set, an item of a list, a warning, an acknowledgement. Its
    key is a JSON Pointer in which members of sets and warnings stand by name instead of by index. A step in flight,
    whose index moves, has the position of its start as its key.
    """

    def __init__(self) -> None:
        self.position = -1
        self.changes: list[Change] = []
        """What the event being folded changed so far."""
        self.anomaly: tuple[str, str] | None = None
        """Code and reason of the first anomaly of the event being folded."""
        self._touches: list[Touch] = []

    def begin(self, position: int) -> None:
        """Note from here on for the event at this position, the next one in canonical order."""
        self.position = position
        self.changes = []
        self.anomaly = None

    def write(self, op: Op, path: str, value: Any = msgspec.UNSET) -> None:
        """Note one operation of the patch."""
        self.changes.append(Change(op, path, value))

    def put(self, op: Op, path: str, value: Any, entry: str) -> None:
        """Note that an entry was added or replaced, by this operation."""
        self.changes.append(Change(op, path, value))
        self._touches.append((entry, self.position, True))

    def drop(self, path: str, entry: str) -> None:
        """Note that an entry was removed, by removing what stands at this path."""
        self.changes.append(Change("remove", path))
        self._touches.append((entry, self.position, False))

    def touch(self, entry: str | int, *, stands: bool = True) -> None:
        """Note that an entry was touched, by operations that are noted apart."""
        self._touches.append((entry, self.position, stands))

    def last_touches(self) -> Iterable[Touch]:
        """Give the last touch of every entry."""
        return {touch[0]: touch for touch in self._touches}.values()

    def superseded(self) -> dict[int, list[int]]:
        """Map the positions of which nothing stands any more to those that overwrote them first, at most ten (X5)."""
        touched_next: dict[str | int, int] = {}
        standing: set[int] = set()
        overwritten: dict[int, list[int]] = defaultdict(list)
        for entry, position, _ in reversed(self._touches):
            later = touched_next.get(entry)
            if later is None:
                standing.add(position)
            elif later != position:  # else this event touched it twice
                overwritten[position].append(later)
            touched_next[entry] = position
        return {
            position: sorted(set(later))[:MOST_NAMED] if len(later) > 1 else later
            for position, later in overwritten.items()
            if position not in standing
        }
