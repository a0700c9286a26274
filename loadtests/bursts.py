"""Bursts: everybody at the same moment, once a second, as clients do that wake by the clock."""

import time

from locust import task

from loadtests.caller import Caller
from loadtests.inputs import live

EVENTS = 100
BATCH = live(EVENTS)
REQUESTS = 4


def until_the_next_second(user: Caller) -> float:
    """Wait until the clock's second is full."""
    return 1.0 - time.time() % 1.0


class Waker(Caller):
    """Sends some batches one right after another, with everybody else."""

    wait_time = until_the_next_second

    @task
    def burst(self) -> None:
        """Reduce some batches."""
        for _ in range(REQUESTS):
            self.reduce(f"bursts, {EVENTS} events", BATCH.body, BATCH.unique)
