"""What is wrong with a piece of data, where, and by which layer's judgement (contract C2)."""

from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from mission_collaboration.contract.errors import Location

LONGEST_INPUT: Final = 200
"""How many characters of an offending string a verdict repeats."""
LARGEST_WHOLE: Final = 2.0**53
"""Up to here a double holds every integer."""
LARGEST_INPUT_BITS: Final = 664
"""An integer that fits into this has 200 digits at most."""

PLAIN_WORDS: Final = {
    "missing": "Required, and missing",
    "model_type": "Input should be an object",
    "dict_type": "Input should be an object",
    "list_type": "Input should be an array",
    "string_type": "Input should be a string",
    "int_type": "Input should be an integer",
    "extra_forbidden": "No such member; see the request's schema",
}
"""What a reader of JSON understands, where Pydantic speaks of Python."""


Scalar = str | int | float | bool | None


class _Verdict(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class ModelViolation(_Verdict):
    """Something that the Pydantic model refuses."""

    field: str
    """The field, dotted: `focus_target.target_id`; empty when the payload is no object."""
    message: str
    """What the model expects."""
    violation_type: str
    """The kind of violation, stable: `missing`, `string_type`, `literal_error` …"""
    input_value: Scalar
    """The offending scalar, cut at 200 characters; null when it is missing, an object or an array."""


class SchemaViolation(_Verdict):
    """Something that the JSON Schema refuses."""

    json_path: str
    """Where: `$.focus_target.target_id`."""
    message: str
    """What the schema expects."""
    validator: str
    """The schema keyword that refuses: `required`, `enum`, `minLength` …"""
    validator_value: JsonValue
    """That keyword's value in the schema."""
    schema_path: str
    """Where in the schema the keyword stands, with `/` between the steps."""


class ConformanceResult(_Verdict):
    """The verdict of both layers on one payload."""

    valid: bool
    """True when neither layer has anything to say."""
    event_type: str
    """The type that the payload was judged as."""
    model_violations: tuple[ModelViolation, ...]
    """What the Pydantic model refuses."""
    schema_violations: tuple[SchemaViolation, ...]
    """What the JSON Schema refuses."""
    schema_check_skipped: bool
    """True where the schema layer could not run; this service always runs it."""


def model_violations(error: ValidationError) -> Iterator[tuple[Location, ModelViolation]]:
    """Give each violation of a failed validation, with its location in the data."""
    for found in error.errors(include_url=False, include_context=False):
        location, kind, given = found["loc"], found["type"], found["input"]
        message = PLAIN_WORDS.get(kind, found["msg"])
        if kind == "int_type" and isinstance(given, float) and given.is_integer() and abs(given) <= LARGEST_WHOLE:
            message += f": write {int(given)}"
        yield (
            location,
            ModelViolation(
                field=".".join(map(str, location)),
                message=message,
                violation_type=kind,
                input_value=None if kind == "missing" else _scalar(given),
            ),
        )


def _scalar(value: Any) -> Scalar:
    """Repeat a scalar, cut; of anything else None."""
    if isinstance(value, str):
        return value[:LONGEST_INPUT].encode("utf-8", "replace").decode()
    if isinstance(value, int) and value.bit_length() > LARGEST_INPUT_BITS:
        try:
            return str(value)[:LONGEST_INPUT]
        except ValueError:  # longer than Python writes, as no JSON is here
            return None
    return value if isinstance(value, int | float | bool) else None
