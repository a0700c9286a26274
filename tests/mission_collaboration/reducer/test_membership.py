"""Coming, going and being invited (R2, R10 to R16, R23, S2, S3)."""

from typing import Any

import pytest

from mission_collaboration import DepartedParticipantError, ParticipantIdentity, UnknownParticipantError
from tests.support import builders as build
from tests.support.folding import Pair, as_json, joins, permissive, reasons, refused, seeds, strict
from tests.support.histories import Step, payload_of
from tests.support.pools import EVENT_TYPES, SPELLINGS

WARNED = build.driver_warning("w1", "host", "host")
RUNNING = build.started("p1", "s1")

# Every single-actor event but Invited, Joined and Left.
ACTS: list[Pair] = [
    build.heartbeat("p1"),
    build.drive("p1"),
    build.drive("p1", "inactive"),
    build.focus("p1", "t1"),
    build.started("p1", "s1"),
    build.completed("p1", "s1"),
    build.acknowledged("p1", "w1"),
    build.comment("p1"),
    build.decision("p1"),
    build.session_link("p1", "x1"),
]
IDS = [f"{event_type}-{n}" for n, (event_type, _) in enumerate(ACTS)]


def new(who: str, **fields: Any) -> dict[str, Any]:
    return build.identity(who, participant_type="llm_context", **fields)


@pytest.mark.parametrize("event_type", sorted(set(EVENT_TYPES) - build.NEED_NO_MEMBER))
def test_whoever_acts_alone_has_to_be_a_member(event_type: str) -> None:
    """R10: for every type that there is."""
    step = Step(event_type, "p2", "p2", 0, 1, SPELLINGS[0])
    refusal = refused(*joins("p1"), (event_type, payload_of(step)))
    assert type(refusal) is UnknownParticipantError
    assert refusal.participant_id == "p2"


@pytest.mark.parametrize("act", ACTS, ids=IDS)
def test_an_act_of_a_stranger_is_refused_in_strict_mode(act: Pair) -> None:
    """R10, R4."""
    refusal = refused(*joins("host"), WARNED, act)
    assert type(refusal) is UnknownParticipantError
    assert (refusal.participant_id, refusal.event_id, refusal.event_type) == ("p1", build.ulid(3), act[0])


@pytest.mark.parametrize("act", ACTS, ids=IDS)
def test_an_act_of_a_stranger_is_an_anomaly_in_permissive_mode_and_not_applied(act: Pair) -> None:
    """R10."""
    state = as_json(permissive(*joins("host"), WARNED, act))
    (anomaly,) = state["anomalies"]
    assert "Unknown participant 'p1'" in anomaly["reason"]
    assert (anomaly["event_id"], anomaly["event_type"]) == (build.ulid(3), act[0])
    without = as_json(strict(*joins("host"), WARNED))
    changed = {field for field in state if state[field] != without[field]}
    assert changed == {"anomalies", "event_count", "last_processed_event_id"}


@pytest.mark.parametrize("act", ACTS, ids=IDS)
def test_an_act_of_someone_who_left_is_refused_in_strict_mode(act: Pair) -> None:
    """R11: an unknown participant too, for they are not on the current roster."""
    refusal = refused(*joins("host", "p1"), WARNED, RUNNING, build.left("p1"), act)
    assert type(refusal) is DepartedParticipantError
    assert isinstance(refusal, UnknownParticipantError)
    assert (refusal.participant_id, refusal.event_id, refusal.event_type) == ("p1", build.ulid(6), act[0])


@pytest.mark.parametrize("act", ACTS, ids=IDS)
def test_an_act_of_someone_who_left_is_an_anomaly_and_only_a_heartbeat_counts(act: Pair) -> None:
    """R11."""
    before = (*joins("host", "p1"), WARNED, RUNNING, build.left("p1"))
    state = as_json(permissive(*before, act))
    (anomaly,) = state["anomalies"]
    assert "'p1'" in anomaly["reason"]
    assert "has departed" in anomaly["reason"]
    without = as_json(strict(*before))
    changed = {field for field in state if state[field] != without[field]}
    counted = {"presence"} if act[0] == "PresenceHeartbeat" else set()
    assert changed == {"anomalies", "event_count", "last_processed_event_id"} | counted


