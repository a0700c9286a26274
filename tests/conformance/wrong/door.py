"""Variants that let the wrong events in, or stop the wrong ones (A19, A24, A29, A38, L6, L7)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mission_collaboration.admission import merge as merging
from mission_collaboration.admission.door import Door
from mission_collaboration.admission.mission import Mission
from mission_collaboration.decoding.batch import FoldEvent

from .admitting import SERVICE, asking
from .variant import Patch, Variant, instead

DOOR = "mission_collaboration.admission.door"
right_merge = merging.merge
right_stops = Door.stops
right_malformed = Door._malformed


def stopping(before: Callable[[Door], None]) -> Patch:
    """Do something to the door before each event."""

    def stops(door: Door, event: FoldEvent) -> Any:
        before(door)
        return right_stops(door, event)

    return instead(f"{DOOR}.Door.stops", stops)


def forget(name: str) -> Callable[[Door], None]:
    return lambda door: setattr(door, name, None)


def set_mission(door: Door, event: FoldEvent) -> Any:
    """Let a malformed event decide the mission."""
    door.mission_id = door.mission_id or event.source.payload["mission_id"]
    return right_malformed(door, event)


def gate_the_window(mission: Mission, mission_id: Any, new: Any, memory: Any, *, settle: bool) -> Any:
    """Drop what is held and far above the events that came."""
    lowest = min((event.lamport_clock or 0 for event in new), default=2**53)
    kept = [event for event in mission.window if (event.lamport_clock or 0) - lowest <= 1_000_000]
    return right_merge(replace(mission, window=kept), mission_id, new, memory, settle=settle)


VARIANTS = (
    Variant(
        "mixes missions",
        "An event of another mission waits in this one.",
        "L6",
        "A conflict is told before a malformed payload and another mission",
        ("/revised", "[]", '[{"event_id": "01J00000000000000000000001", "event'),
        changes=(stopping(forget("mission_id")),),
    ),
    Variant(
        "lets a rejected event set the mission",
        "A stray event of another mission makes all others strays.",
        "A19",
        "A rejected event sets no mission",
        ("/state/mission_id", '""', '"m2"'),
        changes=(instead(f"{DOOR}.Door._malformed", set_mission),),
    ),
    Variant(
        "applies the clock gate in the window",
        "An event that was taken in is dropped when an earlier one comes.",
        "L7",
        "An earlier event is no clock jump for one that is held",
        ("/state/event_count", "2", "1"),
        changes=(instead("mission_collaboration.admission.batch.merge", gate_the_window),),
    ),
    Variant(
        "takes clocks that jump",
        "One mad clock makes every later event late.",
        "A29",
        "A clock more than a million ahead is a jump",
        ("/results/0/verdict", '"rejected"', '"accepted"'),
        changes=(instead(f"{DOOR}.Door._jump", lambda door, clock: None),),
    ),
    Variant(
        "does not let the caller say how far a clock may jump",
        "The step that was asked for is not heard.",
        "A29",
        "The caller says how far a clock may jump",
        ("/results/0/verdict", '"rejected"', '"accepted"'),
        changes=(asking(max_clock_step=1_000_000),),
    ),
    Variant(
        "calls a reused id a duplicate",
        "Other content under an id that is held is lost without a word.",
        "A24",
        "An accepted id with other content is refused after a checkpoint",
        ("/results/0/verdict", '"rejected"', '"duplicate"'),
        changes=(instead(f"{DOOR}.Door.has_same", lambda door, event: True),),
    ),
    Variant(
        "does not hold a mission against its checkpoint",
        "A batch goes into the wrong mission.",
        "A38",
        "A pin that does not fit the checkpoint refuses the request",
        ("status", "422", "200"),
        changes=(instead(f"{SERVICE}.pinned", lambda mission, mission_id: mission),),
    ),
)
