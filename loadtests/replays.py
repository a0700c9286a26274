"""Permissive replays: windows of a history with strangers, duplicates and no order."""

from locust import constant_throughput, task

from loadtests.caller import Caller
from loadtests.inputs import replay

EVENTS = 1_000
WINDOW = replay(EVENTS)


class Replayer(Caller):
    """Replays a window twice a second."""

    wait_time = constant_throughput(2)

    @task
    def send(self) -> None:
        """Reduce a window."""
        self.reduce(f"permissive replay, {EVENTS:,} events", WINDOW.body, WINDOW.unique)
