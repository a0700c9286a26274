"""A short story with everything in it: its batches, and what is said of each event in the end."""

from typing import Any

from tests.support import builders as build

Json = dict[str, Any]
MISSION, OTHER = build.MISSION, "m2"


def events(*listed: tuple[int, tuple[str, Json]], mission_id: str = MISSION) -> list[Json]:
    """Build events from their clocks; ids follow clocks and missions."""
    number = 0 if mission_id == MISSION else 1_000
    return [
        build.event(
            kind, {**payload, "mission_id": mission_id}, lamport_clock=clock, event_id=build.ulid(clock + number)
        )
        for clock, (kind, payload) in listed
    ]


def heartbeats(clocks: range) -> list[Json]:
    return events(*[(clock, build.heartbeat("p1")) for clock in clocks])


STRANGE: list[Any] = [
    7,
    build.event("DriveIntentSet", {}, lamport_clock=13, event_id=build.ulid(5_000)),
    {"event_type": "MissionCreated", "title": "NUL: \0"},
    *events((3, build.drive("p2"))),
]
"""No event at all; a payload that names no mission; another type; an id that came with other content."""
FAST = build.event(*build.comment("p1"), lamport_clock=90_000_000, event_id=build.ulid(6_000))
BATCHES: list[list[Any]] = [
    events((1, build.joined("p1")), (2, build.joined("p2")), (3, build.drive("p1")), (9, build.drive("p9"))),
    [*events((4, build.focus("p1", "WP01")), (5, build.drive("p2")), (6, build.focus("p2", "WP01"))), *STRANGE],
    [*events((1, build.joined("p1")), (2, build.comment("p1", content="NUL: \0")), mission_id=OTHER), FAST],
    [*events((8, build.joined("p9"))), *heartbeats(range(20, 28))],
    [*events((7, build.left("p2")), (10, build.comment("p2"))), *events((3, build.drive("p1")), mission_id=OTHER)],
]
"""A stranger acts; two drivers meet; another mission; a clock runs ahead; the stranger's join; a leave comes late."""
SENT = [event for batch in BATCHES for event in batch]
