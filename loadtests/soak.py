"""A soak: a bit of everything for as long as it is given, with an eye on the server's memory.

`LOAD_PID` names the server. Memory is compared from the end of the first fifth on, when everything has been
used once; growth beyond `SOAK_MEGABYTES` (128) fails the run.
"""

import os
import time
from typing import Any

import gevent
from locust import constant_throughput, events, task

from loadtests.bench.servers import memory
from loadtests.caller import Caller
from loadtests.inputs import BROKEN_EACH, doubtful_body, live, replay

MOST_GROWTH = float(os.environ.get("SOAK_MEGABYTES", "128"))
FEW, MANY, WINDOW, DOUBTFUL = live(100), live(10_000), replay(1_000), doubtful_body(500)
seen: list[tuple[float, float]] = []
"""Moments and megabytes."""


class Everybody(Caller):
    """Does what all the others do."""

    wait_time = constant_throughput(4)

    @task(20)
    def send(self) -> None:
        """Reduce a small batch."""
        self.reduce("soak, 100 events", FEW.body, FEW.unique)

    @task(5)
    def repeat(self) -> None:
        """Reduce a window of a history."""
        self.reduce("soak, replay of 1,000", WINDOW.body, WINDOW.unique)

    @task(5)
    def judge(self) -> None:
        """Ask for verdicts."""
        self.validate_batch("soak, verdicts on 500", DOUBTFUL, 500, -(-500 // BROKEN_EACH))

    @task(1)
    def bring(self) -> None:
        """Reduce a big batch."""
        self.reduce("soak, 10,000 events", MANY.body, MANY.unique)


def watch(pid: int) -> None:
    """Look at the server's memory twice a second."""
    while True:
        seen.append((time.monotonic(), memory(pid).total / 1e6))
        gevent.sleep(0.5)


@events.test_start.add_listener
def start_watching(environment: Any, **others: Any) -> None:
    """Begin to look when the load begins."""
    if pid := os.environ.get("LOAD_PID"):
        gevent.spawn(watch, int(pid))


@events.quitting.add_listener
def judge_memory(environment: Any, **others: Any) -> None:
    """Say what became of the memory, and fail where it has grown too far."""
    if not seen:
        return
    warm = seen[len(seen) // 5][1]
    last, most = seen[-1][1], max(megabytes for _, megabytes in seen)
    print(f"memory: {seen[0][1]:.0f} MB at first, {warm:.0f} warm, {most:.0f} at most, {last:.0f} at last")
    if last - warm > MOST_GROWTH:
        print(f"memory grew by {last - warm:.0f} MB; at most {MOST_GROWTH:.0f} are allowed")
        environment.process_exit_code = 1
