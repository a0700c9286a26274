"""The verdict on each event of a batch, pending events, and verdicts that later batches revise (L4, L5)."""

import json
from typing import Any

import pytest

from mission_collaboration import admit
from mission_collaboration.admission.verdicts import OUTCOMES
from tests.support import builders as build
from tests.support.admitting import START, at, revised, state_of, strict_state, told
from tests.support.folding import events_of


def test_each_event_has_its_verdict_in_input_order() -> None:
    events = [START[2], at(9, build.drive("stranger")), at(4, ("Other", {})), START[0], START[1], START[0], 7]
    admission = admit(events)
    assert told(admission) == [
        *("accepted", "unknown-participant", "ignored", "accepted", "accepted", "duplicate", "invalid-request")
    ]
    assert [result.index for result in admission.results] == list(range(7))
    assert [admission.count(outcome) for outcome in OUTCOMES] == [3, 1, 1, 1, 1]
    assert state_of(admission) == strict_state(*START)


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


# --- Pending events and revised verdicts -------------------------------------------------------------------


def test_an_event_of_a_stranger_waits_for_a_late_join() -> None:
    early = admit([START[0], at(5, build.drive("p2"))])
    assert told(early) == ["accepted", "unknown-participant"]
    assert early.results[1].verdict == "pending"
    late = admit([START[1]], checkpoint=early.checkpoint)
    assert revised(late) == [("pending", "accepted", None)]
    assert state_of(late) == strict_state(START[0], START[1], at(5, build.drive("p2")))


def test_a_late_leave_makes_accepted_events_pending_and_tells_each() -> None:
    after_leave = [at(5, build.drive("p2")), at(6, build.comment("p2"))]
    before = admit([*START, *after_leave])
    late = admit([at(4, build.left("p2"))], checkpoint=before.checkpoint)
    assert revised(late) == [("accepted", "pending", "departed-participant")] * 2
    assert [revision.event_id for revision in late.revised] == [event["event_id"] for event in after_leave]
    assert state_of(late) == strict_state(*START, at(4, build.left("p2")))


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
