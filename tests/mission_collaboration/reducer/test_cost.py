"""The cost of a fold is O(n log n) for any events (R40): counted, never timed."""

from collections.abc import Callable
from types import SimpleNamespace
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
from tests.support.folding import events_of, joins, seeds
from tests.support.growth import (
    LARGEST_GROWTH,
    REPEATS,
    STREAMS,
    answered_and_repeated,
    calls,
    completed_in_reverse,
    flipped_focus,
    in_conflict,
    naming_strangers,
    spelled_twice,
)

MANY = 20_000


def stream(make: Callable[[int], Any], count: int) -> list[Event]:
    made = make(count)
    return events_of(made if isinstance(made, list) else build.history(*made))


def folded(events: list[Event]) -> ReducedCollaborationState:
    return reduce_collaboration_events(events, mode="permissive", roster=seeds("p1", "p2"))


@pytest.mark.parametrize("make", [*STREAMS, *REPEATS])
def test_the_calls_of_a_fold_grow_with_the_events_and_no_faster(make: Callable[[int], Any]) -> None:
    few, many = stream(make, 2_000), stream(make, 8_000)
    folded(few)  # makes what is made on first use
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
