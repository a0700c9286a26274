"""The components of `GET /openapi.json` and the JSON Schemas of the contract say the same (contract §7)."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from app.api.openapi.names import NAMED
from mission_collaboration.contract.constants import COLLABORATION_EVENT_TYPES
from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.contract.schemas import PUBLISHED_MODELS, schema_document, validator
from mission_collaboration.contract.state import ReducedCollaborationState
from tests.support import builders as build
from tests.support.client import Json
from tests.support.near_misses import near_events
from tests.support.valid_events import json_values, valid_events

DOCUMENT: Json = json.loads((Path(__file__).parents[3] / "openapi.json").read_text("utf-8"))
COMPONENTS: Json = DOCUMENT["components"]["schemas"]
ANNOTATIONS = {"$defs", "$id", "$schema", "default", "description", "examples", "title", "x-enum-varnames"}


def judged(node: Any, root: Json) -> Any:
    """Leave of a schema what it judges by, its references followed."""
    if isinstance(node, list):
        return [judged(child, root) for child in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target: Any = root
        for step in node["$ref"][2:].split("/"):
            target = target[step]
        return judged(target, root)
    if set(node) - ANNOTATIONS == {"anyOf"} and node["anyOf"][1:] == [{"type": "null"}]:
        return {"null": True, "of": judged(node["anyOf"][0], root)}
    if node == {"not": {"type": "null"}}:  # beside a member that is text or null, it asks for text
        return {"type": "string"}
    kept = {key: child for key, child in node.items() if key not in ANNOTATIONS}
    return {key: members(child, root) if key == "properties" else judged(child, root) for key, child in kept.items()}


def members(properties: Json, root: Json) -> Json:
    return {name: judged(schema, root) for name, schema in properties.items()}


def as_written(published: Json) -> Json:
    """Say of the published state what the document says: every member is there, defaults or not (S16)."""
    warnings = published["properties"]["warnings"]
    warning = warnings["items"]
    warning = {**warning, "required": list(warning["properties"])}
    properties = {**published["properties"], "warnings": {**warnings, "items": warning}}
    return {**published, "required": list(properties), "properties": properties}


@pytest.mark.parametrize("model", [model for model in PUBLISHED_MODELS.values() if model is not Event])
def test_a_component_judges_as_the_schema_of_its_model(model: Any) -> None:
    schema = schema_document(model)
    published = judged(schema, schema)
    if model is ReducedCollaborationState:
        published = as_written(published)
    assert judged(COMPONENTS[model.__name__], DOCUMENT) == published


@cache
def union() -> Draft202012Validator:
    return Draft202012Validator({"$ref": "#/components/schemas/Event", "components": DOCUMENT["components"]})


def fits(event: Any) -> bool:
    """Judge an event by the schemas of the contract: its envelope, and its payload where the type is one of the 14."""
    if not validator(Event).is_valid(event):
        return False
    model = PAYLOAD_MODELS.get(event["event_type"])
    return model is None or validator(model).is_valid(event["payload"])


@settings(max_examples=300, deadline=None)
@given(valid_events() | near_events() | json_values())
def test_the_union_takes_what_the_schemas_of_envelope_and_payload_take(event: Any) -> None:
    assert union().is_valid(event) is fits(event)


@settings(max_examples=100, deadline=None)
@given(valid_events(), st.sampled_from(sorted(COLLABORATION_EVENT_TYPES)))
def test_no_payload_passes_for_that_of_another_type(event: Json, event_type: str) -> None:
    retold = event | {"event_type": event_type}
    assert union().is_valid(retold) is fits(retold)


def test_the_discriminator_leads_to_the_schema_of_each_type() -> None:
    told = COMPONENTS["CollaborationEvent"]
    mapping = told["discriminator"]["mapping"]
    assert set(mapping) == COLLABORATION_EVENT_TYPES
    assert [{"$ref": target} for target in mapping.values()] == told["oneOf"]
    for event_type, target in mapping.items():
        properties = COMPONENTS[target.rpartition("/")[2]]["properties"]
        assert properties["event_type"]["const"] == event_type
        assert properties["payload"]["$ref"].endswith(f"/{event_type}Payload")


def test_an_event_of_another_type_is_never_one_of_the_14() -> None:
    other = Draft202012Validator({"$ref": "#/components/schemas/OtherEvent", "components": DOCUMENT["components"]})
    assert other.is_valid(build.event("MissionCreated", {}))
    assert not other.is_valid(build.event("DriveIntentSet", {}))


@pytest.mark.parametrize("name", NAMED)
def test_what_has_a_name_is_nowhere_spelled_out_again(name: str) -> None:
    words = NAMED[name].get("enum")
    spelled = [
        (component, field)
        for component, schema in COMPONENTS.items()
        for field, described in schema.get("properties", {}).items()
        if words is not None and described.get("enum") == words
    ]
    assert spelled == []
    assert f'"#/components/schemas/{name}"' in json.dumps(DOCUMENT)


@pytest.mark.parametrize("name", COMPONENTS)
def test_no_member_that_is_always_there_is_said_to_be_absent(name: str) -> None:
    schema = COMPONENTS[name]
    told = {member: described.get("description", "") for member, described in schema.get("properties", {}).items()}
    assert [member for member in schema.get("required", ()) if "when absent" in told.get(member, "")] == []
