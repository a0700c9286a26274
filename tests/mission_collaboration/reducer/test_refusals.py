"""What goes wrong: malformed payloads, other missions, which failure decides (R3, R5, R32, R33, S1, S13 to S15)."""

import pytest

from mission_collaboration import (
    MalformedPayloadError,
    MissionMismatchError,
    reduce_collaboration_events,
)
from tests.support import builders as build
from tests.support.folding import Json, Pair, events_of, joins, permissive, reasons, refusal_of, refused, strict
from tests.support.histories import Step, payload_of
from tests.support.pools import EVENT_TYPES, SPELLINGS

BAD = ("PresenceHeartbeat", build.by(""))


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_a_malformed_payload_is_refused_in_strict_mode(event_type: str) -> None:
    """R33."""
    refusal = refused(*joins("p1"), (event_type, {}))
    assert type(refusal) is MalformedPayloadError
    assert (refusal.event_id, refusal.event_type) == (build.ulid(2), event_type)


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_a_malformed_payload_is_an_anomaly_naming_the_field_and_not_applied(event_type: str) -> None:
    """R33."""
    state = permissive(*joins("p1"), (event_type, {"participant_id": "p1"}))
    (reason,) = reasons(state)
    assert "mission_id" in reason
    assert (state.event_count, state.mission_id, list(state.participants)) == (2, "m1", ["p1"])


@pytest.mark.parametrize(
    ("pair", "field"),
    [
        (("FocusChanged", build.by("p1", focus_target={"target_type": "wp"})), "focus_target.target_id"),
        (build.joined("p2", participant_identity=build.identity("p2", participant_type="bot")), "participant_type"),
        (("DriveIntentSet", build.by("p1")), "intent"),
        (build.drive("p1", "Active"), "intent"),
        (
            ("ConcurrentDriverWarning", {**build.driver_warning("w1")[1], "participant_ids": ["p1", 7]}),
            "participant_ids",
        ),
    ],
)
def test_the_field_is_named_however_deep_it_stands(pair: Pair, field: str) -> None:
    """R33, in both modes."""
    (reason,) = reasons(permissive(*joins("p1"), pair))
    assert field in reason
    assert field in refused(*joins("p1"), pair).reason


def test_a_malformed_payload_is_never_a_mission_mismatch() -> None:
    """R33, R5."""
    (reason,) = reasons(permissive(*joins("p1"), ("DriveIntentSet", build.by("p1", mission_id="m2"))))
    assert "intent" in reason
    assert "mission" not in reason.lower()


def test_the_mission_is_that_of_the_first_event_in_order_whose_payload_fits() -> None:
    """S1."""
    pairs = [BAD, build.joined("p1", mission_id="m7"), build.heartbeat("p1", mission_id="m7")]
    assert permissive(*pairs).mission_id == "m7"
    events = events_of(reversed(build.history(*pairs)))
    assert reduce_collaboration_events(events, mode="permissive").mission_id == "m7"


def test_the_mission_is_set_by_an_event_that_is_not_applied_too() -> None:
    """S1: fitting its model is what counts."""
    state = permissive(build.heartbeat("p1", mission_id="m2"), build.joined("p1", mission_id="m1"))
    assert (state.mission_id, state.participants) == ("m2", {})
    assert len(state.anomalies) == 2


def test_without_a_payload_that_fits_there_is_no_mission() -> None:
    """S1, S14."""
    state = permissive(BAD)
    assert (state.mission_id, state.event_count, state.last_processed_event_id) == ("", 1, build.ulid(1))


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_an_event_of_another_mission_is_refused_in_strict_mode(event_type: str) -> None:
    """R32: before membership, and for every type."""
    step = Step(event_type, "p2", "p2", 0, 1, SPELLINGS[0])
    pair = (event_type, payload_of(step) | {"mission_id": "m2"})
    refusal = refused(*joins("p1"), pair)
    assert type(refusal) is MissionMismatchError
    assert "'m2'" in refusal.reason
    assert "'m1'" in refusal.reason


