"""Hypothesis strategies for events, payloads and models that were valid before one thing in them was changed."""

import copy
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.support.naive_events import MODELS, PAYLOADS
from tests.support.valid_events import json_values, payloads_of, valid_events, values_of

Path = tuple[str | int, ...]

# Values which careless readers take for something else.
ODD_VALUES: tuple[Any, ...] = (
    *(None, "", " ", "\n", 0, 1, -1, 7, 1.0, 0.0, True, False, 2**53 - 1, 2**53, 2**64, [], {}, [[]]),
    *("null", "true", "0", "1", "human", "Human", "wp", "active ", "p1", "\u0000", "\u212a"),
    *(["p1"], ["p1", "p1"], ["p1", None], ["p1", 2], ["", ""], ("p1" * 200), {"target_type": "wp"}),
)
ODD_ENVELOPE_VALUES: dict[str, tuple[Any, ...]] = {
    "event_id": (
        *("7" + "Z" * 25, "7" + "z" * 25, "8" + "0" * 25, "0" * 26, "0" * 25, "0" * 27, "0" * 32, "0" * 36),
        *("I" * 26, "0" * 25 + "L", "0" * 25 + "o", "0" * 25 + "U", "0" * 25 + "\uff10", "0" * 26 + "\n"),
        *("{00c0ffee-0000-7000-8000-000000000001}", "urn:uuid:00c0ffee-0000-7000-8000-000000000001"),
        *("00c0ffee-00007000-8000-0000-00000001", "00c0ffee-0000-7000-8000-00000000000g"),
        *("00C0FFEE-0000-7000-8000-00000000000A", "00C0FFEE00007000800000000000000a"),
        *("00c0ffee00007000800000000000000\u0661", "00c0ffee-0000-7000-8000-000000000001 "),
    ),
    "timestamp": (
        *("2026-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z"),
        *("2026-01-01T24:00:00Z", "2026-01-01T23:60:00Z", "2026-12-31T23:59:60Z", "2026-04-31T00:00:00Z"),
        *("2026-01-01 00:00:00Z", "2026-01-01t00:00:00Z", "2026-01-01T00:00:00z", "2026-01-01T00:00Z"),
        *("2026-01-01", "20260101T000000Z", "2026-01-01T00:00:00,5Z", "2026-01-01T00:00:00.Z"),
        *("2026-01-01T00:00:00.1234567891Z", "2026-01-01T00:00:00.999999999Z", "+2026-01-01T00:00:00Z"),
        *("2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+23:59", "2026-01-01T00:00:00+00:60"),
        *("2026-01-01T00:00:00+0100", "2026-01-01T00:00:00+01", "2026-01-01T00:00:00 Z", "1767225600", 0),
        *("0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "2026-1-1T0:0:0Z"),
        *("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59-00:01", "10000-01-01T00:00:00Z"),
        *("0001-01-01T00:00:00-00:01", "9999-12-31T23:59:59+00:01", "2026-01-01T00:00:00\u22121:00"),
        *("2026-01-01T00:00:0\u0661Z", "2026-01-01T00:00:00Z\n", " 2026-01-01T00:00:00Z", 1767225600.0),
    ),
    "lamport_clock": ("0", "7", 1.0, 1.5, 1e3, True, -1, 2**53, 2**53 - 1, 2**100, -(2**63)),
    "data_tier": (-1, 0, 4, 5, "0", True, 0.0, 4.0),
    "schema_version": ("1", "1.0", "1.0.0.0", "1.0.0\n", "v1.0.0", "01.00.00", "1.0.0-rc", "\u0661.0.0", 1.0),
    "payload": ([], "{}", None, {}, [["mission_id", "m1"]], 0),
    "event_type": ("", " ", "Unknown", "participantjoined"),
}
ODD_ENVELOPE_VALUES |= {
    "correlation_id": ODD_ENVELOPE_VALUES["event_id"],
    "causation_id": ODD_ENVELOPE_VALUES["event_id"],
    "project_uuid": ODD_ENVELOPE_VALUES["event_id"],
    "bound_at": ODD_ENVELOPE_VALUES["timestamp"],
}
MUTATIONS = ("replace", "replace", "replace", "drop", "empty", "wrap", "pad", "swap case", "add")

# Names that some object of the contract knows, and one that none does.
NEIGHBOURS = dict.fromkeys(
    ["zz_future", *(field for model in (*MODELS.values(), *PAYLOADS.values()) for field in model)]
)


@st.composite
def near_payloads(draw: DrawFn, event_type: str) -> Any:
    """Draw a payload that was valid before one thing in it was changed; it may be valid still."""
    return nearly(draw, draw(payloads_of(event_type)), depth=9)


@st.composite
def near_models(draw: DrawFn, model: str) -> Any:
    """Draw the same for one of the naive `MODELS`."""
    return nearly(draw, draw(values_of(model)), depth=9)


@st.composite
def near_events(draw: DrawFn) -> Any:
    """Draw an event that was valid before one field of its envelope was changed; it may be valid still."""
    return nearly(draw, draw(valid_events()), depth=1)


def nearly(draw: DrawFn, value: Any, depth: int) -> Any:
    """Change one thing in a value, which now and then is the whole of it."""
    value = copy.deepcopy(value)
    if draw(st.integers(0, 19)) == 19:
        return draw(json_values())
    *parents, key = draw(st.sampled_from(paths_in(value, depth)))
    container = value
    for parent in parents:
        container = container[parent]
    mutate(draw, container, key)
    return value


def paths_in(value: Any, depth: int = 9) -> list[Path]:
    """List the paths of everything within a value, as deep as that, without the value itself."""
    pairs: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    inner = [(key, *path) for key, item in pairs if depth > 1 for path in paths_in(item, depth - 1)]
    return [(key,) for key, _ in pairs] + inner


def mutate(draw: DrawFn, container: Any, key: Any) -> None:
    """Change one item of an object or a list, in place."""
    kind, old = draw(st.sampled_from(MUTATIONS)), container[key]
    if kind == "drop":
        del container[key]
    elif kind == "empty" and isinstance(old, str | list | dict):
        container[key] = type(old)()
    elif kind == "wrap":
        container[key] = [old]
    elif kind == "pad" and isinstance(old, str):
        container[key] = old + draw(st.sampled_from((" ", "\n", "\u0000")))
    elif kind == "swap case" and isinstance(old, str):
        container[key] = old.swapcase()
    elif kind == "add" and isinstance(container, dict):
        container[draw(st.sampled_from(tuple(NEIGHBOURS)))] = draw(json_values())
    else:
        container[key] = copy.deepcopy(draw(odd_values_for(key)))


@cache
def odd_values_for(field: str | int) -> SearchStrategy[Any]:
    odd = ODD_ENVELOPE_VALUES.get(str(field), ())
    general = st.sampled_from(ODD_VALUES) | json_values()
    return st.sampled_from(odd) | general if odd else general
