"""The naive reading of events against examples worked by hand and against drawn ones: a judge must itself be right."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import builders as build
from tests.support import naive_events
from tests.support.builders import Json, whole_identity
from tests.support.histories import histories
from tests.support.near_misses import near_events, near_payloads
from tests.support.valid_events import payloads_of, valid_events


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02T03:04:05", "2026-01-02T03:04:05Z"),
        ("2026-01-02T03:04:05.000Z", "2026-01-02T03:04:05Z"),
        ("2026-01-02T03:04:05.1234569Z", "2026-01-02T03:04:05.123456Z"),
        ("2026-01-02T03:04:05.0000009Z", "2026-01-02T03:04:05Z"),
        ("2026-01-02T00:30:00+01:00", "2026-01-01T23:30:00Z"),
        ("2026-01-02T00:30:00-01:00", "2026-01-02T01:30:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.9Z", "9999-12-31T23:59:59.900000Z"),
    ],
)
def test_an_instant_is_written_in_utc(text: str, expected: str) -> None:
    moment = naive_events.instant(text)
    assert moment is not None
    assert naive_events.utc_text(moment) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "2026-01-02", "2026-01-02  03:04:05Z", "2026-01-02T03:04:05z", "2026-01-02T03:04:60Z"),
        *("2026-02-29T00:00:00Z", "2026-01-02T24:00:00Z", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05Z\n"),
        *("2026-01-02T03:04:05.1234567890Z", "2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05+00:60"),
        *("0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"),
        *("2026-01-02T03:04:05+0100", "2026-01-02T03:04:0\u0661Z"),
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    assert naive_events.instant(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("01arz3ndektsv4rrffq69g5fav", "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        ("7" + "z" * 25, "7" + "Z" * 25),
        ("00C0FFEE-0000-7000-8000-00000000000A", "00c0ffee-0000-7000-8000-00000000000a"),
        ("00C0FFEE00007000800000000000000a", "00c0ffee-0000-7000-8000-00000000000a"),
    ],
)
def test_an_event_id_has_one_normal_form(text: str, expected: str) -> None:
    assert naive_events.is_event_id(text)
    assert naive_events.normalise_id(text) == expected


@pytest.mark.parametrize(
    "text", ["8" + "0" * 25, "0" * 25, "0" * 27, "0" * 25 + "I", "0" * 25 + "u", "0" * 36, "0" * 26 + "\n", 7]
)
def test_what_is_no_event_id_is_refused(text: Any) -> None:
    assert not naive_events.is_event_id(text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("event_id", "x"), ("event_type", ""), ("aggregate_id", None), ("payload", []), ("timestamp", 0)),
        *(("node_id", ""), ("lamport_clock", True), ("lamport_clock", 2**53), ("lamport_clock", "7")),
        *(("lamport_clock", 1.0), ("project_uuid", "0" * 32), ("correlation_id", ""), ("causation_id", "")),
        *(("project_slug", 1), ("schema_version", None), ("schema_version", "1.0"), ("data_tier", None)),
        *(("data_tier", 5), ("data_tier", False)),
    ],
)
def test_a_broken_envelope_field_is_named(field: str, value: Any) -> None:
    assert naive_events.envelope_fault(build.event("Anything", {}) | {field: value}) == field


def test_an_envelope_may_leave_out_what_is_optional_and_add_unknown_fields() -> None:
    assert naive_events.envelope_fault(build.event("Anything", {}, causation_id=None, zz_future=1)) is None
    assert naive_events.envelope_fault([]) == ""


@pytest.mark.parametrize(
    ("event_type", "payload", "fault"),
    [
        ("PresenceHeartbeat", [], ""),
        ("PresenceHeartbeat", {"participant_id": "ann"}, "mission_id"),
        ("PresenceHeartbeat", build.by("ann", session_id=7), "session_id"),
        ("PresenceHeartbeat", build.by("ann", session_id=""), None),
        ("PresenceHeartbeat", build.by(""), "participant_id"),
        ("ParticipantJoined", build.by("ann", participant_identity=None), "participant_identity"),
        (
            "ParticipantJoined",
            build.by("ann", participant_identity=build.identity("ann", participant_type="bot")),
            "participant_identity.participant_type",
        ),
        ("DriveIntentSet", build.by("ann", intent=["active"]), "intent"),
        ("FocusChanged", build.focus("ann", "t1", previous_focus_target=None)[1], None),
        ("FocusChanged", build.focus("ann", "")[1], "focus_target.target_id"),
        ("ConcurrentDriverWarning", build.driver_warning("w1", "ann")[1], "participant_ids"),
        ("ConcurrentDriverWarning", build.driver_warning("w1", "", "")[1], None),
        (
            "ConcurrentDriverWarning",
            build.driver_warning("w1", participant_ids=["ann", 2])[1],
            "participant_ids.1",
        ),
        ("SomethingElse", {}, None),
    ],
)
def test_a_broken_payload_field_is_named(event_type: str, payload: Any, fault: str | None) -> None:
    assert naive_events.payload_fault(event_type, payload) == fault


def test_normalising_fills_defaults_and_drops_unknown_fields() -> None:
    payload = build.joined("ann")[1] | {"zz_future": 1}
    payload["participant_identity"] = payload["participant_identity"] | {"zz_future": 1}
    event = build.event("ParticipantJoined", payload, timestamp="2026-01-02T04:04:05+01:00", zz_future=1)
    event |= {"event_id": event["event_id"].lower(), "project_uuid": build.PROJECT.upper()}
    assert naive_events.normalise_event(event) == {
        "event_id": build.ulid(1),
        "event_type": "ParticipantJoined",
        "aggregate_id": "mission/m1",
        "payload": build.by("ann", participant_identity=whole_identity("ann"), auth_principal_id=None),
        "timestamp": "2026-01-02T03:04:05Z",
        "node_id": "node-1",
        "lamport_clock": 1,
        "project_uuid": build.PROJECT,
        "correlation_id": build.ulid(0),
        "causation_id": None,
        "project_slug": None,
        "schema_version": "1.0.0",
        "data_tier": 0,
        "build_id": None,
    }


def test_normalising_leaves_a_malformed_payload_alone() -> None:
    assert naive_events.normalise_event(build.event("ParticipantLeft", {"zz_future": 1}))["payload"] == {"zz_future": 1}


@given(histories())
def test_the_events_of_a_history_have_valid_envelopes(events: list[Json]) -> None:
    assert [naive_events.envelope_fault(event) for event in events] == [None] * len(events)
    assert len(events) <= 40


@pytest.mark.parametrize("event_type", naive_events.PAYLOADS)
@given(data=st.data())
def test_drawn_payloads_fit_their_models(event_type: str, data: st.DataObject) -> None:
    payload = data.draw(payloads_of(event_type))
    assert naive_events.payload_faults(event_type, payload) == []


@given(valid_events())
def test_drawn_events_are_valid_and_normalising_them_again_changes_nothing(event: Json) -> None:
    assert naive_events.envelope_faults(event) == []
    once = naive_events.normalise_event(event)
    assert naive_events.envelope_faults(once) == []
    assert naive_events.normalise_event(once) == once


@given(near_events(), near_payloads("ParticipantJoined"))
def test_judging_never_fails(event: Any, payload: Any) -> None:
    assert naive_events.envelope_fault(event) in (None, *naive_events.envelope_faults(event))
    assert naive_events.payload_fault("ParticipantJoined", payload) in (
        None,
        *naive_events.payload_faults("ParticipantJoined", payload),
    )
