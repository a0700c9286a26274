"""`POST /validate`: the verdict of both layers on one payload."""

from typing import Any

import pytest

from conformance import systematic
from conformance.table import payloads
from mission_collaboration.contract.constants import COLLABORATION_EVENT_TYPES
from tests.support import builders as build
from tests.support.client import Client, places, problem

Json = build.Json

VALID: dict[str, Json] = {event_type: systematic.payload(model, full=True) for event_type, model in payloads().items()}
"""Event type → a valid payload, by the kit's table."""


def verdict(client: Client, event_type: str, payload: Any) -> Json:
    answer = client.post("/validate", {"event_type": event_type, "payload": payload})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json"), answer.text
    found: Json = answer.json()
    return found


def test_there_is_a_payload_to_try_for_every_type() -> None:
    assert set(VALID) == COLLABORATION_EVENT_TYPES


@pytest.mark.parametrize("event_type", VALID)
def test_a_payload_that_fits_is_valid_and_so_is_one_of_a_newer_producer(client: Client, event_type: str) -> None:
    for payload in (VALID[event_type], VALID[event_type] | {"zz_future": {"a": [1]}}):
        assert verdict(client, event_type, payload) == {
            "valid": True,
            "event_type": event_type,
            "model_violations": [],
            "schema_violations": [],
            "schema_check_skipped": False,
        }


@pytest.mark.parametrize("event_type", VALID)
def test_both_layers_name_a_missing_field(client: Client, event_type: str) -> None:
    found = verdict(client, event_type, {**VALID[event_type], "mission_id": 7})
    assert not found["valid"]
    [by_model], [by_schema] = found["model_violations"], found["schema_violations"]
    assert (by_model["field"], by_model["violation_type"], by_model["input_value"]) == ("mission_id", "string_type", 7)
    assert (by_schema["json_path"], by_schema["validator"]) == ("$.mission_id", "type")
    assert by_schema["validator_value"] == "string"
    assert by_schema["schema_path"].endswith("type")


def test_a_missing_field_has_no_input_value(client: Client) -> None:
    found = verdict(client, "DriveIntentSet", build.by("ann"))
    [by_model], [by_schema] = found["model_violations"], found["schema_violations"]
    assert (by_model["field"], by_model["violation_type"], by_model["input_value"]) == ("intent", "missing", None)
    assert by_schema["validator"] == "required"
    assert "intent" in by_schema["message"]


@pytest.mark.parametrize(
    ("sent", "told"),
    [("x" * 300, "x" * 200), (1.5, 1.5), (True, True), (None, None), (["active"], None), ({"a": 1}, None)],
)
def test_the_offending_value_is_told_when_it_is_a_scalar_and_cut_when_it_is_long(
    client: Client, sent: Any, told: Any
) -> None:
    [violation] = verdict(client, "DriveIntentSet", build.by("ann", intent=sent))["model_violations"]
    assert violation["input_value"] == told
    assert type(violation["input_value"]) is type(told)


@pytest.mark.parametrize("payload", [None, [], "x", 7, True, [["mission_id", "m1"]]])
def test_a_payload_that_is_no_object_is_judged_and_invalid(client: Client, payload: Any) -> None:
    found = verdict(client, "PresenceHeartbeat", payload)
    assert not found["valid"]
    assert [violation["field"] for violation in found["model_violations"]] == [""]
    assert [violation["json_path"] for violation in found["schema_violations"]] == ["$"]


def test_a_whole_event_may_be_sent_and_its_envelope_is_not_judged(client: Client) -> None:
    event = build.event(*build.drive("ann"), lamport_clock="not a clock", zz_future=1)
    assert client.post("/validate", event).json()["valid"]


@pytest.mark.parametrize("event_type", ["Nonsense", "", "driveintentset", "DriveIntentSet ", "DriveIntent"])
def test_an_unknown_type_is_answered_with_the_known_ones(client: Client, event_type: str) -> None:
    answer = client.post("/validate", {"event_type": event_type, "payload": {}})
    found = problem(answer, 422, "unknown-event-type")
    assert found["event_type"] == event_type
    assert places(found) == [("/event_type", "unknown-event-type")]
    assert all(known in answer.text for known in COLLABORATION_EVENT_TYPES)


def test_an_unknown_type_is_answered_with_the_nearest_one(client: Client) -> None:
    answer = client.post("/validate", {"event_type": "DriveIntent", "payload": {}})
    assert "Did you mean DriveIntentSet?" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("/event_type", "missing")]),
        ({"payload": {}}, [("/event_type", "missing")]),
        ({"event_type": 7, "payload": {}}, [("/event_type", "string_type")]),
        ({"event_type": None, "payload": {}}, [("/event_type", "string_type")]),
    ],
)
def test_a_request_without_a_type_breaks_its_schema(
    client: Client, body: Json, expected: list[tuple[str, str]]
) -> None:
    assert places(problem(client.post("/validate", body), 422, "invalid-request")) == expected


def test_an_absent_payload_is_empty(client: Client) -> None:
    """E4."""
    absent = client.post("/validate", {"event_type": "DriveIntentSet"}).json()
    assert absent == client.post("/validate", {"event_type": "DriveIntentSet", "payload": {}}).json()
    fields = [violation["field"] for violation in absent["model_violations"]]
    assert fields == ["mission_id", "participant_id", "intent"]
