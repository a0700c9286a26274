"""What `explain` tells of single events, in the three modes; random histories are in the test against brute force."""

from typing import Any

import pytest

from mission_collaboration import Event, Explanation, NoSuchPointError, ReducedCollaborationState, Until, explain
from tests.support import builders as build
from tests.support.folding import Json, Pair, events_of, seeds

TWICE = {"lamport_clock": 2, "event_id": build.ulid(2)}


def told(*pairs: Pair, **options: Any) -> Explanation[ReducedCollaborationState]:
    return explain(build.history(*pairs), **options)


def effects(explanation: Explanation[Any]) -> list[tuple[str, str | None]]:
    return [(entry.effect, entry.code) for entry in explanation.timeline]


def drive(intent: str, **envelope: Any) -> Json:
    return build.event(*build.drive("p1", intent), **{**TWICE, **envelope})


def test_events_and_their_json_are_explained_alike() -> None:
    raw = build.history(build.joined("p1"), build.drive("p1"))
    assert explain(raw) == explain(events_of(raw))


def test_nothing_is_explained_as_an_empty_mission() -> None:
    nothing = explain([], roster=seeds("p1"), mission_id="m7")
    assert (nothing.mission_id, nothing.state.mission_id, nothing.timeline, nothing.blame) == ("m7", "m7", (), {})
    assert set(nothing.state.participants) == {"p1"}


def test_a_second_engine_would_miss_what_the_fold_keeps() -> None:
    """R11: a heartbeat of somebody who has left is an anomaly, and updates presence all the same."""
    explanation = told(build.joined("p1"), build.left("p1"), build.heartbeat("p1"))
    entry = explanation.timeline[2]
    assert (entry.effect, entry.code) == ("anomaly", "departed-participant")
    assert [change.path for change in entry.changes] == ["/anomalies/0", "/presence/p1"]
    assert explanation.blame["/presence/p1"] == build.ulid(3)


def test_a_warning_that_names_strangers_tells_the_first_and_changes_by_all() -> None:
    explanation = told(build.driver_warning("w1", "p1", "p8", "p9"), roster=seeds("p1"))
    (entry,) = explanation.timeline
    assert (entry.code, entry.reason) == ("unknown-participant", "Unknown participant 'p8'")
    assert [change.path for change in entry.changes] == ["/mission_id", "/anomalies/0", "/anomalies/1", "/warnings/0"]


def test_an_acknowledgement_that_comes_early_is_filled_by_its_warning() -> None:
    """R19: both entries are the acknowledgement's; the warning takes over its own."""
    explanation = told(build.acknowledged("p1", "w1"), build.driver_warning("w1", "p1", "p2"), roster=seeds("p1", "p2"))
    assert [change.path for change in explanation.timeline[1].changes] == [
        *("/warnings/0/event_id", "/warnings/0/warning_type", "/warnings/0/participant_ids"),
    ]
    assert explanation.blame == {
        "/anomalies/0": build.ulid(1),
        "/warnings/w1": build.ulid(2),
        "/warnings/w1/acknowledgements/p1": build.ulid(1),
    }


def test_a_copy_of_the_second_content_belongs_to_it() -> None:
    events = [build.event(*build.joined("p1")), drive("active"), drive("inactive"), drive("inactive")]
    explanation = explain([*events, drive("active", node_id="elsewhere")])
    copies = {entry.index: entry.duplicate_of for entry in explanation.timeline if entry.effect == "duplicate"}
    assert len(copies) == 2
    conflict = next(entry for entry in explanation.timeline if entry.code == "conflicting-duplicate")
    assert set(copies.values()) <= {1, 2, 4}
    assert conflict.position == 2


def test_many_contents_of_one_id_at_the_door_are_each_judged_until_one_holds_it() -> None:
    broken = [build.event("DriveIntentSet", {"participant_id": "p1", "n": number}, **TWICE) for number in range(3)]
    explanation = explain(
        [build.event(*build.joined("p1")), *broken, drive("active", lamport_clock=3), *broken[:1]], mode="admit"
    )
    assert effects(explanation) == [
        ("changed", None),
        ("refused", "malformed-payload"),
        ("duplicate", None),
        ("refused", "malformed-payload"),
        ("refused", "malformed-payload"),
        ("changed", None),
    ]


def test_a_pending_event_decides_the_mission_that_others_are_held_against() -> None:
    explanation = told(build.comment("p8"), build.joined("p1", mission_id="m2"), build.joined("p1"), mode="admit")
    assert effects(explanation) == [
        ("pending", "unknown-participant"),
        ("other-mission", "mission-mismatch"),
        ("changed", None),
    ]
    assert [change.path for change in explanation.timeline[2].changes] == ["/mission_id", "/participants/p1"]
    assert explain(build.history(build.comment("p8")), mode="admit").state.mission_id == ""


def test_unclocked_events_stand_first() -> None:
    unclocked = build.event(*build.joined("p1"), lamport_clock=None, event_id=build.ulid(99))
    explanation = explain([build.event(*build.drive("p1"), lamport_clock=0), unclocked])
    assert [(entry.index, entry.lamport_clock) for entry in explanation.timeline] == [(1, None), (0, 0)]


def test_of_equal_copies_the_first_to_come_is_the_first() -> None:
    event = Event.model_validate(build.event(*build.joined("p1")))
    explanation = explain([event, event, event])
    assert [(entry.index, entry.duplicate_of) for entry in explanation.timeline] == [(0, None), (1, 0), (2, 0)]


def test_at_most_ten_events_are_named_that_overwrote_one() -> None:
    steps = [f"s{number}" for number in range(12)]
    pairs = [build.joined("p1"), *(build.started("p1", step) for step in steps), build.left("p1")]
    explanation = told(*pairs)
    assert explanation.timeline[1].superseded_by == (build.ulid(14),)
    crowd = [f"q{number:02}" for number in range(12)]
    warned = told(
        build.acknowledged("p1", "w1"),
        *(build.acknowledged("p1", "w1", ("hold", "defer")[number % 2]) for number in range(3)),
        roster=seeds("p1", *crowd),
    )
    assert warned.timeline[0].superseded_by == ()  # its anomaly stands


def test_a_point_that_no_event_stands_at_is_no_point() -> None:
    with pytest.raises(NoSuchPointError, match="position 1") as caught:
        told(build.joined("p1"), until=Until(position=1))
    assert caught.value.member == "position"


def test_a_repeated_id_means_its_first_event() -> None:
    explanation = explain(
        [build.event(*build.joined("p1")), drive("active"), drive("inactive", lamport_clock=5)],
        until=Until(event_id=build.ulid(2)),
    )
    assert explanation.state.event_count == 2
    assert explanation.state.anomalies == ()


def test_whom_other_types_and_malformed_ones_name_is_told_as_far_as_it_is_text() -> None:
    other = {"event_type": "MissionCreated", "payload": {"participant_ids": ["p1", 7]}}
    broken = {"event_type": "DriveIntentSet", "payload": {"participant_id": "p2"}}
    explanation = explain([other, broken, {"event_type": "MissionCreated"}, 7])
    assert [entry.participant_ids for entry in explanation.timeline] == [("p1",), ("p2",), (), ()]
