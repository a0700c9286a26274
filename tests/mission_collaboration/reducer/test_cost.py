"""The cost of a fold is O(n log n) whatever the events say (R40): counted, never timed."""

import sys
from collections.abc import Callable, Iterator
from types import FrameType, SimpleNamespace
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mission_collaboration import Event, ReducedCollaborationState, reduce_collaboration_events
from mission_collaboration.decoding.events import read_events
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.fold import fold
from mission_collaboration.reducer.ordering import canonical
from mission_collaboration.reducer.snapshot import freeze
from tests.support import builders as build
from tests.support.folding import Json, Pair, events_of, joins, seeds

MANY = 20_000
LARGEST_GROWTH = 5.0
"""Four times the events may cost this many times the calls: linear would be 4, quadratic 16."""


def completed_in_reverse(count: int) -> Iterator[Pair]:
    steps = [f"s{number}" for number in range(count // 2)]
    yield from (build.started("p1", step) for step in steps)
    yield from (build.completed("p1", step) for step in reversed(steps))


def completed_first_come_first_served(count: int) -> Iterator[Pair]:
    yield from (build.started("p1", "s1") for _ in range(count // 2))
    yield from (build.completed("p1", "s1") for _ in range(count // 2))


def answered_and_repeated(count: int) -> Iterator[Pair]:
    """Answer a warning over and over, then repeat it over and over."""
    yield build.driver_warning("w1", "p1", "p2")
    yield from (build.acknowledged("p1", "w1", ("hold", "defer")[number % 2]) for number in range(count // 2))
    yield from (build.driver_warning("w1", "p2", "p1") for _ in range(count // 2 - 1))


def answered_by_everybody(count: int) -> Iterator[Pair]:
    """Let a crowd answer one warning, which is repeated after each answer."""
    crowd = [f"c{number}" for number in range(count // 3)]
    yield from joins(*crowd)
    yield build.collision("w1", "p1", "p2")
    for who in crowd:
        yield build.acknowledged(who, "w1")
        yield build.collision("w1", "p1", "p2")


def flipped_focus(count: int) -> Iterator[Pair]:
    yield from (build.focus("p1", ("t1", "t2")[number % 2]) for number in range(count))


def coming_and_going(count: int) -> Iterator[Pair]:
    for _ in range(count // 4):
        yield from (build.joined("p3"), build.started("p3", "s1"), build.focus("p3", "t1"), build.left("p3"))


def naming_strangers(count: int) -> Iterator[Pair]:
    """Name very many strangers in one warning."""
    yield build.driver_warning("w1", *(f"x{number}" for number in range(count)))


STREAMS: list[Callable[[int], Iterator[Pair]]] = [
    *(completed_in_reverse, completed_first_come_first_served, answered_and_repeated, answered_by_everybody),
    *(flipped_focus, coming_and_going, naming_strangers),
]


def spelled_twice(count: int) -> list[Json]:
    """Say each of few ids again and again in two spellings."""
    event = build.event(*build.heartbeat("p1"), event_id=build.ulid(7))
    return [event | {"event_id": event["event_id"].lower()} if number % 2 else event for number in range(count)]


def in_conflict(count: int) -> list[Json]:
    """Use one id again and again with other content, under the same sort key."""
    return [
        build.event(*build.heartbeat("p1", session_id=str(number)), event_id=build.ulid(7)) for number in range(count)
    ]


REPEATS = [spelled_twice, in_conflict]


def stream(make: Callable[[int], Any], count: int) -> list[Event]:
    made = make(count)
    return events_of(made if isinstance(made, list) else build.history(*made))


def folded(events: list[Event]) -> ReducedCollaborationState:
    return reduce_collaboration_events(events, mode="permissive", roster=seeds("p1", "p2"))


def calls(work: Callable[[], object]) -> int:
    """Count the calls of functions, Python's and C's, that some work makes."""
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("make", [*STREAMS, *REPEATS])
def test_the_calls_of_a_fold_grow_with_the_events_and_no_faster(make: Callable[[int], Any]) -> None:
    few, many = stream(make, 2_000), stream(make, 8_000)
    folded(few)  # whatever is made on first use
    assert calls(lambda: folded(many)) < LARGEST_GROWTH * calls(lambda: folded(few))


class Counted(str):
    """Text that counts how often it is looked at: what a search through a list costs."""

    looks: ClassVar[int] = 0
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        Counted.looks += 1
        return str.__eq__(self, other)

    def __hash__(self) -> int:
        Counted.looks += 1
        return str.__hash__(self)


def counted(value: Any) -> Any:
    """Copy JSON as an object with members, all text of it counted."""
    if isinstance(value, dict):
        return SimpleNamespace(**{name: counted(member) for name, member in value.items()})
    if isinstance(value, list):
        return [counted(item) for item in value]
    return Counted(value) if isinstance(value, str) else value


def looks(events: list[Event]) -> int:
    """Count how often text is compared or hashed while events are folded, by its own methods."""
    watched = [
        SimpleNamespace(
            event_id=event.event_id,
            event_type=event.event_type,
            lamport_clock=event.lamport_clock,
            timestamp=event.timestamp,
            payload=counted(event.source.payload),
            source=event.source,
        )
        for event in read_events(events).events
    ]
    accumulator = Accumulator(
        strict=False, roster={Counted(who): identity for who, identity in seeds("p1", "p2").items()}
    )
    Counted.looks = 0
    fold(accumulator, canonical(watched))
    return Counted.looks


@pytest.mark.parametrize("make", STREAMS)
def test_text_is_looked_at_as_often_as_there_are_events_and_no_oftener(make: Callable[[int], Any]) -> None:
    """No list is searched, however it is done."""
    assert 2_000 < looks(stream(make, 8_000)) < LARGEST_GROWTH * looks(stream(make, 2_000))


def test_many_steps_completed_in_reverse_leave_nothing() -> None:
    state = folded(stream(completed_in_reverse, MANY))
    assert (state.event_count, state.active_executions, state.anomalies) == (MANY, {}, ())


def test_many_answers_and_repeats_leave_one_warning() -> None:
    state = folded(stream(answered_and_repeated, MANY))
    (warning,) = state.warnings
    assert (warning.event_id, warning.participant_ids) == (build.ulid(MANY), ("p2", "p1"))
    assert warning.acknowledgements == {"p1": "defer"}
    assert (state.event_count, state.anomalies) == (MANY, ())


def test_many_flips_of_focus_leave_one() -> None:
    state = folded(stream(flipped_focus, MANY))
    assert (state.participants_by_focus, state.event_count) == ({"wp:t2": frozenset({"p1"})}, MANY)


def test_many_duplicates_in_two_spellings_are_one_event() -> None:
    state = folded(stream(spelled_twice, MANY))
    assert (state.event_count, state.last_processed_event_id, state.anomalies) == (1, build.ulid(7), ())


def test_many_conflicts_of_one_id_are_one_anomaly() -> None:
    state = folded(stream(in_conflict, MANY))
    assert (state.event_count, len(state.anomalies)) == (1, 1)


def test_many_strangers_in_one_warning_are_as_many_anomalies() -> None:
    state = folded(stream(naming_strangers, MANY))
    assert (state.event_count, len(state.anomalies), len(state.warnings[0].participant_ids)) == (1, MANY, MANY)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abc")), max_size=40))
def test_starts_and_completions_in_any_order_agree_with_a_plain_list(acts: list[tuple[bool, str]]) -> None:
    """S11: what is fast is right too."""
    pairs, plain = joins("p1"), []
    for starts, step in acts:
        pairs.append(build.started("p1", step) if starts else build.completed("p1", step))
        if starts:
            plain.append(step)
        elif step in plain:
            plain.remove(step)
    accumulator = Accumulator(strict=False)
    fold(accumulator, canonical(read_events(events_of(build.history(*pairs))).events))
    assert freeze(accumulator).active_executions == ({"p1": plain} if plain else {})
