"""Variants that get wrong when two events are one (R30, R31)."""

from collections.abc import Sequence
from typing import Any

from conformance.kinds import Object
from conformance.model import Json
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.reducer import content, fold, ordering
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.ordering import CanonicalSequence

from .between import events, listed, requests
from .variant import Variant, instead

Settled = tuple[list[FoldEvent], list[FoldEvent]]
"""The events that are kept, and which of them are reuses that are refused."""
canonical = ordering.canonical


def keep_last(events: Sequence[FoldEvent]) -> CanonicalSequence[FoldEvent]:
    right = canonical(events)
    last = {event.event_id: event for event in ordering.in_order(events)}
    return CanonicalSequence([last[event.event_id] for event in right.events], right.conflicts)


def keep_every_conflict(events: Sequence[FoldEvent]) -> Settled:
    first: dict[str, FoldEvent] = {}
    ordered = ordering.in_order(events)
    kept = [event for event in ordered if first.setdefault(event.event_id, event) is event or differs(first, event)]
    return kept, [event for event in kept if first[event.event_id] is not event]


def differs(first: dict[str, FoldEvent], event: FoldEvent) -> bool:
    return not content.same_content(first[event.event_id], event)


def keep_all(events: Sequence[FoldEvent]) -> Settled:
    return list(events), []


def count_conflicts(accumulator: Accumulator, sequence: CanonicalSequence[Any]) -> None:
    fold.fold(accumulator, sequence)
    accumulator.event_count += len(sequence.conflicts)


def backwards(event: FoldEvent) -> tuple[int, ...]:
    """Let the larger JSON text win between events that share clock, instant and id."""
    return tuple(-ord(character) for character in content.content(event))


def by_spelling(request: Object) -> Object:
    """Let an event that is written in another way be another event."""
    if not isinstance(request.get("events"), list):
        return request
    written: dict[str, Json] = {}
    told: list[Json] = []
    for event in listed(request):
        first = written.setdefault(str(event.get("event_id")).upper(), event)
        told.append(event if first == event else {**event, "node_id": "another"})
    return {**request, "events": told}


def by_id(request: Object) -> Object:
    """Let a later event of the same id overwrite an earlier one, as a dictionary does."""
    if not isinstance(request.get("events"), list):
        return request
    return {**request, "events": list[Json]({str(event.get("event_id")): event for event in listed(request)}.values())}


def other_spelling(event: Object) -> Json:
    """Make another id of one in lower case."""
    event_id = event.get("event_id")
    if not isinstance(event_id, str) or event_id == event_id.upper() or len(event_id) != 26:
        return event
    return {**event, "event_id": event_id[:-1] + "Z"}


VARIANTS = (
    Variant(
        "keeps the last of two events with one id",
        "A producer who uses an id again rewrites what was said before.",
        "R31",
        "A reused id with a later clock and other content is refused (permissive)",
        ("/active_drivers/0", '"p1"', "(missing)"),
        (instead("mission_collaboration.reducer.requests.canonical", keep_last),),
    ),
    Variant(
        "lets what arrives last overwrite the id",
        "Of two events with one id the one that is sent last counts, silently.",
        "R31",
        "A reused id with a later clock and other content is refused (strict)",
        ("status", "422", "200"),
        around=requests(by_id),
    ),
    Variant(
        "keeps duplicates",
        "A comment that is sent twice, because the network failed once, stands twice.",
        "R30",
        "A join sent again after the leave brings nobody back (strict)",
        ("/anomalies", "[]", '[{"event_id": "01J00000000000000000000001",'),
        (instead("mission_collaboration.reducer.ordering._settled", keep_all),),
    ),
    Variant(
        "treats lower-case ULIDs as different",
        "The same event sent with its id in small letters is taken for another one.",
        "R30",
        "An id in lower case is the same ULID (strict)",
        ("/event_count", "1", "2"),
        around=events(other_spelling),
    ),
    Variant(
        "detects no conflict",
        "Two different events with one id are taken for the same event.",
        "R31",
        "A reused id with a later clock and other content is refused (strict)",
        ("status", "422", "200"),
        (instead("mission_collaboration.reducer.ordering.same_content", lambda one, other: True),),
    ),
    Variant(
        "compares duplicates by their spelling",
        "The same event with its time written in another zone is taken for a contradiction.",
        "R30",
        "An id in lower case is the same ULID (strict)",
        ("status", "200", "422"),
        around=requests(by_spelling),
    ),
    Variant(
        "counts conflicts twice",
        "An id that was used for two events counts as two events.",
        "R31",
        "A reused id with a later clock and other content is refused (permissive)",
        ("/event_count", "1", "2"),
        (instead("mission_collaboration.reducer.requests.fold", count_conflicts),),
    ),
    Variant(
        "records a conflict each time",
        "An id that was used for three events is reported twice.",
        "R31",
        "A reused id with a later clock and other content is refused (permissive)",
        ("/anomalies/1", "(missing)", '{"event_id": "01J00000000000000000000001",'),
        (instead("mission_collaboration.reducer.ordering._settled", keep_every_conflict),),
    ),
    Variant(
        "prefers the larger text between equal sort keys",
        "Of two contradicting events at the same place the wrong one counts.",
        "R31",
        "A reused id from another node is refused (strict)",
        ("/errors/0/pointer", '"/events/0/event_id"', '"/events/1/event_id"'),
        (instead("mission_collaboration.reducer.ordering.content", backwards),),
    ),
)
