"""Model and JSON Schema say the same of every value, and both readers of a model do (E15, E16)."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]
from pydantic import BaseModel, ValidationError

from mission_collaboration import Event, reduce_collaboration_events
from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.contract.schemas import PUBLISHED_MODELS, schema_document, validator
from tests.support import builders as build
from tests.support import naive_events
from tests.support.folding import Json, as_json, events_of, examples
from tests.support.histories import accepted_histories
from tests.support.near_misses import near_events, near_models, near_payloads, nearly
from tests.support.valid_events import json_values, valid_events

TYPE_OF: dict[type[BaseModel], str] = {model: event_type for event_type, model in PAYLOAD_MODELS.items()}
SOME_INSTANT = "2026-01-02T03:04:05Z"


@st.composite
def near_states(draw: DrawFn) -> Any:
    """Draw a state, as it is sent back, in which one thing was changed."""
    events = events_of(draw(accepted_histories(max_steps=16)))
    state = as_json(reduce_collaboration_events(events))
    return nearly(draw, state, depth=9)


def near(model: type[BaseModel]) -> SearchStrategy[Any]:
    """Draw arbitrary JSON, and what is almost the model's."""
    if model in TYPE_OF:
        almost = near_payloads(TYPE_OF[model])
    elif model.__name__ in naive_events.MODELS:
        almost = near_models(model.__name__)
    else:
        almost = near_states()
    return st.one_of(almost, almost, almost, almost, json_values())


def violations(model: type[BaseModel], value: Any) -> list[Any]:
    try:
        model.model_validate(value)
    except ValidationError as error:
        return [*error.errors()]
    return []


def is_beyond_schemas(violation: Any) -> bool:
    """Whether JSON Schema cannot say this rule: `1.0` for an integer, the calendar, the range (E16)."""
    if violation["type"] == "int_type":
        return isinstance(violation["input"], float) and violation["input"].is_integer()
    return violation["type"] in ("timestamp_calendar", "timestamp_range")


def as_schemas_see_it(value: Any, violations: list[Any]) -> Any:
    """Mend what is wrong by a rule that JSON Schema cannot say."""
    mended = copy.deepcopy(value)
    for violation in filter(is_beyond_schemas, violations):
        *parents, name = violation["loc"]
        holder = mended
        for parent in parents:
            holder = holder[parent]
        holder[name] = int(holder[name]) if violation["type"] == "int_type" else SOME_INSTANT
    return mended


def by_model(model: type[BaseModel], value: Any) -> bool:
    """Whether the model accepts a value, apart from the rules that JSON Schema cannot say."""
    return not violations(model, as_schemas_see_it(value, violations(model, value)))


def holds_final_newline(value: Any) -> bool:
    """Whether a text ends with a newline, which `$` of the reference library lets through."""
    if isinstance(value, dict):
        return any(map(holds_final_newline, value.values()))
    return any(map(holds_final_newline, value)) if isinstance(value, list) else str(value).endswith("\n")


@pytest.mark.parametrize("model", PUBLISHED_MODELS.values())
@given(data=st.data())
@examples(40)
def test_model_and_schema_accept_the_same(model: type[BaseModel], data: st.DataObject) -> None:
    """E16."""
    value = data.draw(near(model))
    assert validator(model).is_valid(value) == by_model(model, value)


@pytest.mark.parametrize("model", PUBLISHED_MODELS.values())
@given(data=st.data())
@examples(15)
def test_the_reference_implementation_of_json_schema_agrees(model: type[BaseModel], data: st.DataObject) -> None:
    """E16: a third voice; patterns and formats asserted."""
    value = data.draw(near(model).filter(lambda value: not holds_final_newline(value)))
    reference = Draft202012Validator(schema_document(model), format_checker=FormatChecker())
    assert reference.is_valid(value) == validator(model).is_valid(value)


@pytest.mark.parametrize("model", PUBLISHED_MODELS.values())
@given(data=st.data(), ascii_only=st.booleans())
@examples(40)
def test_both_readers_of_a_model_accept_the_same(model: type[BaseModel], data: st.DataObject, ascii_only: bool) -> None:
    """E15: parsed JSON and JSON text."""
    text = json.dumps(data.draw(near(model)), ensure_ascii=ascii_only)
    try:
        from_text = model.model_validate_json(text)
    except ValidationError as error:
        places = [violation["loc"] for violation in error.errors()]
        assert [violation["loc"] for violation in violations(model, json.loads(text))] == places
    else:
        assert model.model_validate(json.loads(text)) == from_text


@pytest.mark.parametrize("model", [model for model in PUBLISHED_MODELS.values() if model in TYPE_OF])
@given(data=st.data())
@examples(40)
def test_the_model_of_a_payload_judges_as_the_contract_does(model: type[BaseModel], data: st.DataObject) -> None:
    """P1 to P14: the naive reading of the contract agrees, to the members that are wrong."""
    value = data.draw(near(model))
    found = {".".join(map(str, violation["loc"])) for violation in violations(model, value)}
    wanted = naive_events.payload_faults(TYPE_OF[model], value)
    assert bool(found) == bool(wanted)
    # Of a list with many wrong items the first is enough.
    assert {place.split(".")[0] for place in found} == {place.split(".")[0] for place in wanted}


@given(near_events())
@examples(100)
def test_the_model_of_the_envelope_judges_as_the_contract_does(value: Any) -> None:
    """E1 to E13."""
    found = {".".join(map(str, violation["loc"])) for violation in violations(Event, value)}
    assert found == set(naive_events.envelope_faults(value))


@given(valid_events())
@examples(60)
def test_what_the_model_reads_is_what_the_contract_says(raw: Json) -> None:
    """E1, E5, E8: the normal forms."""
    read = Event.model_validate(raw).model_dump(mode="json")
    assert {**read, "payload": {}} == {**naive_events.normalise_event(raw), "payload": {}}


@pytest.mark.parametrize(
    ("member", "value"),
    [
        *(("lamport_clock", 1.0), ("lamport_clock", -0.0), ("data_tier", 4.0)),
        *(("timestamp", "2026-02-29T00:00:00Z"), ("timestamp", "2026-04-31T00:00:00Z")),
        *(("timestamp", "0001-01-01T00:00:00+00:01"), ("timestamp", "9999-12-31T23:59:59-00:01")),
        ("timestamp", "0000-01-01T00:00:00Z"),
    ],
)
def test_the_stated_exceptions_are_just_these(member: str, value: Any) -> None:
    """E16: the model is the rule."""
    event = build.event("Anything", {}) | {member: value}
    assert validator(Event).is_valid(event)
    assert [violation["loc"] for violation in violations(Event, event)] == [(member,)]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        *(("event_id", build.ulid(1) + "\n"), ("timestamp", SOME_INSTANT + "\n"), ("schema_version", "1.0.0\n")),
        *(("project_uuid", build.PROJECT + "\n"), ("correlation_id", build.uuid_text(1) + "\n")),
    ],
)
def test_a_final_newline_is_no_exception(member: str, value: str) -> None:
    """E16: `$` means the end."""
    event = build.event("Anything", {}) | {member: value}
    assert not validator(Event).is_valid(event)
    assert [violation["loc"] for violation in violations(Event, event)] == [(member,)]
