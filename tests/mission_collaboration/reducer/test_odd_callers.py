"""Payloads that no JSON text could hold, handed over by Python callers (R1, R3, R33).

Permissive mode notes an anomaly and goes on, strict mode raises a refusal of the contract: never anything else.
"""

import json
import subprocess
import sys
from collections import UserDict
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from mission_collaboration import (
    Event,
    MalformedPayloadError,
    ParticipantIdentity,
    ReducedCollaborationState,
    reduce_collaboration_events,
)
from mission_collaboration.reducer.fold import Mode
from tests.support import builders as build
from tests.support.folding import Json, Pair, as_json, joins
from tests.support.histories import Step, payload_of
from tests.support.pools import EVENT_TYPES, SPELLINGS

HALF = "\ud83d"
ROOT = Path(__file__).parents[3]


def endless() -> list[Any]:
    """Make a list that holds itself."""
    whole: list[Any] = []
    whole.append(whole)
    return whole


def deep() -> list[Any]:
    """Make a list nested deeper than any stack."""
    whole: list[Any] = []
    for _ in range(5_000):
        whole = [whole]
    return whole


class Colour(StrEnum):
    """Text of a kind of its own."""

    RED = "red"


ODD: dict[str, Callable[[], Any]] = {
    "half a character": lambda: HALF,
    "true": lambda: True,
    "an integer": lambda: 1,
    "a huge integer": lambda: 10**400,
    "an integer that Python does not write": lambda: 10**5_000,
    "NaN": lambda: float("nan"),
    "a list": lambda: ["p1"],
    "a dict": lambda: {"p1": 1},
    "a dict with keys of two types": lambda: {"p1": 1, 1: 2},
    "a set": lambda: {"p1", "p2"},
    "a tuple": lambda: ("p1", "p2"),
    "bytes": lambda: b"p1",
    "a datetime": lambda: datetime(2026, 1, 1, tzinfo=UTC),
    "a plain object": object,
    "a list that holds itself": endless,
    "a very deep list": deep,
}
EVERY_ODD = pytest.mark.parametrize("odd", ODD.values(), ids=ODD)


def event_with(payload: Any, event_type: str = "ParticipantLeft", **envelope: Any) -> Event:
    """Make an event whose envelope is sound, with any payload in it."""
    sound = Event.model_validate(build.event(event_type, {}, **envelope))
    return Event.model_construct(**{**dict(sound), "payload": payload})


def folded(*events: Event, mode: Mode = "permissive") -> ReducedCollaborationState:
    arrivals = [
        Event.model_validate(build.event(*pair, event_id=build.ulid(900 + n), lamport_clock=0))
        for n, pair in enumerate(joins("p1", "p2"))
    ]
    return reduce_collaboration_events([*arrivals, *events], mode=mode)


@EVERY_ODD
@pytest.mark.parametrize("member", ["mission_id", "participant_id", "reason"])
def test_an_odd_member_is_an_anomaly_in_permissive_mode(odd: Callable[[], Any], member: str) -> None:
    """R33; and the state can be written."""
    state = folded(event_with(build.by("p1") | {member: odd()}))
    assert [anomaly.event_type for anomaly in state.anomalies] == ["ParticipantLeft"]
    assert member in state.anomalies[0].reason
    assert list(as_json(state)["participants"]) == ["p1", "p2"]


@EVERY_ODD
@pytest.mark.parametrize("member", ["mission_id", "participant_id", "reason"])
def test_an_odd_member_is_refused_in_strict_mode(odd: Callable[[], Any], member: str) -> None:
    """R33."""
    with pytest.raises(MalformedPayloadError) as caught:
        folded(event_with(build.by("p1") | {member: odd()}), mode="strict")
    assert caught.value.location == ("payload", member)
    assert str(caught.value).encode()


@EVERY_ODD
def test_an_odd_unknown_member_is_ignored(odd: Callable[[], Any]) -> None:
    """E14."""
    state = folded(event_with(build.by("p1", zz_future=odd())))
    assert (state.anomalies, list(state.departed_participants)) == ((), ["p1"])


@EVERY_ODD
@pytest.mark.parametrize("changed", [{"reason": "x"}, {"node_id": "other"}], ids=["payload", "envelope"])
def test_a_reused_id_with_an_odd_payload_is_an_anomaly(odd: Callable[[], Any], changed: Json) -> None:
    """R31, R33: with any odd value to compare."""
    payload, envelope = (changed, {}) if "reason" in changed else ({}, changed)
    first = event_with(build.by("p1") | {"participant_id": odd()}, lamport_clock=7)
    second = event_with(build.by("p1", **payload) | {"participant_id": odd()}, lamport_clock=7, **envelope)
    state = folded(first, second)
    assert [anomaly.event_id for anomaly in state.anomalies] == [build.ulid(7)] * 2
    assert as_json(state)["event_count"] == 3


