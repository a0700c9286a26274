"""Bodies that the scenarios send, the same in every run.

Scenarios make theirs when they are loaded: made later, they would hold up every user and count as waiting.
"""

import random
from functools import cache
from typing import Final, NamedTuple

from loadtests.bench.adversarial import spelled_twice
from loadtests.bench.streams import Json, batch, mixed, validation

SIZES: Final = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000)
"""Events of missions, from the many small ones to the few large ones."""
BROKEN_EACH: Final = 10
"""Of so many events one is broken, where verdicts are asked for."""


@cache
def strict_body(count: int) -> bytes:
    """Write a batch in which nothing is wrong."""
    return batch(mixed(count, people=max(1, min(50, count // 3))))


class Replay(NamedTuple):
    """A window of a history, and how many different events it has."""

    body: bytes
    unique: int


@cache
def replay(count: int) -> Replay:
    """Cut a window out of a history: many strangers, nearly everything twice, out of order."""
    window = [event for event in spelled_twice(count + 100) if event["event_type"] != "ParticipantJoined"][:count]
    random.Random(count).shuffle(window)
    return Replay(batch(window, mode="permissive"), len({event["event_id"].upper() for event in window}))


@cache
def doubtful_body(count: int) -> bytes:
    """Write events for verdicts, one in ten of them broken."""
    return validation(
        [_broken(event) if not index % BROKEN_EACH else event for index, event in enumerate(mixed(count))]
    )


@cache
def skewed_sizes(count: int, seed: int = 1) -> tuple[int, ...]:
    """Draw sizes of missions: a hundred times as large, a tenth as many."""
    return tuple(random.Random(seed).choices(SIZES, [size**-0.5 for size in SIZES], k=count))


def _broken(event: Json) -> Json:
    return event | {"lamport_clock": -1}
