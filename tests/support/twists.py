"""What makes a drawn history less tidy: duplicates, other spellings, altered and malformed copies, other missions."""

import copy
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.support.builders import Json
from tests.support.naive_events import payload_fault
from tests.support.pools import EVENT_TYPES, INSTANTS, MISSIONS, OTHER_TYPES, PARTICIPANTS, pick


class Twist(NamedTuple):
    """What is drawn to make a history less tidy."""

    kind: str
    place: int  # of the event that it happens to
    variant: int


def respelled_id(event_id: str, variant: int) -> str:
    """Write the same id in another way."""
    if len(event_id) == 26:
        return event_id.swapcase()
    return event_id.upper() if variant % 2 else event_id.replace("-", "")


def respelled_instant(timestamp: str, variant: int) -> str:
    """Write the same instant in another way, if it is of the pool."""
    for row in INSTANTS:
        if timestamp in row:
            return row[variant % len(row)]
    return timestamp


def respelled(event: Json, variant: int) -> Json:
    """Write the same content in another way."""
    again = with_extra_fields(event) if variant % 2 else copy.deepcopy(event)
    again["event_id"] = respelled_id(event["event_id"], variant)
    again["correlation_id"] = event["correlation_id"].lower()
    again["project_uuid"] = event["project_uuid"].upper()
    again["timestamp"] = respelled_instant(event["timestamp"], variant)
    again["causation_id"] = event.get("causation_id")
    again["data_tier"] = event.get("data_tier", 0)
    return again


def with_extra_fields(event: Json) -> Json:
    """Copy an event, adding unknown fields wherever they are ignored (E14)."""
    again = copy.deepcopy(event)
    again["zz_future"] = {"a": [1, 2.5, None]}
    if payload_fault(event["event_type"], event["payload"]) is None:  # else they are content (R31)
        again["payload"]["zz_future"] = True
        for field in ("participant_identity", "focus_target"):
            if isinstance(again["payload"].get(field), dict):
                again["payload"][field]["zz_future"] = "x"
    return again


def altered(event: Json, variant: int) -> Json:
    """Copy an event with other content under the same id, mostly under the same sort key too."""
    again = copy.deepcopy(event)
    if variant % 4 == 0:
        again["node_id"] = "another-node"
    elif variant % 4 == 1:
        again["lamport_clock"] = event["lamport_clock"] + variant // 4
        again["data_tier"] = 1
    elif variant % 4 == 2:
        again["event_type"] = pick(EVENT_TYPES, variant)
    else:
        again["payload"]["participant_id"] = pick(PARTICIPANTS, variant // 4)
    return again


def malformed(event: Json, variant: int) -> Json:
    """Copy an event with one field of its payload missing or, nearly always, of the wrong type."""
    again = copy.deepcopy(event)
    fields = list(again["payload"]) or ["mission_id"]
    field = fields[variant % len(fields)]
    if variant % 3 == 0:
        again["payload"].pop(field, None)
    else:
        again["payload"][field] = (7, "", [], {}, True, None, 1.0, ["p1"])[variant % 8]
    return again


def of_another_mission(event: Json, variant: int) -> Json:
    again = copy.deepcopy(event)
    again["payload"]["mission_id"] = MISSIONS[1]
    again["aggregate_id"] = f"mission/{MISSIONS[1]}"
    return again


def of_another_type(event: Json, variant: int) -> Json:
    return copy.deepcopy(event) | {"event_type": pick(OTHER_TYPES, variant)}


# These are added as one more event, beside the one they are made from.
COPIES: dict[str, Callable[[Json, int], Json]] = {
    "duplicate": lambda event, variant: copy.deepcopy(event),
    "respelled": respelled,
    "altered": altered,
    "altered malformed": malformed,
}

# These take the place of the one they are made from.
REPLACEMENTS: dict[str, Callable[[Json, int], Json]] = {
    "malformed": malformed,
    "other mission": of_another_mission,
    "other type": of_another_type,
    "extra": lambda event, variant: with_extra_fields(event),
}
TWISTS = (*COPIES, *REPLACEMENTS)


@cache
def twists(kinds: tuple[str, ...] = TWISTS) -> SearchStrategy[Twist]:
    return st.builds(Twist, st.sampled_from(kinds), st.integers(0, 39), st.integers(0, 23))


def apply_twist(events: list[Json], twist: Twist) -> None:
    if not events:
        return
    place = twist.place % len(events)
    if twist.kind in COPIES:
        again = COPIES[twist.kind](events[place], twist.variant)
        events.insert(twist.variant * 7 % (len(events) + 1), again)
    else:
        events[place] = REPLACEMENTS[twist.kind](events[place], twist.variant)
