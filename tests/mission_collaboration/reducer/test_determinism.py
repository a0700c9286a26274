"""The bytes depend on the set of events alone: not on order, process or hash seed (S16)."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mission_collaboration import reduce_collaboration_events
from tests.support import builders as build
from tests.support.folding import events_of
from tests.support.mix import benchmark_mix

ROOT = Path(__file__).parents[3]
DIGESTS = """
import hashlib, random, sys
sys.path[:0] = [""]
from tests.support import builders as build
from tests.support.folding import events_of
from tests.support.mix import benchmark_mix
from mission_collaboration import reduce_collaboration_events
events = events_of(benchmark_mix(600) + build.history(*map(build.heartbeat, ("x", "y", "z")), build.left("x")))
for shuffle in range(10):
    random.Random(shuffle).shuffle(events)
    state = reduce_collaboration_events(events, mode="permissive")
    print(hashlib.sha256(state.model_dump_json().encode()).hexdigest(), len(state.anomalies))
"""


def digests(hash_seed: str) -> list[str]:
    """Fold ten shuffles in another process, and give the digest of each state."""
    done = subprocess.run(
        [sys.executable, "-c", DIGESTS],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_ten_shuffles_under_three_hash_seeds_give_the_same_bytes() -> None:
    found = [line for hash_seed in ("0", "1", "4242") for line in digests(hash_seed)]
    assert len(found) == 30
    assert len(set(found)) == 1
    assert found[0].endswith(" 4")  # the four events that were added use ids of the mix again


@pytest.fixture(params=["UTC0", "EST5EDT", "NPT-5:45"])
def _time_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Move the process somewhere else."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_time_zone")
def test_the_time_zone_of_the_process_means_nothing() -> None:
    """E5: a timestamp without an offset is UTC."""
    pairs = [build.joined("p1"), build.heartbeat("p1")]
    events = [event | {"timestamp": "2026-07-01T12:00:00"} for event in build.history(*pairs)]
    state = reduce_collaboration_events(events_of(events))
    assert '"presence":{"p1":"2026-07-01T12:00:00Z"}' in state.model_dump_json()


def test_the_mix_of_the_benchmark_is_lawful() -> None:
    """C4: it is what the timings and digests are taken of."""
    state = reduce_collaboration_events(events_of(benchmark_mix(1_000)), mode="strict")
    assert (state.event_count, state.anomalies) == (1_000, ())
