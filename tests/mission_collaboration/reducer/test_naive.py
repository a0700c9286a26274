"""The naive implementation against examples worked by hand: a judge must itself be right."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import builders as build
from tests.support import naive_events, naive_fold
from tests.support.histories import accepted_histories, histories, rosters
from tests.support.near_misses import near_events, near_payloads
from tests.support.valid_events import payloads_of, valid_events

Json = dict[str, Any]

EMPTY: Json = {
    "mission_id": "",
    "participants": {},
    "departed_participants": {},
    "presence": {},
    "active_drivers": [],
    "focus_by_participant": {},
    "participants_by_focus": {},
    "warnings": [],
    "decisions": [],
    "comments": [],
    "active_executions": {},
    "linked_sessions": {},
    "anomalies": [],
    "event_count": 0,
    "last_processed_event_id": None,
}


def ann() -> Json:
    return build.identity("ann") | {"display_name": None, "session_id": None, "external_refs": None}


def strict(*events: tuple[str, Json]) -> Json:
    return naive_fold.reduce(build.history(*events))


def permissive(*events: tuple[str, Json]) -> Json:
    return naive_fold.reduce(build.history(*events), mode="permissive")


def refusal(*events: tuple[str, Json]) -> tuple[str, str, str, str | None]:
    with pytest.raises(naive_fold.Refusal) as caught:
        strict(*events)
    no = caught.value
    return no.code, no.event_id, no.event_type, no.participant_id


def kinds(state: Json) -> list[tuple[str, str]]:
    anomalies = naive_fold.comparable(state)["anomalies"]
    return [(anomaly["event_id"], anomaly["reason"]) for anomaly in anomalies]


def joined(*names: str) -> list[tuple[str, Json]]:
    return [build.joined(name) for name in names]


# --- Envelopes and payloads --------------------------------------------------------------------------------


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


def test_an_envelope_may_leave_out_what_is_optional_and_add_what_nobody_knows() -> None:
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
        "payload": build.by("ann", participant_identity=ann(), auth_principal_id=None),
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


# --- The state ---------------------------------------------------------------------------------------------


def test_no_events_give_the_empty_state() -> None:
    assert list(naive_fold.reduce([]).items()) == list(EMPTY.items())


def test_a_seeded_roster_appears_with_no_events() -> None:
    assert naive_fold.reduce([], roster={"ann": build.identity("ann")}) == EMPTY | {"participants": {"ann": ann()}}


def test_a_day_of_work_gives_the_state_worked_by_hand() -> None:
    state = strict(
        *joined("bob", "ann"),
        build.heartbeat("bob"),
        build.drive("bob"),
        build.drive("ann"),
        build.focus("ann", "t1"),
        build.focus("bob", "t2"),
        build.focus("bob", "t1"),
        build.started("ann", "s1"),
        build.started("ann", "s2"),
        build.started("ann", "s1"),
        build.completed("ann", "s1"),
        build.driver_warning("w1", "bob", "ann"),
        build.acknowledged("bob", "w1", "hold"),
        build.acknowledged("ann", "w1"),
        build.acknowledged("bob", "w1", "defer"),
        build.comment("ann"),
        build.decision("bob", referenced_warning_id="w1"),
        build.session_link("ann", "x1"),
        build.session_link("ann", "x1"),
        build.drive("bob", "inactive"),
    )
    assert state == EMPTY | {
        "mission_id": "m1",
        "participants": {"ann": ann(), "bob": ann() | {"participant_id": "bob"}},
        "presence": {"bob": "2026-01-02T03:04:05Z"},
        "active_drivers": ["ann"],
        "focus_by_participant": {"ann": build.target("t1"), "bob": build.target("t1")},
        "participants_by_focus": {"wp:t1": ["ann", "bob"]},
        "warnings": [
            {
                "warning_id": "w1",
                "event_id": build.ulid(13),
                "warning_type": "ConcurrentDriverWarning",
                "participant_ids": ["bob", "ann"],
                "acknowledgements": {"ann": "continue", "bob": "defer"},
            }
        ],
        "decisions": [
            {
                "decision_id": "d1",
                "event_id": build.ulid(18),
                "participant_id": "bob",
                "topic": "Topic",
                "chosen_option": "A",
                "referenced_warning_id": "w1",
            }
        ],
        "comments": [
            {
                "comment_id": "c1",
                "event_id": build.ulid(17),
                "participant_id": "ann",
                "content": "Hello",
                "reply_to": None,
            }
        ],
        "active_executions": {"ann": ["s2", "s1"]},
        "linked_sessions": {"ann": ["x1", "x1"]},
        "event_count": 21,
        "last_processed_event_id": build.ulid(21),
    }
    assert list(state["participants"]) == ["ann", "bob"]


def test_leaving_takes_away_what_was_going_on_and_keeps_what_was_said() -> None:
    state = strict(
        *joined("ann"),
        build.heartbeat("ann"),
        build.drive("ann"),
        build.focus("ann", "t1"),
        build.started("ann", "s1"),
        build.comment("ann"),
        build.session_link("ann", "x1"),
        build.left("ann"),
    )
    gone = ("participants", "presence", "active_drivers", "focus_by_participant", "participants_by_focus")
    assert not any(state[field] for field in (*gone, "active_executions"))
    assert state["departed_participants"] == {"ann": ann()}
    assert state["linked_sessions"] == {"ann": ["x1"]}
    assert len(state["comments"]) == 1


def test_rejoining_brings_the_new_identity_and_no_anomaly() -> None:
    new = build.identity("ann", participant_type="llm_context")
    state = strict(*joined("ann"), build.left("ann"), build.joined("ann", participant_identity=new))
    assert state["participants"]["ann"]["participant_type"] == "llm_context"
    assert not state["departed_participants"]
    assert not state["anomalies"]


# --- The cases of the reducer ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "act",
    [
        build.heartbeat("eve"),
        build.drive("eve"),
        build.focus("eve", "t1"),
        build.started("eve", "s1"),
        build.completed("eve", "s1"),
        build.acknowledged("eve", "w1"),
        build.comment("eve"),
        build.decision("eve"),
        build.session_link("eve", "x1"),
    ],
    ids=lambda act: str(act[0]),
)
def test_a_stranger_is_refused_and_a_departed_one_too(act: tuple[str, Json]) -> None:
    assert refusal(act) == ("unknown-participant", build.ulid(1), act[0], "eve")
    assert kinds(permissive(act)) == [(build.ulid(1), "Unknown participant")]
    once_there = [*joined("eve"), build.left("eve")]
    assert refusal(*once_there, act) == ("departed-participant", build.ulid(3), act[0], "eve")
    late = permissive(*once_there, act)
    assert kinds(late) == [(build.ulid(3), "has departed")]
    assert list(late["presence"]) == (["eve"] if act[0] == "PresenceHeartbeat" else [])
    assert not any(late[field] for field in ("active_drivers", "focus_by_participant", "warnings"))


def test_leaving_without_being_there_is_an_anomaly() -> None:
    assert refusal(build.left("eve"))[0] == "unknown-participant"
    assert kinds(permissive(build.left("eve"))) == [(build.ulid(1), "not in roster")]
    twice = strict(*joined("ann"), build.left("ann"), build.left("ann"))
    assert kinds(twice) == [(build.ulid(3), "not in roster")]


def test_joining_twice_is_an_anomaly_and_changes_nothing() -> None:
    other = build.identity("ann", participant_type="llm_context")
    state = strict(*joined("ann"), build.joined("ann", participant_identity=other))
    assert kinds(state) == [(build.ulid(2), "Duplicate join")]
    assert state["participants"] == {"ann": ann()}


def test_an_invitation_stays_open_until_its_participant_joins() -> None:
    state = strict(
        build.invited("ann"),
        build.invited("ann"),
        *joined("ann"),
        build.invited("ann"),
        build.left("ann"),
        build.invited("ann"),
        build.left("ann"),
        build.invited("ann"),
    )
    expected = [(2, "invitation"), (4, "invitation"), (7, "not in roster"), (8, "invitation")]
    assert kinds(state) == [(build.ulid(n), kind) for n, kind in expected]
    assert not state["participants"]


def test_a_warning_naming_strangers_is_recorded_in_permissive_mode() -> None:
    events = [
        *joined("ann", "bob"),
        build.left("bob"),
        build.driver_warning("w1", "ann", "bob", "eve", "eve"),
    ]
    assert refusal(*events) == ("departed-participant", build.ulid(4), "ConcurrentDriverWarning", "bob")
    state = permissive(*events)
    assert kinds(state) == [(build.ulid(4), "has departed"), (build.ulid(4), "Unknown participant")]
    assert state["warnings"][0]["participant_ids"] == ["ann", "bob", "eve", "eve"]


def test_a_repeated_warning_is_replaced_in_place() -> None:
    state = strict(
        *joined("ann", "bob"),
        build.driver_warning("w1", "ann", "bob"),
        build.driver_warning("w2", "ann", "bob"),
        build.acknowledged("ann", "w1"),
        build.collision("w1", "bob", "ann"),
    )
    assert [known["warning_id"] for known in state["warnings"]] == ["w1", "w2"]
    assert state["warnings"][0] == {
        "warning_id": "w1",
        "event_id": build.ulid(6),
        "warning_type": "PotentialStepCollisionDetected",
        "participant_ids": ["bob", "ann"],
        "acknowledgements": {"ann": "continue"},
    }


def test_an_early_acknowledgement_waits_for_its_warning() -> None:
    early = [*joined("ann", "bob"), build.acknowledged("ann", "w1"), build.acknowledged("bob", "w1", "hold")]
    assert refusal(*early) == ("unknown-warning", build.ulid(3), "WarningAcknowledged", None)
    waiting = permissive(*early)
    assert kinds(waiting) == [(build.ulid(3), "not found")]
    answers = {"ann": "continue", "bob": "hold"}
    assert waiting["warnings"] == [
        {
            "warning_id": "w1",
            "event_id": build.ulid(3),
            "warning_type": "UnknownWarning",
            "participant_ids": ["ann"],
            "acknowledgements": answers,
        }
    ]
    [filled] = permissive(*early, build.driver_warning("w1", "ann", "bob"))["warnings"]
    assert filled["warning_type"] == "ConcurrentDriverWarning"
    assert filled["acknowledgements"] == answers


def test_completing_what_was_not_started_is_an_anomaly() -> None:
    events = [*joined("ann", "bob"), build.started("bob", "s1"), build.completed("ann", "s1")]
    assert refusal(*events) == (
        "unmatched-completion",
        build.ulid(4),
        "PromptStepExecutionCompleted",
        None,
    )
    state = permissive(*events)
    assert kinds(state) == [(build.ulid(4), "No matching PromptStepExecutionStarted")]
    assert state["active_executions"] == {"bob": ["s1"]}


def test_setting_the_drive_intent_again_is_no_anomaly() -> None:
    state = strict(*joined("ann"), build.drive("ann", "inactive"), build.drive("ann"), build.drive("ann"))
    assert state["active_drivers"] == ["ann"]
    assert not state["anomalies"]


def test_another_mission_is_a_mismatch() -> None:
    events = [*joined("ann"), build.heartbeat("eve", mission_id="m2")]
    assert refusal(*events)[0] == "mission-mismatch"
    assert kinds(permissive(*events)) == [(build.ulid(2), "mission")]


def test_the_mission_is_that_of_the_first_well_formed_event_even_if_it_is_not_applied() -> None:
    broken = build.heartbeat("ann", mission_id="m0", session_id=7)
    state = permissive(broken, build.heartbeat("eve", mission_id="m2"), *joined("ann"))
    assert state["mission_id"] == "m2"
    assert [kind for _, kind in kinds(state)] == ["malformed", "Unknown participant", "mission"]
    assert refusal(broken) == ("malformed-payload", build.ulid(1), "PresenceHeartbeat", None)


# --- Order and duplicates ----------------------------------------------------------------------------------


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
    [first] = build.history(*joined("ann"))
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
    assert [kind for _, kind in kinds(state)] == ["malformed", "conflict"]
    assert state["event_count"] == 1


def test_other_types_are_ignored_even_under_a_known_id() -> None:
    events = build.history(*joined("ann"))
    other = events[0] | {"event_type": "MissionCreated", "payload": {"mission_id": "m2"}, "lamport_clock": 0}
    assert naive_fold.reduce([other, *events]) == naive_fold.reduce(events)


# --- Whatever the history ----------------------------------------------------------------------------------


@given(histories(), rosters(), st.randoms(use_true_random=False))
def test_input_order_means_nothing(events: list[Json], roster: dict[str, Json] | None, shuffler: random.Random) -> None:
    shuffled = list(events)
    shuffler.shuffle(shuffled)
    state = naive_fold.reduce(events, mode="permissive", roster=roster)
    assert json.dumps(naive_fold.reduce(shuffled, mode="permissive", roster=roster)) == json.dumps(state)


@given(histories())
def test_the_events_of_a_history_have_valid_envelopes(events: list[Json]) -> None:
    assert [naive_events.envelope_fault(event) for event in events] == [None] * len(events)
    assert len(events) <= 40


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
