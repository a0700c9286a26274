"""The fast way from text to state says yes or nothing, and its yes is the thorough way's (R1, S16)."""

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mission_collaboration import Event, EventRefusedError, ParticipantIdentity
from mission_collaboration.contract.model import ContractModel
from mission_collaboration.decoding.events import read_events
from mission_collaboration.decoding.reader import SureReader, read_sure_envelopes
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.fold import MODES, Mode, fold
from mission_collaboration.reducer.ordering import canonical, sure_order
from mission_collaboration.reducer.snapshot import encode, freeze
from tests.support import builders as build
from tests.support import strategies
from tests.support.folding import Json, Outcome, examples, joins, outcome, seeds


class Batch(ContractModel):
    """The least request that holds events."""

    events: list[Event]
    roster: dict[str, ParticipantIdentity] | None = None


READER = SureReader(Batch)
CHANCE = st.integers(0, 2**32).map(random.Random)


def surely(text: str | bytes, mode: Mode) -> Outcome | None:
    """Fold what the reader is sure of; None when it is not."""
    batch = READER.read(text.encode() if isinstance(text, str) else text)
    if batch is None:
        return None
    accumulator = Accumulator(strict=mode == "strict", roster=batch.roster)
    try:
        fold(accumulator, sure_order(batch.events))
    except EventRefusedError as no:
        return Outcome(None, no.code, no.event_id, no.event_type, getattr(no, "participant_id", None), str(no))
    return Outcome(encode(accumulator).decode())


def text_of(events: list[Json], **members: Any) -> str:
    return json.dumps({"events": events, **members})


def plain(events: list[Json]) -> list[Json]:
    """Leave out what the reader is not made for: a second event of an id, and other types."""
    ours = {event["event_id"].lower().replace("-", ""): event for event in events}
    return [event for event in ours.values() if event["event_type"] in strategies.EVENT_TYPES]


@given(strategies.histories(), CHANCE)
def test_what_is_surely_read_comes_to_what_the_thorough_way_makes_of_it(
    events: list[Json], chance: random.Random
) -> None:
    """States to the byte, refusals to the word; in any order."""
    for batch in (events, chance.sample(plain(events), len(plain(events)))):
        for mode in MODES:
            assert surely(text_of(batch), mode) in (None, outcome(batch, mode))


@given(strategies.accepted_histories())
def test_plain_batches_are_surely_read(events: list[Json]) -> None:
    """Else it would be of no use."""
    batch = [event for event in plain(events) if "zz_future" not in event]
    for event in batch:
        for part in (event["payload"], *event["payload"].values()):
            if isinstance(part, dict):
                part.pop("zz_future", None)
    assert surely(text_of(batch), "permissive") is not None


@given(st.data())
@examples(60)
def test_nothing_is_surely_read_that_the_models_refuse(data: st.DataObject) -> None:
    """E1 to E16: events in which one thing was changed."""
    event = data.draw(strategies.near_events())
    batch = READER.read(text_of([event]).encode())
    if batch is not None:
        (read,) = batch.events
        whole = Event.model_validate(event)
        assert (read.event_id, read.timestamp, read.lamport_clock) == (
            *(whole.event_id, whole.timestamp, whole.lamport_clock),
        )


SOUND = build.event(*build.joined("p1"))


@pytest.mark.parametrize(
    "changed",
    [
        *({"event_id": "x"}, {"event_id": build.ulid(1) + "\n"}, {"event_id": "8" + "0" * 25}, {"event_id": None}),
        *({"timestamp": "2026-02-29T00:00:00Z"}, {"timestamp": "0001-01-01T00:00:00+00:01"}, {"timestamp": 0}),
        *({"timestamp": "2026-01-01T00:00:00Z\n2026-01-01T00:00:00Z"}, {"project_uuid": build.PROJECT[:-1] + "\n"}),
        *({"schema_version": "1.0"}, {"schema_version": None}, {"data_tier": 5}, {"lamport_clock": 1.0}),
        *({"event_id": f"{build.ulid(1)}\n{build.ulid(2)}"}, {"correlation_id": f"{build.ulid(1)}\n{build.ulid(2)}"}),
        *({"schema_version": "1.0.0\n1.0.0"}, {"project_uuid": f"{build.PROJECT}\n{build.PROJECT}"}),
        *({"lamport_clock": 2**53}, {"lamport_clock": True}, {"causation_id": ""}, {"correlation_id": "x"}),
        *({"payload": {}}, {"payload": None}, {"event_type": "MissionCreated"}, {"zz_future": 1}, {"node_id": ""}),
        {"payload": {**SOUND["payload"], "zz_future": 1}},
    ],
    ids=str,
)
@pytest.mark.parametrize("company", [0, 1, 3])
def test_whatever_is_wrong_or_unusual_is_left_to_the_thorough_way(changed: Json, company: int) -> None:
    """Alone, and among sound events that are alike in everything else."""
    others = [SOUND | {"event_id": build.ulid(100 + number)} for number in range(company)]
    assert surely(text_of([*others, SOUND | changed]), "permissive") is None
    assert surely(text_of([SOUND | changed, *others]), "permissive") is None
    assert surely(text_of([SOUND, *others]), "permissive") is not None


