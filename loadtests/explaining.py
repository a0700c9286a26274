"""Explanations: somebody looks at what became of a window of a history, with all that is wrong in it."""

from locust import constant_throughput, task

from loadtests.caller import Caller
from loadtests.inputs import replay

EVENTS = 1_000
WINDOW = replay(EVENTS)


class Onlooker(Caller):
    """Opens a window once a second."""

    wait_time = constant_throughput(1)

    @task
    def look(self) -> None:
        """Explain a window."""
        self.ask(f"/explain, {EVENTS:,} events", "/explain", WINDOW.body, b'"mode":"permissive","timeline":[{"index":')
