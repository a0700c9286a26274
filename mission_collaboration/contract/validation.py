"""The dual-layer judgement of a payload: the Pydantic model, and separately the JSON Schema (contract C2)."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from jsonschema_rs import Draft202012Validator
from jsonschema_rs import ValidationError as SchemaError
from pydantic import BaseModel, ValidationError

from mission_collaboration.contract.errors import Location, UnknownEventTypeError
from mission_collaboration.contract.payloads import PAYLOAD_MODELS, Payload
from mission_collaboration.contract.schemas import schema_document, validator
from mission_collaboration.contract.violations import (
    ConformanceResult,
    ModelViolation,
    SchemaViolation,
    model_violations,
)

MOST_VIOLATIONS: Final = 100
LONG: Final = 1_000
"""How many items of an array are put to a schema at once."""


def validate_event(payload: Any, event_type: str) -> ConformanceResult:
    """Judge `payload`, any JSON value, as the payload of an `event_type` event (contract §6, C2).

    Each layer tells 100 violations at most, so that no verdict outgrows what was judged.
    Raises `UnknownEventTypeError` when the type is no collaboration event type.
    """
    model = payload_model(event_type)
    by_model = tuple(violation for _, violation in islice(judge_by_model(payload, model), MOST_VIOLATIONS))
    by_schema = tuple(violation for _, violation in islice(judge_by_schema(payload, model), MOST_VIOLATIONS))
    return ConformanceResult(
        valid=not by_model and not by_schema,
        event_type=event_type,
        model_violations=by_model,
        schema_violations=by_schema,
        schema_check_skipped=False,
    )


def payload_model(event_type: str) -> type[Payload]:
    """Find the payload model of a collaboration event type."""
    try:
        return PAYLOAD_MODELS[event_type]
    except KeyError:
        raise UnknownEventTypeError(event_type) from None


def judge_by_model(data: Any, model: type[BaseModel]) -> Iterator[tuple[Location, ModelViolation]]:
    """Find what `model` refuses in `data`, with each violation's location; nothing when it accepts."""
    try:
        model.model_validate(data)
    except ValidationError as error:
        yield from model_violations(error)


def judge_by_schema(data: Any, model: type[BaseModel]) -> Iterator[tuple[Location, SchemaViolation]]:
    """Find what the JSON Schema of `model` refuses in `data`, with each violation's location."""
    schema = validator(model)
    if schema.is_valid(data):
        return
    for path, error in _schema_errors(schema, data):
        location = path
        if error.kind.name == "required":  # blame the missing member itself, as the model does
            location = (*path, error.kind.as_dict()["property"])
        yield (
            location,
            SchemaViolation(
                json_path=_json_path(path),
                message=error.message,
                validator=error.kind.name,
                validator_value=_keyword(model, error.schema_path),
                schema_path="/".join(map(str, error.schema_path)),
            ),
        )


def _schema_errors(schema: Draft202012Validator, data: Any) -> Iterator[tuple[Location, SchemaError]]:
    """Find errors with their paths; those of a long array piece by piece, as the validator makes all it can at once."""
    long = [name for name, value in data.items() if _is_long(value)] if isinstance(data, dict) else []
    if not long:
        for error in schema.iter_errors(data):
            yield tuple(error.instance_path), error
        return
    name, items = long[0], data[long[0]]
    short = {**data, **{other: [] for other in long[1:]}}  # no model has two
    for start in range(0, len(items), LONG):
        for error in schema.iter_errors({**short, name: items[start : start + LONG]}):
            path = tuple(error.instance_path)
            if path[:1] == (name,) and len(path) > 1:
                yield (name, int(path[1]) + start, *path[2:]), error
            elif start == 0:
                yield path, error


def _is_long(value: Any) -> bool:
    return isinstance(value, list) and len(value) > LONG


def _keyword(model: type[BaseModel], path: Iterable[str | int]) -> Any:
    """Look up what the schema says at `path`."""
    found: Any = schema_document(model)
    for step in path:
        found = found[step]
    return found


def _json_path(path: Iterable[str | int]) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
