"""`msgspec` structs derived from the models, field by field: they decode many times faster.

A struct accepts a part of what its model accepts, and then holds the same values under the same names. What it does
not accept is put to the model, which alone explains. Nothing about a field is written here: the models are the one
definition.

An open struct ignores members that it does not know, as the model does (E14). A closed one refuses them, so that
JSON that it accepts was read as a whole.
"""

import types
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin

import annotated_types
import msgspec
import pydantic
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.formats import WireFormat
from mission_collaboration.contract.model import FROM_ARRAY
from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.contract.violations import Scalar

Model = TypeVar("Model", bound=BaseModel)
MSGSPEC_RULES: Final = {annotated_types.MinLen: "min_length", annotated_types.Ge: "ge", annotated_types.Le: "le"}
"""The rules that `msgspec` knows, by the name that both give to the limit."""
UNLIMITED: Final = (pydantic.FailFast, pydantic.WrapSerializer)
"""Rules that refuse nothing more."""
Flat = Scalar | list[Scalar] | dict[str, Scalar]
Shallow = Scalar | list[Scalar] | dict[str, Flat]
SHALLOW_OBJECT: Final = dict[str, Scalar | list[Scalar] | dict[str, Shallow]]
SHALLOW: Final = 4
"""How deep objects and arrays nest in a `SHALLOW_OBJECT`, itself counted. As in all events, no array has objects."""
ENVELOPE: Final = tuple(name for name in Event.model_fields if name != "event_type")
"""What every struct of an event has first, in this order."""


@cache
def struct_for(model: type[Model], *, closed: bool = False, sparse: bool = False) -> type[Model]:
    """Derive the struct that accepts a part of what `model` accepts, and nothing that it refuses.

    It is typed as the model, whose members it has. A field with a text format (`WireFormat`, a pattern) holds its
    text as sent; the reader checks it by `text_rules`. A sparse struct is written without the members that have their
    default. Raises `TypeError` for a field whose rules have no equal here, so that no rule is dropped silently.
    """
    decorators = model.__pydantic_decorators__
    if decorators.field_validators or decorators.root_validators or len(decorators.model_validators) > 1:
        raise TypeError(f"no struct for the validators of {model!r}")
    rule_of_the_whole = [("__post_init__", rule.func) for rule in decorators.model_validators.values()]
    struct = msgspec.defstruct(
        model.__name__,
        [_field(name, info, closed) for name, info in model.model_fields.items()],
        gc=False,
        kw_only=True,
        forbid_unknown_fields=closed,
        omit_defaults=sparse,
        namespace=dict(rule_of_the_whole),
    )
    return cast("type[Model]", struct)


@cache
def event_struct(event_type: str, *, closed: bool = True) -> type[Event]:
    """Derive the struct of an event of this type: the envelope with its payload's struct in it."""
    payload = ("payload", struct_for(PAYLOAD_MODELS[event_type], closed=closed))
    struct = msgspec.defstruct(
        f"{event_type}Event",
        [payload if name == "payload" else _field(name, Event.model_fields[name], closed) for name in ENVELOPE],
        gc=False,
        kw_only=True,
        forbid_unknown_fields=closed,
        tag_field="event_type",
        tag=event_type,
        namespace={"event_type": event_type, "source": property(lambda event: event)},
    )
    return cast("type[Event]", struct)


@cache
def envelope_struct(event_type: str | None = None, *, closed: bool = True) -> type[Event]:
    """Derive the struct of an event of this type, or of any, its payload as it came; members not sent are `UNSET`.

    A closed one takes only payloads that nest at most `SHALLOW` deep, so that nothing has to look how deep they are.
    """
    fields: list[Any] = []
    for name in (*ENVELOPE, *(() if event_type else ("event_type",))):
        info = Event.model_fields[name]
        kind = SHALLOW_OBJECT if closed and name == "payload" else _kind(info.annotation, closed, info.metadata)
        fields.append((name, kind) if info.is_required() else (name, kind | msgspec.UnsetType, msgspec.UNSET))
    tag: dict[str, Any] = {}
    if event_type:
        tag = {"tag_field": "event_type", "tag": event_type, "namespace": {"event_type": event_type}}
    struct = msgspec.defstruct("Envelope", fields, gc=False, kw_only=True, forbid_unknown_fields=closed, **tag)
    return cast("type[Event]", struct)


