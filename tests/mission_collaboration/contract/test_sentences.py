"""The sentences that a reader gets to see, to the letter: what they say is a part of the product."""

import pytest

from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.errors import OutOfOrderError, UnknownEventTypeError
from mission_collaboration.contract.validation import judge_by_model, judge_by_schema, payload_model, validate_event
from mission_collaboration.decoding.json_text import JsonTextError, TooDeepError, decode_json

TOO_LARGE = "A number is beyond a double's range or 4,300 digits"

SENTENCES = {
    b"": ("The text is empty", 1, 1),
    b" \n ": ("The text is empty", 2, 2),
    b"\xef\xbb\xbf{}": ("The text starts with a byte order mark, which JSON must not have", 1, 1),
    b'{"a": "\xff"}': ("The text is not UTF-8", 1, 8),
    b'["\\ud800"]': ("Half a surrogate pair is not a character", 1, 3),
    b'["\\udc00"]': ("Half a surrogate pair is not a character", 1, 3),
    b'["a", "\\ud800", "b"]': ("Half a surrogate pair is not a character", 1, 8),
    b"[1,\n[2": ("The text ends in the middle of a value", 2, 3),
    b"[NaN]": ("NaN is no JSON number", 1, 2),
    b"NaN": ("NaN is no JSON number", 1, 1),
    b"[-Infinity]": ("-Infinity is no JSON number", 1, 2),
    b"[1, Infinity]": ("Infinity is no JSON number", 1, 5),
    b"[1,]": ("Trailing comma in array", 1, 4),
    b'{"a" 1}': ("Expected ':'", 1, 6),
    b"[1] x": ("Something follows the JSON value (NDJSON has one value a line)", 1, 5),
    b"{}\n{}": ("Something follows the JSON value (NDJSON has one value a line)", 2, 1),
    b'["1e400", 1e400]': (TOO_LARGE, 1, 11),
    b"[-1e400]": (TOO_LARGE, 1, 2),
    b"[" + b"1" * 4_300 + b", -" + b"1" * 4_301 + b"]": (TOO_LARGE, 1, 4_304),
}


@pytest.mark.parametrize("text", SENTENCES, ids=range(len(SENTENCES)))
def test_what_is_no_json_is_told_in_a_sentence_with_its_place(text: bytes) -> None:
    reason, line, column = SENTENCES[text]
    with pytest.raises(JsonTextError) as raised:
        decode_json(text, max_nesting=64)
    assert (raised.value.reason, raised.value.line, raised.value.column) == (reason, line, column)
    assert str(raised.value) == f"{reason} at line {line}, column {column}"


@pytest.mark.parametrize("depth", [65, 100_000])
def test_what_is_too_deep_tells_the_limit(depth: int) -> None:
    with pytest.raises(TooDeepError) as raised:
        decode_json(b"[" * depth + b"]" * depth, max_nesting=64)
    assert (str(raised.value), raised.value.limit) == ("Objects and arrays are nested more than 64 deep", 64)


def test_an_event_out_of_order_is_told_by_its_clock() -> None:
    """R1."""
    error = OutOfOrderError("01J00000000000000000000001", "ParticipantLeft")
    assert error.reason == "The event sorts before its predecessor by clock, instant and id"
    assert error.location == ("lamport_clock",)
    assert (error.event_id, error.event_type) == ("01J00000000000000000000001", "ParticipantLeft")


def test_an_unknown_type_is_named_in_a_sentence() -> None:
    assert str(UnknownEventTypeError("Nonsense")) == "'Nonsense' is no collaboration event type"


def test_each_layer_tells_a_hundred_violations_at_most() -> None:
    """The schema layer would tell one for each of the names."""
    payload = {"mission_id": "m", "warning_id": "w", "participant_ids": [1] * 150, "severity": "info", "step_id": "s"}
    result = validate_event(payload, "PotentialStepCollisionDetected")
    assert len(result.schema_violations) == 100


def test_the_schema_layer_blames_the_missing_member_itself() -> None:
    model = payload_model("ParticipantLeft")
    assert [place for place, _ in judge_by_schema({"mission_id": "m"}, model)] == [("participant_id",)]
    assert [place for place, _ in judge_by_schema({"mission_id": "m", "participant_id": ""}, model)] == [
        ("participant_id",)
    ]


def test_the_model_layer_speaks_of_json_and_not_of_python() -> None:
    said = {v.violation_type: v.message for v in validate_event({"mission_id": 1}, "ParticipantLeft").model_violations}
    assert said == {"string_type": "Input should be a string", "missing": "Required, and missing"}
    assert validate_event([], "ParticipantLeft").model_violations[0].message == "Input should be an object"


@pytest.mark.parametrize(("sent", "told"), [("\ud800", "?"), (10**300, "1" + "0" * 199), (10**199, 10**199)])
def test_what_offends_is_told_cut(sent: object, told: object) -> None:
    """C2; a half character comes from Python callers alone."""
    payload = {"mission_id": "m", "participant_id": "p", "intent": sent}
    violations = [v for _, v in judge_by_model(payload, payload_model("DriveIntentSet"))]
    assert [violation.input_value for violation in violations] == [told]


FORMATS = {
    "event_id": ("x", "identifier", "Input should be a ULID of 26 characters or a UUID"),
    "project_uuid": ("x", "project_uuid", "Input should be a UUID of 36 characters with hyphens"),
    "timestamp": (
        "x",
        "timestamp",
        "Input should be a timestamp like 2026-01-31T09:30:00Z: YYYY-MM-DDThh:mm:ss (or a space for the T), "
        "up to 9 decimals, then Z, an offset like +02:00, or nothing for UTC",
    ),
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_text_of_another_format_is_told_the_format(name: str) -> None:
    sent, code, message = FORMATS[name]
    found = [v for place, v in judge_by_model({name: sent}, Event) if place == (name,)]
    assert [(v.violation_type, v.message) for v in found] == [(code, message)]


@pytest.mark.parametrize(
    ("sent", "code", "message"),
    [
        ("0001-01-01T00:00:00+01:00", "timestamp_range", "an instant within the years 1 to 9999 in UTC"),
        ("2026-02-30T00:00:00Z", "timestamp_calendar", "Input is no day of the calendar: day is out of range"),
    ],
)
def test_a_time_that_never_was_is_told_why(sent: str, code: str, message: str) -> None:
    found = [v for place, v in judge_by_model({"timestamp": sent}, Event) if place == ("timestamp",)]
    assert [v.violation_type for v in found] == [code]
    assert message in found[0].message
