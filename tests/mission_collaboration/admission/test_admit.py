"""Single rules of the live loop, each worked out by hand (contract §9)."""

import json
from typing import Any

import pytest

from mission_collaboration import (
    Admission,
    BadCheckpointError,
    CheckpointMissionError,
    LateEventsError,
    ParticipantIdentity,
    admit,
    reduce_collaboration_events,
)
from mission_collaboration.admission.verdicts import OUTCOMES
from tests.support import builders as build
from tests.support.folding import Json, events_of, joins, seeds

START = build.history(*joins("p1", "p2"), build.drive("p1"))


def told(admission: Admission) -> list[str]:
    return [result.code or result.verdict for result in admission.results]


def revised(admission: Admission) -> list[tuple[str, str, str | None]]:
    return [(revision.was, revision.verdict, revision.code) for revision in admission.revised]


def at(clock: int | None, happening: tuple[str, Json], **envelope: Any) -> Json:
    return build.event(*happening, lamport_clock=clock, **envelope)


def state_of(admission: Admission) -> str:
    assert admission.state is not None
    return admission.state.model_dump_json()


def strict(*events: Json) -> str:
    return reduce_collaboration_events(events_of(events)).model_dump_json()


# --- Verdicts ----------------------------------------------------------------------------------------------


def test_each_event_has_its_verdict_in_input_order() -> None:
    events = [START[2], at(9, build.drive("stranger")), at(4, ("Other", {})), START[0], START[1], START[0], 7]
    admission = admit(events)
    assert told(admission) == [
        *("accepted", "unknown-participant", "ignored", "accepted", "accepted", "duplicate", "invalid-request")
    ]
    assert [result.index for result in admission.results] == list(range(7))
    assert [admission.count(outcome) for outcome in OUTCOMES] == [3, 1, 1, 1, 1]
    assert state_of(admission) == strict(*START)


def test_ready_events_are_taken_as_they_are() -> None:
    assert told(admit(events_of(START))) == ["accepted"] * 3


def test_of_an_event_of_another_type_nothing_but_the_type_is_asked() -> None:
    """E19."""
    assert told(admit([{"event_type": "MissionCreated"}, {"event_type": "x", "lamport_clock": -1}])) == ["ignored"] * 2


def test_the_location_leads_to_what_is_wrong() -> None:
    events = [at(4, build.drive("p1", "fast")), {**START[0], "timestamp": "yesterday"}, at(5, build.drive("p9")), None]
    locations = [result.location for result in admit([*START, *events]).results[3:]]
    assert locations == [("payload", "intent"), ("timestamp",), ("payload", "participant_id"), ()]


def test_of_malformed_events_the_first_thousand_are_explained_and_all_are_rejected() -> None:
    """An answer stays in proportion to what was sent: `{}` a hundred thousand times is 300 kB."""
    malformed = [at(9, build.drive("p1", "fast"), event_id=build.ulid(number)) for number in range(100, 1_102)]
    for broken, code in (([{}] * 1_002, "invalid-request"), (malformed, "malformed-payload")):
        results = admit([*START, *broken]).results[3:]
        assert {(result.verdict, result.code) for result in results} == {("rejected", code)}
        assert [result.index for result in results if result.detail is None] == [1_003, 1_004]


def test_names_are_normalised_where_there_is_an_envelope_and_as_sent_where_there_is_none() -> None:
    lower = START[0] | {"event_id": START[0]["event_id"].lower()}
    broken = [lower | {"node_id": None}, {"event_id": 7, "event_type": ""}]
    first, second, third = admit([lower, *broken]).results
    assert (first.event_id, second.event_id) == (lower["event_id"].upper(), lower["event_id"])
    assert (third.event_id, third.event_type) == (None, "")


def test_half_a_surrogate_pair_from_python_is_rejected_with_its_place() -> None:
    events = [at(1, build.joined("p1", auth_principal_id="\ud800")), at(2, build.joined("p1"), node_id="\udfff")]
    admission = admit(events)
    assert told(admission) == ["malformed-payload", "invalid-request"]
    assert json.dumps([result.detail for result in admission.results])


