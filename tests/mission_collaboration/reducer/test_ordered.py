"""Folding events that come in canonical order, one by one: the same as folding them all at once (R1, R30, R31)."""

import itertools
import json
from collections.abc import Sequence
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mission_collaboration.contract.errors import EventRefusedError, OutOfOrderError
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.decoding.events import read_events
from mission_collaboration.decoding.reader import read_texts
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.fold import Mode
from mission_collaboration.reducer.snapshot import encode
from mission_collaboration.reducer.streaming import OrderedFold
from tests.support import builders as build
from tests.support import naive_events, naive_fold
from tests.support.folding import Json, events_of, examples, joins, naive_outcome
from tests.support.histories import accepted_histories, histories
from tests.support.twists import respelled

MODES: tuple[Mode, ...] = get_args(Mode)


def in_order(events: list[Json]) -> list[Json]:
    return sorted(events, key=naive_events.canonical_key)


def read(event: Json, from_text: bool) -> Sequence[FoldEvent]:
    """Read an event, which may be of another type, from its text or from Python."""
    if from_text:
        return read_texts([json.dumps(event).encode()], max_nesting=64).events
    return read_events(events_of([event])).events


def fold(events: list[Json], mode: Mode, ways: list[bool] | None = None) -> OrderedFold:
    """Take events in runs: each begins where the way of reading changes."""
    ordered = OrderedFold(Accumulator(strict=mode == "strict"))
    told = zip(events, itertools.cycle(ways or [False]), strict=False)
    for _, run in itertools.groupby(enumerate(told), key=lambda each: each[1][1]):
        taken = [(each, index) for index, (event, way) in run for each in read(event, way)]
        ordered.take([each for each, _ in taken], [index for _, index in taken])
    ordered.finish()
    return ordered


def outcome(events: list[Json], mode: Mode, ways: list[bool] | None = None) -> Json | tuple[Any, ...]:
    """Give the comparable state, or the refusal, which has to know where its event stands."""
    try:
        return naive_fold.comparable(json.loads(encode(fold(events, mode, ways).accumulator)))
    except EventRefusedError as no:
        refused = no
    check_place(refused, events)
    return refused.code, refused.event_id, refused.event_type, getattr(refused, "participant_id", None)


def check_place(refused: EventRefusedError, events: list[Json]) -> None:
    assert refused.index is not None
    assert naive_events.normalise_id(events[refused.index]["event_id"]) == refused.event_id
    assert events[refused.index]["event_type"] == refused.event_type


def refusal(events: list[Json], mode: Mode = "strict") -> EventRefusedError:
    with pytest.raises(EventRefusedError) as caught:
        fold(events, mode)
    return caught.value


@examples(120)
@given(histories(), st.lists(st.booleans(), min_size=1, max_size=7))
def test_the_ordered_fold_agrees_with_the_naive_reading(events: list[Json], ways: list[bool]) -> None:
    """Events of either reader: duplicates, respelled ones, conflicts and ties among them."""
    for mode in MODES:
        assert outcome(in_order(events), mode, ways) == naive_outcome(events, mode)


@examples(100)
@given(accepted_histories(), st.lists(st.booleans(), min_size=1, max_size=7))
def test_the_ordered_fold_agrees_with_the_naive_reading_on_lawful_histories(
    events: list[Json], ways: list[bool]
) -> None:
    assert outcome(in_order(events), "strict", ways) == naive_outcome(events, "strict")


TIED = [build.event(*build.comment("p1", content=content), lamport_clock=9) for content in ("a", "b", "c")]
BROKEN = build.event(*build.comment("p1", reply_to=7), lamport_clock=9)


@pytest.mark.parametrize("ways", [[False], [True], [True, False], [False, False, True]])
@pytest.mark.parametrize(
    "tied",
    [[*TIED, TIED[0]], [*TIED[:2], BROKEN], [TIED[1], respelled(TIED[1], 1), TIED[0]], [BROKEN] * 2],
    ids=["three contents", "a malformed one", "a respelled one", "malformed twice"],
)
def test_ties_mean_the_same_however_they_are_ordered(tied: list[Json], ways: list[bool]) -> None:
    before = build.history(*joins("p1"))
    after = [build.event(*build.heartbeat("p1"), lamport_clock=10)]
    for order in itertools.permutations(tied):
        events = [*before, *order, *after]
        for mode in MODES:
            assert outcome(events, mode, ways) == naive_outcome(events, mode)


