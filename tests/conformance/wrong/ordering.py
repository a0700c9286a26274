"""Variants that fold events in another order (R1, E5)."""

import re
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from conformance.model import Json
from mission_collaboration.contract.formats import write_instant
from mission_collaboration.decoding.batch import FoldEvent

from .between import members
from .variant import Patch, Variant, instead


def sorting(key: Callable[[FoldEvent], Any]) -> tuple[Patch, ...]:
    """Sort by something else."""

    def in_its_order(events: Sequence[FoldEvent]) -> list[FoldEvent]:
        return sorted(events, key=key)

    ordering = "mission_collaboration.reducer.ordering"
    return instead(f"{ordering}.sort_key", key), instead(f"{ordering}.by_place", in_its_order)


def by_text(event: FoldEvent) -> tuple[int, str, str]:
    return -1 if event.lamport_clock is None else event.lamport_clock, write_instant(event.timestamp), event.event_id


def by_whole_seconds(event: FoldEvent) -> tuple[Any, ...]:
    return (
        -1 if event.lamport_clock is None else event.lamport_clock,
        event.timestamp.replace(microsecond=0),
        event.event_id,
    )


def without_offset(value: Json) -> Json:
    return re.sub(r"[+-]([01]\d|2[0-3]):[0-5]\d$", "", value) if isinstance(value, str) else value


def in_local_time(value: Json) -> Json:
    return re.sub(r"(T[\d:.]+)$", r"\1+02:00", value) if isinstance(value, str) else value


VARIANTS = (
    Variant(
        "sorts by timestamp first",
        "A producer whose wall clock is slow appears to act before what it reacts to.",
        "R1",
        "The clock comes before the time (strict)",
        ("/focus_by_participant/p1/target_id", '"late"', '"early"'),
        sorting(attrgetter("timestamp", "lamport_clock", "event_id")),
    ),
    Variant(
        "folds in the order of arrival",
        "The state depends on which event the network delivers first.",
        "R1",
        "The clock comes before the time (strict)",
        ("/focus_by_participant/p1/target_id", '"late"', '"early"'),
        sorting(lambda event: 0),
    ),
    Variant(
        "sorts clocks as text",
        "Clock 10 comes before clock 9.",
        "R1",
        "The clock is compared as a number (strict)",
        ("/focus_by_participant/p1/target_id", '"late"', '"early"'),
        sorting(lambda event: (str(event.lamport_clock), event.timestamp, event.event_id)),
    ),
    Variant(
        "sorts by the clock alone",
        "Of two events with the same clock the one that arrives first comes first.",
        "R1",
        "At equal clocks the time decides (strict)",
        ("/focus_by_participant/p1/target_id", '"late"', '"early"'),
        sorting(attrgetter("lamport_clock")),
    ),
    Variant(
        "ends the sort key without event_id",
        "Of two events with the same clock and time the one that arrives first comes first.",
        "R1",
        "The mission, the sender and the run do not order events (strict)",
        ("/focus_by_participant/p1/target_id", '"late"', '"early"'),
        sorting(attrgetter("lamport_clock", "timestamp")),
    ),
    Variant(
        "sorts without the timestamp",
        "Of two events with the same clock the one with the smaller id comes first, whenever it happened.",
        "R1",
        "At equal clocks the time decides (strict)",
        ("/focus_by_participant/p1/target_id", '"late"', '"early"'),
        sorting(attrgetter("lamport_clock", "event_id")),
    ),
    Variant(
        "compares timestamps as text",
        "Half a second past twelve comes before twelve, since a point sorts before a Z.",
        "R1",
        "Whole seconds sort before their decimals (strict)",
        ("/focus_by_participant/p1/target_id", '"late"', '"early"'),
        sorting(by_text),
    ),
    Variant(
        "ignores microseconds",
        "Two events within one second have no order.",
        "R1",
        "Whole seconds sort before their decimals (strict)",
        ("/focus_by_participant/p1/target_id", '"late"', '"early"'),
        sorting(by_whole_seconds),
    ),
    Variant(
        "ignores offsets",
        "Noon in Berlin and noon in London are the same instant.",
        "R1",
        "At equal clocks the instant decides, not its text (strict)",
        ("/focus_by_participant/p1/target_id", '"late"', '"early"'),
        around=members(lambda name, value: without_offset(value) if name == "timestamp" else value),
    ),
    Variant(
        "takes a time without an offset for local time",
        "What has no offset is moved by two hours.",
        "E5",
        "A time without an offset is UTC (strict)",
        ("/presence/p1", '"2026-01-01T12:00:00Z"', '"2026-01-01T10:00:00Z"'),
        around=members(lambda name, value: in_local_time(value) if name == "timestamp" else value),
    ),
)