def test_nothing_admitted_is_a_mission_before_its_start() -> None:
    empty = admit([])
    assert state_of(empty) == strict()
    assert (empty.mission_id, empty.horizon) == (None, None)
    assert admit([], checkpoint=empty.checkpoint).checkpoint == empty.checkpoint
    assert told(admit(START, checkpoint=empty.checkpoint)) == ["accepted"] * 3


# --- Late events, pending events, revised verdicts (L3 to L5) ----------------------------------------------


def test_a_late_event_takes_its_place_in_the_window() -> None:
    before = admit([START[0], START[2]])
    after = admit([START[1]], checkpoint=before.checkpoint)
    assert told(after) == ["accepted"]
    assert state_of(after) == strict(*START)


def test_an_event_of_a_stranger_waits_for_a_late_join() -> None:
    early = admit([START[0], at(5, build.drive("p2"))])
    assert told(early) == ["accepted", "unknown-participant"]
    assert early.results[1].verdict == "pending"
    late = admit([START[1]], checkpoint=early.checkpoint)
    assert revised(late) == [("pending", "accepted", None)]
    assert state_of(late) == strict(START[0], START[1], at(5, build.drive("p2")))


def test_a_late_leave_makes_accepted_events_pending_and_tells_each() -> None:
    after_leave = [at(5, build.drive("p2")), at(6, build.comment("p2"))]
    before = admit([*START, *after_leave])
    late = admit([at(4, build.left("p2"))], checkpoint=before.checkpoint)
    assert revised(late) == [("accepted", "pending", "departed-participant")] * 2
    assert [revision.event_id for revision in late.revised] == [event["event_id"] for event in after_leave]
    assert state_of(late) == strict(*START, at(4, build.left("p2")))


def test_a_pending_event_whose_reason_changes_is_told_too() -> None:
    pending = admit([*START, at(9, build.drive("p3"))])
    joined_and_left = [at(4, build.joined("p3")), at(5, build.left("p3"))]
    assert revised(admit(joined_and_left, checkpoint=pending.checkpoint)) == [
        ("pending", "pending", "departed-participant")
    ]


@pytest.mark.parametrize(
    ("lacking", "code", "brings"),
    [
        (build.drive("p3"), "unknown-participant", build.joined("p3")),
        (build.left("p3"), "unknown-participant", build.joined("p3")),
        (build.driver_warning("w", "p1", "p3"), "unknown-participant", build.joined("p3")),
        (build.acknowledged("p1", "w"), "unknown-warning", build.driver_warning("w", "p1", "p2")),
        (build.completed("p1", "s"), "unmatched-completion", build.started("p1", "s")),
    ],
)
def test_what_an_event_lacks_may_come_from_an_earlier_place(lacking: Any, code: str, brings: Any) -> None:
    pending = admit([*START, at(9, lacking)])
    assert told(pending)[-1] == code
    assert pending.results[-1].verdict == "pending"
    assert revised(admit([at(8, brings)], checkpoint=pending.checkpoint)) == [("pending", "accepted", None)]


def test_a_duplicate_says_what_the_event_stands_as() -> None:
    stranger = at(9, build.drive("p9"))
    checkpoint = admit([*START, stranger]).checkpoint
    again = admit([START[0], stranger], checkpoint=checkpoint)
    assert [(result.verdict, result.stands) for result in again.results] == [
        ("duplicate", "accepted"),
        ("duplicate", "pending"),
    ]


# --- The window and the horizon (L3, L4, L8) ---------------------------------------------------------------


def crowd(*clocks: int) -> list[Json]:
    return [at(clock, build.invited(f"p{clock}")) for clock in clocks]


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
    assert state_of(again) == strict(*START)


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


# --- The door (L6, L7) -------------------------------------------------------------------------------------


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


# --- Rosters, settling, answers ----------------------------------------------------------------------------


