"""Variants that get wrong what a participant does here and now: presence, driving, focus (S4-S7, R21)."""

from typing import Any

from conformance.kinds import Object
from mission_collaboration.contract import constants as c
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.handlers import Handler

from .between import listed, states
from .variant import Variant, handling


def latest_time(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    before = accumulator.presence.get(payload.participant_id)
    right(accumulator, event, payload)
    if before is not None:
        accumulator.presence[payload.participant_id] = max(before, event.timestamp)


def first_time(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    if payload.participant_id not in accumulator.presence:
        right(accumulator, event, payload)


def note_what_changes_nothing(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    before = set(accumulator.drivers)
    right(accumulator, event, payload)
    if before == accumulator.drivers:
        accumulator.note(event, "Nothing changes")


def drive_only_with_focus(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    if payload.participant_id in accumulator.focus:
        right(accumulator, event, payload)


def believe_the_former_focus(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    said = payload.previous_focus_target
    if said is None or said == accumulator.focus.get(payload.participant_id):
        right(accumulator, event, payload)


def keep_emptied_keys(state: Object, request: Object) -> Object:
    index = state["participants_by_focus"]
    assert isinstance(index, dict)
    sent = [event.get("payload") for event in listed(request) if event.get("event_type") == c.FOCUS_CHANGED]
    targets = [payload.get("focus_target") for payload in sent if isinstance(payload, dict)]
    keys = [f"{target.get('target_type')}:{target.get('target_id')}" for target in targets if isinstance(target, dict)]
    emptied: Object = {key: [] for key in keys}
    return {**state, "participants_by_focus": dict(sorted({**emptied, **index}.items()))}


def without_target_types(state: Object, request: Object) -> Object:
    index = state["participants_by_focus"]
    assert isinstance(index, dict)
    return {**state, "participants_by_focus": {key.partition(":")[2]: people for key, people in index.items()}}


VARIANTS = (
    Variant(
        "shows the latest time as presence",
        "A heartbeat does not count when the clock on the sender's wall went back.",
        "S4",
        "Presence is the last heartbeat by clock, not by time (strict)",
        ("/presence/p1", '"2026-01-01T12:01:00Z"', '"2026-01-01T12:05:00Z"'),
        (handling(c.PRESENCE_HEARTBEAT, latest_time),),
    ),
    Variant(
        "shows the first heartbeat as presence",
        "Someone is shown as last seen when they were first seen.",
        "S4",
        "Presence is the last heartbeat by clock, not by time (strict)",
        ("/presence/p1", '"2026-01-01T12:01:00Z"', '"2026-01-01T12:05:00Z"'),
        (handling(c.PRESENCE_HEARTBEAT, first_time),),
    ),
    Variant(
        "reports an intent that changes nothing",
        "To say twice that one drives is reported as odd.",
        "R21",
        "An inactive intent of someone not driving is no anomaly (strict)",
        ("/anomalies", "[]", '[{"event_id": "01J00000000000000000000001",'),
        (handling(c.DRIVE_INTENT_SET, note_what_changes_nothing),),
    ),
    Variant(
        "lets no participant drive without a focus",
        "A participant who means to drive has to look at something first.",
        "S5",
        "An active intent makes a driver (strict)",
        ("/active_drivers/0", '"p1"', "(missing)"),
        (handling(c.DRIVE_INTENT_SET, drive_only_with_focus),),
    ),
    Variant(
        "believes what the producer says of the former focus",
        "A focus does not move when its producer was mistaken about where it was.",
        "S7",
        "The former focus is the one known, not the one the event names (strict)",
        ("/focus_by_participant/p1/target_id", '"WP03"', '"WP01"'),
        (handling(c.FOCUS_CHANGED, believe_the_former_focus),),
    ),
    Variant(
        "keeps the keys of targets that no participant looks at",
        "A file stays on the list of what people look at after the last one looked away.",
        "S7",
        "A focus that returns stands once (strict)",
        ("/participants_by_focus/wp:WP02", "(missing)", "[]"),
        around=states(keep_emptied_keys),
    ),
    Variant(
        "leaves the type out of the keys of targets",
        "A file and a step of the same name are the same target.",
        "S7",
        "A focus that moves leaves the others behind (strict)",
        ("/participants_by_focus/wp:WP01", '["p2"]', "(missing)"),
        around=states(without_target_types),
    ),
)
