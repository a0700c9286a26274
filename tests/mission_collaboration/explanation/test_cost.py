"""The cost of an explanation is O(n log n) for any events (R40): counted, never timed."""

from collections.abc import Callable
from typing import Any

import pytest

from mission_collaboration.decoding.batch import Batch
from mission_collaboration.decoding.events import read_batch
from mission_collaboration.explanation.explain import encode_explanation, explain_batch, take_raw_state
from tests.support import builders as build
from tests.support.folding import seeds
from tests.support.growth import LARGEST_GROWTH, REPEATS, STREAMS, calls
from tests.support.mix import benchmark_mix


def stream(make: Callable[[int], Any], count: int) -> Batch:
    made = make(count)
    return read_batch(made if isinstance(made, list) else build.history(*made))


def explained(batch: Batch) -> bytes:
    return encode_explanation(explain_batch(batch, take_raw_state, roster=seeds("p1", "p2")))


@pytest.mark.parametrize("make", [*STREAMS, *REPEATS])
def test_the_calls_of_an_explanation_grow_with_the_events_and_no_faster(make: Callable[[int], Any]) -> None:
    few, many = stream(make, 2_000), stream(make, 8_000)
    explained(few)  # makes what is made on first use
    assert calls(lambda: explained(many)) < LARGEST_GROWTH * calls(lambda: explained(few))


@pytest.mark.parametrize("make", [*STREAMS, *REPEATS])
def test_the_answer_grows_with_the_events_and_no_faster(make: Callable[[int], Any]) -> None:
    assert len(explained(stream(make, 8_000))) < LARGEST_GROWTH * len(explained(stream(make, 2_000)))


def test_the_answer_to_the_mix_is_small() -> None:
    assert len(explained(read_batch(benchmark_mix(10_000)))) < 450 * 10_000