def test_a_roster_starts_a_mission_and_stays_in_its_checkpoint() -> None:
    admission = admit([], roster=seeds("p1"))
    assert admission.state is not None
    assert set(admission.state.participants) == {"p1"}
    assert told(admit([at(1, build.drive("p1"))], checkpoint=admission.checkpoint)) == ["accepted"]


class Colleague(ParticipantIdentity):
    """An identity of a caller's own."""

    hours_a_week: float = 40.0


def test_of_an_identity_of_a_callers_own_the_contracts_members_count() -> None:
    own = Colleague(participant_id="p1", participant_type="human", display_name="Ann")
    plain = ParticipantIdentity(participant_id="p1", participant_type="human", display_name="Ann")
    assert admit([], roster={"p1": own}) == admit([], roster={"p1": plain})


def entries(*clocks: int) -> list[Json]:
    makers = (build.comment, build.decision)
    said = [at(clock, makers[clock % 2]("p1", f"id{clock}")) for clock in clocks]
    return [*said, at(clocks[-1] + 1, build.session_link("p1", f"x{clocks[-1]}"))]


def test_settled_entries_are_handed_out_once_and_leave_the_state() -> None:
    events = [at(1, build.joined("p1")), *entries(2, 3, 4), at(6, build.invited("p1"))]
    first = admit(events, window_events=3, settle=True)
    assert first.settled is not None
    assert first.state is not None
    assert [entry.comment_id for entry in first.settled.comments] == ["id2"]
    assert [entry.decision_id for entry in first.settled.decisions] == ["id3"]
    assert [entry.comment_id for entry in first.state.comments] == ["id4"]
    assert first.state.event_count == 6
    second = admit(entries(7, 8), checkpoint=first.checkpoint, window_events=1, settle=True)
    assert second.settled is not None
    links = second.settled.linked_sessions
    assert [(link.event_id, link.participant_id, link.linked_session_id) for link in links] == [
        (build.ulid(5), "p1", "x4")
    ]
    assert [len(named) for named in (second.settled.comments, second.settled.decisions)] == [2, 1]
    assert [anomaly.event_id for anomaly in second.settled.anomalies] == [build.ulid(6)]
    assert second.state is not None
    assert second.state.linked_sessions == {"p1": ["x8"]}
    assert second.state.event_count == 9


def test_without_settle_nothing_leaves_the_state_and_later_all_of_it_can() -> None:
    events = [at(1, build.joined("p1")), *entries(2, 3, 4)]
    kept = admit(events, window_events=1)
    assert (kept.settled, state_of(kept)) == (None, strict(*events))
    handed_out = admit([], checkpoint=kept.checkpoint, settle=True, window_events=1).settled
    assert handed_out is not None
    assert len(handed_out.comments) + len(handed_out.decisions) == 3


def test_an_answer_has_the_state_or_the_changes_or_neither() -> None:
    before = admit(START, mission_id="m1")
    event = at(4, build.focus("p1", "WP01"))
    changes = admit([event], checkpoint=before.checkpoint, answer="changes")
    assert changes.changes is not None
    assert {(change.op, change.path) for change in changes.changes} == {
        ("add", "/focus_by_participant/p1"),
        ("add", "/participants_by_focus/wp:WP01"),
        ("replace", "/event_count"),
        ("replace", "/last_processed_event_id"),
    }
    none = admit([event], checkpoint=before.checkpoint, answer="none")
    assert (none.state, none.changes, changes.state, before.changes) == (None, None, None, None)
    assert none.checkpoint == changes.checkpoint


@pytest.mark.parametrize(
    "wrong",
    [
        {"answer": "all"},
        {"on_late": "maybe"},
        {"recent_events": 0},
        {"window_events": 0},
        {"window_bytes": 0},
        {"roster": {}, "checkpoint": admit([]).checkpoint},
    ],
)
def test_a_wrong_argument_is_an_error_of_the_caller(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"must|roster"):
        admit([], **wrong)


def test_a_bad_checkpoint_is_refused() -> None:
    with pytest.raises(BadCheckpointError):
        admit([], checkpoint="")
