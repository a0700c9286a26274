"""What `admit` can be asked for, and what it gives: rosters, settled entries, the state or its changes."""

from typing import Any

import pytest

from mission_collaboration import BadCheckpointError, ParticipantIdentity, admit
from tests.support import builders as build
from tests.support.admitting import START, at, state_of, strict_state, told
from tests.support.folding import Json, seeds


def test_nothing_admitted_is_a_mission_before_its_start() -> None:
    empty = admit([])
    assert state_of(empty) == strict_state()
    assert (empty.mission_id, empty.horizon) == (None, None)
    assert admit([], checkpoint=empty.checkpoint).checkpoint == empty.checkpoint
    assert told(admit(START, checkpoint=empty.checkpoint)) == ["accepted"] * 3


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
    assert (kept.settled, state_of(kept)) == (None, strict_state(*events))
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
