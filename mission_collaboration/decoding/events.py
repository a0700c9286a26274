"""Turns events into what the fold works on: typed payloads, or the knowledge that a payload is malformed."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, get_origin

import msgspec
from pydantic import ValidationError

from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.errors import Location, MalformedPayloadError
from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.contract.violations import ModelViolation, model_violations
from mission_collaboration.decoding.batch import Batch, BrokenEvent, FoldEvent, OtherEvent, text_member
from mission_collaboration.decoding.structs import PAYLOAD_STRUCTS

ARRAYS: Final = {
    event_type: names
    for event_type, model in PAYLOAD_MODELS.items()
    if (names := [name for name, info in model.model_fields.items() if get_origin(info.annotation) is list])
}
"""Event type → the payload's members that are arrays."""
_event_id, _event_type, _lamport_clock, _timestamp, _payload = map(
    attrgetter, ("event_id", "event_type", "lamport_clock", "timestamp", "payload")
)


class ReadEvent(msgspec.Struct, frozen=True, gc=False):
    """An `Event` with its payload read."""

    index: int
    event_id: str
    event_type: str
    lamport_clock: int | None
    timestamp: datetime
    payload: Any
    source: Event


def as_read(index: int, sure: Event) -> ReadEvent:
    """Take an event that surely fits, its payload typed already, for one that was read by itself."""
    return ReadEvent(
        index, sure.event_id, sure.event_type, sure.lamport_clock, sure.timestamp, sure.payload, source=sure
    )


def read_events(events: Sequence[Event]) -> list[ReadEvent]:
    """Keep the collaboration events (R1) and read their payloads."""
    types = list(map(_event_type, events))
    places: Sequence[int] = range(len(events))
    if not PAYLOAD_MODELS.keys() >= set(types):
        places = [place for place, event_type in enumerate(types) if event_type in PAYLOAD_MODELS]
        events, types = [events[place] for place in places], [types[place] for place in places]
    payloads = _read_payloads(list(map(_payload, events)), types)
    # loops without Python in them: a caller's ready events are to cost little more than their fold
    event_ids, clocks, timestamps = (map(member, events) for member in (_event_id, _lamport_clock, _timestamp))
    return list(map(ReadEvent, places, event_ids, types, clocks, timestamps, payloads, events))


def read_batch(values: Sequence[Any]) -> Batch:
    """Read events, each an `Event` or decoded JSON; events of other types are not looked at any further (E19)."""
    envelopes: list[Event] = []
    places: list[int] = []
    others: list[OtherEvent] = []
    broken: list[BrokenEvent] = []
    for index, value in enumerate(values):
        event_type = (
            value.event_type
            if isinstance(value, Event)
            else value.get("event_type")
            if isinstance(value, dict)
            else None
        )
        if isinstance(event_type, str) and event_type and event_type not in PAYLOAD_MODELS:
            event_id = value.event_id if isinstance(value, Event) else text_member(value, "event_id")
            others.append(OtherEvent(index, event_id, event_type))
            continue
        try:
            envelopes.append(Event.model_validate(value))
            places.append(index)
        except ValidationError:
            broken.append(BrokenEvent(index, value))
    return Batch(read_events(envelopes), places, others, broken, len(values))


def malformation(payload: Any, event_type: str) -> Iterator[tuple[Location, ModelViolation]]:
    """Tell what is wrong with a payload, with locations in the event (R33)."""
    try:
        PAYLOAD_MODELS[event_type].model_validate(payload)
    except ValidationError as error:
        for location, violation in model_violations(error):
            yield ("payload", *location), violation


def malformed(event: FoldEvent) -> MalformedPayloadError:
    """Make the refusal of a malformed payload; its reason names the first field that is wrong."""
    location, violation = next(malformation(event.source.payload, event.event_type))
    field = ".".join(map(str, location))
    return MalformedPayloadError(
        f"Malformed payload: {field}: {violation.message}",
        event_id=event.event_id,
        event_type=event.event_type,
        location=location,
    )


DECLINED: Final = (msgspec.ValidationError, TypeError, ValueError, RecursionError)
"""What the twins and the encoder raise for payloads that are put to the models."""


def _read_payloads(payloads: list[Any], types: list[str]) -> list[Any]:
    """Read all payloads at once where all of them fit, and one by one where any does not."""
    try:
        msgspec.json.encode(payloads)  # a Python caller may hand over half surrogates, and objects of any class
        read = list(map(msgspec.convert, payloads, map(PAYLOAD_STRUCTS.__getitem__, types)))
    except DECLINED:
        return list(map(_read_payload, payloads, types))
    for place, event_type in enumerate(types):
        if event_type in ARRAYS and not _has_arrays(payloads[place], event_type):
            read[place] = _ask_model(payloads[place], event_type)
    return read


def _read_payload(payload: Any, event_type: str) -> Any:
    try:
        msgspec.json.encode(payload)
        read = msgspec.convert(payload, PAYLOAD_STRUCTS[event_type])
    except DECLINED:
        return _ask_model(payload, event_type)
    return read if _has_arrays(payload, event_type) else _ask_model(payload, event_type)


def _has_arrays(payload: Any, event_type: str) -> bool:
    """Tell whether arrays are lists: twins take a Python caller's tuples and sets for arrays too."""
    return all(type(payload[name]) is list for name in ARRAYS.get(event_type, ()))


def _ask_model(payload: Any, event_type: str) -> Any:
    try:
        return PAYLOAD_MODELS[event_type].model_validate(payload)
    except ValidationError:
        return None
