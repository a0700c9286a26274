"""The dual-layer verdict on a payload (C2)."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from mission_collaboration import ConformanceResult, UnknownEventTypeError, validate_event
from mission_collaboration.contract.validation import with_few_unknown
from mission_collaboration.explanation.requests import ExplainRequest
from tests.support import builders as build
from tests.support.folding import Json


def focus(**members: Any) -> Json:
    return build.by("p1", focus_target=build.target("t1")) | members


def fields(result: ConformanceResult) -> list[tuple[str, str]]:
    return [(violation.field, violation.violation_type) for violation in result.model_violations]


def places(result: ConformanceResult) -> list[tuple[str, str]]:
    return sorted((violation.json_path, violation.validator) for violation in result.schema_violations)


def test_a_verdict_has_the_members_of_the_contract() -> None:
    """C2."""
    result = json.loads(validate_event(build.by(""), "FocusChanged").model_dump_json())
    assert list(result) == [*("valid", "event_type", "model_violations", "schema_violations", "schema_check_skipped")]
    assert set(result["model_violations"][0]) == {"field", "message", "violation_type", "input_value"}
    assert set(result["schema_violations"][0]) == {
        *("json_path", "message", "validator", "validator_value", "schema_path")
    }


def test_a_payload_that_fits_has_nothing_against_it() -> None:
    result = validate_event(focus(), "FocusChanged")
    assert result == ConformanceResult(
        valid=True, event_type="FocusChanged", model_violations=(), schema_violations=(), schema_check_skipped=False
    )


@pytest.mark.parametrize(
    ("payload", "by_model", "by_schema"),
    [
        ({}, ("mission_id", "missing"), ("$", "required")),
        (focus(mission_id=""), ("mission_id", "string_too_short"), ("$.mission_id", "minLength")),
        (focus(mission_id=7), ("mission_id", "string_type"), ("$.mission_id", "type")),
        (
            focus(focus_target=build.target("t1", "x")),
            ("focus_target.target_type", "literal_error"),
            ("$.focus_target.target_type", "enum"),
        ),
        (
            focus(focus_target={"target_type": "wp"}),
            ("focus_target.target_id", "missing"),
            ("$.focus_target", "required"),
        ),
        (focus(focus_target="t1"), ("focus_target", "model_type"), ("$.focus_target", "type")),
        ([], ("", "model_type"), ("$", "type")),
        (None, ("", "model_type"), ("$", "type")),
        ("x", ("", "model_type"), ("$", "type")),
    ],
)
def test_both_layers_tell_what_they_refuse_and_where(
    payload: Any, by_model: tuple[str, str], by_schema: tuple[str, str]
) -> None:
    result = validate_event(payload, "FocusChanged")
    assert not result.valid
    assert by_model in fields(result)
    assert by_schema in places(result)


def test_every_violation_is_told_not_the_first_alone() -> None:
    result = validate_event({"participant_id": ""}, "FocusChanged")
    assert sorted(fields(result)) == [
        ("focus_target", "missing"),
        ("mission_id", "missing"),
        ("participant_id", "string_too_short"),
    ]
    assert places(result) == [("$", "required"), ("$", "required"), ("$.participant_id", "minLength")]


def test_a_schema_violation_quotes_the_keyword_that_refuses() -> None:
    payload = build.driver_warning("w1", "p1", focus_target=build.target("t1", "x"))[1]
    found = {
        violation.validator: violation
        for violation in validate_event(payload, "ConcurrentDriverWarning").schema_violations
    }
    assert found["minItems"].validator_value == 2
    assert found["minItems"].schema_path == "properties/participant_ids/minItems"
    assert found["enum"].validator_value == ["wp", "step", "file"]
    assert found["enum"].schema_path.endswith("target_type/enum")


def test_the_place_of_a_list_item_is_its_number() -> None:
    payload = build.driver_warning("w1", "p1", "p2")[1] | {"participant_ids": ["p1", 7]}
    result = validate_event(payload, "ConcurrentDriverWarning")
    assert fields(result) == [("participant_ids.1", "string_type")]
    assert places(result) == [("$.participant_ids[1]", "type")]


@pytest.mark.parametrize("place", [0, 999, 1_000, 2_500])
def test_the_place_of_an_item_of_a_long_list_is_its_number_too(place: int) -> None:
    """A long list is put to the schema in pieces."""
    people: list[Any] = ["p1"] * 2_501
    people[place] = 7
    found = places(
        validate_event(
            build.driver_warning("w1", "p1", "p2")[1] | {"participant_ids": people}, "ConcurrentDriverWarning"
        )
    )
    assert found == [(f"$.participant_ids[{place}]", "type")]


def test_a_long_list_that_no_schema_knows_changes_nothing_about_the_others() -> None:
    warning = build.driver_warning("w1", "p1", "p2")[1] | {"participant_ids": ["p1"] * 1_001, "severity": "loud"}
    found = places(validate_event({"zz_future": [0] * 1_001, **warning}, "ConcurrentDriverWarning"))
    assert found == [("$.severity", "enum")]


@pytest.mark.parametrize(
    ("sent", "repeated"),
    [
        *((7, 7), (1.5, 1.5), (True, True), (None, None), ([], None), ({}, None), (["x"], None), ({"a": 1}, None)),
        *((-(2**63), -(2**63)), (10**30, 10**30)),
    ],
)
def test_a_verdict_repeats_the_offending_scalar_and_nothing_larger(sent: Any, repeated: Any) -> None:
    """C2: null when it is an object or an array."""
    (violation,) = validate_event(focus(mission_id=sent), "FocusChanged").model_violations
    assert (violation.input_value, type(violation.input_value)) == (repeated, type(repeated))


def test_a_verdict_cuts_long_text_at_200_characters() -> None:
    """C2."""
    text = "\U0001f680" * 201
    (violation,) = validate_event(build.drive("p1", text)[1], "DriveIntentSet").model_violations
    assert violation.input_value == text[:200]
    (violation,) = validate_event(build.drive("p1", text[:200])[1], "DriveIntentSet").model_violations
    assert violation.input_value == text[:200]


def test_a_missing_member_has_no_input_value() -> None:
    """C2: not the object that lacks it."""
    (violation,) = validate_event(build.by("p1"), "DriveIntentSet").model_violations
    assert (violation.field, violation.violation_type, violation.input_value) == ("intent", "missing", None)


def test_no_verdict_repeats_the_input_whole() -> None:
    secret = "s3cret" * 100
    for payload in ({"mission_id": [secret]}, focus(mission_id={"x": secret}), [secret], {secret: 1}):
        assert secret not in validate_event(payload, "FocusChanged").model_dump_json()


@pytest.mark.parametrize("event_type", ["", "MissionCreated", "participantJoined", "ParticipantJoined "])
def test_a_type_outside_the_14_has_no_verdict(event_type: str) -> None:
    """Contract §6."""
    with pytest.raises(UnknownEventTypeError) as caught:
        validate_event({}, event_type)
    assert caught.value.event_type == event_type


def test_unknown_members_are_valid_in_both_layers() -> None:
    """E14."""
    payload = focus(zz_future=1, focus_target=build.target("t1") | {"zz_future": {}})
    assert validate_event(payload, "FocusChanged").valid


def test_a_member_with_an_odd_name_keeps_its_place_readable() -> None:
    assert validate_event(focus(**{"": 1, "a.b": 2, "$ref": 3, "\u0000": 4}), "FocusChanged").valid


def test_the_payload_is_not_changed() -> None:
    payload = focus(previous_focus_target=None, zz_future=[1])
    before = json.dumps(payload)
    validate_event(payload, "FocusChanged")
    assert json.dumps(payload) == before


def test_of_very_many_unknown_members_few_are_made_an_error_of() -> None:
    """Each error takes a kilobyte. A hundred are told, and that there are more; members that are known stay."""
    many = {f"x{number}": number for number in range(5_000)}
    sent = {"mode": "lenient", **many, "events": [], "until": {"position": 0, **many}}
    few = with_few_unknown(sent, ExplainRequest)
    assert (few["mode"], few["events"], few["until"]["position"]) == ("lenient", [], 0)
    with pytest.raises(ValidationError) as refused:
        ExplainRequest[Any].model_validate(few)
    assert refused.value.error_count() == 1 + 2 * 101
