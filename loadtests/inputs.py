"""Bodies that the scenarios send, the same in every run.

Scenarios make theirs when they are loaded: made later, they would hold up every user and count as waiting.
"""

import random
from functools import cache
from typing import Final, NamedTuple

from loadtests.bench.adversarial import respelled
from loadtests.bench.real import Stream, everything, with_other_types
from loadtests.bench.streams import Json, batch, validation

SIZES: Final = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000)
"""Events of missions, from the many small ones to the few large ones."""
BROKEN_EACH: Final = 10
"""Of so many events one is broken, where verdicts are asked for."""


class Sent(NamedTuple):
    """A body, and what its state counts: different ids of events that are not of other types."""

    body: bytes
    unique: int


@cache
def live(count: int) -> Sent:
    """Write a strict batch as a backend gets it: other types in between, one event in fifty twice, out of order."""
    repeated = count // 50
    stream = with_other_types(count - repeated, people=max(1, min(50, count // 3)))
    dice = random.Random(count)
    events = stream.events + dice.choices(stream.events, k=repeated)
    dice.shuffle(events)
    return Sent(batch(events), stream.unique)


@cache
def replay(count: int) -> Sent:
    """Cut a window out of a history: strangers, nearly everything twice, and all that goes wrong in real streams."""
    once = [said for said in everything(count).events if said["event_type"] != "ParticipantJoined"]
    window = Stream([spelling for said in once for spelling in (said, respelled(said))][:count], "permissive")
    random.Random(count).shuffle(window.events)
    return Sent(batch(window.events, window.mode), window.unique)


@cache
def doubtful_body(count: int) -> bytes:
    """Write events for verdicts, one in ten of them broken."""
    events = with_other_types(count).events
    return validation([_broken(event) if not index % BROKEN_EACH else event for index, event in enumerate(events)])


@cache
def skewed_sizes(count: int, seed: int = 1) -> tuple[int, ...]:
    """Draw sizes of missions: a hundred times as large, a tenth as many."""
    return tuple(random.Random(seed).choices(SIZES, [size**-0.5 for size in SIZES], k=count))


def _broken(event: Json) -> Json:
    return event | {"lamport_clock": -1}
