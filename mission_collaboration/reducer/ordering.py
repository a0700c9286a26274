"""Canonical order, duplicates and conflicts (R1, R30, R31)."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

from mission_collaboration.contract.errors import ConflictingDuplicateError
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.reducer.content import content, same_content

E = TypeVar("E", bound=FoldEvent)
SortKey = tuple[int, datetime, str]
UNCLOCKED: Final = -1
"""What stands for the clock of an event that has none: it comes before every clock (R1)."""
_timestamp, _event_id = attrgetter("timestamp"), attrgetter("event_id")


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
    return UNCLOCKED if clock is None else clock, event.timestamp, event.event_id


def by_place(events: Sequence[E]) -> Sequence[E]:
    """Sort by clock, instant and id; where no two clocks are equal, they alone decide."""
    clocks = [UNCLOCKED if event.lamport_clock is None else event.lamport_clock for event in events]
    keys: Sequence[Any] = clocks
    if len(set(clocks)) < len(clocks):
        keys = list(zip(clocks, map(_timestamp, events), map(_event_id, events), strict=True))
    elif clocks == sorted(clocks):
        return events
    return [events[place] for place in sorted(range(len(keys)), key=keys.__getitem__)]


class CanonicalSequence(NamedTuple, Generic[E]):
    """Events in the order in which they are folded."""

    events: Sequence[E]
    """Unique events, and for each id that was used again with different content the first such reuse."""
    conflicts: frozenset[int]
    """The positions in `events` of those reuses; nothing of them is applied (R31)."""


def canonical(events: Sequence[E]) -> CanonicalSequence[E]:
    """Sort by clock, instant and id, and settle ids that occur more than once; O(n log n)."""
    conflicting: list[E] = []
    if len({event.event_id for event in events}) < len(events):
        events, conflicting = _settled(events)
    ordered = by_place(events)
    if not conflicting:
        return CanonicalSequence(ordered, frozenset())
    marked = set(map(id, conflicting))
    return CanonicalSequence(ordered, frozenset(place for place, event in enumerate(ordered) if id(event) in marked))


def in_order(events: Sequence[E]) -> list[E]:
    """Sort by clock, instant and id, and events that share even their id by the text of their content (R1, R31)."""
    ordered = list(by_place(events))
    ids = [event.event_id for event in ordered]
    if len(set(ids)) == len(ids):
        return ordered
    start = 0
    for end in [*(place for place in range(1, len(ids)) if ids[place] != ids[place - 1]), len(ids)]:
        if end - start > 1:
            run = ordered[start:end]
            if not all(same_content(run[0], other) for other in run[1:]):
                ordered[start:end] = sorted(sorted(run, key=content), key=sort_key)
        start = end
    return ordered


def conflict(event: FoldEvent) -> ConflictingDuplicateError:
    """Make the refusal of an id that was used before with different content."""
    refusal = ConflictingDuplicateError(
        f"Event id '{event.event_id}' was used before with different content",
        event_id=event.event_id,
        event_type=event.event_type,
        location=("event_id",),
    )
    refusal.event = event
    return refusal


def _settled(events: Sequence[E]) -> tuple[list[E], list[E]]:
    """Keep the first event of each id in canonical order and its first conflicting reuse; gives the reuses as well.

    Only ids that occur again are compared.
    """
    first: dict[str, E] = {}
    reused: dict[str, list[E]] = {}
    for event in events:
        earlier = first.setdefault(event.event_id, event)
        if earlier is not event and not same_content(earlier, event):
            reused.setdefault(event.event_id, [earlier]).append(event)
    kept = [event for event in first.values() if event.event_id not in reused]
    conflicting: list[E] = []
    for group in reused.values():
        winner, *rest = sorted(sorted(group, key=content), key=sort_key)
        reuse = next(event for event in rest if not same_content(winner, event))
        kept += [winner, reuse]
        conflicting.append(reuse)
    return kept, conflicting
