"""The 14 payloads, member by member (P1 to P14)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

import mission_collaboration as api
from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.contract.schemas import schema_document
from tests.support import builders as build

Json = dict[str, Any]
IDENTITY, TARGET = build.identity("p1"), build.target("t1")
ACTOR = {"mission_id": "m1", "participant_id": "p1"}
WARNING = {"mission_id": "m1", "warning_id": "w1", "participant_ids": ["p1", "p2"], "severity": "info"}

# What each payload must have, by its rule; a tuple lists all the values that there are.
REQUIRED: dict[str, Json] = {
    "ParticipantInvited": {**ACTOR, "participant_identity": IDENTITY, "invited_by": "p0"},  # P1
    "ParticipantJoined": {**ACTOR, "participant_identity": IDENTITY},  # P2
    "ParticipantLeft": ACTOR,  # P3
    "PresenceHeartbeat": ACTOR,  # P4
    "DriveIntentSet": {**ACTOR, "intent": ("active", "inactive")},  # P5
    "FocusChanged": {**ACTOR, "focus_target": TARGET},  # P6
    "PromptStepExecutionStarted": {**ACTOR, "step_id": "s1"},  # P7
    "PromptStepExecutionCompleted": {**ACTOR, "step_id": "s1", "outcome": ("success", "failure", "skipped")},  # P8
    "ConcurrentDriverWarning": {**WARNING, "focus_target": TARGET, "severity": ("info", "warning")},  # P9
    "PotentialStepCollisionDetected": {**WARNING, "step_id": "s1", "severity": ("info", "warning")},  # P10
    "WarningAcknowledged": {
        **ACTOR,
        "warning_id": "w1",
        "acknowledgement": ("continue", "hold", "reassign", "defer"),
    },  # P11
    "CommentPosted": {**ACTOR, "comment_id": "c1", "content": "x"},  # P12
    "DecisionCaptured": {**ACTOR, "decision_id": "d1", "topic": "x", "chosen_option": "y"},  # P13
    "SessionLinked": {
        **ACTOR,
        "primary_session_id": "a",
        "linked_session_id": "b",
        "link_type": ("cli_to_saas", "saas_to_cli"),
    },  # P14
}
# What each may have besides: optional text, but for one.
OPTIONAL: dict[str, tuple[str, ...]] = {
    "ParticipantJoined": ("auth_principal_id",),
    "ParticipantLeft": ("reason",),
    "PresenceHeartbeat": ("session_id",),
    "FocusChanged": ("previous_focus_target",),
    "PromptStepExecutionStarted": ("wp_id", "step_description"),
    "PromptStepExecutionCompleted": ("wp_id",),
    "PotentialStepCollisionDetected": ("wp_id",),
    "CommentPosted": ("reply_to",),
    "DecisionCaptured": ("rationale", "referenced_warning_id"),
}


def plain(event_type: str) -> Json:
    """Make the least valid payload."""
    return {name: value[0] if isinstance(value, tuple) else value for name, value in REQUIRED[event_type].items()}


def read(event_type: str, payload: Any) -> BaseModel:
    """Read a payload by both readers of its model, who have to agree."""
    by_object = PAYLOAD_MODELS[event_type].model_validate(payload)
    assert PAYLOAD_MODELS[event_type].model_validate_json(json.dumps(payload)) == by_object
    return by_object


def refused_member(event_type: str, payload: Any) -> tuple[Any, ...]:
    with pytest.raises(ValidationError) as caught:
        PAYLOAD_MODELS[event_type].model_validate(payload)
    with pytest.raises(ValidationError):
        PAYLOAD_MODELS[event_type].model_validate_json(json.dumps(payload))
    (violation,) = caught.value.errors()
    return violation["loc"]


def members(kind: type) -> Iterator[tuple[str, str]]:
    """List the required members whose value is of this kind."""
    return ((name, key) for name, payload in REQUIRED.items() for key, value in payload.items() if type(value) is kind)


TEXTS, CHOICES, OBJECTS, LISTS = (list(members(kind)) for kind in (str, tuple, dict, list))
NOTHING: list[str] = []
NO_TEXT: tuple[Any, ...] = ("", 7, 0, True, False, 1.5, NOTHING, ["x"], {})
OPTIONS = [(event_type, member) for event_type, names in OPTIONAL.items() for member in names]


def test_there_are_14_types_each_with_its_model() -> None:
    """Contract §3: the model is the type's name and `Payload`."""
    assert set(PAYLOAD_MODELS) == set(REQUIRED) == api.COLLABORATION_EVENT_TYPES
    assert all(model is getattr(api, f"{name}Payload") for name, model in PAYLOAD_MODELS.items())