def test_a_conflict_is_told_at_its_place_once() -> None:
    first, second, third = (TIED[0] | {"lamport_clock": clock} for clock in (10, 11, 12))
    events = [*build.history(*joins("p1")), first, second, third]
    assert refusal(events).index == 2
    assert refusal(events).code == "conflicting-duplicate"
    state = json.loads(encode(fold(events, "permissive").accumulator))
    assert [anomaly["event_id"] for anomaly in state["anomalies"]] == [first["event_id"]]
    assert state["event_count"] == 2


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"lamport_clock": 4}, {"lamport_clock": 5}),
        (
            {"timestamp": "2026-01-02T03:04:05Z", "event_id": build.ulid(2)},
            {"timestamp": "2026-01-02T03:04:05.000001Z"},
        ),
        ({"timestamp": "2026-01-02T04:00:00+01:00", "event_id": build.ulid(2)}, {"timestamp": "2026-01-02T03:00:01Z"}),
        ({"event_id": build.ulid(7)}, {"event_id": build.ulid(8)}),
        ({"event_id": build.uuid_text(7)}, {"event_id": build.ulid(1)}),
        ({"event_id": build.uuid_text(0xA)}, {"event_id": build.uuid_text(0xB).upper()}),
    ],
)
def test_an_event_that_sorts_before_its_predecessor_is_out_of_order_in_both_modes(earlier: Json, later: Json) -> None:
    joined = build.event(*joins("p1")[0], lamport_clock=0)
    two = [build.event(*build.heartbeat("p1"), **envelope) for envelope in (earlier, later)]
    for mode in MODES:
        assert fold([joined, *two], mode).accumulator.event_count == 3
        found = refusal([joined, *reversed(two)], mode)
        assert isinstance(found, OutOfOrderError)
        assert (found.code, found.index, found.event_type) == ("out-of-order", 2, "PresenceHeartbeat")
        assert found.event_id == naive_events.normalise_id(two[0]["event_id"])


def test_a_duplicate_that_is_no_neighbour_is_out_of_order() -> None:
    first, second = build.history(*joins("p1", "p2"))
    assert refusal([first, second, first]).code == "out-of-order"


def test_events_of_other_types_have_no_place_in_the_order() -> None:
    first, second = build.history(*joins("p1", "p2"))
    others = [build.event("Other", {}, lamport_clock=clock) for clock in (9, 0)]
    assert fold([first, *others, second, *others], "strict").accumulator.event_count == 2


def test_a_refusal_that_comes_first_is_told_before_what_is_out_of_order() -> None:
    stranger, late = build.history(build.drive("nobody"), *joins("p1"))
    found = refusal([stranger, late, stranger])
    assert (found.code, found.index) == ("unknown-participant", 0)


def test_the_last_event_is_folded_when_the_fold_is_finished() -> None:
    ordered = OrderedFold(Accumulator(strict=True))
    ordered.take(read(build.history(*joins("p1"))[0], from_text=True), [1])
    assert ordered.accumulator.event_count == 0
    for _ in range(2):
        ordered.finish()
        assert ordered.accumulator.event_count == 1


def test_no_two_ids_are_taken_for_one() -> None:
    """A ULID and a UUID are 128 bits each, and may be the same 128 bits."""
    ids = ["0" * 26, "0" * 25 + "1", "7" + "Z" * 25, "7" + "Z" * 24 + "Y", build.ulid(31), build.ulid(32)]
    ids += [f"{number:08x}-0000-0000-0000-{low:012x}" for number in (0, 2**32 - 1) for low in (0, 1, 2**48 - 1)]
    ids += ["ffffffff-ffff-ffff-ffff-ffffffffffff", "ffffffff-ffff-ffff-ffff-fffffffffffe"]
    events = [build.event(*build.joined("p1"), event_id=event_id) for event_id in ids]
    assert fold(in_order(events), "permissive").accumulator.event_count == len(ids)
