"""The one reader: from the JSON texts of events to a `Batch`.

Each event is decoded straight into the struct of its type. What does not fit its struct is odd: an event of another
type, with a member that the contract does not know, or with something wrong. It is read by itself, and only what is
still not understood is put to the model. So one odd event costs one odd event. No part of a text is skipped unread:
these structs refuse members that they do not know, and an odd event is decoded as a whole.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import repeat
from typing import Any, Final

import msgspec
from msgspec import structs
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.formats import in_utc, normalise_identifier
from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.decoding.batch import Batch, BrokenEvent, FoldEvent, OtherEvent, text_member
from mission_collaboration.decoding.events import ReadEvent, read_payload
from mission_collaboration.decoding.json_text import NOT_JSON, try_decode
from mission_collaboration.decoding.structs import any_event_struct, text_rules
from mission_collaboration.decoding.text_formats import NORMAL_IDS, Column, are_normal_ulids, normal_instants

Text = bytes | msgspec.Raw
DECLINED: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding into a struct raises for a text that does not fit it."""
AT_ONCE: Final = 1_000
"""How many events' formats are looked at together: more would not stay in the processor's cache until the last look."""
OPEN_EVENT: Final = any_event_struct(closed=False)
_decode: Final[Callable[[Text], Event]] = msgspec.json.Decoder(any_event_struct()).decode
_rules: Final = text_rules(Event)
_columns: Final = {name: Column(rule) for name, rule in _rules.items()}
OPTIONAL: Final = tuple(name for name in _rules if Event.model_fields[name].default is None)
SHARED: Final = tuple(name for name in _rules if name not in ("event_id", "timestamp", *OPTIONAL))


def read_texts(texts: Sequence[Text], *, max_nesting: int, max_bytes: float = math.inf) -> Batch:
    """Read events, each from its own JSON text.

    A text that is no JSON, is nested too deep or has more bytes than `max_bytes` is a broken event that keeps its text.
    """
    events: list[Any] = []
    indices: list[int] = []
    others: list[OtherEvent] = []
    broken: list[BrokenEvent] = []
    for index, text in enumerate(texts):
        if len(text) > max_bytes:
            broken.append(BrokenEvent(index, None, bytes(text)))
            continue
        try:
            event: Any = _decode(text)
        except DECLINED:
            event = _read_odd(index, bytes(text), max_nesting)
            if isinstance(event, OtherEvent):
                others.append(event)
                continue
            if isinstance(event, BrokenEvent):
                broken.append(event)
                continue
        events.append(event)
        indices.append(index)
    sent_ids = [event.event_id for event in events]
    if unsound := set(map(id, normalise([event for event in events if type(event) is not ReadEvent]))):
        found = [index for index, event in zip(indices, events, strict=True) if id(event) in unsound]
        broken += [_by_model(index, try_decode(bytes(texts[index]), max_nesting=max_nesting)) for index in found]
        broken.sort(key=lambda event: event.index)
        kept = [position for position, event in enumerate(events) if id(event) not in unsound]
        events, indices, sent_ids = ([column[position] for position in kept] for column in (events, indices, sent_ids))
    return Batch(events, indices, others, broken, len(texts), sent_ids)


def read_typed(events: Sequence[Any]) -> Batch | None:
    """Make the batch of events that were decoded into their structs; None where a text breaks its format."""
    sent_ids = [event.event_id for event in events]
    if normalise(events):
        return None
    return Batch(events, range(len(events)), (), (), len(events), sent_ids)


def _read_odd(index: int, text: bytes, max_nesting: int) -> FoldEvent | OtherEvent | BrokenEvent:
    """Read an event whose text does not fit the struct of its type."""
    value = try_decode(text, max_nesting=max_nesting)
    if value is NOT_JSON:
        return BrokenEvent(index, None, text)
    event_type = value.get("event_type") if isinstance(value, dict) else None
    if not isinstance(event_type, str) or not event_type:
        return BrokenEvent(index, value)
    if event_type not in PAYLOAD_MODELS:
        return OtherEvent(index, text_member(value, "event_id"), event_type, value)
    try:
        event: FoldEvent = msgspec.convert(value, OPEN_EVENT)
    except msgspec.ValidationError:
        event = _by_model(index, value)
    return event


def _by_model(index: int, value: Any) -> Any:
    """Ask the models about a collaboration event: an event, its payload None where it is malformed, or broken."""
    try:
        source = Event.model_validate(value)
    except ValidationError:
        return BrokenEvent(index, value)
    payload = read_payload(source.payload, source.event_type)
    return ReadEvent(source.event_id, source.event_type, source.lamport_clock, source.timestamp, payload, source, value)


def normalise(events: Sequence[Any]) -> list[Any]:
    """Let each event hold its normal id and its instant; gives the events in which a text breaks its format."""
    unsound: list[Any] = []
    for start in range(0, len(events), AT_ONCE):
        unsound += _normalise(events[start : start + AT_ONCE])
    return unsound


def _normalise(events: Sequence[Any]) -> Sequence[Any]:
    """Look at the texts of all events at once, and at each half where one is unsound."""
    members = zip(*map(structs.astuple, events), strict=True)
    columns: dict[str, tuple[Any, ...]] = dict(zip(events[0].__struct_fields__, members, strict=True))
    instants = _instants(columns["timestamp"])
    ids = _normal_ids(columns["event_id"])
    if instants is not None and ids is not None and _fit(columns):
        _set(events, "timestamp", instants)
        if ids is not columns["event_id"]:
            _set(events, "event_id", ids)
        return ()
    if len(events) == 1:
        return events
    half = len(events) // 2
    return [*_normalise(events[:half]), *_normalise(events[half:])]


def _fit(columns: dict[str, tuple[Any, ...]]) -> bool:
    """Whether all texts but ids and instants fit their formats."""
    return all(_columns[name].fits(columns[name]) for name in SHARED) and all(
        _columns[name].fits([text for text in columns[name] if text is not None]) for name in OPTIONAL
    )


def _instants(texts: Sequence[str]) -> Sequence[datetime] | None:
    """Read instants; None where a text is none, or a day that no calendar has."""
    usual = normal_instants(texts)
    if usual is not None:
        return usual
    if not _columns["timestamp"].fits(texts):
        return None
    try:
        return list(map(in_utc, map(datetime.fromisoformat, texts)))
    except (ValueError, PydanticCustomError):
        return None


def _normal_ids(ids: Sequence[str]) -> Sequence[str] | None:
    """Normalise ids, and give the same sequence where they are normal already; None where one is none."""
    if are_normal_ulids(ids) or NORMAL_IDS.fits(ids):
        return ids
    return list(map(normalise_identifier, ids)) if _columns["event_id"].fits(ids) else None


def _set(events: Sequence[Any], name: str, values: Iterable[Any]) -> None:
    deque(map(setattr, events, repeat(name), values), maxlen=0)  # a loop without Python in it