@pytest.mark.parametrize("mission_id", ["m2", "M1", "m1 ", "mission/m1"])
def test_an_event_of_another_mission_is_an_anomaly_in_permissive_mode_and_not_applied(mission_id: str) -> None:
    """R32: missions compare by every character."""
    state = permissive(*joins("p1"), build.drive("p1", mission_id=mission_id))
    assert len(state.anomalies) == 1
    assert "mission" in state.anomalies[0].reason.lower()
    assert (state.active_drivers, state.event_count, state.mission_id) == (frozenset(), 2, "m1")


def kind(*pairs: Pair) -> str:
    return refused(*pairs).code


def test_the_first_failure_decides_in_the_order_of_the_rules() -> None:
    """R5: id, payload, mission, membership, row."""
    host = joins("p1")
    everything = build.event("WarningAcknowledged", {"mission_id": "m2"}, lamport_clock=1)
    assert refusal_of([*build.history(*host), everything]).code == "conflicting-duplicate"
    assert kind(*host, ("WarningAcknowledged", build.by("p9", mission_id="m2"))) == "malformed-payload"
    assert kind(*host, build.acknowledged("p9", "w9", mission_id="m2")) == "mission-mismatch"
    assert kind(*host, build.acknowledged("p9", "w9")) == "unknown-participant"
    assert kind(*host, build.acknowledged("p1", "w9")) == "unknown-warning"


def test_the_first_refusal_in_canonical_order_is_raised() -> None:
    """R3: in any order of the input."""
    events = build.history(*joins("p1"), build.completed("p1", "s1"), build.heartbeat("p9"), BAD)
    for order in (events, events[::-1], [events[3], events[1], events[0], events[2]]):
        assert refusal_of(order).code == "unmatched-completion"


@pytest.mark.parametrize(
    "bad",
    [
        *(BAD, build.heartbeat("p9"), build.left("p9"), build.completed("p1", "s1"), build.acknowledged("p1", "w9")),
        *(build.driver_warning("w1", "p1", "p9"), build.drive("p1", mission_id="m2")),
    ],
)
def test_permissive_mode_goes_on_where_strict_mode_refuses(bad: Pair) -> None:
    """R3: what follows is applied."""
    pairs: list[Pair] = [*joins("p1"), bad, build.comment("p1")]
    refusal = refused(*pairs)
    state = permissive(*pairs)
    assert [(anomaly.event_id, anomaly.event_type) for anomaly in state.anomalies] == [
        (refusal.event_id, refusal.event_type)
    ]
    assert (len(state.comments), state.event_count) == (1, 3)


def test_anomalies_stand_in_canonical_order() -> None:
    """S13."""
    events: list[Json] = build.history(build.heartbeat("p9"), BAD, build.left("p9"), build.joined("p1"), BAD)
    state = reduce_collaboration_events(events_of(reversed(events)), mode="permissive")
    assert [anomaly.event_id for anomaly in state.anomalies] == [build.ulid(n) for n in (1, 2, 3, 5)]


def test_every_unique_event_counts_applied_or_not_and_the_last_is_remembered() -> None:
    """S14, S15: by canonical order."""
    events = build.history(*joins("p1"), build.heartbeat("p9"), BAD, build.comment("p1"), build.joined("p1"))
    state = reduce_collaboration_events(events_of([*reversed(events), *events]), mode="permissive")
    assert (state.event_count, state.last_processed_event_id) == (5, build.ulid(5))
    assert strict(*joins("p1", "p2")).last_processed_event_id == build.ulid(2)


def test_reasons_name_the_participant_the_warning_or_the_step() -> None:
    state = permissive(
        *joins("ann"),
        *(build.heartbeat("bob"), build.left("cid"), build.joined("ann"), build.acknowledged("ann", "w77")),
        *(build.completed("ann", "s88"), build.driver_warning("w1", "ann", "dan"), build.invited("ann")),
    )
    names = ("bob", "cid", "ann", "w77", "s88", "dan", "ann")
    assert all(f"'{name}'" in reason for name, reason in zip(names, reasons(state), strict=True))
