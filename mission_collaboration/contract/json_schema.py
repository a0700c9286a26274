"""How the models become JSON Schema: the same rules for the schema files and for OpenAPI."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema


class ContractJsonSchema(GenerateJsonSchema):
    """Pydantic's generator without the noise that a reader has to skip.

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
