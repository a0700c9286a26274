"""The state's shape and its bytes (S1 to S16); what the fold puts into it is tested beside the reducer."""

import json
from typing import Any

import msgspec
import pytest
from pydantic import BaseModel, ValidationError

from mission_collaboration import (
    Change,
    CollaborationAnomaly,
    CommentEntry,
    DecisionEntry,
    FocusTarget,
    ParticipantIdentity,
    ReducedCollaborationState,
    WarningEntry,
)
from tests.support import builders as build
from tests.support.folding import as_json, joins, permissive, strict

FIELDS = [
    *("mission_id", "participants", "departed_participants", "presence", "active_drivers", "focus_by_participant"),
    *("participants_by_focus", "warnings", "decisions", "comments", "active_executions", "linked_sessions"),
    *("anomalies", "event_count", "last_processed_event_id"),
]
CROWD = ("p10", "p2", "\U0001f680", "\uff50", "P1", "p1", "\u00e9", "e\u0301", "\x7f", "\n")
BY_CODE_POINT = ["\n", "P1", "e\u0301", "p1", "p10", "p2", "\x7f", "\u00e9", "\uff50", "\U0001f680"]


def rich() -> ReducedCollaborationState:
    """Fold something into every field."""
    return permissive(
        *joins("p1", "p2", "p3"),
        build.heartbeat("p1"),
        build.drive("p1"),
        build.focus("p1", "t1"),
        build.focus("p2", "t1"),
        build.started("p1", "s1"),
        build.driver_warning("w1", "p1", "p2"),
        build.acknowledged("p2", "w1", "hold"),
        build.decision("p1"),
        build.comment("p2"),
        build.session_link("p1", "x1"),
        build.left("p3"),
        build.drive("nobody"),
    )


def crowd() -> ReducedCollaborationState:
    """Fold a crowd that does everything, so that each mapping and set has many members."""
    pairs = joins(*CROWD)
    for who in CROWD:
        pairs += [build.heartbeat(who), build.drive(who), build.focus(who, "t1"), build.focus(who, who)]
        pairs += [build.started(who, "s1"), build.session_link(who, "x1"), build.focus(who, "t1")]
    pairs.append(build.driver_warning("w1", *CROWD))
    pairs += [build.acknowledged(who, "w1") for who in CROWD]
    return strict(*pairs)


def test_a_state_has_its_15_fields_in_order() -> None:
    """S1 to S15."""
    assert list(ReducedCollaborationState.model_fields) == FIELDS
    assert list(as_json(rich())) == FIELDS


def test_no_events_give_the_empty_state_with_every_field() -> None:
    """S16."""
    assert strict().model_dump_json() == json.dumps(build.EMPTY_STATE, separators=(",", ":"))


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (CollaborationAnomaly, ["event_id", "event_type", "reason"]),
        (WarningEntry, ["warning_id", "event_id", "warning_type", "participant_ids", "acknowledgements"]),
        (
            DecisionEntry,
            ["decision_id", "event_id", "participant_id", "topic", "chosen_option", "referenced_warning_id"],
        ),
        (CommentEntry, ["comment_id", "event_id", "participant_id", "content", "reply_to"]),
    ],
)
def test_an_entry_has_the_fields_of_the_contract(model: type[BaseModel], fields: list[str]) -> None:
    """Contract §4."""
    assert list(model.model_fields) == fields


def test_every_field_of_a_rich_state_is_written_and_optional_ones_as_null() -> None:
    """S16."""
    state = as_json(rich())
    assert all(state[field] for field in FIELDS)
    assert state["participants"]["p1"] == {
        "participant_id": "p1",
        "participant_type": "human",
        "display_name": None,
        "session_id": None,
        "external_refs": None,
    }
    assert state["decisions"][0]["referenced_warning_id"] is None
    assert state["comments"][0]["reply_to"] is None


@pytest.mark.parametrize(
    "path",
    [
        *(("participants",), ("presence",), ("active_drivers",), ("focus_by_participant",)),
        *(("participants_by_focus", "wp:t1"), ("active_executions",), ("linked_sessions",)),
        ("warnings", 0, "acknowledgements"),
    ],
)
def test_keys_and_sets_stand_in_code_point_order(path: tuple[str | int, ...]) -> None:
    """S16: not in the order of UTF-16, nor of an alphabet, nor of arrival."""
    found: Any = as_json(crowd())
    for step in path:
        found = found[step]
    assert list(found) == BY_CODE_POINT


def test_focus_targets_stand_in_code_point_order() -> None:
    """S7, S16."""
    pairs = [*joins(*CROWD), *(build.focus(who, who, "file") for who in CROWD), build.focus("p1", "\U0001f680", "wp")]
    wanted = [f"file:{who}" for who in BY_CODE_POINT if who != "p1"] + ["wp:\U0001f680"]
    assert list(as_json(strict(*pairs))["participants_by_focus"]) == wanted


