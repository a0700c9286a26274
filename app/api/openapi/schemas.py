"""The components of the document: a schema for every model that is spoken of, and for every model of the contract."""

import inspect
import json
import re
from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.api.examples.stories import EACH_TYPE
from app.api.openapi.events import advisory_schemas, event_schemas
from app.api.openapi.names import NAMED, Schema, with_names
from app.api.operation import SCHEMAS, Operation
from app.problems import ProblemDetails
from mission_collaboration.contract.identity import ParticipantExternalRefs
from mission_collaboration.contract.model import ContractJsonSchema
from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.contract.schemas import PUBLISHED_MODELS
from mission_collaboration.contract.state import ReducedCollaborationState, WarningEntry

DOCUMENTS: Final[dict[str, Schema]] = {
    "JsonValue": {"description": "Any JSON value."},
    "JsonSchema": {
        "description": "A JSON Schema, draft 2020-12.",
        "type": "object",
        "properties": {
            "$schema": {"type": "string", "description": "The dialect."},
            "$id": {"type": "string", "description": "The schema's own name."},
            "title": {"type": "string", "description": "The model that it describes."},
            "description": {"type": "string", "description": "What that model is."},
            "type": {"type": "string", "description": "Always `object`."},
            "properties": {"type": "object", "additionalProperties": True, "description": "A schema for each field."},
            "required": {
                "type": "array",
                "items": {"type": "string"},
                "description": "The fields that must be there.",
            },
        },
        "required": ["$schema", "$id", "title", "type", "properties"],
        "additionalProperties": True,
    },
}
"""What no model describes."""


def reference(answer: type[BaseModel] | str) -> dict[str, str]:
    """Refer to the component of a model, or of a document that is known by its media type; text has none."""
    if isinstance(answer, str):
        return {"type": "string"} if answer.startswith("text/") else {"$ref": SCHEMAS + "JsonSchema"}
    return {"$ref": SCHEMAS + _public_name(answer.__name__)}


def component_schemas(operations: Sequence[Operation]) -> dict[str, Schema]:
    """Make all components, by name."""
    published = _of_models(operations)
    every = {**published, **DOCUMENTS, **event_schemas(published["Event"]), **advisory_schemas(published["Advisory"])}
    for whole in (ReducedCollaborationState, WarningEntry):  # what is written has every field, defaults or not (S16)
        every[whole.__name__]["required"] = list(whole.model_fields)
    for alternative in every[ParticipantExternalRefs.__name__]["anyOf"]:  # readers that merge it want no second type
        alternative["properties"] = {name: {"not": {"type": "null"}} for name in alternative["properties"]}
    for event_type, model in PAYLOAD_MODELS.items():
        every[model.__name__] |= {"examples": [EACH_TYPE[event_type]["payload"]]}
    named = {name: with_names(_without_defaults(schema)) for name, schema in every.items()} | NAMED
    return {name: {"title": name} | schema | {"title": name} for name, schema in sorted(named.items())}


def _without_defaults(schema: Schema) -> Schema:
    """Say in words what an absent member counts as: generators take a `default` to mean that it is always there."""
    properties = {}
    required = schema.get("required", ())
    for name, described in schema.get("properties", {}).items():
        properties[name] = {key: value for key, value in described.items() if key != "default"}
        if "default" in described and name not in required:
            default = described["default"]
            shown = default if isinstance(default, str) else json.dumps(default)
            properties[name]["description"] = f"{described['description']} `{shown}` when absent."
    return {**schema, "properties": properties} if properties else schema


def _of_models(operations: Sequence[Operation]) -> dict[str, Schema]:
    asked = [model for o in operations for model in (o.request, o.answer) if isinstance(model, type)]
    models: dict[type[BaseModel], None] = dict.fromkeys([*PUBLISHED_MODELS.values(), *asked, ProblemDetails])
    _, definitions = models_json_schema(
        [(model, "validation") for model in models],
        schema_generator=ContractJsonSchema,
        ref_template=SCHEMAS + "{model}",
    )
    schemas = {_public_name(name): schema for name, schema in definitions["$defs"].items()}
    for model in models:
        if origin := model.__pydantic_generic_metadata__["origin"]:
            schemas[origin.__name__]["description"] = inspect.getdoc(origin)
    return {name: schema | {"title": name} for name, schema in schemas.items()}


def _public_name(name: str) -> str:
    """Name generic models after what they are: `ReduceRequest[Event]` → `ReduceRequest`."""
    return re.sub(r"\[.*\]|_\w+_$", "", name)
