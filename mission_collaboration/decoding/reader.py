"""The one reader: from the JSON texts of events to a `Batch`.

Each event is decoded straight into the struct of its type. What does not fit its struct is odd: an event of another
type that was not met before, with a member that the contract does not know, or with something wrong. It is read by
itself, and only what is still not understood is put to the model. So one odd event costs one odd event. No part of a
text is skipped unread: these structs refuse members that they do not know, and an odd event is decoded as a whole.
"""

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import compress
from operator import attrgetter
from threading import Lock
from typing import Any, Final

import msgspec
from msgspec import structs
from pydantic import ValidationError

from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.decoding.batch import LONGEST_NAME, Batch, BrokenEvent, OtherEvent
from mission_collaboration.decoding.events import ReadEvent, other_type, read_payload
from mission_collaboration.decoding.json_text import NOT_JSON, try_decode
from mission_collaboration.decoding.structs import ENVELOPE, any_event_struct, envelope_struct, text_rules
from mission_collaboration.decoding.text_formats import Column, normal_ids, read_instants

Text = bytes | msgspec.Raw
_index = attrgetter("index")
UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding into a struct raises for a text that does not fit it."""
AT_ONCE: Final = 1_000
"""How many events' formats are looked at together: more would not stay in the processor's cache until the last look."""
FORMATS: Final = {
    name: Column(rule) for name, rule in text_rules(Event).items() if name not in ("event_id", "timestamp")
}
"""Member of the envelope → its text format; ids and instants have functions of their own."""
MOST_LEARNED: Final = 64
"""How many other types have structs of their own. More than known producers send; the cap bounds memory."""
_decode_open_event: Final[Callable[[Text], Event]] = msgspec.json.Decoder(any_event_struct(closed=False)).decode
_decode_envelope: Final[Callable[[Text], Event]] = msgspec.json.Decoder(envelope_struct()).decode


class KnownTypes:
    """The types whose events are decoded straight into structs: the contract's, and other types that were met.

    What was met makes reading faster and changes nothing else. It is all that the library keeps between two calls.
    """

    def __init__(self) -> None:
        self._others: tuple[str, ...] = ()
        self._lock = Lock()
        self.struct = any_event_struct()
        """The union of their structs."""
        self.decode: Callable[[Text], Event] = msgspec.json.Decoder(self.struct).decode

    def learn(self, event_type: str) -> None:
        """Give another type a struct of its own, unless there are many."""
        with self._lock:
            is_known = event_type in self._others
            if is_known or len(self._others) == MOST_LEARNED or len(event_type) > LONGEST_NAME:
                return
            self._others = (*self._others, event_type)
            struct = any_event_struct(self._others)
            # A struct is complete when its first decoder is: no other thread may make one of it before.
            self.decode = msgspec.json.Decoder(struct).decode
            self.struct = struct


KNOWN_TYPES: Final = KnownTypes()


def read_texts(texts: Sequence[Text], *, max_nesting: int, max_bytes: float = math.inf) -> Batch:
    """Read events, each from its own JSON text.

    A text that is no JSON, is nested too deep or has more bytes than `max_bytes` is a broken event that keeps its text.
    """
    reading = Reading(texts, max_nesting)
    for index, text in enumerate(texts):
        if len(text) > max_bytes:
            reading.broken.append(BrokenEvent(index, None, bytes(text)))
            continue
        try:
            event = KNOWN_TYPES.decode(text)
        except UNREADABLE:
            reading.read_odd(index)
        else:
            reading.events.append(event)
            reading.indices.append(index)
    return reading.batch()


def read_typed(events: Sequence[Any]) -> Batch | None:
    """Make the batch of events that were decoded into their structs; None where a text breaks its format."""
    total = len(events)
    events, indices, others = part(events, range(total))
    sent_ids = [event.event_id for event in events]
    if normalise(events):
        return None
    return Batch(events, indices, others, (), total, sent_ids)


def part(events: Sequence[Any], indices: Sequence[int]) -> tuple[Sequence[Any], Sequence[int], list[OtherEvent]]:
    """Part collaboration events and their indices from events of other types."""
    if {event.event_type for event in events} <= PAYLOAD_MODELS.keys():
        return events, indices, []
    is_ours = [event.event_type in PAYLOAD_MODELS for event in events]
    others = [
        OtherEvent(index, event.event_type, event)
        for index, event, ours in zip(indices, events, is_ours, strict=True)
        if not ours
    ]
    return list(compress(events, is_ours)), list(compress(indices, is_ours)), others


class Reading:
    """A batch while its texts are read, one after the other."""

    def __init__(self, texts: Sequence[Text], max_nesting: int) -> None:
        self.texts = texts
        self.max_nesting = max_nesting
        self.events: list[Any] = []
        """The events of known types."""
        self.indices: list[int] = []
        """The index of each of them."""
        self.others: list[OtherEvent] = []
        self.broken: list[BrokenEvent] = []

    def read_odd(self, index: int) -> None:
        """Read an event whose text does not fit the struct of its type."""
        try:
            envelope = _decode_envelope(self.texts[index])
        except UNREADABLE:
            pass  # with a member that the contract does not know, or with something wrong
        else:
            if envelope.event_type not in PAYLOAD_MODELS:
                KNOWN_TYPES.learn(envelope.event_type)
                self.others.append(OtherEvent(index, envelope.event_type, envelope))
                return
        text = bytes(self.texts[index])
        value = try_decode(text, max_nesting=self.max_nesting)
        if value is NOT_JSON:
            self.broken.append(BrokenEvent(index, None, text))
        elif event_type := other_type(value):
            self.others.append(OtherEvent(index, event_type, value))
        else:
            self.read_by_hand(index, text, value)

    def read_by_hand(self, index: int, text: bytes, value: Any) -> None:
        """Read what ought to be a collaboration event by its open struct, or else by the models."""
        event_type = value.get("event_type") if isinstance(value, dict) else None
        if not isinstance(event_type, str) or event_type not in PAYLOAD_MODELS:
            self.broken.append(BrokenEvent(index, value))
            return
        event: Any
        try:
            event = _decode_open_event(text)
        except UNREADABLE:
            try:
                source = Event.model_validate(value)
            except ValidationError:
                self.broken.append(BrokenEvent(index, value))
                return
            payload = read_payload(source.payload, source.event_type)
            envelope = source.event_id, source.event_type, source.lamport_clock, source.timestamp
            event = ReadEvent(*envelope, payload, source, value)
        self.events.append(event)
        self.indices.append(index)

    def batch(self) -> Batch:
        """Make the batch of what was read; events in which a text breaks its format are broken."""
        events, indices, others = part(self.events, self.indices)
        sent_ids: Sequence[str] = [event.event_id for event in events]
        typed = [place for place, event in enumerate(events) if type(event) is not ReadEvent]
        if unsound := {typed[position] for position in normalise([events[place] for place in typed])}:
            for index in map(indices.__getitem__, unsound):
                value = try_decode(bytes(self.texts[index]), max_nesting=self.max_nesting)
                self.broken.append(BrokenEvent(index, value))
            is_sound = [place not in unsound for place in range(len(events))]
            events, indices, sent_ids = (list(compress(column, is_sound)) for column in (events, indices, sent_ids))
        others = sorted([*self.others, *others], key=_index)
        return Batch(events, indices, others, sorted(self.broken, key=_index), len(self.texts), sent_ids)


def normalise(events: Sequence[Any]) -> list[int]:
    """Let each event hold its normal id and its instant; give the positions of those that break a format, unchanged."""
    return unsound(events, _are_normalised)


def unsound(events: Sequence[Any], are_sound: Callable[[Sequence[Any]], bool]) -> list[int]:
    """Find the positions of unsound events. Where there is one among many, each half is looked at again."""
    found: list[int] = []
    pending = [(start, events[start : start + AT_ONCE]) for start in range(0, len(events), AT_ONCE)]
    while pending:
        start, some = pending.pop()
        if are_sound(some):
            continue
        if len(some) == 1:
            found.append(start)
        else:
            half = len(some) // 2
            pending += [(start, some[:half]), (start + half, some[half:])]
    return sorted(found)


def _are_normalised(events: Sequence[Any]) -> bool:
    normal = normal_texts(events)
    if normal is None:
        return False
    for event, event_id, instant in zip(events, *normal, strict=True):
        event.event_id = event_id
        event.timestamp = instant
    return True


def normal_texts(events: Sequence[Any]) -> tuple[Sequence[str], Sequence[datetime]] | None:
    """Look at the texts of all events at once: normal ids and instants, or None where one breaks its format."""
    members = zip(*map(structs.astuple, events), strict=False)  # some end with their type, which is left out
    columns: dict[str, tuple[Any, ...]] = dict(zip(ENVELOPE, members, strict=False))
    instants = read_instants(columns["timestamp"])
    ids = normal_ids(columns["event_id"])
    if instants is None or ids is None or not all(rule.fits(columns[name]) for name, rule in FORMATS.items()):
        return None
    return ids, instants
