"""What participants do: presence, driving, focus, executions, links, words (S4 to S7, S9 to S12, R20 to R22)."""

from typing import Any

import pytest

from mission_collaboration import FocusTarget, UnmatchedCompletionError, reduce_collaboration_events
from tests.support import builders as build
from tests.support.folding import Pair, as_json, events_of, joins, permissive, reasons, refused, strict


def test_presence_is_the_timestamp_of_the_last_heartbeat_in_canonical_order() -> None:
    """S4: not the latest timestamp, and only heartbeats count."""
    times = ("2026-01-02T05:00:00+01:00", "2026-01-02T03:00:00.25")
    beats = [
        build.event(*build.heartbeat("p1"), lamport_clock=clock, timestamp=time)
        for clock, time in enumerate(times, start=2)
    ]
    later = build.event(*build.comment("p1"), lamport_clock=9, timestamp="2027-01-01T00:00:00Z")
    state = reduce_collaboration_events(events_of([later, *reversed(beats), build.event(*build.joined("p1"))]))
    assert as_json(state)["presence"] == {"p1": "2026-01-02T03:00:00.250000Z"}


def test_nobody_is_present_without_a_heartbeat() -> None:
    """S4."""
    assert strict(*joins("p1"), build.drive("p1")).presence == {}


@pytest.mark.parametrize("fold", [strict, permissive])
def test_a_drive_intent_set_twice_changes_nothing(fold: Any) -> None:
    """R21."""
    state = fold(*joins("p1", "p2"), build.drive("p1"), build.drive("p1"), build.drive("p2", "inactive"))
    assert (state.active_drivers, state.anomalies) == ({"p1"}, ())


def test_drivers_are_those_whose_last_intent_is_active() -> None:
    """S5."""
    intents = [build.drive("p1"), build.drive("p2"), build.drive("p1", "inactive"), build.drive("p2", "inactive")]
    assert strict(*joins("p1", "p2"), *intents, build.drive("p2")).active_drivers == {"p2"}


def test_a_participant_has_one_focus_and_both_indexes_say_so() -> None:
    """S6, S7: an emptied key disappears."""
    state = strict(
        *joins("p1", "p2"), build.focus("p1", "t1"), build.focus("p2", "t1"), build.focus("p1", "t2", "step")
    )
    assert state.focus_by_participant == {
        "p1": FocusTarget(target_type="step", target_id="t2"),
        "p2": FocusTarget(target_type="wp", target_id="t1"),
    }
    assert state.participants_by_focus == {"step:t2": {"p1"}, "wp:t1": {"p2"}}


def test_targets_of_different_types_are_different() -> None:
    """S7."""
    same = strict(*joins("p1", "p2"), build.focus("p1", "t"), build.focus("p2", "t"))
    other = strict(*joins("p1", "p2"), build.focus("p1", "t"), build.focus("p2", "t", "file"))
    assert same.participants_by_focus == {"wp:t": {"p1", "p2"}}
    assert other.participants_by_focus == {"file:t": {"p2"}, "wp:t": {"p1"}}


def test_the_previous_focus_that_a_producer_saw_is_not_taken_for_ours() -> None:
    """P6, S6."""
    pair = build.focus("p1", "t2", previous_focus_target=build.target("t9"))
    state = strict(*joins("p1"), build.focus("p1", "t1"), pair)
    assert state.participants_by_focus == {"wp:t2": {"p1"}}
    assert state.anomalies == ()


def test_steps_in_flight_stand_in_start_order_and_repeat() -> None:
    """S11."""
    state = strict(*joins("p1"), *(build.started("p1", step) for step in ("s2", "s1", "s2")))
    assert state.active_executions == {"p1": ["s2", "s1", "s2"]}


def test_a_completion_removes_the_earliest_start_of_its_step() -> None:
    """S11."""
    starts = [build.started("p1", step) for step in ("a", "b", "a", "c", "a")]
    assert strict(*joins("p1"), *starts, build.completed("p1", "a")).active_executions == {"p1": ["b", "a", "c", "a"]}
    twice = [build.completed("p1", "a"), build.completed("p1", "c"), build.completed("p1", "a")]
    assert strict(*joins("p1"), *starts, *twice).active_executions == {"p1": ["b", "a"]}


