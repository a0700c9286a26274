"""From Python values to a `Batch`: an `Event` or decoded JSON each, their payloads typed or known to be malformed."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, get_origin

import msgspec
from msgspec import structs
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
    """An event whose envelope the model has read, with its payload typed beside it."""

    event_id: str
    event_type: str
    lamport_clock: int | None
    timestamp: datetime
    payload: Any
    """None when it is malformed."""
    source: Event
    sent: Any = None
    """The event as decoded JSON, where it was read from a text."""


def read_batch(values: Sequence[Any]) -> Batch:
    """Read events, each an `Event` or decoded JSON; of other types nothing but the type is asked (E19)."""
    if all(isinstance(value, Event) for value in values):
        return read_events(values)
    envelopes: dict[int, Event] = {}
    others: list[OtherEvent] = []
    broken: list[BrokenEvent] = []
    for index, value in enumerate(values):
        if event_type := other_type(value):
            others.append(OtherEvent(index, event_type, value))
            continue
        try:
            envelopes[index] = Event.model_validate(value)
        except ValidationError:
            broken.append(BrokenEvent(index, value))
    read: Sequence[Any] = read_events(list(envelopes.values())).events
    events = [structs.replace(event, sent=values[index]) for index, event in zip(envelopes, read, strict=True)]
    sent_ids = [text_member(event.sent, "event_id") or event.event_id for event in events]
    return Batch(events, list(envelopes), others, broken, len(values), sent_ids)


def other_type(value: Any) -> str | None:
    """Name the type of what is an event of another type: an `Event` or decoded JSON; None for anything else."""
    members = {"event_type": value.event_type} if isinstance(value, Event) else value
    event_type = members.get("event_type") if isinstance(members, dict) else None
    return event_type if isinstance(event_type, str) and event_type and event_type not in PAYLOAD_MODELS else None


def read_events(events: Sequence[Event]) -> Batch:
    """Part the collaboration events from those of other types (R1), and read their payloads."""
    types = list(map(_event_type, events))
    total = len(events)
    indices: Sequence[int] = range(total)
    others: list[OtherEvent] = []
    if not PAYLOAD_MODELS.keys() >= set(types):
        others = [
            OtherEvent(index, event.event_type, event)
            for index, event in enumerate(events)
            if event.event_type not in PAYLOAD_MODELS
        ]
        indices = [index for index, event_type in enumerate(types) if event_type in PAYLOAD_MODELS]
        events, types = [events[index] for index in indices], [types[index] for index in indices]
    payloads = _read_payloads(list(map(_payload, events)), types)
    # loops without Python in them: a caller's ready events are to cost little more than their fold
    event_ids, clocks, timestamps = (map(member, events) for member in (_event_id, _lamport_clock, _timestamp))
    read = list(map(ReadEvent, event_ids, types, clocks, timestamps, payloads, events))
    return Batch(read, indices, others, (), total)


def malformation(payload: Any, event_type: str) -> Iterator[tuple[Location, ModelViolation]]:
    """Find what is wrong with a payload, with locations in the event (R33)."""
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


UNCONVERTIBLE: Final = (msgspec.ValidationError, TypeError, ValueError, RecursionError)
"""What structs and the encoder raise for payloads that are put to the models."""


def _read_payloads(payloads: list[Any], types: list[str]) -> list[Any]:
    """Read all payloads at once where all of them fit, and one by one where any does not."""
    try:
        msgspec.json.encode(payloads)  # a Python caller may hand over half surrogates, and objects of any class
        read = list(map(msgspec.convert, payloads, map(PAYLOAD_STRUCTS.__getitem__, types)))
    except UNCONVERTIBLE:
        return list(map(read_payload, payloads, types))
    for place, event_type in enumerate(types):
        if event_type in ARRAYS and not _has_arrays(payloads[place], event_type):
            read[place] = _ask_model(payloads[place], event_type)
    return read


def read_payload(payload: Any, event_type: str) -> Any:
    """Read a payload of decoded JSON or Python values; None when it is malformed."""
    try:
        msgspec.json.encode(payload)
        read = msgspec.convert(payload, PAYLOAD_STRUCTS[event_type])
    except UNCONVERTIBLE:
        return _ask_model(payload, event_type)
    return read if _has_arrays(payload, event_type) else _ask_model(payload, event_type)


def _has_arrays(payload: Any, event_type: str) -> bool:
    """Whether arrays are lists: structs take a Python caller's tuples and sets for arrays too."""
    return all(type(payload[name]) is list for name in ARRAYS.get(event_type, ()))


def _ask_model(payload: Any, event_type: str) -> Any:
    try:
        return PAYLOAD_MODELS[event_type].model_validate(payload)
    except ValidationError:
        return None
