"""The dual-layer judgement of a payload: the Pydantic model, and separately the JSON Schema (contract C2)."""

from collections.abc import Iterator
from functools import reduce
from itertools import islice
from operator import getitem
from typing import Any, Final, get_args

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

MOST_PER_LAYER: Final = 100
MOST_UNKNOWN: Final = 101
"""Of how many unknown members an answer may tell: a hundred, and that there are more."""
LONG: Final = 1_000
"""How many items of an array are put to a schema at once."""


def validate_event(payload: Any, event_type: str) -> ConformanceResult:
    """Judge `payload`, any JSON value, as the payload of an `event_type` event (contract §6, C2).

    Each layer tells 100 violations at most, so that no verdict outgrows what was judged.
    Raises `UnknownEventTypeError` when the type is no collaboration event type.
    """
    model = payload_model(event_type)
    by_model = tuple(violation for _, violation in islice(judge_by_model(payload, model), MOST_PER_LAYER))
    by_schema = tuple(violation for _, violation in islice(judge_by_schema(payload, model), MOST_PER_LAYER))
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
        model.model_validate(with_few_unknown(data, model))
    except ValidationError as error:
        yield from model_violations(error)


def with_few_unknown(data: Any, model: type[BaseModel]) -> Any:
    """Leave out what this model and those in it forbid as unknown, but for a hundred members: each makes an error."""
    if not isinstance(data, dict) or model.model_config.get("extra") != "forbid":
        return data
    fields = model.model_fields
    unknown = [name for name in data if name not in fields]
    few = {name: value for name, value in data.items() if name in fields}
    for name, value in few.items():
        for kind in get_args(fields[name].annotation) if isinstance(value, dict) else ():
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                few[name] = with_few_unknown(value, kind)
    return few | {name: data[name] for name in unknown[:MOST_UNKNOWN]}


def judge_by_schema(data: Any, model: type[BaseModel]) -> Iterator[tuple[Location, SchemaViolation]]:
    """Find what the JSON Schema of `model` refuses in `data`, with each violation's location."""
    schema = validator(model)
    if schema.is_valid(data):
        return
    for start, piece in _pieces(data, model):
        for error in schema.iter_errors(piece):
            path = tuple(error.instance_path)
            if len(path) > 1 and isinstance(path[1], int):
                path = (path[0], path[1] + start, *path[2:])
            elif start > 0:
                continue  # the first piece has it too
            is_missing = error.kind.name == "required"  # blame the missing member itself, as the model does
            document: Any = schema_document(model)
            violation = SchemaViolation(
                json_path="$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path),
                message=error.message,
                validator=error.kind.name,
                validator_value=reduce(getitem, error.schema_path, document),
                schema_path="/".join(map(str, error.schema_path)),
            )
            yield (*path, error.kind.as_dict()["property"]) if is_missing else path, violation


def _pieces(data: Any, model: type[BaseModel]) -> Iterator[tuple[int, Any]]:
    """Cut a long array, as the validator makes every error that it can at once.

    Gives the data with a part of the array each, and where in the array the part begins.
    """
    arrays = [name for name, member in schema_document(model)["properties"].items() if member.get("type") == "array"]
    items = data.get(arrays[0]) if arrays and isinstance(data, dict) else None  # no model has two
    if isinstance(items, list) and len(items) > LONG:
        for start in range(0, len(items), LONG):
            yield start, {**data, arrays[0]: items[start : start + LONG]}
    else:
        yield 0, data
