"""Canonical order, duplicates and conflicts (R1, R30, R31)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from mission_collaboration.contract.errors import ConflictingDuplicateError
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.reducer.content import content, same_content

E = TypeVar("E", bound=FoldEvent)
SortKey = tuple[int, datetime, str]

_lamport_clock = attrgetter("lamport_clock")


class Placed(Protocol):
    """What has a place in the canonical order."""

    @property
    def lamport_clock(self) -> int | None:
        """The first key; None for what has no clock."""

    @property
    def timestamp(self) -> datetime:
        """The second key."""

    @property
    def event_id(self) -> str:
        """The last key."""


def sort_key(event: Placed) -> SortKey:
    """Give the key of the canonical order: unclocked events first, then clock, instant and id (R1)."""
    clock = event.lamport_clock
    return 0 if clock is None else clock + 1, event.timestamp, event.event_id


class CanonicalSequence(NamedTuple, Generic[E]):
    """Events in the order in which they are folded."""

    events: Sequence[E]
    """Unique events, and for each id that was used again with different content the first such reuse."""
    conflicts: frozenset[int]
    """The positions in `events` of those reuses; nothing of them is applied (R31)."""


def canonical(events: Sequence[E]) -> CanonicalSequence[E]:
    """Sort by clock, instant and id, and settle ids that occur more than once; O(n log n)."""
    if _are_unique(events):
        return CanonicalSequence(sorted(events, key=sort_key), frozenset())
    return _settled(in_order(events))


def sure_order(events: Sequence[Any]) -> CanonicalSequence[Any]:
    """Sort events whose ids are all different; those whose clocks rise are left as they come."""
    clocks = list(map(_lamport_clock, events))
    rising = None not in clocks and clocks == sorted(set(clocks))
    ordered = events if rising else sorted(events, key=sort_key)
    return CanonicalSequence(ordered, frozenset())


def in_order(events: Sequence[E]) -> list[E]:
    """Sort by clock, instant and id, and events that share even their id by the text of their content (R1, R31)."""
    ordered = sorted(events, key=sort_key)
    return ordered if _are_unique(events) else list(_without_ties(ordered))


def conflict(event: FoldEvent) -> ConflictingDuplicateError:
    """Make the refusal of an id that was used before with different content."""
    return ConflictingDuplicateError(
        f"Event id '{event.event_id}' was used before with different content",
        event_id=event.event_id,
        event_type=event.event_type,
        location=("event_id",),
    )


def _are_unique(events: Sequence[E]) -> bool:
    return len({event.event_id for event in events}) == len(events)


def _settled(ordered: Sequence[E]) -> CanonicalSequence[E]:
    """Keep the first event of each id and its first conflicting reuse; drop all else."""
    first: dict[str, E | None] = {}
    kept: list[E] = []
    conflicts: set[int] = set()
    for event in ordered:
        if event.event_id not in first:
            first[event.event_id] = event
        else:
            earlier = first[event.event_id]
            if earlier is None or same_content(earlier, event):
                continue
            first[event.event_id] = None
            conflicts.add(len(kept))
        kept.append(event)
    return CanonicalSequence(kept, frozenset(conflicts))


def _without_ties(ordered: Sequence[E]) -> Iterator[E]:
    """Order events that share even their id by the text of their content."""
    for _, group in groupby(ordered, key=sort_key):
        first, *others = group
        if all(same_content(first, other) for other in others):
            yield from (first, *others)
        else:
            yield from sorted((first, *others), key=content)
