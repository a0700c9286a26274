"""How COMPATIBILITY.md writes a model's fields down: made of the model's schema, to hold its tables against."""

from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from app.contract.formats import IDENTIFIER_PATTERN, INSTANT_PATTERN
from app.contract.json_schema import ContractJsonSchema

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
    schema = model.model_json_schema(schema_generator=ContractJsonSchema)
    return [
        Field(f"`{name}`", described(found), required(name, found, schema))
        for name, found in schema["properties"].items()
    ]


def described(schema: dict[str, Any]) -> str:
    """Say what a property takes; whether it may be null stands in another column."""
    if "anyOf" in schema:
        [schema] = [option for option in schema["anyOf"] if option != {"type": "null"}]
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if "enum" in schema:
        return ", ".join(f"`{option}`" for option in schema["enum"])
    if "pattern" in schema:
        return "UUID of 36 characters" if schema.get("format") == "uuid" else WORDS[schema["pattern"]]
    kind = schema["type"][0] if isinstance(schema["type"], list) else schema["type"]
    match kind:
        case "integer":
            return f"integer, {schema['minimum']} to {schema['maximum']}"
        case "array":
            return f"array of {schema['minItems']} or more texts"
        case "string":
            return "text, not empty" if schema.get("minLength") else "text"
    return str(kind)


def required(name: str, found: dict[str, Any], schema: dict[str, Any]) -> str:
    """Say whether a property has to be there, and what stands for it when it is not."""
    if name in schema["required"]:
        return "yes"
    return f"no: `{found['default']}`" if "default" in found else "no, may be null"
