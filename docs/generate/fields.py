"""How the documents write a model's fields down: made of the model's schema, in words."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from mission_collaboration.contract.formats import IDENTIFIER_PATTERN, INSTANT_PATTERN
from mission_collaboration.contract.model import ContractJsonSchema

WORDS: Final = {
    IDENTIFIER_PATTERN: "ULID or UUID",
    INSTANT_PATTERN: "timestamp",
    r"^[0-9]+\.[0-9]+\.[0-9]+$": "text: three numbers with dots",
}


class Field(NamedTuple):
    """A row of a field table."""

    name: str
    type: str
    required: str


def fields(model: type[BaseModel]) -> list[Field]:
    """List a model's fields as the tables have them."""
    schema = _schema(model)
    return [
        Field(f"`{name}`", described(found), required(name, found, schema))
        for name, found in schema["properties"].items()
    ]


def meanings(model: type[BaseModel]) -> list[str]:
    """List what each field of a model means, in their order: the sentences below the fields, on one line."""
    return [" ".join(found["description"].split()) for found in _schema(model)["properties"].values()]


def table(*rows: Sequence[str]) -> str:
    """Write a table, its head first."""
    head, *body = rows
    lines = [" | ".join(row) for row in (head, *body)]
    return "\n".join([f"| {lines[0]} |", f"|{'---|' * len(head)}", *(f"| {line} |" for line in lines[1:])])


def described(schema: dict[str, Any]) -> str:
    """Say what a property takes; whether it may be null stands in another column."""
    if "anyOf" in schema:
        return described(next(option for option in schema["anyOf"] if option != {"type": "null"}))
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if "enum" in schema:
        return ", ".join(f"`{option}`" for option in schema["enum"])
    if "pattern" in schema:
        return "UUID of 36 characters" if schema.get("format") == "uuid" else WORDS[schema["pattern"]]
    return _plain(schema["type"][0] if isinstance(schema["type"], list) else schema["type"], schema)


def required(name: str, found: dict[str, Any], schema: dict[str, Any]) -> str:
    """Say whether a property has to be there, and what stands for it when it is not."""
    if name in schema.get("required", ()):
        return "yes, may be null" if "null" in found.get("type", "") else "yes"
    return f"no: `{found['default']}`" if "default" in found else "no, may be null"


def _plain(kind: str, schema: dict[str, Any]) -> str:
    match kind:
        case "integer" if "minimum" in schema:
            return f"integer, {schema['minimum']} to {schema['maximum']}"
        case "array":
            return _array(schema)
        case "object" if isinstance(schema.get("additionalProperties"), dict):
            return f"object: text → {described(schema['additionalProperties'])}"
        case "string":
            return "text, not empty" if schema.get("minLength") else "text"
    return kind


def _array(schema: dict[str, Any]) -> str:
    if schema.get("uniqueItems"):
        return "set of texts"
    if "minItems" in schema:
        return f"array of {schema['minItems']} or more texts"
    item = described(schema["items"])
    return "array of texts" if item == "text" else f"array of {item}"


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(schema_generator=ContractJsonSchema)
