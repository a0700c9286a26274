"""The window of events that can still be revised, and the horizon behind it (L3, L4, L8)."""

import pytest

from mission_collaboration import LateEventsError, admit
from tests.support import builders as build
from tests.support.admitting import START, at, crowd, revised, state_of, strict_state, told


def test_a_late_event_takes_its_place_in_the_window() -> None:
    before = admit([START[0], START[2]])
    after = admit([START[1]], checkpoint=before.checkpoint)
    assert told(after) == ["accepted"]
    assert state_of(after) == strict_state(*START)


def test_what_leaves_a_full_window_is_settled_and_the_horizon_moves() -> None:
    full = admit(crowd(1, 2, 3, 4, 5), window_events=3)
    assert full.horizon is not None
    assert (full.horizon.lamport_clock, full.horizon.event_id) == (2, build.ulid(2))
    late = [
        at(2, build.invited("x"), timestamp="2026-01-02T03:04:04Z", event_id=build.ulid(90)),
        at(2, build.invited("y"), event_id=build.uuid_text(1)),
    ]
    admission = admit([*late, at(2, build.invited("z"), event_id=build.ulid(91))], checkpoint=full.checkpoint)
    assert told(admission) == ["late-event", "late-event", "accepted"]


def test_a_window_is_bounded_in_bytes_and_never_empty() -> None:
    comments = [at(clock, build.comment("p1", content="x" * 900)) for clock in range(2, 7)]
    start = at(1, build.joined("p1"))
    by_bytes = admit([start, *comments], window_bytes=4_500)
    assert by_bytes.horizon is not None
    assert by_bytes.horizon.lamport_clock == 3
    by_one = admit([start, *comments], window_bytes=1)
    assert by_one.horizon is not None
    assert by_one.horizon.lamport_clock == 5


def test_a_pending_event_that_the_horizon_passes_is_rejected_for_good() -> None:
    stranger = at(2, build.drive("p9"))
    pending = admit([at(1, build.joined("p1")), stranger], window_events=3)
    passed = admit([*crowd(3, 4, 5), stranger], checkpoint=pending.checkpoint, window_events=3)
    assert revised(passed) == [("pending", "rejected", "unknown-participant")]
    assert told(passed)[-1] == "unknown-participant"
    assert passed.results[-1].verdict == "rejected"
    assert told(admit([stranger], checkpoint=passed.checkpoint, window_events=3)) == ["late-event"]


def test_strangers_do_not_push_the_horizon_past_everybody() -> None:
    """At most half of the window is pending, the newest first; the others may be sent again."""
    strangers = [at(clock, build.drive("p9")) for clock in range(4, 10)]
    admission = admit([*START, *strangers], window_events=6)
    assert told(admission) == ["accepted"] * 3 + ["too-many-pending"] * 3 + ["unknown-participant"] * 3
    assert admission.horizon is None
    again = admit(strangers[:1], checkpoint=admission.checkpoint, window_events=6)
    assert told(again) == ["too-many-pending"]
    assert state_of(again) == strict_state(*START)


def test_half_of_an_odd_window_is_rounded_up() -> None:
    strangers = [at(clock, build.drive("p9")) for clock in range(4, 8)]
    assert (
        told(admit(strangers, mission_id="m1", window_events=5)) == ["too-many-pending"] + ["unknown-participant"] * 3
    )


def test_an_accepted_id_is_known_after_it_was_settled_and_forgotten_later() -> None:
    checkpoint = admit(crowd(1, 2, 3, 4, 5, 6), window_events=2, recent_events=2).checkpoint
    again = admit(crowd(1, 2, 3, 4, 5, 6), checkpoint=checkpoint, window_events=2, recent_events=2)
    assert told(again) == ["late-event"] * 2 + ["duplicate"] * 4
    other = admit([at(3, build.invited("someone else"))], checkpoint=checkpoint)
    assert told(other) == ["conflicting-duplicate"]


def test_a_rejected_event_that_was_settled_is_not_remembered() -> None:
    stranger = at(1, build.drive("p9"))
    checkpoint = admit([stranger, *crowd(2, 3, 4)], window_events=2).checkpoint
    assert told(admit([stranger], checkpoint=checkpoint, window_events=2)) == ["late-event"]
    new = at(9, build.drive("p9"), event_id=stranger["event_id"])
    assert admit([new], checkpoint=checkpoint, window_events=2).results[0].verdict == "pending"


def test_late_events_refuse_the_batch_when_asked_to_and_nothing_is_applied() -> None:
    before = admit(crowd(1, 2, 3), window_events=1)
    events = [at(4, build.invited("x")), at(0, build.invited("y")), at(1, build.invited("z"), event_id=build.ulid(77))]
    with pytest.raises(LateEventsError) as caught:
        admit(events, checkpoint=before.checkpoint, on_late="refuse", window_events=1)
    assert [verdict.index for verdict in caught.value.late] == [1, 2]
    assert told(admit(events, checkpoint=before.checkpoint)) == ["accepted", "late-event", "late-event"]


def test_unclocked_events_come_first_and_are_late_once_the_horizon_has_a_clock() -> None:
    unclocked = at(None, build.joined("p1"), event_id=build.ulid(50))
    in_window = admit([unclocked], checkpoint=admit([at(1, build.drive("p1"))]).checkpoint)
    assert revised(in_window) == [("pending", "accepted", None)]
    settled = admit(crowd(1, 2), window_events=1).checkpoint
    late = admit([unclocked], checkpoint=settled).results[0]
    assert (late.code, "keep a mission clocked throughout" in (late.detail or "")) == ("late-event", True)