@pytest.mark.parametrize(
    "payload", [None, [], "x", 7, HALF, object(), {1: 2}], ids=lambda payload: type(payload).__name__
)
@pytest.mark.parametrize("event_type", ["ParticipantLeft", "ConcurrentDriverWarning"])
def test_a_payload_that_is_no_object_is_an_anomaly(payload: Any, event_type: str) -> None:
    """R33."""
    state = folded(event_with(payload, event_type))
    assert [anomaly.event_type for anomaly in state.anomalies] == [event_type]
    assert "payload" in state.anomalies[0].reason
    assert as_json(state)["event_count"] == 3


HALVES: list[Pair] = [
    build.joined("p3", participant_identity=build.identity("p3", display_name=HALF)),
    build.comment("p1", reply_to=HALF),
    build.comment("p1", content=HALF),
    build.decision("p1", referenced_warning_id=HALF),
    build.driver_warning("w1", "p1", HALF),
    build.session_link("p1", HALF),
    build.focus("p1", HALF),
    build.started("p1", HALF),
    build.acknowledged("p1", HALF),
]


@pytest.mark.parametrize(
    "pair", HALVES, ids=lambda pair: "-".join([pair[0], *(k for k in pair[1] if HALF in str(pair[1][k]))])
)
def test_half_a_surrogate_pair_is_no_text_wherever_it_stands(pair: Pair) -> None:
    """R33, S16: no state may hold what cannot be written."""
    state = folded(Event.model_validate(build.event(*pair)))
    assert len(state.anomalies) == 1
    assert "Malformed payload" in state.anomalies[0].reason
    assert state.model_dump_json()


def test_half_a_surrogate_pair_is_no_name_of_a_participant() -> None:
    """I1."""
    with pytest.raises(ValueError, match="display_name"):
        ParticipantIdentity(participant_id="p1", participant_type="human", display_name=HALF)


@pytest.mark.parametrize(
    "names", [("p1", "p2"), {"p1", "p2"}, frozenset({"p1", "p2"})], ids=["tuple", "set", "frozenset"]
)
def test_a_warnings_participants_are_a_list(names: Any) -> None:
    """E15, P9: as the model has it, beside any other events."""
    warning = Event.model_validate(build.event(*build.driver_warning("w1", participant_ids=names)))
    other = event_with(build.by("p1", reason=HALF), lamport_clock=9)
    for events in ([warning], [warning, other]):
        state = folded(*events)
        assert state.warnings == ()
        assert "participant_ids" in state.anomalies[0].reason


@pytest.mark.parametrize("make", [UserDict, MappingProxyType])
def test_a_focus_target_is_a_plain_object(make: Callable[[Json], Any]) -> None:
    """E15, I3: as the model has it."""
    state = folded(event_with(build.by("p1", focus_target=make(build.target("t1"))), "FocusChanged"))
    assert state.focus_by_participant == {}
    assert "focus_target" in state.anomalies[0].reason


def test_one_odd_event_does_not_taint_the_others() -> None:
    """R33: what is malformed is judged alone."""
    sound = [event_with(payload_of(step), step.event_type, lamport_clock=3 + n) for n, step in enumerate(STEPS)]
    odd = event_with(build.by("p1") | {"participant_id": HALF}, lamport_clock=99)
    alone, beside = as_json(folded(*sound)), as_json(folded(*sound, odd))
    changed = {field for field in alone if alone[field] != beside[field]}
    assert changed == {"anomalies", "event_count", "last_processed_event_id"}


STEPS = [
    Step(event_type, "p1", "p2", 1, 0, SPELLINGS[0]) for event_type in EVENT_TYPES if event_type != "ParticipantLeft"
]


def test_text_of_a_kind_of_its_own_is_kept_as_text() -> None:
    """E15: a string is a string."""
    state = folded(event_with(build.by("p1", focus_target=build.target(Colour.RED)), "FocusChanged"))
    assert as_json(state)["focus_by_participant"]["p1"] == build.target("red")
    assert json.loads(state.model_dump_json()) == state.model_dump(mode="json")


def test_the_pure_half_needs_no_web_framework() -> None:
    """Contract §6: a caller of the Python API loads nothing of the service around it."""
    program = (
        "import sys, mission_collaboration; print(*{'fastapi', 'starlette', 'uvicorn', 'app.api'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
