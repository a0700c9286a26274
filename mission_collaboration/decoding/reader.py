"""Reads a batch that is surely valid straight from JSON text, many times faster than event by event.

It says yes or nothing. Yes means: the text is JSON, every event fits its envelope and its payload, no event id
occurs twice, no event is of another type, and no member is one that the models do not know. For whatever else a
batch may be there is the thorough way, which explains.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import repeat
from typing import Any, Final, Generic, TypeVar

import msgspec
from msgspec import structs
from pydantic import BaseModel
from pydantic_core import PydanticCustomError

from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.formats import in_utc, normalise_identifier
from mission_collaboration.decoding.structs import any_event_struct, envelope_struct, struct_for, text_rules
from mission_collaboration.decoding.text_formats import NORMAL_IDS, Column, are_normal_ulids, normal_instants

Request = TypeVar("Request", bound=BaseModel)


AT_ONCE: Final = 1_000
"""How many events are looked at together: more would not stay in the processor's cache until the last look."""
_rules: Final = text_rules(Event)
_columns: Final = {name: Column(rule) for name, rule in _rules.items()}
OPTIONAL: Final = tuple(name for name in _rules if Event.model_fields[name].default is None)
SHARED: Final = tuple(name for name in _rules if name not in ("event_id", "timestamp", *OPTIONAL))


class SureReader(Generic[Request]):
    """Reads requests of one model, whose events are `list[Event]`."""

    def __init__(self, model: type[Request]) -> None:
        self._decode: Callable[[bytes], Request] = msgspec.json.Decoder(struct_for(model, closed=True)).decode
        self._decode_line: Callable[[bytes], Event] = msgspec.json.Decoder(any_event_struct()).decode

    def read(self, text: bytes) -> Request | None:
        """Read a request whose events surely fit; None for any other."""
        try:
            request = self._decode(text)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        events: Sequence[Event] = request.events  # type: ignore[attr-defined] # every such model has them
        return request if _are_unique(events, sound_ids(events)) else None

    def read_lines(self, text: bytes) -> list[Event] | None:
        """Read events, one a line, that surely fit; None when any does not."""
        try:
            events = [self._decode_line(line) for line in bytes(text).split(b"\n") if line]
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        return events if _are_unique(events, sound_ids(events)) else None


def read_sure_envelopes(values: Sequence[Any]) -> Sequence[Event] | None:
    """Read the envelopes of events that were decoded already, payloads as they are; None when any does not fit.

    For batches that are usual in all but their payloads, their types or their ids.
    """
    try:
        events = msgspec.convert(values, list[envelope_struct()])  # type: ignore[misc]
    except msgspec.ValidationError:
        return None
    return events if sound_ids(events) is not None else None


def sound_ids(events: Sequence[Any]) -> set[str] | None:
    """Hold the texts that have a format against it, and let each event hold its instant and its normal id.

    Gives the ids; None where a text is not sound.
    """
    ids: set[str] = set()
    for start in range(0, len(events), AT_ONCE):
        some = _sound_ids(events[start : start + AT_ONCE])
        if some is None:
            return None
        ids.update(some)
    return ids


def _sound_ids(events: Sequence[Any]) -> Sequence[str] | None:
    members = zip(*map(structs.astuple, events), strict=True)
    columns: dict[str, tuple[Any, ...]] = dict(zip(events[0].__struct_fields__, members, strict=True))
    are_sound = (
        all(_columns[name].fits(columns[name]) for name in SHARED)
        and all(_columns[name].fits(_given(columns[name])) for name in OPTIONAL)
        and _set_instants(events, columns["timestamp"])
    )
    return _set_ids(events, columns["event_id"]) if are_sound else None


def _given(texts: Sequence[str | None]) -> Sequence[str]:
    return () if texts.count(None) == len(texts) else [text for text in texts if text is not None]


def _set_instants(events: Sequence[Any], texts: Sequence[str]) -> bool:
    """Let each event hold its instant; false where a text is none, or a day that no calendar has."""
    instants = normal_instants(texts) or _unusual_instants(texts)
    if instants is None:
        return False
    _set(events, "timestamp", instants)
    return True


def _unusual_instants(texts: Sequence[str]) -> list[datetime] | None:
    if not _columns["timestamp"].fits(texts):
        return None
    try:
        return list(map(in_utc, map(datetime.fromisoformat, texts)))
    except (ValueError, PydanticCustomError):
        return None


def _set_ids(events: Sequence[Any], ids: Sequence[str]) -> Sequence[str] | None:
    """Let each event hold its normalised id, and give them all; None where one is none."""
    if are_normal_ulids(ids) or NORMAL_IDS.fits(ids):
        return ids
    if not _columns["event_id"].fits(ids):
        return None
    normal = list(map(normalise_identifier, ids))
    _set(events, "event_id", normal)
    return normal


def _set(events: Sequence[Any], name: str, values: Iterable[Any]) -> None:
    deque(map(setattr, events, repeat(name), values), maxlen=0)  # a loop without Python in it


def _are_unique(events: Sequence[Event], ids: set[str] | None) -> bool:
    return ids is not None and len(ids) == len(events)
