"""What moving a mission on by a few events costs beside reducing all of them, and how large its checkpoint is."""

import json
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from loadtests.bench.checked import first_answer
from loadtests.bench.growth import beside
from loadtests.bench.plan import Plan
from loadtests.bench.rows import Row, Target, digits, milliseconds, pair_ratios, row_of
from loadtests.bench.servers import service
from loadtests.bench.streams import batch, mixed
from loadtests.bench.wire import Connection, post

ADMITTING: Final = Target(0.1, 0.1, "x")
CHECKPOINT: Final = Target(0.1, 0.1, "x")
NEXT: Final = 10
"""How many events are admitted."""


def admitting(plan: Plan) -> Iterator[Row]:
    """`/admit` of ten events to a large mission, against `/reduce` of the whole of it."""
    events = mixed(plan.batch)
    whole = post("/reduce", batch(events))
    with service() as served, Connection(served.port) as connection:
        before = first_answer(connection, admission(events[:-NEXT]), accepted=len(events) - NEXT)
        checkpoint: str = json.loads(before.body)["checkpoint"]
        following = admission(events[-NEXT:], checkpoint)
        first_answer(connection, following, accepted=NEXT)
        first_answer(connection, whole, event_count=len(events))
        pairs = [beside(connection, following, whole) for _ in range(plan.rounds)]
    few, all_of_them = zip(*pairs, strict=True)
    yield row_of(
        f"/admit, {NEXT} events to a mission of {len(events):,}, against /reduce of all",
        ADMITTING,
        pair_ratios(few, all_of_them),
        floor=milliseconds(all_of_them),
        service=milliseconds(few),
        note="floor: /reduce of the whole mission by the same service",
    )
    history = len(msgspec.json.encode(events))
    yield Row(
        f"checkpoint of a mission of {len(events):,}, against its history in bytes",
        CHECKPOINT,
        len(checkpoint) / history,
        floor=f"{digits(history / 1000)} kB",
        service=f"{digits(len(checkpoint) / 1000)} kB",
    )


def admission(events: list[Any], checkpoint: str | None = None) -> bytes:
    """Write an `/admit` request."""
    return post("/admit", msgspec.json.encode({"events": events, "checkpoint": checkpoint}))
