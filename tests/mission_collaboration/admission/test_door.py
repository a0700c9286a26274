"""What stops an event at the door: its id, its mission, a clock that jumps (L6, L7)."""

import pytest

from mission_collaboration import CheckpointMissionError, admit
from tests.support import builders as build
from tests.support.admitting import START, at, crowd, state_of, told


def test_the_door_asks_in_this_order() -> None:
    checkpoint = admit([*START, at(4, build.left("p2"))], window_events=2).checkpoint
    known, mad = START[2]["event_id"], 9_000_000
    cases = [
        (at(mad, build.drive("p2", "fast", mission_id="m2"), event_id=known), "conflicting-duplicate"),
        (at(mad, build.drive("p2", "fast", mission_id="m2")), "malformed-payload"),
        (at(0, build.drive("p2", mission_id="m2")), "mission-mismatch"),
        (at(mad, build.drive("p2", mission_id="m2")), "mission-mismatch"),
        (at(0, build.drive("p2")), "late-event"),
        (at(mad, build.drive("p2")), "clock-jump"),
        (at(5, build.drive("p2")), "departed-participant"),
    ]
    for event, code in cases:
        assert told(admit([event], checkpoint=checkpoint, window_events=2)) == [code]


def test_a_rejected_event_leaves_no_trace_and_its_id_is_free() -> None:
    before = admit(START)
    jump = at(9_000_000, build.drive("p2"))
    after = admit([jump], checkpoint=before.checkpoint)
    assert (state_of(after), after.checkpoint) == (state_of(before), before.checkpoint)
    assert told(admit([at(4, build.drive("p2"), event_id=jump["event_id"])], checkpoint=after.checkpoint)) == [
        "accepted"
    ]


def test_an_id_is_a_duplicate_in_any_spelling_and_a_conflict_with_other_content() -> None:
    checkpoint = admit(START).checkpoint
    respelled = START[2] | {"event_id": START[2]["event_id"].lower(), "timestamp": "2026-01-02T04:04:05+01:00"}
    other = START[2] | {"node_id": "another"}
    assert told(admit([respelled, other], checkpoint=checkpoint)) == ["duplicate", "conflicting-duplicate"]


def test_within_a_batch_the_first_in_canonical_order_has_the_id() -> None:
    later = at(9, build.drive("p1", "inactive"), event_id=START[2]["event_id"])
    assert told(admit([later, *START])) == ["conflicting-duplicate", "accepted", "accepted", "accepted"]


def test_the_clock_is_measured_from_the_highest_one_held_as_it_moves() -> None:
    events = crowd(5, 10, 15, 16, 22, 27)
    admission = admit(events, max_clock_step=5)
    assert told(admission) == ["accepted"] * 4 + ["clock-jump"] * 2
    assert told(admit([at(21, build.drive("p9"))], checkpoint=admission.checkpoint, max_clock_step=5)) == [
        "unknown-participant"
    ]


def test_the_clock_gate_asks_nothing_while_no_clock_is_held_nor_of_the_window_nor_without_a_step() -> None:
    far = at(2**53 - 1, build.joined("p1"))
    alone = admit([far])
    assert told(alone) == ["accepted"]
    before = admit([at(1, build.joined("p2"))], checkpoint=alone.checkpoint)
    assert (told(before), before.revised) == (["accepted"], ())
    assert told(admit([*START, at(2**53 - 1, build.drive("p2"))], max_clock_step=None)) == ["accepted"] * 4
    assert told(admit([at(None, build.joined("p3"), event_id=build.ulid(9))], checkpoint=alone.checkpoint)) == [
        "accepted"
    ]


# --- The mission -------------------------------------------------------------------------------------------


def test_the_first_event_to_pass_the_door_decides_the_mission_pending_or_not() -> None:
    stranger = at(1, build.drive("p9", mission_id="m9"))
    admission = admit([stranger, at(2, build.joined("p1"))])
    assert told(admission) == ["unknown-participant", "mission-mismatch"]
    assert (admission.mission_id, admission.state and admission.state.mission_id) == ("m9", "m9")


def test_a_mission_is_pinned_and_held_against_its_checkpoint() -> None:
    stranger = at(1, build.drive("p9", mission_id="m9"))
    pinned = admit([stranger, at(2, build.joined("p1"))], mission_id="m1")
    assert told(pinned) == ["mission-mismatch", "accepted"]
    assert admit([], mission_id="m1", checkpoint=pinned.checkpoint).mission_id == "m1"
    with pytest.raises(CheckpointMissionError, match="of mission 'm1', not of mission 'm2'"):
        admit([], mission_id="m2", checkpoint=pinned.checkpoint)
    assert admit([], mission_id="m3").state == admit([], checkpoint=admit([]).checkpoint, mission_id="m3").state


def test_too_many_pending_events_of_which_none_has_room_leave_no_mission() -> None:
    large = at(1, build.comment("p9", content="x" * 900))
    admission = admit([large], window_bytes=1_000)
    assert (told(admission), admission.mission_id) == (["too-many-pending"], None)
    assert told(admit(START, checkpoint=admission.checkpoint)) == ["accepted"] * 3
