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
        if isinstance(inner.get("type"), str) and "enum" not in inner:
            return {**inner, "type": [inner["type"], "null"]}
        return self.get_union_of_schemas([inner, {"type": "null"}])
