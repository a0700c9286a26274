"""Hypothesis strategies for arbitrary JSON, and for valid events, payloads and models with arbitrary text in them."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.support import builders as build
from tests.support.builders import Json
from tests.support.naive_events import DEFAULTS, MODELS, PAYLOADS
from tests.support.pools import EVENT_TYPES


@cache
def json_values(max_leaves: int = 5) -> SearchStrategy[Any]:
    """Draw any JSON value: no NaN, no infinity, no half of a surrogate pair."""
    numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    leaves = st.none() | st.booleans() | numbers | st.text(max_size=8)
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=max_leaves,
    )


# --- Single values -----------------------------------------------------------------------------------------


def hex_case(text: str) -> SearchStrategy[str]:
    return st.sampled_from((text, text.upper()))


@cache
def uuids() -> SearchStrategy[str]:
    """Draw UUIDs with their hyphens, in either case."""
    return st.integers(0, 2**128 - 1).flatmap(lambda number: hex_case(str(uuid.UUID(int=number))))


@cache
def ulids() -> SearchStrategy[str]:
    """Draw ULIDs in either case, the highest among them."""
    return st.builds(
        lambda first, rest, lower: (first + rest).lower() if lower else first + rest,
        st.sampled_from("01234567"),
        st.just("Z" * 25) | st.text(st.sampled_from(build.CROCKFORD), min_size=25, max_size=25),
        st.booleans(),
    )


@cache
def event_ids() -> SearchStrategy[str]:
    return ulids() | uuids() | uuids().map(lambda text: text.replace("-", ""))


@cache
def timestamps() -> SearchStrategy[str]:
    """Draw any timestamp the contract allows, with up to nine decimals and any offset."""
    offsets = st.sampled_from(("", "Z", "+00:00", "-00:00")) | st.builds(
        lambda sign, hours, minutes: f"{sign}{hours:02}:{minutes:02}",
        st.sampled_from("+-"),
        st.integers(0, 23),
        st.integers(0, 59),
    )
    # A day away from either end of time, no offset can lead out of it.
    first, last = datetime(1, 1, 1) + timedelta(days=1), datetime(9999, 12, 30, 23, 59, 59)
    return st.builds(
        lambda moment, decimals, offset: moment.replace(microsecond=0).isoformat() + decimals + offset,
        st.datetimes(first, last),
        st.just("") | st.text(st.sampled_from("0123456789"), min_size=1, max_size=9).map(lambda d: "." + d),
        offsets,
    )


# --- Objects -----------------------------------------------------------------------------------------------


@cache
def values_of(word: str) -> SearchStrategy[Any]:
    """Draw valid values for one word of the naive models."""
    if word.endswith("?"):
        return st.none() | values_of(word[:-1])
    if word in MODELS:
        return objects_of(MODELS[word])
    if "|" in word:
        return st.sampled_from(word.split("|"))
    plain: dict[str, Callable[[], SearchStrategy[Any]]] = {
        "text": lambda: st.text(max_size=12),
        "name": lambda: st.text(min_size=1, max_size=12),
        "names": lambda: st.lists(st.text(max_size=4), min_size=2, max_size=4),
        "event id": event_ids,
        "uuid": uuids,
        "instant": timestamps,
        "version": lambda: st.from_regex("[0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}", fullmatch=True),
        "clock": lambda: st.sampled_from((0, 1, 2**53 - 1)) | st.integers(0, 2**53 - 1),
        "tier": lambda: st.integers(0, 4),
        "object": lambda: st.dictionaries(st.text(max_size=4), json_values(), max_size=3),
    }
    return plain[word]()


def objects_of(model: dict[str, str]) -> SearchStrategy[Json]:
    """Draw valid objects of a naive model; what may be absent sometimes is."""
    optional = {field for field, word in model.items() if word.endswith("?") or field in DEFAULTS}
    drawn = st.fixed_dictionaries(
        {field: values_of(word) for field, word in model.items() if field not in optional},
        optional={field: values_of(word) for field, word in model.items() if field in optional},
    )
    if model is MODELS["ParticipantExternalRefs"]:  # I4: one of them is there
        return drawn.filter(lambda refs: any(value is not None for value in refs.values()))
    return drawn


@cache
def payloads_of(event_type: str) -> SearchStrategy[Json]:
    """Draw valid payloads of a type, with arbitrary text in them."""
    return objects_of(PAYLOADS[event_type])


def valid_events() -> SearchStrategy[Json]:
    """Draw valid envelopes around valid payloads of the 14 types."""
    return st.sampled_from(EVENT_TYPES).flatmap(valid_events_of)


@cache
def valid_events_of(event_type: str) -> SearchStrategy[Json]:
    return st.builds(
        lambda envelope, payload: envelope | {"event_type": event_type, "payload": payload},
        values_of("Event"),
        payloads_of(event_type),
    )
