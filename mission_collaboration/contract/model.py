"""What every model of the contract has in common, and the two constraints that most fields carry."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic_core import PydanticCustomError


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
