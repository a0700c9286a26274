"""Single rules of admission, each worked out by hand."""

import json
from typing import Any

import pytest

from mission_collaboration import (
    Admission,
    BadCheckpointError,
    LateEventsError,
    ParticipantIdentity,
    admit,
    reduce_collaboration_events,
)
from tests.support import builders as build
from tests.support.folding import Json, events_of, joins, seeds

START = build.history(*joins("p1", "p2"), build.drive("p1"))


def told(admission: Admission) -> list[tuple[str, str | None]]:
    return [(result.verdict, result.code) for result in admission.results]


def at(clock: int, happening: tuple[str, Json], **envelope: Any) -> Json:
    return build.event(*happening, lamport_clock=clock, **envelope)


def test_each_event_has_its_verdict_in_input_order() -> None:
    events = [START[2], at(9, build.drive("stranger")), at(4, ("Other", {})), START[0], START[1], START[0], 7]
    admission = admit(events)
    assert told(admission) == [
        ("accepted", None),
        ("rejected", "unknown-participant"),
        ("ignored", None),
        ("accepted", None),
        ("accepted", None),
        ("duplicate", None),
        ("rejected", "invalid-request"),
    ]
    assert [result.index for result in admission.results] == list(range(7))
    assert [admission.count(verdict) for verdict in ("accepted", "duplicate", "ignored", "rejected")] == [3, 1, 1, 2]
    assert admission.state == reduce_collaboration_events(events_of(START))


def test_ready_events_are_taken_as_they_are() -> None:
    assert told(admit(events_of(START))) == [("accepted", None)] * 3


def test_the_location_leads_to_what_is_wrong() -> None:
    events = [at(4, build.drive("p1", "fast")), {**START[0], "timestamp": "yesterday"}, at(5, build.drive("p9")), None]
    locations = [result.location for result in admit([*START, *events]).results[3:]]
    assert locations == [("payload", "intent"), ("timestamp",), ("payload", "participant_id"), ()]


def test_of_malformed_envelopes_the_first_thousand_are_explained_and_all_are_rejected() -> None:
    """An answer stays in proportion to what was sent: `{}` a hundred thousand times is 300 kB."""
    results = admit([*START, *[{}] * 1002]).results[3:]
    assert {(result.verdict, result.code) for result in results} == {("rejected", "invalid-request")}
    assert [result.index for result in results if result.detail is None] == [1003, 1004]
    assert [result.location for result in results[999:]] == [("event_id",), None, None]


def test_names_are_normalised_where_there_is_an_envelope_and_as_sent_where_there_is_none() -> None:
    lower = START[0] | {"event_id": START[0]["event_id"].lower()}
    broken = [lower | {"lamport_clock": "7"}, {"event_id": 7, "event_type": "x" * 300}]
    first, second, third = admit([lower, *broken]).results
    assert (first.event_id, second.event_id) == (lower["event_id"].upper(), lower["event_id"])
    assert (third.event_id, third.event_type) == (None, "x" * 200)


def test_a_rejected_event_leaves_no_trace() -> None:
    before = admit(START)
    stranger = at(900, build.drive("p9", mission_id="m1"))
    after = admit([stranger], checkpoint=before.checkpoint)
    assert (after.state, after.checkpoint) == (before.state, before.checkpoint)
    admitted = admit([at(4, build.drive("p2"), event_id=stranger["event_id"])], checkpoint=after.checkpoint)
    assert told(admitted) == [("accepted", None)]


def test_a_strangers_event_does_not_name_the_mission() -> None:
    """S1 speaks of what was accepted."""
    events = [at(1, build.drive("p9", mission_id="m9")), at(2, build.joined("p1"))]
    assert told(admit(events)) == [("rejected", "unknown-participant"), ("accepted", None)]
    assert admit(events).state.mission_id == "m1"


def test_what_was_accepted_lately_is_a_duplicate_in_any_spelling_and_a_conflict_with_other_content() -> None:
    checkpoint = admit(START).checkpoint
    respelled = START[2] | {"event_id": START[2]["event_id"].lower(), "timestamp": "2026-01-02T04:04:05+01:00"}
    other = START[2] | {"node_id": "another"}
    assert told(admit([respelled, other], checkpoint=checkpoint)) == [
        ("duplicate", None),
        ("rejected", "conflicting-duplicate"),
    ]


