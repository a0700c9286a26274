"""The one reader: what it makes of texts is what the models make of them, and one odd event is one odd event."""

import copy
import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, get_args
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mission_collaboration import Event, EventRefusedError, ParticipantIdentity
from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.contract.schemas import validator
from mission_collaboration.decoding import reader
from mission_collaboration.decoding.batch import Batch
from mission_collaboration.decoding.events import read_batch, read_events
from mission_collaboration.decoding.reader import read_texts
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.content import content
from mission_collaboration.reducer.fold import MODES, Mode, fold
from mission_collaboration.reducer.ordering import canonical
from mission_collaboration.reducer.snapshot import encode, freeze
from tests.support import builders as build
from tests.support.folding import Json, Outcome, examples, outcome
from tests.support.histories import histories, rosters
from tests.support.near_misses import near_events
from tests.support.valid_events import json_values

CHANCE = st.integers(0, 2**32).map(random.Random)
SOUND = build.event(*build.joined("p1"))
UNLIKE: tuple[Json, ...] = (
    *({}, {"payload": {}}, {"payload": {"wp": [{"lane": "doing"}]}}, {"payload": {"a": {"b": {"c": {"d": 1}}}}}),
    *({"timestamp": "no"}, {"event_id": "x"}, {"zz_future": 1}, {"lamport_clock": None}, {"build_id": 7}),
)
OTHERS: tuple[Json, ...] = tuple(SOUND | {"event_type": "WPStatusChanged"} | changed for changed in UNLIKE)
"""Events of another type, some of which do not fit the envelope."""


def read(events: list[Any]) -> Batch:
    return read_texts([json.dumps(event).encode() for event in events], max_nesting=64)


def folded(events: list[Json], mode: Mode) -> Outcome:
    """Fold what the reader makes of the events' texts."""
    accumulator = Accumulator(strict=mode == "strict")
    try:
        fold(accumulator, canonical(read(events).events))
    except EventRefusedError as no:
        return Outcome(None, no.code, no.event_id, no.event_type, getattr(no, "participant_id", None), str(no))
    return Outcome(encode(accumulator).decode())


@given(histories(), CHANCE)
def test_texts_come_to_what_python_events_come_to(events: list[Json], chance: random.Random) -> None:
    """States to the byte, refusals to the word; in any order."""
    for batch in (events, chance.sample(events, len(events))):
        for mode in MODES:
            assert folded(batch, mode) == outcome(batch, mode)


@given(st.lists(near_events() | json_values(), max_size=5))
@examples(100)
def test_texts_and_decoded_values_make_the_same_batch(events: list[Any]) -> None:
    """E1 to E19: events in which one thing was changed, and things that are no events at all."""
    by_text, by_value = read(events), read_batch(events)
    assert by_text.total == by_value.total == len(events)
    assert list(by_text.indices) == list(by_value.indices)
    assert list(map(content, by_text.events)) == list(map(content, by_value.events))
    assert [(other.index, other.event_type) for other in by_text.others] == [
        (other.index, other.event_type) for other in by_value.others
    ]
    assert [broken.index for broken in by_text.broken] == [broken.index for broken in by_value.broken]


@given(st.lists(near_events() | st.sampled_from(OTHERS), max_size=5))
@examples(100)
def test_an_other_type_that_was_met_before_is_read_as_it_was_the_first_time(events: list[Any]) -> None:
    with patch.object(reader, "KNOWN_TYPES", reader.KnownTypes()):
        first, again = read(events), read(events)
    assert [(other.index, other.event_id, other.value) for other in first.others] == [
        (other.index, other.event_id, other.value) for other in again.others
    ]
    assert list(map(content, first.events)) == list(map(content, again.events))
    assert (first.indices, first.sent_ids, first.broken) == (again.indices, again.sent_ids, again.broken)


def test_a_type_is_learned_once_however_it_is_spelled() -> None:
    """Of a repeated member the last one counts, and the struct of the type refuses the repetition."""
    known = reader.KnownTypes()
    text = json.dumps(SOUND | {"event_type": "Other"}).encode()
    repeated = text.replace(b'"event_type"', b'"event_type": "Another", "event_type"')
    with patch.object(reader, "KNOWN_TYPES", known):
        batch = read_texts([repeated] * 3, max_nesting=64)
    assert [other.event_type for other in batch.others] == ["Other"] * 3
    assert len(get_args(known.struct)) == len(PAYLOAD_MODELS) + 1


