"""What an event says, as one text that every reader makes: it settles conflicts and is remembered (R30, R31)."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mission_collaboration import Event
from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.decoding.events import read_events
from mission_collaboration.decoding.reader import read_texts
from mission_collaboration.reducer.content import content
from tests.support import builders as build
from tests.support.folding import Json
from tests.support.twists import respelled
from tests.support.valid_events import valid_events


def by_every_reader(event: Json) -> Iterator[str]:
    """Write what an event says as it is read from Python, from its text, and from a text with an unknown member."""
    yield from map(content, read_events([Event.model_validate(event)]).events)
    for members in (event, event | {"zz_future": [1]}):
        yield from map(content, read_texts([json.dumps(members).encode()], max_nesting=64).events)


def by_the_models(event: Json) -> str:
    """Write it with the standard library, from what the models read."""
    envelope = Event.model_validate(event).model_dump(mode="json", exclude={"build_id", "schema_version"})
    payload: Any = PAYLOAD_MODELS[event["event_type"]].model_validate(event["payload"]).model_dump(mode="json")
    return json.dumps({**envelope, "payload": payload}, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@given(valid_events(), st.integers(0, 5))
def test_every_reader_and_every_spelling_say_the_same_text(event: Json, variant: int) -> None:
    texts = {*by_every_reader(event), *by_every_reader(respelled(event, variant))}
    assert texts == {by_the_models(event)}


def test_text_of_all_kinds_is_written_as_the_standard_library_writes_it() -> None:
    """Control characters, quotes, and what lies beyond 16 bits."""
    odd = "".join(map(chr, range(0x180))) + "\u2028\ufeff\uffff\U0001f680"
    event = build.event(*build.comment("p1", content=odd), project_slug=odd)
    texts = list(by_every_reader(event))
    assert texts == [by_the_models(event)] * 3