def test_a_conflict_is_told_before_anything_else_is_wrong() -> None:
    """R5, with the places of late and jumping events between mission and membership."""
    checkpoint = admit([*START, at(4, build.left("p2"))]).checkpoint
    known, mad = START[2]["event_id"], 9_000_000
    cases = [
        (at(mad, build.drive("p2", "fast", mission_id="m2"), event_id=known), "conflicting-duplicate"),
        (at(mad, build.drive("p2", "fast", mission_id="m2")), "malformed-payload"),
        (at(0, build.drive("p2", mission_id="m2")), "mission-mismatch"),
        (at(mad, build.drive("p2", mission_id="m2")), "mission-mismatch"),
        (at(0, build.drive("p2")), "late-event"),
        (at(mad, build.drive("p2")), "clock-jump"),
        (at(5, build.drive("p2")), "departed-participant"),
        (at(5, build.completed("p1", "s1")), "unmatched-completion"),
        (at(5, build.acknowledged("p1", "w1")), "unknown-warning"),
    ]
    for event, code in cases:
        assert told(admit([event], checkpoint=checkpoint)) == [("rejected", code)]


@pytest.mark.parametrize(
    ("envelope", "verdict"),
    [
        ({"lamport_clock": 2}, "rejected"),
        ({"lamport_clock": 3, "timestamp": "2026-01-02T03:04:04Z"}, "rejected"),
        ({"lamport_clock": 3, "event_id": build.ulid(2)[:-1] + "Z"}, "accepted"),
        ({"lamport_clock": 3, "event_id": build.uuid_text(1)}, "rejected"),
        ({"lamport_clock": 3, "timestamp": "2026-01-02T03:04:06Z"}, "accepted"),
        ({"lamport_clock": 4}, "accepted"),
    ],
)
def test_late_is_what_sorts_at_or_before_the_last_event_folded(envelope: Json, verdict: str) -> None:
    event = build.event(*build.drive("p2"), **{"event_id": build.ulid(9), **envelope})
    [(found, code)] = told(admit([event], checkpoint=admit(START).checkpoint))
    assert (found, code) == (verdict, "late-event" if verdict == "rejected" else None)


def test_late_events_refuse_the_batch_when_asked_to_and_nothing_is_applied() -> None:
    before = admit(START)
    events = [at(4, build.drive("p2")), at(0, build.drive("p2")), at(1, build.drive("p1"), event_id=build.ulid(77))]
    with pytest.raises(LateEventsError) as caught:
        admit(events, checkpoint=before.checkpoint, on_late="refuse")
    assert [verdict.index for verdict in caught.value.late] == [1, 2]
    assert told(admit(events, checkpoint=before.checkpoint)) == [
        ("accepted", None),
        ("rejected", "late-event"),
        ("rejected", "late-event"),
    ]


def test_resuming_from_an_earlier_checkpoint_takes_a_late_event_in() -> None:
    early = admit(START[:2])
    late = at(3, build.drive("p2"), event_id=build.ulid(2)[:-1] + "9")
    whole = admit([*START, late, at(4, build.left("p1"))], checkpoint=early.checkpoint)
    in_time = reduce_collaboration_events(events_of([*START, late, at(4, build.left("p1"))]))
    assert whole.state.model_dump_json() == in_time.model_dump_json()


def test_the_clock_is_measured_from_the_last_event_accepted_as_it_moves() -> None:
    clocks = (5, 10, 15, 16, 22, 27)
    events = [at(clock, build.invited(f"p{clock}")) for clock in clocks]
    codes = [code for _, code in told(admit(events, max_clock_step=5))]
    assert codes == [None, None, None, None, "clock-jump", "clock-jump"]
    later = admit(events, max_clock_step=5)
    assert told(admit([at(21, build.invited("x"))], checkpoint=later.checkpoint, max_clock_step=5)) == [
        ("accepted", None)
    ]


def test_a_fresh_mission_measures_clocks_from_zero() -> None:
    assert told(admit([at(1_000_001, build.joined("p1"))])) == [("rejected", "clock-jump")]
    assert told(admit([at(1_000_000, build.joined("p1"))])) == [("accepted", None)]
    assert told(admit([at(2**53 - 1, build.joined("p1"))], max_clock_step=2**53 - 1)) == [("accepted", None)]


