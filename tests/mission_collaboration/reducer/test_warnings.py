"""Warnings and what the participants answer (R17, R18, R19, R22, S8)."""

from typing import Any

import pytest

from mission_collaboration import (
    DepartedParticipantError,
    ReducedCollaborationState,
    UnknownParticipantError,
    UnknownWarningError,
)
from tests.support import builders as build
from tests.support.folding import Json, Pair, as_json, joins, permissive, reasons, refused, seeds, strict


def warnings(state: ReducedCollaborationState) -> list[Json]:
    found: list[Json] = as_json(state)["warnings"]
    return found


@pytest.mark.parametrize("make", [build.driver_warning, build.collision])
def test_a_warning_is_recorded_with_its_participants_as_sent(make: Any) -> None:
    """S8: in the order sent, repeats kept."""
    pair = make("w1", "p2", "p1", "p2")
    assert warnings(strict(*joins("p1", "p2"), pair)) == [
        {
            "warning_id": "w1",
            "event_id": build.ulid(3),
            "warning_type": pair[0],
            "participant_ids": ["p2", "p1", "p2"],
            "acknowledgements": {},
        }
    ]


def test_warnings_stand_in_the_order_in_which_their_ids_first_appeared() -> None:
    """S8, R18."""
    ids = ("w2", "w10", "w1", "w10", "w2")
    state = strict(*joins("p1", "p2"), *(build.collision(warning_id, "p1", "p2") for warning_id in ids))
    assert [(entry["warning_id"], entry["event_id"]) for entry in warnings(state)] == [
        ("w2", build.ulid(7)),
        ("w10", build.ulid(6)),
        ("w1", build.ulid(5)),
    ]


@pytest.mark.parametrize("make", [build.driver_warning, build.collision])
def test_a_warning_naming_strangers_is_refused_in_strict_mode_for_the_first(make: Any) -> None:
    """R17."""
    refusal = refused(*joins("p1"), make("w1", "p1", "p9", "p8"))
    assert type(refusal) is UnknownParticipantError
    assert (refusal.participant_id, refusal.event_id) == ("p9", build.ulid(2))


def test_a_warning_naming_someone_who_left_is_refused_in_strict_mode() -> None:
    """R17."""
    refusal = refused(*joins("p1", "p2"), build.left("p2"), build.driver_warning("w1", "p1", "p2", "p9"))
    assert type(refusal) is DepartedParticipantError
    assert refusal.participant_id == "p2"


@pytest.mark.parametrize("make", [build.driver_warning, build.collision])
def test_a_warning_naming_strangers_is_recorded_with_an_anomaly_for_each_in_permissive_mode(make: Any) -> None:
    """R17: for each distinct one, in the order named."""
    pair = make("w1", "p9", "p1", "gone", "p9", "", "gone")
    state = permissive(*joins("p1", "gone"), build.left("gone"), pair)
    first, second, third = reasons(state)
    assert "Unknown participant 'p9'" in first
    assert "'gone'" in second
    assert "has departed" in second
    assert "Unknown participant ''" in third
    assert {(anomaly.event_id, anomaly.event_type) for anomaly in state.anomalies} == {(build.ulid(4), pair[0])}
    assert warnings(state)[0]["participant_ids"] == ["p9", "p1", "gone", "p9", "", "gone"]


def test_a_warning_needs_nobody_who_sends_it() -> None:
    """R17: it is no single-actor event."""
    assert strict(build.driver_warning("w1", "p1", "p2"), roster=seeds("p1", "p2")).anomalies == ()
    extra = build.collision("w1", "p1", "p1", participant_id="nobody")
    assert strict(*joins("p1"), extra).anomalies == ()