@pytest.mark.parametrize("outcome", ["success", "failure", "skipped"])
def test_an_emptied_list_of_executions_disappears_whatever_the_outcome(outcome: str) -> None:
    """S11, P8."""
    state = strict(*joins("p1"), build.started("p1", "s1"), build.completed("p1", "s1", outcome=outcome))
    assert (state.active_executions, state.anomalies) == ({}, ())


def test_a_step_completed_may_be_started_again() -> None:
    """S11."""
    once = [build.started("p1", "s1"), build.completed("p1", "s1")]
    assert strict(*joins("p1"), *once, *once, once[0]).active_executions == {"p1": ["s1"]}


UNMATCHED: list[list[Pair]] = [
    [build.completed("p1", "s1")],
    [build.started("p1", "s2"), build.completed("p1", "s1")],
    [build.started("p2", "s1"), build.completed("p1", "s1")],
    [build.started("p1", "s1"), build.completed("p1", "s1"), build.completed("p1", "s1")],
]


@pytest.mark.parametrize("pairs", UNMATCHED)
def test_a_completion_without_a_start_by_that_participant_is_refused_in_strict_mode(pairs: list[Pair]) -> None:
    """R20."""
    refusal = refused(*joins("p1", "p2"), *pairs)
    assert type(refusal) is UnmatchedCompletionError
    assert (refusal.event_id, refusal.event_type) == (build.ulid(2 + len(pairs)), "PromptStepExecutionCompleted")


@pytest.mark.parametrize("pairs", UNMATCHED)
def test_a_completion_without_a_start_is_an_anomaly_in_permissive_mode_and_not_applied(pairs: list[Pair]) -> None:
    """R20."""
    state = permissive(*joins("p1", "p2"), *pairs)
    (reason,) = reasons(state)
    assert "No matching PromptStepExecutionStarted" in reason
    assert state.active_executions == strict(*joins("p1", "p2"), *pairs[:-1]).active_executions


def test_linked_sessions_stand_in_order_and_repeat() -> None:
    """S12."""
    links = [build.session_link("p1", session) for session in ("x2", "x1", "x2")]
    assert strict(*joins("p1"), *links).linked_sessions == {"p1": ["x2", "x1", "x2"]}


def test_decisions_stand_in_order_and_are_not_deduplicated_by_their_own_ids() -> None:
    """S9."""
    pairs = [
        build.decision("p1", "d2"),
        build.decision("p1", "d1", referenced_warning_id="w9"),
        build.decision("p1", "d2"),
    ]
    state = as_json(strict(*joins("p1"), *pairs))
    assert [entry["decision_id"] for entry in state["decisions"]] == ["d2", "d1", "d2"]
    assert state["decisions"][1] == {
        "decision_id": "d1",
        "event_id": build.ulid(3),
        "participant_id": "p1",
        "topic": "Topic",
        "chosen_option": "A",
        "referenced_warning_id": "w9",
    }


def test_comments_stand_in_order_and_are_not_deduplicated_by_their_own_ids() -> None:
    """S10."""
    pairs = [build.comment("p1", "c2"), build.comment("p1", "c1", reply_to="c9"), build.comment("p1", "c2", "again")]
    state = as_json(strict(*joins("p1"), *pairs))
    assert [(entry["comment_id"], entry["content"]) for entry in state["comments"]] == [
        *(("c2", "Hello"), ("c1", "Hello"), ("c2", "again"))
    ]
    assert state["comments"][1] == {
        "comment_id": "c1",
        "event_id": build.ulid(3),
        "participant_id": "p1",
        "content": "Hello",
        "reply_to": "c9",
    }


def test_a_decision_or_a_reply_may_refer_to_what_is_unknown() -> None:
    """P12, P13: no rule asks for it."""
    pairs = [build.decision("p1", referenced_warning_id="nowhere"), build.comment("p1", reply_to="nowhere")]
    assert strict(*joins("p1"), *pairs).anomalies == ()


def test_overlap_is_legal() -> None:
    """Coordination is soft: two drivers on one target, two runs of one step, no warning, no anomaly."""
    pairs = [(build.drive(who), build.focus(who, "t1"), build.started(who, "s1")) for who in ("p1", "p2")]
    state = strict(*joins("p1", "p2"), *(pair for three in pairs for pair in three))
    assert (state.warnings, state.anomalies) == ((), ())
    assert state.participants_by_focus == {"wp:t1": {"p1", "p2"}}