def test_threads_may_meet_types_at_the_same_time() -> None:
    """Streams are folded in threads. Half a struct would end the process."""
    texts = [json.dumps(SOUND | {"event_type": f"Type{number}"}).encode() for number in range(60)]

    def read_all(seed: int) -> list[str]:
        chance = random.Random(seed)
        shuffled = [text for _ in range(5) for text in chance.sample(texts, len(texts))]
        return [read_texts([text], max_nesting=64).others[0].event_type for text in shuffled]

    known = reader.KnownTypes()
    with patch.object(reader, "KNOWN_TYPES", known), ThreadPoolExecutor(8) as threads:
        found = list(threads.map(read_all, range(8)))
    assert {len(types) for types in found} == {300}
    assert len(get_args(known.struct)) == len(PAYLOAD_MODELS) + 60


def test_no_caller_makes_the_reader_learn_without_end() -> None:
    known = reader.KnownTypes()
    with patch.object(reader, "KNOWN_TYPES", known):
        batch = read([SOUND | {"event_type": f"Type{number}"} for number in range(reader.MOST_LEARNED + 10)])
        learned = known.struct
        again = read([SOUND | {"event_type": f"Type{number}"} for number in range(reader.MOST_LEARNED + 10)])
    assert len(get_args(learned)) == len(PAYLOAD_MODELS) + reader.MOST_LEARNED
    assert known.struct is learned
    assert [other.event_type for other in batch.others] == [other.event_type for other in again.others]


@given(st.lists(near_events(), max_size=3))
@examples(200)
def test_what_the_reader_accepts_the_json_schemas_accept(events: list[Any]) -> None:
    """E16: so no schema need be asked about it."""
    batch = read(events)
    for index, event in zip(batch.indices, batch.events, strict=True):
        assert validator(Event).is_valid(events[index])
        if event.payload is not None:
            payload = events[index].get("payload", {})
            assert validator(PAYLOAD_MODELS[event.event_type]).is_valid(payload)


BROKEN: tuple[Json, ...] = (
    *({"event_id": "x"}, {"event_id": build.ulid(1) + "\n"}, {"event_id": "8" + "0" * 25}, {"event_id": None}),
    *({"timestamp": "2026-02-29T00:00:00Z"}, {"timestamp": "0001-01-01T00:00:00+00:01"}, {"timestamp": 0}),
    *({"timestamp": "2026-01-01T00:00:00Z\n2026-01-01T00:00:00Z"}, {"project_uuid": build.PROJECT[:-1] + "\n"}),
    *({"schema_version": "1.0"}, {"schema_version": None}, {"data_tier": 5}, {"lamport_clock": 1.0}),
    *({"event_id": f"{build.ulid(1)}\n{build.ulid(2)}"}, {"correlation_id": f"{build.ulid(1)}\n{build.ulid(2)}"}),
    *({"schema_version": "1.0.0\n1.0.0"}, {"project_uuid": f"{build.PROJECT}\n{build.PROJECT}"}),
    *({"lamport_clock": 2**53}, {"lamport_clock": True}, {"causation_id": ""}, {"correlation_id": "x"}),
    *({"payload": None}, {"payload": []}, {"node_id": ""}, {"event_type": ""}, {"event_type": 7}, {"build_id": 7}),
)


@pytest.mark.parametrize("changed", BROKEN, ids=str)
@pytest.mark.parametrize("company", [0, 1, 3])
def test_a_broken_envelope_is_found_among_sound_ones_and_leaves_them_alone(changed: Json, company: int) -> None:
    others = [SOUND | {"event_id": build.ulid(100 + number)} for number in range(company)]
    batch = read([*others, SOUND | changed, *others])
    assert [broken.index for broken in batch.broken] == [company]
    assert next(batch.broken[0].violations())[0] == (next(iter(changed)),)
    assert [event.event_id for event in batch.events] == [event["event_id"] for event in (*others, *others)]
    assert list(batch.indices) == [*range(company), *range(company + 1, 2 * company + 1)]


@pytest.mark.parametrize("rest", [{}, {"event_id": 7}, {"payload": None}, {"timestamp": "no", "lamport_clock": "x"}])
def test_of_another_type_nothing_is_asked_but_the_type(rest: Json) -> None:
    """E19."""
    batch = read([SOUND, {"event_type": "WPStatusChanged", **rest}])
    assert [(other.index, other.event_type) for other in batch.others] == [(1, "WPStatusChanged")]
    assert (len(batch.events), batch.broken, batch.total) == (1, [], 2)


