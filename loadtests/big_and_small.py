"""Big batches among small ones: nobody's big one may make others wait."""

from locust import constant_throughput, task

from loadtests.caller import Caller
from loadtests.inputs import strict_body

BIG, SMALL = 20_000, 10
BIG_BODY, SMALL_BODY = strict_body(BIG), strict_body(SMALL)


class Importer(Caller):
    """Sends one big batch after another; there are two of them."""

    fixed_count = 2

    @task
    def send(self) -> None:
        """Reduce a big batch."""
        self.reduce(f"big among small, {BIG:,} events", BIG_BODY, BIG)


class Client(Caller):
    """Sends a small batch five times a second, and looks whether the service lives."""

    wait_time = constant_throughput(5)

    @task(4)
    def send(self) -> None:
        """Reduce a small batch."""
        self.reduce(f"small among big, {SMALL} events", SMALL_BODY, SMALL)

    @task(1)
    def look(self) -> None:
        """Ask for its health."""
        self.client.get("/livez", name="small among big, /livez")