def test_leaving_without_ever_joining_is_refused_in_strict_mode() -> None:
    """R12."""
    refusal = refused(build.left("p1"))
    assert type(refusal) is UnknownParticipantError
    assert refusal.participant_id == "p1"


def test_leaving_without_ever_joining_is_an_anomaly_in_permissive_mode() -> None:
    """R12."""
    state = permissive(build.left("p1"))
    (reason,) = reasons(state)
    assert "not in roster" in reason
    assert "'p1'" in reason
    assert (state.participants, state.departed_participants) == ({}, {})


@pytest.mark.parametrize("fold", [strict, permissive])
def test_leaving_twice_is_an_anomaly_in_both_modes(fold: Any) -> None:
    """R13."""
    state = fold(*joins("p1"), build.left("p1"), build.left("p1"))
    (reason,) = reasons(state)
    assert "not in roster" in reason
    assert list(state.departed_participants) == ["p1"]


@pytest.mark.parametrize("fold", [strict, permissive])
def test_joining_twice_is_an_anomaly_in_both_modes_and_the_identity_stays(fold: Any) -> None:
    """R14."""
    state = fold(*joins("p1"), build.drive("p1"), build.joined("p1", participant_identity=new("p1")))
    (reason,) = reasons(state)
    assert "Duplicate join" in reason
    assert state.participants["p1"].participant_type == "human"
    assert state.active_drivers == {"p1"}


@pytest.mark.parametrize("fold", [strict, permissive])
def test_a_seeded_participant_who_joins_is_a_duplicate_join(fold: Any) -> None:
    """R14, R2."""
    state = fold(build.joined("p1", participant_identity=new("p1")), roster=seeds("p1"))
    (reason,) = reasons(state)
    assert "Duplicate join" in reason
    assert state.participants == seeds("p1")


def test_joining_again_after_leaving_brings_a_new_identity() -> None:
    """R15."""
    again = build.joined("p1", participant_identity=new("p1", session_id="x"))
    state = strict(*joins("p1"), build.left("p1"), again, build.drive("p1"))
    assert state.participants["p1"].session_id == "x"
    assert (state.departed_participants, state.anomalies, state.active_drivers) == ({}, (), frozenset({"p1"}))


def test_joining_again_does_not_bring_back_what_leaving_ended() -> None:
    """R15, R23."""
    state = strict(*joins("p1"), build.drive("p1"), RUNNING, build.focus("p1", "t1"), build.left("p1"), *joins("p1"))
    assert (state.active_drivers, state.active_executions, state.focus_by_participant) == (frozenset(), {}, {})
    assert refused(*joins("p1"), RUNNING, build.left("p1"), *joins("p1"), build.completed("p1", "s1"))


def test_the_latest_identity_is_the_one_that_departs() -> None:
    """R15, R23, S3."""
    state = strict(*joins("p1"), build.left("p1"), build.joined("p1", participant_identity=new("p1")), build.left("p1"))
    assert state.departed_participants["p1"].participant_type == "llm_context"
    assert (state.participants, state.anomalies) == ({}, ())


def test_the_roster_key_is_the_payloads_participant() -> None:
    """S2, M3: the mapping's rules are not enforced; the identity is kept as sent."""
    state = strict(build.joined("p1", participant_identity=new("p2")))
    assert state.participants == {"p1": ParticipantIdentity.model_validate(new("p2"))}


@pytest.mark.parametrize("fold", [strict, permissive])
def test_an_invitation_activates_nobody_and_needs_no_inviter(fold: Any) -> None:
    """R16."""
    state = fold(build.invited("p1", invited_by="nobody"))
    assert (state.participants, state.departed_participants, state.anomalies) == ({}, {}, ())
    assert state.event_count == 1
    assert refused(build.invited("p1"), build.heartbeat("p1")).code == "unknown-participant"


