"""The fast twins of the models: they may say "surely", and are never wrong when they do."""

import json
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect
from pydantic import BaseModel, Field, ValidationError

from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.decoding.structs import PAYLOAD_STRUCTS, any_event_struct, struct_for
from tests.support.folding import Json, examples
from tests.support.histories import Step, payload_of
from tests.support.near_misses import near_payloads
from tests.support.pools import SPELLINGS
from tests.support.valid_events import json_values, payloads_of

REFUSED = object()


def by_model(event_type: str, payload: Any) -> Any:
    """Read a payload by its model, and give what it holds."""
    try:
        return msgspec.to_builtins(PAYLOAD_MODELS[event_type].model_validate(payload).model_dump())
    except ValidationError:
        return REFUSED


def by_twin(event_type: str, payload: Any) -> Any:
    """Read a payload by its twin, and give what that holds."""
    try:
        return msgspec.to_builtins(msgspec.convert(payload, PAYLOAD_STRUCTS[event_type]))
    except msgspec.ValidationError:
        return REFUSED


def by_closed_twin(event_type: str, text: str) -> Any:
    """Read a payload's text by the twin that knows all members, and give what that holds."""
    try:
        return msgspec.to_builtins(msgspec.json.decode(text, type=struct_for(PAYLOAD_MODELS[event_type], closed=True)))
    except msgspec.ValidationError:
        return REFUSED


def test_every_payload_has_its_twin() -> None:
    assert set(PAYLOAD_STRUCTS) == set(PAYLOAD_MODELS)


@pytest.mark.parametrize("event_type", PAYLOAD_MODELS)
@given(data=st.data())
@examples(60)
def test_a_twin_accepts_nothing_that_the_model_refuses_and_holds_equal_values(
    event_type: str, data: st.DataObject
) -> None:
    """R33: arbitrary JSON and what is almost valid."""
    payload = data.draw(near_payloads(event_type) | json_values())
    accepted = by_model(event_type, payload)
    assert by_twin(event_type, payload) in (accepted, REFUSED)
    assert by_closed_twin(event_type, json.dumps(payload)) in (accepted, REFUSED)


@pytest.mark.parametrize("event_type", PAYLOAD_MODELS)
@given(data=st.data())
@examples(15)
def test_a_twin_accepts_what_producers_send(event_type: str, data: st.DataObject) -> None:
    """Else it would be of no use."""
    payload = data.draw(payloads_of(event_type))
    accepted = by_model(event_type, payload)
    assert accepted is not REFUSED
    assert by_twin(event_type, payload) == accepted
    assert by_closed_twin(event_type, json.dumps(payload)) == accepted


@pytest.mark.parametrize("event_type", PAYLOAD_MODELS)
def test_an_open_twin_ignores_unknown_members_and_a_closed_one_refuses_them(event_type: str) -> None:
    """E14."""
    step = Step(event_type, "p1", "p2", 0, 1, SPELLINGS[0])
    payload: Json = {**payload_of(step), "zz_future": 1}
    assert by_twin(event_type, payload) == by_model(event_type, payload) != REFUSED
    assert by_closed_twin(event_type, json.dumps(payload)) is REFUSED


def kinds_in(kind: inspect.Type) -> Iterator[inspect.Type]:
    """Give a type and all types within it."""
    yield kind
    inner: Iterable[inspect.Type] = ()
    if isinstance(kind, inspect.StructType):
        inner = [field.type for field in kind.fields]
    elif isinstance(kind, inspect.UnionType):
        inner = kind.types
    for each in inner:
        yield from kinds_in(each)


def test_no_event_has_objects_in_an_array() -> None:
    """An object that follows in an array therefore shows that an event has ended, which the limit of one relies on."""
    scalars = inspect.StrType, inspect.IntType, inspect.BoolType, inspect.NoneType, inspect.LiteralType
    [kind] = inspect.multi_type_info([any_event_struct()])
    found = [each for each in kinds_in(kind) if not isinstance(each, (*scalars, inspect.StructType, inspect.UnionType))]
    assert found
    for each in found:
        assert isinstance(each, inspect.ListType)
        assert isinstance(each.item_type, scalars)


class Unlike(BaseModel):
    """A model with a rule that no twin knows."""

    code: Annotated[str, Field(max_length=3)]


class Unusual(BaseModel):
    """A model with a type that no twin knows."""

    amount: complex


@pytest.mark.parametrize(("model", "lacking"), [(Unlike, "the rule MaxLen"), (Unusual, "the type .*complex")])
def test_a_rule_without_an_equal_is_never_dropped_silently(model: type[BaseModel], lacking: str) -> None:
    with pytest.raises(TypeError, match=f"no struct for {lacking}"):
        struct_for(model)
