"""Reads a batch that is surely valid straight from JSON text, many times faster than event by event.

It says yes or nothing. Yes means: the text is JSON, every event fits its envelope and its payload, no event id
occurs twice, no event is of another type, and no member is one that the models do not know. For whatever else a
batch may be there is the thorough way, which explains.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import repeat
from operator import attrgetter
from typing import Any, Final, Generic, TypeVar

import msgspec
from pydantic import BaseModel
from pydantic_core import PydanticCustomError

from app.contract.envelope import Event
from app.contract.formats import in_utc, normalise_identifier
from app.contract.twins import any_event_twin, envelope_twin, text_rules, twin
from app.reducer.ordering import CanonicalSequence, sort_key

Request = TypeVar("Request", bound=BaseModel)


class Column:
    """The texts of one field, all held against its rule by one regular expression."""

    def __init__(self, rule: str) -> None:
        lines = f"(?:(?:{rule})\n)*+"
        self._match = re.compile(re.sub(r"(?<!\\)\((?!\?)", "(?:", lines)).fullmatch

    def fits(self, texts: Sequence[str]) -> bool:
        """Tell whether every text fits the rule; a text with a newline in it never does."""
        if not texts or texts.count(texts[0]) == len(texts):
            texts = texts[:1]
        joined = "\n".join([*texts, ""])
        return self._match(joined) is not None and joined.count("\n") == len(texts)


NORMAL_INSTANT: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?Z"
NORMAL_ID: Final = "[0-7][0-9A-HJKMNP-TV-Z]{25}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_normal_ids: Final = Column(NORMAL_ID)
_normal_instants: Final = Column(NORMAL_INSTANT)
_rules: Final = text_rules(Event)
OPTIONAL: Final = tuple(name for name in _rules if Event.model_fields[name].default is None)
SHARED: Final = tuple(name for name in _rules if name not in ("event_id", "timestamp", *OPTIONAL))
_shared_texts: Final = attrgetter(*SHARED)
_timestamp: Final = attrgetter("timestamp")
_event_id: Final = attrgetter("event_id")
_columns: Final = {name: Column(rule) for name, rule in _rules.items()}


class SureReader(Generic[Request]):
    """Reads requests of one model, whose events are `list[Event]`."""

    def __init__(self, model: type[Request]) -> None:
        self._decode: Callable[[bytes], Request] = msgspec.json.Decoder(twin(model, closed=True)).decode
        self._decode_line: Callable[[bytes], Event] = msgspec.json.Decoder(any_event_twin()).decode

    def read(self, text: bytes) -> Request | None:
        """Read a request whose events surely fit; None for any other."""
        try:
            request = self._decode(text)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        events: Sequence[Event] = request.events  # type: ignore[attr-defined] # every such model has them
        return request if _are_texts_sound(events) and _are_unique(events) else None

    def read_lines(self, text: bytes) -> list[Event] | None:
        """Read events, one a line, that surely fit; None when any does not."""
        try:
            events = [self._decode_line(line) for line in bytes(text).split(b"\n") if line]
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        return events if _are_texts_sound(events) and _are_unique(events) else None


def read_sure_envelopes(values: Sequence[Any]) -> Sequence[Event] | None:
    """Read the envelopes of events that were decoded already, payloads as they are; None when any does not fit.

    For batches that are usual in all but their payloads, their types or their ids.
    """
    try:
        events = msgspec.convert(values, list[envelope_twin()])  # type: ignore[misc]
    except msgspec.ValidationError:
        return None
    return events if _are_texts_sound(events) else None


def sure_order(events: Sequence[Any]) -> CanonicalSequence[Any]:
    """Sort events whose ids are all different."""
    return CanonicalSequence(sorted(events, key=sort_key), frozenset())


def _are_texts_sound(events: Sequence[Any]) -> bool:
    """Hold the texts that have a format against it, and let each event hold its instant and its normal id."""
    return (
        _are_shared_texts_sound(events)
        and all(map(_fits_where_given, OPTIONAL, repeat(events)))
        and _set_instants(events, list(map(_timestamp, events)))
        and _set_ids(events, list(map(_event_id, events)))
    )


def _fits_where_given(name: str, events: Sequence[Any]) -> bool:
    return _columns[name].fits([text for text in map(attrgetter(name), events) if text is not None])


def _are_shared_texts_sound(events: Sequence[Any]) -> bool:
    """Look once at texts that all events of a batch have in common, as they mostly do."""
    rows = list(map(_shared_texts, events))
    if rows and rows.count(rows[0]) == len(rows):
        rows = rows[:1]
    return all(_columns[name].fits(texts) for name, texts in zip(SHARED, zip(*rows, strict=True), strict=False))


def _set_instants(events: Sequence[Any], texts: Sequence[str]) -> bool:
    """Let each event hold its instant; false where a text is none, or a day that no calendar has."""
    is_normal = _normal_instants.fits(texts)
    if not is_normal and not _columns["timestamp"].fits(texts):
        return False
    try:
        instants = list(map(datetime.fromisoformat, texts))
        if not is_normal:
            instants = list(map(in_utc, instants))
    except (ValueError, PydanticCustomError):
        return False
    for event, instant in zip(events, instants, strict=True):
        event.timestamp = instant
    return True


def _set_ids(events: Sequence[Any], ids: Sequence[str]) -> bool:
    """Let each event hold its normalised id; false where one is none."""
    if not _normal_ids.fits(ids):
        if not _columns["event_id"].fits(ids):
            return False
        ids = list(map(normalise_identifier, ids))
        for event, event_id in zip(events, ids, strict=True):
            event.event_id = event_id
    return True


def _are_unique(events: Sequence[Event]) -> bool:
    return len({event.event_id for event in events}) == len(events)
