"""The naive fold against states and refusals worked by hand: a judge must itself be right."""

import pytest

from tests.support import builders as build
from tests.support import naive_fold
from tests.support.builders import Json, whole_identity
from tests.support.folding import joins


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


# --- The state ---------------------------------------------------------------------------------------------


def test_no_events_give_the_empty_state() -> None:
    assert list(naive_fold.reduce([]).items()) == list(build.EMPTY_STATE.items())


def test_a_seeded_roster_appears_with_no_events() -> None:
    assert naive_fold.reduce([], roster={"ann": build.identity("ann")}) == build.EMPTY_STATE | {
        "participants": {"ann": whole_identity("ann")}
    }


DAY = [
    *joins("bob", "ann"),
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
]
STATE_AFTER_THE_DAY = build.EMPTY_STATE | {
    "mission_id": "m1",
    "participants": {"ann": whole_identity("ann"), "bob": whole_identity("bob")},
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


def test_a_day_of_work_gives_the_state_worked_by_hand() -> None:
    state = strict(*DAY)
    assert state == STATE_AFTER_THE_DAY
    assert list(state["participants"]) == ["ann", "bob"]


def test_leaving_takes_away_what_was_going_on_and_keeps_what_was_said() -> None:
    state = strict(
        *joins("ann"),
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
    assert state["departed_participants"] == {"ann": whole_identity("ann")}
    assert state["linked_sessions"] == {"ann": ["x1"]}
    assert len(state["comments"]) == 1


def test_rejoining_brings_the_new_identity_and_no_anomaly() -> None:
    new = build.identity("ann", participant_type="llm_context")
    state = strict(*joins("ann"), build.left("ann"), build.joined("ann", participant_identity=new))
    assert state["participants"]["ann"]["participant_type"] == "llm_context"
    assert not state["departed_participants"]
    assert not state["anomalies"]


# --- What is refused, or an anomaly ------------------------------------------------------------------------


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
    once_there = [*joins("eve"), build.left("eve")]
    assert refusal(*once_there, act) == ("departed-participant", build.ulid(3), act[0], "eve")
    late = permissive(*once_there, act)
    assert kinds(late) == [(build.ulid(3), "has departed")]
    assert list(late["presence"]) == (["eve"] if act[0] == "PresenceHeartbeat" else [])
    assert not any(late[field] for field in ("active_drivers", "focus_by_participant", "warnings"))


def test_leaving_without_being_there_is_an_anomaly() -> None:
    assert refusal(build.left("eve"))[0] == "unknown-participant"
    assert kinds(permissive(build.left("eve"))) == [(build.ulid(1), "not in roster")]
    twice = strict(*joins("ann"), build.left("ann"), build.left("ann"))
    assert kinds(twice) == [(build.ulid(3), "not in roster")]


def test_joining_twice_is_an_anomaly_and_changes_nothing() -> None:
    other = build.identity("ann", participant_type="llm_context")
    state = strict(*joins("ann"), build.joined("ann", participant_identity=other))
    assert kinds(state) == [(build.ulid(2), "Duplicate join")]
    assert state["participants"] == {"ann": whole_identity("ann")}


def test_an_invitation_stays_open_until_its_participant_joins() -> None:
    state = strict(
        build.invited("ann"),
        build.invited("ann"),
        *joins("ann"),
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
        *joins("ann", "bob"),
        build.left("bob"),
        build.driver_warning("w1", "ann", "bob", "eve", "eve"),
    ]
    assert refusal(*events) == ("departed-participant", build.ulid(4), "ConcurrentDriverWarning", "bob")
    state = permissive(*events)
    assert kinds(state) == [(build.ulid(4), "has departed"), (build.ulid(4), "Unknown participant")]
    assert state["warnings"][0]["participant_ids"] == ["ann", "bob", "eve", "eve"]


def test_a_repeated_warning_is_replaced_in_place() -> None:
    state = strict(
        *joins("ann", "bob"),
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
    early = [*joins("ann", "bob"), build.acknowledged("ann", "w1"), build.acknowledged("bob", "w1", "hold")]
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
    events = [*joins("ann", "bob"), build.started("bob", "s1"), build.completed("ann", "s1")]
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
    state = strict(*joins("ann"), build.drive("ann", "inactive"), build.drive("ann"), build.drive("ann"))
    assert state["active_drivers"] == ["ann"]
    assert not state["anomalies"]


def test_another_mission_is_a_mismatch() -> None:
    events = [*joins("ann"), build.heartbeat("eve", mission_id="m2")]
    assert refusal(*events)[0] == "mission-mismatch"
    assert kinds(permissive(*events)) == [(build.ulid(2), "mission")]


def test_the_mission_is_that_of_the_first_well_formed_event_even_if_it_is_not_applied() -> None:
    broken = build.heartbeat("ann", mission_id="m0", session_id=7)
    state = permissive(broken, build.heartbeat("eve", mission_id="m2"), *joins("ann"))
    assert state["mission_id"] == "m2"
    assert [kind for _, kind in kinds(state)] == ["malformed", "Unknown participant", "mission"]
    assert refusal(broken) == ("malformed-payload", build.ulid(1), "PresenceHeartbeat", None)