def test_departed_participants_stand_in_code_point_order() -> None:
    """S3, S16."""
    state = strict(*joins(*CROWD), *(build.left(who) for who in CROWD))
    assert list(as_json(state)["departed_participants"]) == BY_CODE_POINT


def test_a_state_that_somebody_else_built_is_written_in_the_same_order() -> None:
    """S16: by the fold or by a caller."""
    people = {who: ParticipantIdentity(participant_id=who, participant_type="human") for who in CROWD}
    whole = dict(crowd())
    by_hand = ReducedCollaborationState(**{**whole, "participants": people, "active_drivers": frozenset(CROWD)})
    assert by_hand.model_dump_json() == crowd().model_dump_json()


def test_two_runs_give_the_same_state_and_bytes() -> None:
    """S16; states compare by what they say."""
    assert rich() == rich()
    assert rich().model_dump_json() == rich().model_dump_json()
    assert rich() != crowd()


@pytest.mark.parametrize("make", [rich, crowd, strict])
def test_a_state_survives_a_round_trip(make: Any) -> None:
    """E15, S16."""
    state = make()
    text = state.model_dump_json()
    for again in (
        ReducedCollaborationState.model_validate_json(text),
        ReducedCollaborationState.model_validate(json.loads(text)),
        ReducedCollaborationState.model_validate(state.model_dump()),
    ):
        assert again == state
        assert again.model_dump_json() == text


def test_a_state_and_its_parts_are_frozen() -> None:
    """E17."""
    state = rich()
    parts = [state, state.warnings[0], state.decisions[0], state.comments[0], state.anomalies[0]]
    for part in [*parts, state.participants["p1"], state.focus_by_participant["p1"]]:
        name = next(iter(type(part).model_fields))
        with pytest.raises(ValidationError, match="frozen"):
            setattr(part, name, "other")


def test_the_parts_of_a_state_have_the_types_of_the_contract() -> None:
    """S2 to S12."""
    state = rich()
    assert isinstance(state.participants["p1"], ParticipantIdentity)
    assert isinstance(state.departed_participants["p3"], ParticipantIdentity)
    assert isinstance(state.focus_by_participant["p1"], FocusTarget)
    assert (type(state.active_drivers), type(state.participants_by_focus["wp:t1"])) == (frozenset, frozenset)
    for entries in (state.warnings, state.decisions, state.comments, state.anomalies):
        assert type(entries) is tuple
    assert type(state.warnings[0].participant_ids) is tuple
    assert type(state.active_executions["p1"]) is list
    assert state.presence["p1"].isoformat() == "2026-01-02T03:04:05+00:00"


def test_states_of_the_same_events_share_nothing_that_could_be_changed() -> None:
    """A caller who alters a list of one state alters no other."""
    first, second = rich(), rich()
    first.active_executions["p1"].append("s9")
    first.linked_sessions.clear()
    assert second == rich()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("active_drivers", ["p1", "p1"]), ("active_drivers", [7]), ("active_drivers", "p1")),
        *(("event_count", "7"), ("event_count", 1.0), ("event_count", True), ("presence", {"p1": 0})),
        *(
            ("mission_id", None),
            ("participants", []),
            ("warnings", {}),
            ("participants_by_focus", {"wp:t": ["a", "a"]}),
        ),
    ],
)
def test_a_state_sent_back_is_read_strictly(field: str, value: Any) -> None:
    """E15, E16."""
    with pytest.raises(ValidationError):
        ReducedCollaborationState.model_validate(build.EMPTY_STATE | {field: value})
    with pytest.raises(ValidationError):
        ReducedCollaborationState.model_validate_json(json.dumps(build.EMPTY_STATE | {field: value}))


def test_a_removal_has_no_value_and_a_null_is_one() -> None:
    removal, null = Change("remove", "/a"), Change("replace", "/a", None)
    assert (
        msgspec.json.encode([removal, null])
        == b'[{"op":"remove","path":"/a"},{"op":"replace","path":"/a","value":null}]'
    )


MANY = range(1_000)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("participants", {str(number): number for number in MANY}),
        ("presence", {str(number): number for number in MANY}),
        ("active_drivers", [*MANY]),
        ("focus_by_participant", {str(number): number for number in MANY}),
        ("warnings", [*MANY]),
        ("active_executions", {"p": [*MANY]}),
        ("linked_sessions", {"p": [*MANY]}),
        ("anomalies", [{}] * len(MANY)),
    ],
)
def test_a_state_of_very_many_wrong_entries_is_refused_for_the_first(field: str, value: Any) -> None:
    """Each error takes a kilobyte, and a wrong entry two bytes of JSON."""
    with pytest.raises(ValidationError) as refused:
        ReducedCollaborationState.model_validate({"mission_id": "m", field: value})
    assert refused.value.error_count() <= 3