def test_one_mad_clock_makes_nobody_else_late() -> None:
    admission = admit([*START, at(2**53 - 1, build.drive("p2"))])
    assert told(admission)[-1] == ("rejected", "clock-jump")
    assert told(admit([at(4, build.drive("p2"))], checkpoint=admission.checkpoint)) == [("accepted", None)]


def test_a_roster_starts_a_mission_and_stays_in_its_checkpoint() -> None:
    admission = admit([], roster=seeds("p1"))
    assert set(admission.state.participants) == {"p1"}
    assert told(admit([at(1, build.drive("p1"))], checkpoint=admission.checkpoint)) == [("accepted", None)]


class Colleague(ParticipantIdentity):
    """An identity of a caller's own."""

    hours_a_week: float = 40.0


def test_of_an_identity_of_a_callers_own_the_contracts_members_count() -> None:
    own = Colleague(participant_id="p1", participant_type="human", display_name="Ann")
    plain = ParticipantIdentity(participant_id="p1", participant_type="human", display_name="Ann")
    assert admit([], roster={"p1": own}) == admit([], roster={"p1": plain})


def test_what_the_state_does_not_show_is_in_the_checkpoint() -> None:
    """Open invitations (R16), the order of starts (S11), acknowledgements (R18)."""
    acts = [
        *joins("p1"),
        build.invited("p2"),
        build.started("p1", "s1"),
        build.started("p1", "s2"),
        build.started("p1", "s1"),
        build.driver_warning("w1", "p1", "p1"),
        build.acknowledged("p1", "w1", "hold"),
        build.invited("p2"),
        build.completed("p1", "s1"),
        build.driver_warning("w1", "p1", "p1", "p1"),
        build.joined("p2"),
        build.invited("p2"),
    ]
    events = build.history(*acts)
    checkpoint: str | None = None
    for event in events:
        admission = admit([event], checkpoint=checkpoint)
        checkpoint = admission.checkpoint
    assert admission.state == reduce_collaboration_events(events_of(events))
    assert admission.state.active_executions == {"p1": ["s2", "s1"]}
    assert len(admission.state.anomalies) == 2
    assert checkpoint == admit(events).checkpoint


def test_the_window_forgets_the_oldest_first() -> None:
    events = [at(clock, build.invited(f"p{clock}")) for clock in range(1, 8)]
    checkpoint = admit(events, recent_events=3).checkpoint
    assert [code or verdict for verdict, code in told(admit(events, checkpoint=checkpoint))] == [
        *["late-event"] * 4,
        *["duplicate"] * 3,
    ]


def test_within_a_batch_nothing_is_forgotten() -> None:
    events = [at(clock, build.invited(f"p{clock}")) for clock in range(1, 8)]
    again = at(9, build.invited("p1"), event_id=events[0]["event_id"])
    assert told(admit([*events, again], recent_events=3))[-1] == ("rejected", "conflicting-duplicate")


def test_nothing_admitted_is_a_mission_before_its_start() -> None:
    empty = admit([])
    assert empty.state == reduce_collaboration_events([])
    assert admit([], checkpoint=empty.checkpoint).checkpoint == empty.checkpoint
    assert told(admit(START, checkpoint=empty.checkpoint)) == [("accepted", None)] * 3


@pytest.mark.parametrize(
    "wrong", [{"on_late": "maybe"}, {"recent_events": 0}, {"roster": {}, "checkpoint": admit([]).checkpoint}]
)
def test_a_wrong_argument_is_an_error_of_the_caller(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"must|roster"):
        admit([], **wrong)


def test_a_bad_checkpoint_is_refused() -> None:
    with pytest.raises(BadCheckpointError):
        admit([], checkpoint="")


def test_half_a_surrogate_pair_from_python_is_rejected_with_its_place() -> None:
    events = [at(1, build.joined("p1", auth_principal_id="\ud800")), at(2, build.joined("p1"), node_id="\udfff")]
    admission = admit(events)
    assert told(admission) == [("rejected", "malformed-payload"), ("rejected", "invalid-request")]
    assert json.dumps([result.detail for result in admission.results])
