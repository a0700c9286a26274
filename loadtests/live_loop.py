"""The live loop: backends that move missions on batch by batch, with late events and events that come twice."""

import random
from itertools import pairwise
from typing import Final

import msgspec
from locust import constant_throughput, task

from loadtests.bench.streams import Json, mixed
from loadtests.caller import Caller

EVENTS: Final = 2_000
BATCH: Final = 20
MISSIONS: Final = 50
EACH: Final = 10
"""How many events of each mission a batch of many missions holds."""
LATE: Final = 50
"""How many places later than it happened an event comes at most."""


def batches_of_a_day() -> list[list[Json]]:
    """Cut a mission into batches as a backend gets them; each ends with an event of the batch before."""
    events = mixed(EVENTS, people=10)
    dice = random.Random(1)
    order = sorted(range(EVENTS), key=lambda place: place + dice.uniform(0, LATE))
    cut = [[events[place] for place in order[start : start + BATCH]] for start in range(0, EVENTS, BATCH)]
    return [cut[0], *([*own, before[0]] for before, own in pairwise(cut))]


DAY: Final = batches_of_a_day()
MANY: Final = {
    f"mission-{number:02}": mixed(10 * EACH, 1 + number, 5, f"mission-{number:02}") for number in range(MISSIONS)
}
REDUCED: Final = msgspec.json.encode(
    {"events": [event for events in zip(*MANY.values(), strict=True) for event in events]}
)
"""A batch of all missions, as they come."""


class Backend(Caller):
    """Moves one mission on five times a second, and begins another one when its day is over."""

    wait_time = constant_throughput(5)

    def on_start(self) -> None:
        """Begin a mission."""
        super().on_start()
        self.sent = 0
        self.checkpoint: str | None = None

    @task
    def admit(self) -> None:
        """Send the next batch; every event is accepted, waits, or is known."""
        body = {"checkpoint": self.checkpoint, "events": DAY[self.sent], "settle": True, "answer": "changes"}
        name = f"/admit, {BATCH} events, settled, in changes"
        answer = self.ask(name, "/admit", msgspec.json.encode(body), b'"rejected":0,')
        self.sent = (self.sent + 1) % len(DAY)
        self.checkpoint = msgspec.json.decode(answer)["checkpoint"] if self.sent and answer else None


class Collector(Caller):
    """Moves many missions on at once, and reduces them at once."""

    wait_time = constant_throughput(1)

    def on_start(self) -> None:
        """Begin all missions."""
        super().on_start()
        self.sent = 0
        self.missions: dict[str, Json | None] = dict.fromkeys(MANY)

    @task(3)
    def admit(self) -> None:
        """Send the next events of every mission, mixed."""
        own = [events[self.sent : self.sent + EACH] for events in MANY.values()]
        mixed_up = [event for each in zip(*own, strict=True) for event in each]
        body = msgspec.json.encode({"missions": self.missions, "events": mixed_up})
        accepted = b'{"accepted":%d,' % len(mixed_up)
        answer = self.ask(f"/missions/admit, {len(mixed_up)} events", "/missions/admit", body, accepted)
        self.sent = (self.sent + EACH) % (10 * EACH)
        self.missions = dict.fromkeys(MANY)
        if self.sent and answer:
            moved = msgspec.json.decode(answer)["missions"]
            self.missions = {name: {"checkpoint": told["checkpoint"]} for name, told in moved.items()}

    @task(1)
    def reduce_all(self) -> None:
        """Reduce all of them."""
        told = b'"total":%d,' % (MISSIONS * 10 * EACH)
        self.ask(f"/missions/reduce, {MISSIONS * 10 * EACH:,} events", "/missions/reduce", REDUCED, told)