def any_event_struct(others: Iterable[str] = (), *, closed: bool = True) -> Any:
    """Derive the union of the structs of all events, told apart by their type; and of these other types."""
    structs = [event_struct(event_type, closed=closed) for event_type in PAYLOAD_MODELS]
    return Union[(*structs, *map(envelope_struct, others))]


def wire_formats(model: type[BaseModel]) -> Mapping[str, WireFormat]:
    """Map each field that has one to its text format."""
    fields = model.model_fields.items()
    return MappingProxyType(
        {name: rule for name, info in fields for rule in _rules(info) if isinstance(rule, WireFormat)}
    )


def text_rules(model: type[BaseModel]) -> Mapping[str, str]:
    """Map each field with a text format to the regular expression that the whole of its text has to match."""
    found: dict[str, str] = {}
    for name, info in model.model_fields.items():
        if patterns := [pattern for rule in _rules(info) if (pattern := _pattern(rule))]:
            (found[name],) = (pattern.removeprefix("^").removesuffix("$") for pattern in patterns)
    return MappingProxyType(found)


def _field(name: str, info: FieldInfo, closed: bool) -> tuple[str, Any] | tuple[str, Any, Any]:
    kind = _kind(info.annotation, closed, info.metadata)
    return (name, kind) if info.is_required() else (name, kind, info.default)


def _kind(annotation: Any, closed: bool, rules: Sequence[Any] = ()) -> Any:
    """Derive the type that `msgspec` knows for the type of a field and the rules about it."""
    limits: dict[str, Any] = {}
    for rule in rules:
        if isinstance(rule, WireFormat):
            return str
        if name := MSGSPEC_RULES.get(type(rule)):
            limits[name] = getattr(rule, name)
        elif not isinstance(rule, UNLIMITED) and rule is not FROM_ARRAY and not _pattern(rule):
            raise TypeError(f"no struct for the rule {rule!r}")
    if get_origin(annotation) is Annotated:
        kind, *given = get_args(annotation)
        return _kind(kind, closed, list(chain.from_iterable(getattr(rule, "metadata", [rule]) for rule in given)))
    kind = _plain_kind(annotation, closed)
    return Annotated[kind, msgspec.Meta(**limits)] if limits else kind


def _plain_kind(annotation: Any, closed: bool) -> Any:
    origin = get_origin(annotation)
    if origin is Literal or annotation in (str, int, bool, type(None), Any, ...):
        return annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return struct_for(annotation, closed=closed)
    kinds = tuple(_kind(argument, closed) for argument in get_args(annotation))
    if origin in (Union, types.UnionType):
        return Union[kinds]  # noqa: UP007
    if origin in (list, dict, tuple):
        return origin[kinds]
    raise TypeError(f"no struct for the type {annotation!r}")


def _rules(info: FieldInfo) -> list[Any]:
    inner = [rule for option in get_args(info.annotation) for rule in get_args(option)[1:]]
    return [*info.metadata, *inner]


def _pattern(rule: Any) -> str | None:
    if isinstance(rule, WireFormat):
        return str(dict(rule.published)["pattern"])
    found = getattr(rule, "pattern", None)
    return found if isinstance(found, str) else None


PAYLOAD_STRUCTS: Final[Mapping[str, type[pydantic.BaseModel]]] = MappingProxyType(
    {event_type: struct_for(model) for event_type, model in PAYLOAD_MODELS.items()}
)
"""Event type → the open struct of its payload model."""
