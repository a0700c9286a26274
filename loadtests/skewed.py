"""Missions of skewed sizes: very many small batches, a few that are a thousand times as large."""

from itertools import cycle

from locust import constant_throughput, task

from loadtests.caller import Caller
from loadtests.inputs import SIZES, live, skewed_sizes

DRAWN = 2_000
BATCHES = {size: live(size) for size in SIZES}


class Backend(Caller):
    """Sends whatever size comes next; all users together draw from one sequence."""

    wait_time = constant_throughput(8)
    sizes = cycle(skewed_sizes(DRAWN))

    @task
    def send(self) -> None:
        """Reduce a mission of some size."""
        size = next(self.sizes)
        kind = "1 to 30" if size <= 30 else "100 to 1,000" if size <= 1_000 else "3,000 and 10,000"
        self.reduce(f"skewed, {kind} events", BATCHES[size].body, BATCHES[size].unique)
