"""Fast twins of the models: `msgspec` structs derived from them, field by field.

A twin answers one question quickly, "does this surely fit the model?", and holds the same values under the
same names when it does. Whatever it does not accept is put to the model, which alone explains. There is one
definition of each model; nothing about a field is written here.
"""

import types
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import annotated_types
import msgspec
import pydantic
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.contract.payloads import PAYLOAD_MODELS


@cache
def twin(model: type[BaseModel]) -> type[msgspec.Struct]:
    """Derive the struct that accepts a part of what `model` accepts, and nothing that it refuses.

    Raises `TypeError` for a field whose rules have no equal here, so that no rule is ever dropped silently.
    """
    fields = [_field(name, info) for name, info in model.model_fields.items()]
    return msgspec.defstruct(f"{model.__name__}Twin", fields, gc=False, frozen=True, kw_only=True)


def _field(name: str, info: FieldInfo) -> tuple[str, Any] | tuple[str, Any, Any]:
    kind = _constrained(_twin_type(info.annotation), info.metadata)
    return (name, kind) if info.is_required() else (name, kind, info.default)


def _twin_type(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return twin(annotation)
    if annotation in (str, int, type(None)) or get_origin(annotation) is Literal:
        return annotation
    if get_origin(annotation) is Annotated:
        plain, *metadata = get_args(annotation)
        return _constrained(_twin_type(plain), metadata)
    if get_origin(annotation) in (Union, types.UnionType):
        return Union[tuple(_twin_type(option) for option in get_args(annotation))]  # noqa: UP007 - built at run time
    if get_origin(annotation) is list:
        return list[_twin_type(*get_args(annotation))]  # type: ignore[misc]
    raise TypeError(f"no twin for the type {annotation!r}")


def _constrained(kind: Any, metadata: list[Any]) -> Any:
    limits: dict[str, Any] = {}
    for rule in metadata:
        limits |= _limit(rule)
    return Annotated[kind, msgspec.Meta(**limits)] if limits else kind


def _limit(rule: Any) -> dict[str, Any]:
    match rule:
        case annotated_types.MinLen(length):
            return {"min_length": length}
        case annotated_types.Ge(least):
            return {"ge": least}
        case annotated_types.Le(most):
            return {"le": most}
        case pydantic.FailFast():
            return {}
    raise TypeError(f"no twin for the rule {rule!r}")


PAYLOAD_TWINS: Final[Mapping[str, type[msgspec.Struct]]] = MappingProxyType(
    {event_type: twin(model) for event_type, model in PAYLOAD_MODELS.items()}
)
"""Event type → the twin of its payload model."""