@pytest.mark.parametrize("event_type", REQUIRED)
def test_a_payload_has_the_members_of_its_rule_and_no_others(event_type: str) -> None:
    fields = PAYLOAD_MODELS[event_type].model_fields
    assert {name for name, field in fields.items() if field.is_required()} == set(REQUIRED[event_type])
    assert {name for name, field in fields.items() if not field.is_required()} == set(OPTIONAL.get(event_type, ()))
    assert all(getattr(read(event_type, plain(event_type)), name) is None for name in OPTIONAL.get(event_type, ()))


@pytest.mark.parametrize("event_type", REQUIRED)
def test_unknown_members_of_a_payload_are_ignored_and_payloads_are_frozen(event_type: str) -> None:
    """E14, E17."""
    payload = read(event_type, plain(event_type))
    assert read(event_type, plain(event_type) | {"zz_future": {}}) == payload
    with pytest.raises(ValidationError, match="frozen"):
        setattr(payload, "mission_id", "other")  # noqa: B010 - a plain assignment is no typed program


@pytest.mark.parametrize(("event_type", "member"), [*TEXTS, *CHOICES, *OBJECTS, *LISTS])
def test_a_required_member_cannot_be_missing_or_null(event_type: str, member: str) -> None:
    payload = plain(event_type)
    assert refused_member(event_type, payload | {member: None}) == (member,)
    del payload[member]
    assert refused_member(event_type, payload) == (member,)


@pytest.mark.parametrize(("event_type", "member"), TEXTS)
def test_required_text_is_of_one_character_or_more(event_type: str, member: str) -> None:
    for text in (" ", "\n", "7", "\U0001f680", "x" * 10_000):
        assert getattr(read(event_type, plain(event_type) | {member: text}), member) == text
    for other in NO_TEXT:
        assert refused_member(event_type, plain(event_type) | {member: other}) == (member,)


@pytest.mark.parametrize(("event_type", "member"), CHOICES)
def test_a_choice_takes_the_values_of_the_contract_and_no_others(event_type: str, member: str) -> None:
    choices = REQUIRED[event_type][member]
    assert schema_document(PAYLOAD_MODELS[event_type])["properties"][member]["enum"] == list(choices)
    for choice in choices:
        assert getattr(read(event_type, plain(event_type) | {member: choice}), member) == choice
    for other in ("x", choices[0].upper(), choices[0] + " ", " " + choices[0], [choices[0]], *NO_TEXT):
        assert refused_member(event_type, plain(event_type) | {member: other}) == (member,)


@pytest.mark.parametrize(("event_type", "member"), OBJECTS)
def test_a_part_that_is_a_model_is_judged_by_it(event_type: str, member: str) -> None:
    """I1, I3."""
    for other in ("x", 7, True, NOTHING):
        assert refused_member(event_type, plain(event_type) | {member: other}) == (member,)
    for name in REQUIRED[event_type][member]:
        part = {**REQUIRED[event_type][member], name: ""}
        assert refused_member(event_type, plain(event_type) | {member: part}) == (member, name)


@pytest.mark.parametrize(("event_type", "member"), LISTS)
def test_a_warning_names_two_or_more_participants_whatever_their_ids(event_type: str, member: str) -> None:
    """P9, P10."""
    for names in (["", ""], ["p1", "p1"], ["a", "b", "c"], ["x"] * 1_000):
        assert getattr(read(event_type, plain(event_type) | {member: names}), member) == names
    for other in (["p1"], "p1", "p1p2", {"p1": 1, "p2": 2}, *NO_TEXT):
        assert refused_member(event_type, plain(event_type) | {member: other}) == (member,)
    for item in (7, None, True, ["p2"], {"p2": 1}):
        assert refused_member(event_type, plain(event_type) | {member: ["p1", item, "p3"]}) == (member, 1)


@pytest.mark.parametrize(("event_type", "member"), OPTIONS)
def test_an_optional_member_may_be_null(event_type: str, member: str) -> None:
    assert read(event_type, plain(event_type) | {member: None}) == read(event_type, plain(event_type))


@pytest.mark.parametrize(("event_type", "member"), [option for option in OPTIONS if "focus" not in option[1]])
def test_optional_text_may_be_empty_and_nothing_but_text(event_type: str, member: str) -> None:
    for text in ("", "x"):
        assert getattr(read(event_type, plain(event_type) | {member: text}), member) == text
    for other in NO_TEXT[1:]:
        assert refused_member(event_type, plain(event_type) | {member: other}) == (member,)


def test_the_previous_focus_is_a_focus_target() -> None:
    """P6."""
    payload = plain("FocusChanged")
    read("FocusChanged", payload | {"previous_focus_target": TARGET})
    part = {"target_type": "wp"}
    assert refused_member("FocusChanged", payload | {"previous_focus_target": part}) == (
        "previous_focus_target",
        "target_id",
    )


@pytest.mark.parametrize("payload", [None, [], "x", 7, True])
def test_what_is_no_object_is_no_payload(payload: Any) -> None:
    assert all(refused_member(event_type, payload) == () for event_type in REQUIRED)
