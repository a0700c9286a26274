"""Big batches among small ones: nobody's big one may make others wait."""

from locust import constant_throughput, task

from loadtests.caller import Caller
from loadtests.inputs import live

BIG, SMALL = 20_000, 10
BIG_BATCH, SMALL_BATCH = live(BIG), live(SMALL)


class Importer(Caller):
    """Sends one big batch after another; there are two of them."""

    fixed_count = 2

    @task
    def send(self) -> None:
        """Reduce a big batch."""
        self.reduce(f"big among small, {BIG:,} events", BIG_BATCH.body, BIG_BATCH.unique)


class Client(Caller):
    """Sends a small batch five times a second, and looks whether the service lives."""

    wait_time = constant_throughput(5)

    @task(4)
    def send(self) -> None:
        """Reduce a small batch."""
        self.reduce(f"small among big, {SMALL} events", SMALL_BATCH.body, SMALL_BATCH.unique)

    @task(1)
    def look(self) -> None:
        """Ask for its health."""
        self.client.get("/livez", name="small among big, /livez")
