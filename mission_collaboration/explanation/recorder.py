"""Notes what each event of a fold changes in the state as JSON, and which event touched each entry last."""

from collections import Counter
from typing import Any, Final

import msgspec

from mission_collaboration.contract.json_patch import Change, Op, token

MOST_NAMED: Final = 10
"""How many of the events that overwrote another one are named."""


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
    key is a JSON Pointer in which members of sets and warnings stand by name instead of by index.
    """

    def __init__(self) -> None:
        self.position = -1
        self.changes: list[Change] = []
        """What the event being folded changed so far."""
        self.touched_by: dict[str, int] = {}
        """Entry of the state → position of the last event that touched it."""
        self.removed_by: dict[str, int] = {}
        """Entry that is no longer there → position of the last event that removed it."""
        self._touches: list[int] = []
        """The positions that touched an entry, one for each entry, in order."""
        self._overwritten: list[int | None] = []
        """For each touch, the position that had touched the same entry before."""

    def begin(self, position: int) -> None:
        """Note from here on for the event at this position, the next one in canonical order."""
        self.position = position
        self.changes = []

    def write(self, op: Op, path: str, value: Any = msgspec.UNSET) -> None:
        """Note one operation of the patch."""
        self.changes.append(Change(op, path, value))

    def put(self, op: Op, path: str, value: Any, entry: str) -> None:
        """Note that an entry was added or replaced, by this operation."""
        self.changes.append(Change(op, path, value))
        self.touch(entry)

    def drop(self, path: str, entry: str) -> None:
        """Note that a member of a map or a set was removed, by removing what stands at this path."""
        self.changes.append(Change("remove", path))
        before = self.touched_by.pop(entry, None)
        self.removed_by[entry] = self.position
        self.take_over(before)

    def touch(self, entry: str) -> None:
        """Note that an entry was added or replaced."""
        position, touched_by = self.position, self.touched_by
        before = touched_by.get(entry)
        if before is None and entry in self.removed_by:
            before = self.removed_by.pop(entry)
        touched_by[entry] = position
        if before != position:
            self._touches.append(position)
            self._overwritten.append(before)

    def take_over(self, before: int | None) -> None:
        """Note that the present event touched an entry that the one at position `before` had touched last."""
        if before != self.position:
            self._touches.append(self.position)
            self._overwritten.append(before)

    def superseded(self) -> dict[int, list[int]]:
        """Map the positions of which nothing stands any more to those that overwrote them first, at most ten (X5)."""
        standing: Counter[int | None] = Counter(self._touches)
        standing.subtract(Counter(self._overwritten))  # None is no position, and counts for nothing
        later: dict[int, list[int]] = {}
        for position, before in zip(self._touches, self._overwritten, strict=True):
            if before is None or standing[before]:
                continue
            named = later.get(before)
            if named is None:
                later[before] = [position]
            elif named[-1] != position and len(named) < MOST_NAMED:
                named.append(position)
        return later