@pytest.mark.parametrize("fold", [strict, permissive])
@pytest.mark.parametrize(
    ("pairs", "anomalies"),
    [
        ([build.invited("p1"), build.invited("p1")], 1),
        ([build.invited("p1"), build.invited("p1", invited_by="other"), build.invited("p1")], 2),
        ([build.invited("p1"), build.invited("p2")], 0),
        ([*joins("p1"), build.invited("p1")], 1),
        ([build.invited("p1"), *joins("p1")], 0),
        ([build.invited("p1"), *joins("p1"), build.left("p1"), build.invited("p1")], 0),
        ([*joins("p1"), build.left("p1"), build.invited("p1"), build.invited("p1")], 1),
        ([*joins("p1"), build.left("p1"), build.invited("p1"), *joins("p1")], 0),
        ([*joins("p1"), build.invited("p1"), build.left("p1"), build.invited("p1")], 1),
    ],
)
def test_an_invitation_is_an_anomaly_while_another_is_open_or_for_someone_active(
    fold: Any, pairs: list[Pair], anomalies: int
) -> None:
    """R16: joining consumes it, the departed may be invited; both modes alike."""
    state = fold(*pairs)
    assert len(state.anomalies) == anomalies
    assert all(anomaly.event_type == "ParticipantInvited" for anomaly in state.anomalies)


@pytest.mark.parametrize("fold", [strict, permissive])
def test_an_invitation_for_a_seeded_participant_is_an_anomaly(fold: Any) -> None:
    """R16, R2."""
    assert len(fold(build.invited("p1"), roster=seeds("p1")).anomalies) == 1


def test_a_seeded_participant_appears_with_no_events() -> None:
    """R2."""
    state = strict(roster=seeds("p2", "p1"))
    assert list(as_json(state)["participants"]) == ["p1", "p2"]
    assert (state.event_count, state.mission_id, state.last_processed_event_id) == (0, "", None)


def test_a_seeded_participant_acts_and_leaves_like_anyone() -> None:
    """R2."""
    state = strict(build.drive("p1"), build.left("p1"), build.drive("p2"), roster=seeds("p1", "p2"))
    assert (list(state.participants), list(state.departed_participants)) == (["p2"], ["p1"])
    assert state.active_drivers == {"p2"}


def test_the_roster_that_was_given_stays_as_it_was() -> None:
    """R2: the function is pure."""
    roster = seeds("p1", "p2")
    strict(build.left("p1"), build.joined("p3"), roster=roster)
    assert roster == seeds("p1", "p2")


def test_leaving_ends_what_was_going_on_and_keeps_what_was_said() -> None:
    """R23."""
    everything = [
        *(build.heartbeat("p1"), build.drive("p1"), build.focus("p1", "t1"), RUNNING, build.comment("p1")),
        *(build.decision("p1"), WARNED, build.acknowledged("p1", "w1"), build.session_link("p1", "x1")),
    ]
    before = as_json(strict(*joins("host", "p1"), *everything))
    after = as_json(strict(*joins("host", "p1"), *everything, build.left("p1")))
    for field in ("presence", "active_drivers", "focus_by_participant", "participants_by_focus", "active_executions"):
        assert before[field]
        assert not after[field]
    for field in ("comments", "decisions", "warnings", "linked_sessions"):
        assert before[field]
        assert after[field] == before[field]
    assert after["departed_participants"] == {"p1": before["participants"]["p1"]}


def test_leaving_ends_nothing_of_the_others() -> None:
    """R23."""
    pairs = [(build.heartbeat(who), build.drive(who), build.focus(who, "t1"), build.started(who, "s1")) for who in "ab"]
    state = strict(*joins("a", "b"), *(pair for both in pairs for pair in both), build.left("a"))
    assert (list(state.presence), state.active_drivers, list(state.active_executions)) == (["b"], frozenset("b"), ["b"])
    assert state.participants_by_focus == {"wp:t1": {"b"}}
