"""What every model of the contract has in common: rules, constraints of fields, and how it becomes JSON Schema."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema


class ContractModel(BaseModel):
    """Frozen (E17), strict (E15), and deaf to fields it does not know (E14)."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="ignore",
        use_attribute_docstrings=True,
        str_min_length=0,  # makes Pydantic look into every string, and so refuse half a surrogate pair
    )


def _as_set(value: object) -> object:
    if not isinstance(value, list):
        return value
    strings = frozenset(item for item in value if isinstance(item, str))
    if len(strings) < len(value):
        raise PydanticCustomError("unique_strings", "Input should be a list of strings without repeats")
    return strings


NonEmpty = Annotated[str, Field(min_length=1)]
StringSet = Annotated[frozenset[str], BeforeValidator(_as_set), PlainSerializer(sorted, list[str], when_used="json")]
"""A set of strings; an array without repeats on the wire, in code point order (S16)."""

FROM_ARRAY = BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value)
"""Lets a strict tuple be read from a parsed JSON array as it is from JSON text (E15)."""


class ContractJsonSchema(GenerateJsonSchema):
    """How the models become JSON Schema, for the schema files and for OpenAPI: without noise that a reader has to skip.

    Fields have no titles made of their own names, an absent optional field has no `default: null`, and what
    may be null says so in its `type`.
    """

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Give no field a title: its name says it."""
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Leave out defaults that are null."""
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Say `type: [string, null]` instead of a union with null where that is possible."""
        inner = self.generate_inner(schema["schema"])
        if inner.keys() == {"type"} and isinstance(inner["type"], list):
            return {"type": [*inner["type"], "null"]}
        if isinstance(inner.get("type"), str) and "enum" not in inner:
            return {**inner, "type": [inner["type"], "null"]}
        return self.get_union_of_schemas([inner, {"type": "null"}])

    def union_schema(self, schema: core_schema.UnionSchema) -> JsonSchemaValue:
        """Say `type: [string, number]` where the members of a union are told apart by nothing else."""
        union = super().union_schema(schema)
        members = union.get("anyOf", ())
        if not members or any(member.keys() != {"type"} or member["type"] == "null" for member in members):
            return union
        types = [member["type"] for member in members]
        return {"type": [kind for kind in types if kind != "integer" or "number" not in types]}
