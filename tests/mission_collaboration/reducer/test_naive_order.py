"""The naive fold's order and duplicates, worked by hand, and how its two modes agree on any history."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import builders as build
from tests.support import naive_fold
from tests.support.builders import Json
from tests.support.folding import joins
from tests.support.histories import accepted_histories, histories, rosters


def test_clock_then_instant_then_id_give_the_order() -> None:
    def linked(session: str, **envelope: Any) -> Json:
        event_type, payload = build.session_link("ann", session)
        return build.event(event_type, payload, **envelope)

    events = [
        linked("fourth", lamport_clock=2, timestamp="2020-01-01T00:00:00Z", event_id=build.ulid(1)),
        linked("third", lamport_clock=1, timestamp="2026-01-01T00:00:00.1Z", event_id=build.ulid(2)),
        linked("second", lamport_clock=1, timestamp="2026-01-01T00:00:00Z", event_id=build.ulid(4).lower()),
        linked("first", lamport_clock=1, timestamp="2026-01-01T01:00:00+01:00", event_id=build.ulid(3)),
    ]
    state = naive_fold.reduce(events, roster={"ann": build.identity("ann")})
    assert state["linked_sessions"] == {"ann": ["first", "second", "third", "fourth"]}
    assert state["last_processed_event_id"] == build.ulid(1)


def test_the_same_content_in_another_spelling_is_dropped_silently() -> None:
    [first] = build.history(*joins("ann"))
    again = first | {
        "event_id": first["event_id"].lower(),
        "timestamp": "2026-01-02T04:04:05.0000000+01:00",
        "causation_id": None,
        "data_tier": 0,
        "zz_future": 1,
    }
    assert naive_fold.reduce([again, first]) == naive_fold.reduce([first])


def test_conflicts_of_an_id_are_told_once_and_the_smaller_text_wins() -> None:
    events = [
        build.event(*build.joined("bob"), event_id=build.ulid(9)),
        build.event(*build.joined("ann"), event_id=build.ulid(9)),
        build.event(*build.heartbeat("ann"), event_id=build.ulid(9), lamport_clock=5),
        build.event(*build.drive("ann"), event_id=build.ulid(3), lamport_clock=3),
    ]
    with pytest.raises(naive_fold.Refusal) as caught:
        naive_fold.reduce(events)
    assert caught.value.code == "conflicting-duplicate"
    assert caught.value.event_type == "ParticipantJoined"
    state = naive_fold.reduce(events, mode="permissive")
    assert naive_fold.comparable(state)["anomalies"] == [
        {"event_id": build.ulid(9), "event_type": "ParticipantJoined", "reason": "conflict"}
    ]
    assert list(state["participants"]) == ["ann"]
    assert state["event_count"] == 2
    assert state["last_processed_event_id"] == build.ulid(3)


def test_malformed_payloads_with_different_json_are_in_conflict() -> None:
    events = [build.event("ParticipantLeft", {"mission_id": number}) for number in (1, 1.0, True)]
    state = naive_fold.reduce(events, mode="permissive")
    assert [anomaly["reason"] for anomaly in naive_fold.comparable(state)["anomalies"]] == ["malformed", "conflict"]
    assert state["event_count"] == 1


def test_other_types_are_ignored_even_under_a_known_id() -> None:
    events = build.history(*joins("ann"))
    other = events[0] | {"event_type": "MissionCreated", "payload": {"mission_id": "m2"}, "lamport_clock": 0}
    assert naive_fold.reduce([other, *events]) == naive_fold.reduce(events)


# --- Of any history ----------------------------------------------------------------------------------------


@given(histories(), rosters(), st.randoms(use_true_random=False))
def test_input_order_means_nothing(events: list[Json], roster: dict[str, Json] | None, shuffler: random.Random) -> None:
    shuffled = list(events)
    shuffler.shuffle(shuffled)
    state = naive_fold.reduce(events, mode="permissive", roster=roster)
    assert json.dumps(naive_fold.reduce(shuffled, mode="permissive", roster=roster)) == json.dumps(state)


@given(accepted_histories())
def test_both_modes_agree_on_what_strict_mode_accepts(events: list[Json]) -> None:
    assert naive_fold.reduce(events) == naive_fold.reduce(events, mode="permissive")


def strict_outcome(events: list[Json], roster: dict[str, Json] | None) -> tuple[str, str] | None:
    """Give the event that strict mode refuses, or else its last anomaly's, or else none."""
    try:
        anomalies = naive_fold.reduce(events, roster=roster)["anomalies"]
    except naive_fold.Refusal as no:
        return no.event_id, no.event_type
    return (anomalies[-1]["event_id"], anomalies[-1]["event_type"]) if anomalies else None


@given(histories(), rosters())
def test_strict_mode_refuses_an_event_that_permissive_mode_finds_odd(
    events: list[Json], roster: dict[str, Json] | None
) -> None:
    anomalies = naive_fold.reduce(events, mode="permissive", roster=roster)["anomalies"]
    odd = {(anomaly["event_id"], anomaly["event_type"]) for anomaly in anomalies}
    outcome = strict_outcome(events, roster)
    assert outcome in odd if odd else outcome is None
