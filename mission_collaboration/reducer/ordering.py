"""Canonical order, duplicates and conflicts (R1, R30, R31)."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec
from pydantic import BaseModel

from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.errors import ConflictingDuplicateError
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.decoding.structs import wire_formats

E = TypeVar("E", bound=FoldEvent)
SortKey = tuple[int, datetime, str]

_lamport_clock = attrgetter("lamport_clock")
_as_sent: Final = {name: form for name, form in wire_formats(Event).items() if name not in ("event_id", "timestamp")}
"""The texts that a twin holds as they were sent; of the others every reader makes their normal form."""
_envelope = attrgetter(*(name for name in Event.model_fields if name != "payload"))


def sort_key(event: FoldEvent) -> SortKey:
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


def content(event: FoldEvent) -> str:
    """Write an event's content as canonical JSON text: what the models read, keys sorted (R31).

    A malformed payload stands as it was sent.
    """
    envelope = _plain_envelope(event.source)
    if event.payload is not None:
        return _write({**envelope, "payload": event.payload}).decode()
    payload = event.source.payload
    try:
        return _canonical_json({**envelope, "payload": payload})
    except (TypeError, ValueError, RecursionError):  # no JSON: only a Python caller can hand that over
        return _canonical_json({**envelope, "payload": _spelled(payload)})


def _plain_envelope(source: Event) -> dict[str, Any]:
    """Write an envelope as its model does, whichever reader made it: a twin has some texts as they were sent."""
    if isinstance(source, Event):
        return source.model_dump(mode="json", exclude={"payload"})
    envelope: dict[str, Any] = msgspec.to_builtins(source)
    del envelope["payload"]
    for name, wire_format in _as_sent.items():
        if envelope[name] is not None:
            envelope[name] = wire_format.normal(envelope[name])
    return envelope


def _plain_model(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"no JSON for {type(value)!r}")


_write: Final = msgspec.json.Encoder(enc_hook=_plain_model, order="sorted").encode
"""For what the models have read: the same text as the standard library's, many times faster."""


def _canonical_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=repr)


def _spelled(payload: object) -> str:
    try:
        return repr(payload)
    except (ValueError, RecursionError):
        return object.__repr__(payload)


def same_content(one: FoldEvent, other: FoldEvent) -> bool:
    """Tell whether two events say the same, whatever their spelling (R30)."""
    if one.payload is not None and one.payload == other.payload and _envelope(one.source) == _envelope(other.source):
        return True
    return content(one) == content(other)


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
