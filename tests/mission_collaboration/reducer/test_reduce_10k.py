"""How fast 10,000 events of the benchmark mix (C4) are folded: `pytest -m benchmark -s`."""

import json
import sys
import time
from collections.abc import Callable

import pytest

from mission_collaboration import reduce_collaboration_events
from tests.support.folding import events_of
from tests.support.mix import PEOPLE, benchmark_mix

COUNT = 10_000
ROUNDS = 5


def best_of(work: Callable[[], object]) -> float:
    """Take the least of some times: what the work costs when nothing disturbs it."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


@pytest.mark.benchmark
def test_ten_thousand_events_are_folded(capsys: pytest.CaptureFixture[str]) -> None:
    raw = benchmark_mix(COUNT)
    text = json.dumps({"events": raw})
    events = events_of(raw)
    state = reduce_collaboration_events(events)
    assert (state.event_count, state.anomalies) == (COUNT, ())
    assert state.last_processed_event_id == raw[-1]["event_id"]
    assert {*state.participants, *state.departed_participants} == set(PEOPLE)
    folding = best_of(lambda: reduce_collaboration_events(events))
    parsing = best_of(lambda: json.loads(text))
    with capsys.disabled():
        sys.stdout.write(
            f"\n{COUNT / folding:,.0f} events a second, {folding / parsing:.1f} times json.loads of them\n"
        )
