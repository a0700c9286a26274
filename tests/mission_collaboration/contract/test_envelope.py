"""The envelope (E1 to E17); the formats of its texts have a file of their own."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from mission_collaboration import Event
from tests.support import builders as build

REQUIRED = (
    *("event_id", "event_type", "aggregate_id", "timestamp", "node_id"),
    *("project_uuid", "correlation_id"),
)


def event(**members: Any) -> Event:
    return Event.model_validate(build.event("Anything", {}) | members)


def refused_member(raw: Any) -> tuple[Any, ...]:
    """Judge what both readers refuse, and name the member."""
    with pytest.raises(ValidationError) as caught:
        Event.model_validate(raw)
    with pytest.raises(ValidationError) as from_text:
        Event.model_validate_json(json.dumps(raw))
    (violation,) = caught.value.errors()
    assert [other["loc"] for other in from_text.value.errors()] == [violation["loc"]]
    return violation["loc"]


def test_an_event_has_the_members_of_the_contract_in_their_order() -> None:
    """E1 to E13, E18."""
    order = ("event_id", "event_type", "aggregate_id", "payload", "timestamp", "node_id", "lamport_clock")
    optional = ("causation_id", "project_slug", "schema_version", "data_tier", "build_id")
    assert tuple(Event.model_fields) == (*order, "project_uuid", "correlation_id", *optional)
    assert tuple(name for name, field in Event.model_fields.items() if field.is_required()) == REQUIRED


@pytest.mark.parametrize("member", REQUIRED)
def test_a_missing_member_is_refused(member: str) -> None:
    """E1 to E9, but for the payload (E4) and the clock (E7)."""
    raw = build.event("Anything", {})
    del raw[member]
    assert refused_member(raw) == (member,)


def test_optional_members_have_their_defaults() -> None:
    """E10 to E13."""
    plain = event()
    assert (plain.causation_id, plain.project_slug, plain.schema_version, plain.data_tier) == (None, None, "1.0.0", 0)


def test_an_absent_payload_is_empty_and_an_absent_clock_is_none() -> None:
    """E4, E7."""
    raw = build.event("Anything", {})
    del raw["payload"], raw["lamport_clock"]
    plain = Event.model_validate(raw)
    assert (plain.payload, plain.lamport_clock, plain.build_id) == ({}, None, None)


def test_optional_members_may_be_null_and_those_with_a_default_may_not() -> None:
    """E10 to E13."""
    assert event(causation_id=None, project_slug=None) == event()
    assert refused_member(build.event("Anything", {}, schema_version=None)) == ("schema_version",)
    assert refused_member(build.event("Anything", {}, data_tier=None)) == ("data_tier",)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        *(("event_type", ""), ("event_type", None), ("event_type", 7)),  # E2
        *(("aggregate_id", ""), ("aggregate_id", None), ("aggregate_id", ["mission/m1"])),  # E3
        *(("payload", None), ("payload", []), ("payload", "{}"), ("payload", 0)),  # E4
        *(("node_id", ""), ("node_id", None), ("node_id", 1)),  # E6
        *(("lamport_clock", -1), ("lamport_clock", 2**53), ("lamport_clock", 2**64), ("lamport_clock", "7")),  # E7
        *(("lamport_clock", True), ("lamport_clock", 1.0), ("lamport_clock", 1.5)),  # E15
        *(("build_id", 7), ("build_id", ["x"])),  # E18
        *(("project_slug", 7), ("project_slug", ["x"])),  # E11
        *(("schema_version", "1"), ("schema_version", "1.0"), ("schema_version", "1.0.0.0")),  # E12
        *(("schema_version", "v1.0.0"), ("schema_version", "1.0.0-rc"), ("schema_version", "1.0.0\n")),
        *(("schema_version", "\u0661.0.0"), ("schema_version", 1.0), ("schema_version", "")),
        *(("data_tier", -1), ("data_tier", 5), ("data_tier", "0"), ("data_tier", False), ("data_tier", 1.0)),  # E13
    ],
)
def test_a_member_of_a_wrong_type_or_value_is_refused(member: str, value: Any) -> None:
    assert refused_member(build.event("Anything", {}) | {member: value}) == (member,)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("event_type", " "),  # E2
        ("event_type", "Some Other Type"),
        ("aggregate_id", "anything"),  # E3: its form is a rule of the mapping
        *(("lamport_clock", 0), ("lamport_clock", 2**53 - 1)),  # E7
        ("project_slug", ""),  # E11
        *(("build_id", ""), ("build_id", "3.0.0+g12ab"), ("build_id", None)),  # E18
        *(("lamport_clock", None), ("payload", {})),  # E7, E4
        *(("schema_version", "0.0.0"), ("schema_version", "01.002.10000")),  # E12
        *(("data_tier", 0), ("data_tier", 4)),  # E13
    ],
)
def test_the_edges_of_what_is_allowed_are_allowed(member: str, value: Any) -> None:
    assert getattr(event(**{member: value}), member) == value


def test_the_payload_is_kept_as_it_was_sent() -> None:
    """E4: whether it fits its model is a verdict of its own."""
    payload = {"mission_id": 7, "zz": [1.0, None, {"": True}]}
    assert Event.model_validate(build.event("ParticipantJoined", payload)).payload == payload


def test_unknown_members_are_ignored() -> None:
    """E14."""
    assert event(zz_future={"a": 1}, Event_Id="x") == event()
    assert "zz_future" not in event(zz_future=1).model_dump()


@pytest.mark.parametrize("raw", [None, [], "x", 7, True, [["event_id", "x"]]])
def test_what_is_no_object_is_no_event(raw: Any) -> None:
    """E15."""
    assert refused_member(raw) == ()


def test_an_event_is_frozen() -> None:
    """E17."""
    with pytest.raises(ValidationError, match="frozen"):
        setattr(event(), "node_id", "other")  # noqa: B010 - a plain assignment is no typed program


def test_an_event_survives_a_round_trip() -> None:
    """E15."""
    whole = event(causation_id=build.uuid_text(1).upper(), timestamp="2026-01-02T03:04:05.5+01:00", data_tier=4)
    text = whole.model_dump_json()
    assert Event.model_validate_json(text) == whole
    assert Event.model_validate(json.loads(text)) == whole
    assert Event.model_validate(whole.model_dump()) == whole