@pytest.mark.parametrize("again", [SOUND, SOUND | {"event_id": SOUND["event_id"].lower()}, SOUND | {"node_id": "x"}])
def test_an_id_that_occurs_twice_is_left_to_the_thorough_way(again: Json) -> None:
    """R30, R31."""
    assert surely(text_of([SOUND, again]), "permissive") is None


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"[]", b"null", b'{"events":null}', b'{"events":[]} x', b"\xff", b'{"events":[}']
)
def test_text_that_is_no_request_is_left_to_the_thorough_way(text: bytes) -> None:
    assert READER.read(text) is None


def test_spellings_are_normalised() -> None:
    """E1, E5: the id as ULID in upper case, the instant in UTC."""
    spelled = SOUND | {"event_id": build.ulid(7).lower(), "timestamp": "2026-01-02T03:04:05.5000009+01:00"}
    other = build.event(*build.heartbeat("p1"), event_id=build.uuid_text(0xAB).upper(), lamport_clock=2)
    assert surely(text_of([spelled, other]), "strict") == outcome([spelled, other], "strict")


def test_a_roster_is_read_with_the_events() -> None:
    """R2."""
    events = build.history(build.drive("p9"))
    roster = {"p9": build.identity("p9")}
    assert surely(text_of(events, roster=roster), "strict") == outcome(events, "strict", seeds("p9"))


def test_the_encoder_writes_keys_and_sets_in_code_point_order() -> None:
    """S16: in no order of arrival."""
    names = ("p2", "\U0001f680", "\uff50", "p10")
    pairs = [*joins(*names), *(build.drive(who) for who in names), *(build.focus(who, "t1") for who in names)]
    batch = READER.read(text_of(build.history(*pairs)).encode())
    assert batch is not None
    accumulator = Accumulator(strict=True)
    fold(accumulator, sure_order(batch.events))
    state = json.loads(encode(accumulator))
    in_order = ["p10", "p2", "\uff50", "\U0001f680"]
    assert list(state["participants"]) == list(state["focus_by_participant"]) == in_order
    assert state["active_drivers"] == state["participants_by_focus"]["wp:t1"] == in_order


@given(st.lists(strategies.near_events(), max_size=3))
@examples(40)
def test_envelopes_that_are_surely_read_are_those_that_the_model_reads(events: list[Any]) -> None:
    """E1 to E13: what was decoded already, payloads as they are."""
    sure = read_sure_envelopes(events)
    for read, event in zip(sure or [], events, strict=sure is not None):
        whole = Event.model_validate(event)
        assert (read.event_id, read.timestamp, read.payload) == (whole.event_id, whole.timestamp, whole.payload)


def test_usual_envelopes_are_surely_read_whatever_their_payloads_types_and_ids() -> None:
    """Else it would be of no use."""
    events = [build.event("MissionCreated", {"zz": [1]}), build.event(*build.joined("")), SOUND, SOUND]
    sure = read_sure_envelopes(events)
    assert sure is not None
    assert [read.payload for read in sure] == [event["payload"] for event in events]


@given(strategies.histories(), CHANCE)
@examples(60)
def test_lines_are_surely_read_as_the_same_events_in_a_list(events: list[Json], chance: random.Random) -> None:
    """One event a line, blank lines between."""
    batch = chance.sample(plain(events), len(plain(events)))
    lines = "\n".join([*map(json.dumps, batch), ""])
    listed = READER.read(text_of(batch).encode())
    read = READER.read_lines(lines.encode())
    assert (read is None) == (listed is None)
    if read is not None and listed is not None:
        assert [event.event_id for event in read] == [event.event_id for event in listed.events]
        assert [event.payload for event in read] == [event.payload for event in listed.events]


@given(strategies.histories(), strategies.rosters(), st.text(max_size=6))
def test_the_bytes_of_the_encoder_are_those_of_the_state(
    events: list[Json], raw: dict[str, Json] | None, text: str
) -> None:
    """S16: whatever text there is."""
    told = copy.deepcopy(events)
    for event in told:
        if "content" in event["payload"]:
            event["payload"]["content"] = text
    accumulator = Accumulator(
        strict=False, roster={k: ParticipantIdentity.model_validate(v) for k, v in (raw or {}).items()}
    )
    fold(accumulator, canonical(read_events([Event.model_validate(event) for event in told])))
    assert encode(accumulator).decode() == freeze(accumulator).model_dump_json()