@pytest.mark.parametrize("fold", [strict, permissive])
def test_a_warning_id_seen_before_is_replaced_in_place_and_keeps_its_acknowledgements(fold: Any) -> None:
    """R18."""
    state = fold(
        *joins("p1", "p2", "p3"),
        build.driver_warning("w1", "p1", "p2"),
        build.collision("w2", "p1", "p2"),
        build.acknowledged("p1", "w1", "hold"),
        build.collision("w1", "p2", "p3"),
    )
    assert warnings(state)[0] == {
        "warning_id": "w1",
        "event_id": build.ulid(7),
        "warning_type": "PotentialStepCollisionDetected",
        "participant_ids": ["p2", "p3"],
        "acknowledgements": {"p1": "hold"},
    }
    assert state.anomalies == ()


def test_an_acknowledgement_of_an_unknown_warning_is_refused_in_strict_mode() -> None:
    """R19."""
    refusal = refused(*joins("p1", "p2"), build.driver_warning("w1", "p1", "p2"), build.acknowledged("p1", "w2"))
    assert type(refusal) is UnknownWarningError
    assert (refusal.event_id, refusal.event_type) == (build.ulid(4), "WarningAcknowledged")


def test_an_acknowledgement_of_an_unknown_warning_is_an_anomaly_and_stored_in_permissive_mode() -> None:
    """R19."""
    state = permissive(*joins("p1", "p2"), build.acknowledged("p1", "w1", "defer"))
    (reason,) = reasons(state)
    assert "Warning 'w1' not found" in reason
    assert warnings(state) == [
        {
            "warning_id": "w1",
            "event_id": build.ulid(3),
            "warning_type": "UnknownWarning",
            "participant_ids": ["p1"],
            "acknowledgements": {"p1": "defer"},
        }
    ]


def test_a_second_answer_to_a_warning_never_given_joins_the_first() -> None:
    """R19: the entry is there, so it is found."""
    state = permissive(*joins("p1", "p2"), build.acknowledged("p1", "w1"), build.acknowledged("p2", "w1", "hold"))
    (entry,) = warnings(state)
    assert entry["acknowledgements"] == {"p1": "continue", "p2": "hold"}
    assert (entry["participant_ids"], entry["event_id"]) == (["p1"], build.ulid(3))
    assert len(state.anomalies) == 1


def test_a_warning_that_arrives_after_its_acknowledgement_fills_the_entry() -> None:
    """R19, S8: in its place."""
    state = permissive(
        *joins("p1", "p2"),
        build.acknowledged("p1", "w1", "hold"),
        build.collision("w2", "p1", "p2"),
        build.driver_warning("w1", "p2", "p1"),
    )
    assert warnings(state)[0] == {
        "warning_id": "w1",
        "event_id": build.ulid(5),
        "warning_type": "ConcurrentDriverWarning",
        "participant_ids": ["p2", "p1"],
        "acknowledgements": {"p1": "hold"},
    }
    assert len(state.anomalies) == 1


@pytest.mark.parametrize("fold", [strict, permissive])
def test_the_later_of_two_acknowledgements_stands(fold: Any) -> None:
    """R22."""
    answers = [build.acknowledged("p1", "w1", action) for action in ("continue", "defer", "reassign")]
    state = fold(*joins("p1", "p2"), build.driver_warning("w1", "p1", "p2"), *answers)
    assert warnings(state)[0]["acknowledgements"] == {"p1": "reassign"}
    assert state.anomalies == ()


def test_anyone_on_the_roster_may_answer_a_warning_that_does_not_name_them() -> None:
    """R19: no rule forbids it."""
    state = strict(*joins("p1", "p2", "p3"), build.driver_warning("w1", "p1", "p2"), build.acknowledged("p3", "w1"))
    assert warnings(state)[0]["acknowledgements"] == {"p3": "continue"}


OTHERS: list[Pair] = [build.heartbeat("p9"), build.acknowledged("p9", "w1"), build.acknowledged("p9", "w7")]


@pytest.mark.parametrize("pair", OTHERS)
def test_a_stranger_leaves_no_answer(pair: Pair) -> None:
    """R10 before R19: membership is checked first (R5)."""
    before = [*joins("p1", "p2"), build.driver_warning("w1", "p1", "p2")]
    state = permissive(*before, pair)
    assert warnings(state) == warnings(strict(*before))
    assert ["Unknown participant" in reason for reason in reasons(state)] == [True]
