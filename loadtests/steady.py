"""Steady small batches: many callers, each a few times a second."""

from locust import constant_throughput, task

from loadtests.caller import Caller
from loadtests.inputs import live

EVENTS = 25
BATCH = live(EVENTS)


class Client(Caller):
    """Sends a small batch five times a second."""

    wait_time = constant_throughput(5)

    @task
    def send(self) -> None:
        """Reduce a small batch."""
        self.reduce(f"steady, {EVENTS} events", BATCH.body, BATCH.unique)