def test_an_event_of_another_type_is_kept_as_it_was_sent() -> None:
    """E19: whether or not its envelope fits; members that were not sent are not made up."""
    sound = {name: value for name, value in SOUND.items() if name != "schema_version"} | {
        "event_type": "WPStatusChanged",
        "event_id": build.ulid(7).lower(),
        "payload": {"wp_id": "WP07", "deep": [{"big": 2**70}]},
    }
    sent = [sound, sound | {"zz_future": 1}, sound | {"project_uuid": None}, {"event_type": "Other", "event_id": 7}]
    others = read(sent).others
    assert [other.value for other in others] == sent
    assert [other.event_id for other in others] == [build.ulid(7).lower()] * 3 + [None]


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"{", b"\xff", b'{"event_type": "Other", "zz": 1e999}', b'{"event_type": "Other", "zz": NaN}'),
        *(b'{"event_type": "Other", "zz": ["\\ud800"]}', b'{"event_type": "Other", "zz": "\xff"}'),
        b'{"event_type": "Other", "zz": %s}' % (b"9" * 5_000),
        b'{"event_type": "Other", "zz": %s1%s}' % (b"[" * 64, b"]" * 64),
        json.dumps(SOUND).encode()[:-1] + b', "zz": [1e999]}',
        json.dumps(SOUND).encode()[:-1] + b', "zz": "\xc3("}',
    ],
)
def test_nothing_of_a_text_is_skipped_unread(text: bytes) -> None:
    """Numbers, UTF-8, escapes and nesting count within unknown members, too."""
    batch = read_texts([json.dumps(SOUND).encode(), text], max_nesting=64)
    assert [(broken.index, broken.text) for broken in batch.broken] == [(1, text)]


def test_spellings_are_normalised_and_the_ids_as_sent_are_kept() -> None:
    """E1, E5: the id as ULID in upper case, the instant in UTC."""
    spelled = SOUND | {"event_id": build.ulid(7).lower(), "timestamp": "2026-01-02 03:04:05.5000009+01:00"}
    batch = read([spelled, SOUND])
    assert [event.event_id for event in batch.events] == [build.ulid(7), SOUND["event_id"]]
    assert batch.events[0].timestamp.isoformat() == "2026-01-02T02:04:05.500000+00:00"
    assert list(batch.sent_ids) == [build.ulid(7).lower(), SOUND["event_id"]]


ODD: tuple[Json, ...] = (
    *(SOUND | {"zz_future": 1}, SOUND | {"payload": {**SOUND["payload"], "zz_future": 1}}),
    *(SOUND | {"payload": {}}, {"event_type": "Other"}, SOUND | {"timestamp": "no"}, {}),
)


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_one_odd_event_is_the_only_one_that_is_read_by_itself(odd: Json) -> None:
    events = [SOUND | {"event_id": build.ulid(number)} for number in range(50)]
    events[20] = odd
    with patch.object(reader.Reading, "read_odd", autospec=True, side_effect=reader.Reading.read_odd) as by_itself:
        read(events)
    assert by_itself.call_count <= 1


def texts_with(faults: Iterator[bool]) -> list[bytes]:
    sound, odd = json.dumps(SOUND).encode(), json.dumps(SOUND | {"timestamp": "no"}).encode()
    return [odd if fault else sound for fault in faults]


@given(st.lists(st.booleans(), max_size=40))
def test_formats_are_looked_at_together_and_each_fault_is_found(faults: list[bool]) -> None:
    batch = read_texts(texts_with(iter(faults)), max_nesting=64)
    assert [broken.index for broken in batch.broken] == [index for index, fault in enumerate(faults) if fault]


def test_a_text_with_too_many_bytes_is_broken_and_kept() -> None:
    text = json.dumps(SOUND).encode()
    batch = read_texts([text, text + b" "], max_nesting=64, max_bytes=len(text))
    assert [(broken.index, broken.text) for broken in batch.broken] == [(1, text + b" ")]


@given(histories(), rosters(), st.text(max_size=6))
def test_the_bytes_of_the_encoder_are_those_of_the_state(
    events: list[Json], raw: dict[str, Json] | None, text: str
) -> None:
    """S16: with any text."""
    told = copy.deepcopy(events)
    for event in told:
        if "content" in event["payload"]:
            event["payload"]["content"] = text
    accumulator = Accumulator(
        strict=False, roster={k: ParticipantIdentity.model_validate(v) for k, v in (raw or {}).items()}
    )
    fold(accumulator, canonical(read_events([Event.model_validate(event) for event in told]).events))
    assert encode(accumulator).decode() == freeze(accumulator).model_dump_json()
